import type { TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError, TokenEndpointError } from '../errors.js';
import { describedSource, type Unshareable } from '../source/client-credentials.js';
import { checkNames } from '../source/description.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { defined, type ParamValue } from '../source/parameters.js';
import { checkOptions, isRecord, type Rules } from '../validate.js';

// What the grants have in common: each is a description with parameters of its own.

/** What every grant takes beside its own options: any option of `clientCredentials`. */
export type GrantOptions = ClientCredentialsOptions;

/** @throws TokenConfigError for an option that is misspelt or wrong; whether any is missing is looked at later */
export function checkGrant(owner: string, options: GrantOptions, ownRules: Rules): void {
  if (!isRecord(options)) checkOptions(owner, options, {});
  const [own, others] = [{}, {}] as [Record<string, unknown>, Record<string, unknown>];
  for (const [name, value] of Object.entries(options)) (Object.hasOwn(ownRules, name) ? own : others)[name] = value;
  checkNames(owner, others, Object.keys(ownRules));
  checkOptions(owner, own, ownRules);
}

export interface Grant {
  /** Who was given the options, for messages. */
  owner: string;
  /** Its `grant_type`, unless `request.grantType` names another one. */
  type: string;
  /** Its own parameters, each with the option that says what is sent; `undefined`: several together. */
  parameters: Record<string, [option: string | undefined, value: ParamValue]>;
  /** What else tells two sources apart, and is no secret. */
  apart?: Record<string, unknown> | undefined;
  /** What to do about a refusal with this `error`. */
  advice?: ((error: string) => string | undefined) | undefined;
  /** Why it cannot have a store in common with other processes. */
  refusal?: Unshareable | undefined;
}

export function grantSource(grant: Grant, options: GrantOptions): TokenSource {
  const { owner, type, parameters, apart = {} } = grant;
  checkOwnParameters(grant, options.params);
  const own = Object.fromEntries(Object.entries(parameters).map(([name, [, value]]) => [name, value]));
  const described = {
    ...options,
    params: { ...own, ...options.params },
    request: { ...options.request, grantType: options.request?.grantType ?? type },
  };
  const source = describedSource(owner, described, grant.refusal);
  const { fetchToken } = source;
  source.id += ` ${JSON.stringify([owner, ...Object.entries(defined(apart)).map(plain)])}`;
  source.fetchToken = async (request) => {
    checkOwnParameters(grant, request.params);
    try {
      return await fetchToken(request);
    } catch (error) {
      throw advised(error, grant);
    }
  };
  return source;
}

/** Given as a plain parameter it would pass by what the option does for it, such as keeping it out of keys. */
function checkOwnParameters({ owner, parameters }: Grant, params: Record<string, unknown> | undefined): void {
  for (const name of Object.keys(params ?? {})) {
    const own = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (own === undefined) continue;
    const [option] = own;
    const why =
      option === undefined ? `it is made of the options of \`${owner}\`` : `that is what \`${option}\` is for`;
    throw new TokenConfigError(`${owner}: \`params.${name}\` cannot be given: ${why}.`, {
      option: `params.${name}`,
    });
  }
}

function plain([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'function' ? `${name}()` : value];
}

function advised(error: unknown, { advice }: Grant): unknown {
  if (!isTokenError(error) || !(error instanceof TokenEndpointError)) return error;
  const more = advice?.(error.error ?? '');
  return more === undefined ? error : new TokenEndpointError(`${error.message} ${more}`, error);
}
