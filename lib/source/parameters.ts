import type { TokenRequest } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { isRecord } from '../validate.js';

/** A value, or a function that is asked for it anew for every attempt, with what the token is wanted for. */
export type Value<T> = T | ((request: TokenRequest) => T | Promise<T>);

/**
 * A parameter, or a function that is asked for it anew for every attempt. An array repeats its name in a form, an object is sent as JSON;
 * what is `undefined` is left out.
 */
export type ParamValue = string | number | boolean | null | undefined | object | ((request: TokenRequest) => unknown);

/** Where parameters go: a form body (RFC 6749 appendix B), a JSON body, the URL, or nowhere. */
export type ParameterFormat = 'form' | 'json' | 'query' | 'none';

/** The endpoint's own names for the standard parameters; with `format: 'json'` also as dotted paths. `false`: not sent under any name. */
export interface ParameterNames {
  /** Default `client_id`. */
  clientId?: string | false | undefined;
  /** Default `client_secret`. */
  clientSecret?: string | undefined;
  /** Default `grant_type`. */
  grantType?: string | undefined;
  /** Default `scope`. */
  scope?: string | false | undefined;
  /** Default `audience`. */
  audience?: string | false | undefined;
  /** Default `resource`. */
  resource?: string | false | undefined;
}

export async function valueOf<T>(value: Value<T>, request: TokenRequest): Promise<T> {
  return typeof value === 'function' ? (value as (request: TokenRequest) => T | Promise<T>)(request) : value;
}

/** Without what is `undefined`. */
export function defined(values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Evaluates every parameter; what comes out `undefined` is left out. */
export async function evaluated(
  parameters: Record<string, unknown>,
  request: TokenRequest,
): Promise<Record<string, unknown>> {
  const pairs = Object.entries(parameters).map(async ([name, value]) => [name, await valueOf(value, request)] as const);
  return defined(Object.fromEntries(await Promise.all(pairs)));
}

/** Gives the standard parameters the names that the endpoint uses. */
export function renamed(parameters: Record<string, unknown>, names: ParameterNames): Record<string, unknown> {
  const chosen: Record<string, string | false | undefined> = {
    client_id: names.clientId,
    client_secret: names.clientSecret,
    grant_type: names.grantType,
    scope: names.scope,
    audience: names.audience,
    resource: names.resource,
  };
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const own = Object.hasOwn(chosen, name) ? chosen[name] : undefined;
    if (own !== false) result[own ?? name] = value;
  }
  return result;
}

/** application/x-www-form-urlencoded (RFC 6749 appendix B); an array repeats its name, an object is sent as JSON. */
export function asForm(parameters: Record<string, unknown>): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) form.append(name, asText(one));
  }
  return form;
}

export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null && !(value instanceof URL) ? JSON.stringify(value) : String(value);
}

/** Dotted names become nested objects: `'auth.client.key'`. */
export function nested(parameters: Record<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(parameters)) {
    const names = path.split('.');
    const last = names.pop() ?? path;
    let target = root;
    for (const name of names) {
      if (name === '__proto__')
        throw new TokenConfigError(`The parameter name \`${path}\` cannot be used.`, { option: 'params' });
      const inner = Object.hasOwn(target, name) ? target[name] : {};
      if (!isRecord(inner)) throw clash(path);
      target = target[name] = inner;
    }
    if (Object.hasOwn(target, last)) throw clash(path);
    Object.defineProperty(target, last, { value, enumerable: true, writable: true, configurable: true });
  }
  return root;
}

function clash(path: string): TokenConfigError {
  return new TokenConfigError(`The parameter \`${path}\` and another one are to stand in the same place of the body.`, {
    option: 'params',
  });
}
