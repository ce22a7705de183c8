import axios from 'axios';
import type { Clock } from '../clock.js';
import type { FetchedToken, FetchToken, TokenRequest } from '../contract.js';
import { isTokenError, TokenError, TokenResponseError } from '../errors.js';
import { printableUrl } from '../redact.js';
import { createToken, describeType, isToken, type Token } from '../token.js';
import { parseUrl } from '../transport.js';
import { refusal } from './response.js';
import { readAnswer, transportError } from './token-endpoint.js';

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
    throw tokenError(error, request, clock);
  }
  if (isToken(fetched)) return fetched;
  if (typeof fetched !== 'object' || (fetched as unknown) === null) {
    throw new TokenResponseError(
      `The token source must return a token or { accessToken, expiresInMs?, expiresAt? }; got ${describeType(fetched)}.`,
    );
  }
  const { accessToken, expiresInMs, expiresAt, response } = fetched;
  return createToken({
    accessToken,
    issuedAt: sentAt,
    lifetimeMs: finite(expiresInMs),
    expiresAt: finite(expiresAt instanceof Date ? expiresAt.getTime() : expiresAt),
    response: response ?? fetched,
  });
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function tokenError(error: unknown, request: TokenRequest, clock: Clock): TokenError {
  if (isTokenError(error)) return error;
  if (request.signal.aborted && isTokenError(request.signal.reason)) return request.signal.reason;
  if (!axios.isAxiosError(error)) {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : describeType(error);
    return new TokenError(`The token source failed: ${said}`, { code: 'ERR_TOKEN_SOURCE', cause: error });
  }
  const url = parseUrl(error.config?.url, error.config?.baseURL);
  const endpoint = url ? printableUrl(url) : 'The token endpoint';
  const secrets = secretsIn(error.config);
  if (!error.response) return transportError(error, endpoint, secrets);
  return refusal(readAnswer(error.response), { endpoint, secrets, now: clock.now() }, undefined);
}

/** Every text of some length that a function sent: any of them may be the secret, and an answer may repeat it. */
function secretsIn(
  config: { data?: unknown; headers?: unknown; auth?: unknown; params?: unknown } | undefined,
): string[] {
  const texts: string[] = [];
  const collect = (value: unknown, depth: number): void => {
    if (typeof value === 'string') texts.push(...value.split(/[&=:,"{}\s]+/));
    else if (value instanceof URLSearchParams) texts.push(...value.values());
    else if (typeof value === 'object' && value !== null && depth < 4)
      for (const inner of Object.values(value)) collect(inner, depth + 1);
  };
  for (const part of [config?.data, config?.headers, config?.auth, config?.params]) collect(part, 0);
  return texts.flatMap((text) => [text, decoded(text)]).filter((text) => text.length >= 6 && !KNOWN.test(text));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
}

/** Words of the protocol are no secrets, and messages without them say nothing. */
const KNOWN =
  /^(client_?credentials?|client_?id|client_?secret|grant_?type|scope|audience|resource|basic|bearer|accept|application\/.*|content-type|user-agent|axios\/.*|authorization|gzip|identity)$/i;
