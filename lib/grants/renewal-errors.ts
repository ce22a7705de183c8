import {
  isTokenError,
  oneLine,
  ownCopy,
  TokenError,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../errors.js';
import { printableText } from '../redact.js';
import { describeType } from '../token.js';

// What a call is told when a refresh token, or the answer to it, is in doubt.

/** It stays one of its class: no answer at all, none in time, or none that could be read. */
export function lostAnswer(error: unknown): TokenError {
  const known = isTokenError(error) ? error : undefined;
  const Kind = KINDS.find((kind) => known instanceof kind) ?? TokenNetworkError;
  const what = known
    ? known.message
    : `It could not be read to its end (${error instanceof Error ? error.name : typeof error}).`;
  return new Kind(
    `The answer to a token request with a refresh token was lost: ${what} Nobody knows whether that refresh token is spent now. ` +
      'It is not sent again by itself, since a server that takes each one once would take it for stolen, and end the login. ' +
      'Let the user sign in again, so that `refreshToken` is another one; or try this one on purpose, with `refresh()` (after `invalidate()` while a failure is remembered). ' +
      'If the server forgives a second use, say for how long with `gracePeriodMs`.',
    { permanent: true, cause: known?.cause },
  );
}

const KINDS = [TokenTimeoutError, TokenResponseError, TokenNetworkError];

/** An error after which the same refresh token may be sent again. */
export function mayPass(error: unknown): unknown {
  return isTokenError(error) ? Object.assign(ownCopy(error) as TokenError, { permanent: false }) : error;
}

/** What the callback threw may quote what it was to write. */
export function notSaved(error: unknown, secrets: readonly string[]): TokenError {
  const said = error instanceof Error ? oneLine(error) : typeof error === 'string' ? error : describeType(error);
  const reason = printableText(said, secrets);
  const { code } = (error ?? {}) as { code?: unknown };
  const cause = Object.assign(new Error(reason), typeof code === 'string' ? { code } : {});
  return new TokenError(
    `\`save\` failed, so the new refresh token is not written down: ${reason}. It is kept in memory, with the token that it came with, ` +
      'and saved again before anything else is asked for. If this process ends before that, the user must sign in again.',
    { code: 'ERR_TOKEN_SOURCE', cause },
  );
}
