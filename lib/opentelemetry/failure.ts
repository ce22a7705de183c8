import type { Attributes } from '@opentelemetry/api';
import { ERROR_TYPE, STATUS_CODE } from './names.js';
import { isTokenError } from '../errors.js';

/** Why there is no token, as an error of the package says it, or an event. */
export interface Failure {
  readonly code: string;
  readonly message?: string | undefined;
  readonly status?: number | undefined;
  readonly error?: string | undefined;
}

export function failureOf(error: unknown): Failure {
  return isTokenError(error) ? error : { code: 'ERR_TOKEN_SOURCE' };
}

/** What is registered as the `error` of a token or revocation endpoint: RFC 6749, 7009, 8628, 8707, 9396, 9449, 9470, OpenID Connect. */
const REGISTERED = new Set([
  'access_denied',
  'authorization_pending',
  'expired_token',
  'insufficient_user_authentication',
  'interaction_required',
  'invalid_authorization_details',
  'invalid_client',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_token_type',
  'use_dpop_nonce',
]);

/**
 * `error.type` has to be one of few values, and a server may write any text where the `error` stands. So it is that one only where
 * it is registered; otherwise our own code, with the status beside it.
 */
export function failureAttributes({ code, status, error }: Failure): Attributes {
  return {
    [ERROR_TYPE]: error !== undefined && REGISTERED.has(error) ? error : code,
    ...(status === undefined ? {} : { [STATUS_CODE]: status }),
  };
}
