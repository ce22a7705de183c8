import type { InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import type { TokenEvents } from '../events.js';
import { describeType, type TokenParams } from '../token.js';
import { checkTokenParams } from '../token-params.js';
import { hasOwnCredentials } from './placement.js';
import type { Target, Targets } from './target.js';

// Which requests a token is due for, and which token that is.

type Config = InternalAxiosRequestConfig;

export type AskTokenParams = (config: Config) => TokenParams | undefined;

export interface AdmissionRules {
  placement: TokenPlacement;
  targets: Targets;
  /** The API's address comes with the token: where the request goes is only known then. */
  addressFollows: boolean;
}

export type Admission =
  | { due: true; target: Target | undefined }
  | { due: false; reason: TokenEvents['request:skipped']['reason']; origin?: string | undefined };

const NO_TOKEN_YET: Admission = { due: true, target: undefined };

/**
 * @throws TokenConfigError for a `token` that is neither `false` nor an object, InsecureTransportError for an allowed origin over
 * plain http
 */
export function admit(config: Config, { placement, targets, addressFollows }: AdmissionRules): Admission {
  const { token } = config;
  if (token === false) return { due: false, reason: 'token-false' };
  if (token !== undefined && (typeof token !== 'object' || (token as unknown) === null)) {
    throw new TokenConfigError(
      `The request option \`token\` must be false or an object such as { scope }; got ${describeType(token)}.`,
      { option: 'token' },
    );
  }
  if (hasOwnCredentials(config, placement)) return { due: false, reason: 'own-credentials' };
  if (addressFollows) return NO_TOKEN_YET;
  const target = targets.of(config);
  return target.allowed ? { due: true, target } : { due: false, reason: 'origin', origin: target.origin };
}

/** What the request itself asks for, checked: a misspelt `scope` would fetch the wrong token. */
export function ownParams({ token }: Config): TokenParams | undefined {
  if (token === undefined || token === false) return undefined;
  checkTokenParams('token', token);
  return token;
}

export function generalParams(config: Config, tokenParams: AskTokenParams | undefined): TokenParams | undefined {
  const params = tokenParams?.(config) as (TokenParams & { then?: unknown }) | null | undefined;
  if (params === undefined) return undefined;
  if (typeof params?.then === 'function') {
    throw new TokenConfigError('tokenParams must return its object at once; got a promise.', { option: 'tokenParams' });
  }
  checkTokenParams('tokenParams', params);
  return params;
}
