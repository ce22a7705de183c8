import axios from 'axios';
import type { Clock } from '../clock.js';
import type { FetchedToken, FetchToken, TokenRequest } from '../contract.js';
import { isTokenError, oneLine, TokenError } from '../errors.js';
import { createToken, isToken, type Token } from '../token.js';

/**
 * Asks a source, whatever it is made of, for a token. Its result is checked, and everything it throws becomes a `TokenError`: the
 * AxiosErrors of `request.http` are classified as our own requests' are, and never surface, since their config holds the secret.
 */
export async function fetchFrom(fetchToken: FetchToken, request: TokenRequest, clock: Clock): Promise<Token> {
  const sentAt = clock.now();
  let fetched: Token | FetchedToken;
  try {
    fetched = await fetchToken(request);
  } catch (error) {
    throw await tokenError(error, request, clock);
  }
  if (isToken(fetched)) return fetched;
  const { accessToken, expiresInMs, expiresAt, response } = (fetched as FetchedToken | null | undefined) ?? {};
  const givesNoEnd = expiresInMs === undefined && expiresAt === undefined;
  if (accessToken === undefined || (givesNoEnd && Object.keys(fetched).some(looksLikeExpiry)))
    throw (await import('./source-fault.js')).wrongResult(fetched);
  return createToken({
    accessToken,
    issuedAt: sentAt,
    lifetimeMs: finite(expiresInMs),
    expiresAt: finite(expiresAt instanceof Date ? expiresAt.getTime() : expiresAt),
    response: response ?? fetched,
  });
}

/** A misspelt one would make the token live until it is rejected. */
function looksLikeExpiry(name: string): boolean {
  return /expir|ttl|lifetime/i.test(name) && name !== 'expiresInMs' && name !== 'expiresAt';
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

async function tokenError(error: unknown, request: TokenRequest, clock: Clock): Promise<TokenError> {
  if (isTokenError(error)) return error;
  if (request.signal.aborted && isTokenError(request.signal.reason)) return request.signal.reason;
  if (!axios.isAxiosError(error)) {
    return new TokenError(`The token source failed: ${oneLine(error)}`, { code: 'ERR_TOKEN_SOURCE', cause: error });
  }
  const { requestFault } = await import('./source-fault.js');
  return requestFault(error, request, clock.now());
}
