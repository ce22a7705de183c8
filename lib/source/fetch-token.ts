import axios from 'axios';
import { parseText } from '../answer.js';
import type { Clock } from '../clock.js';
import type { FetchedToken, FetchToken, TokenRequest } from '../contract.js';
import { isTokenError, oneLine, TokenError, TokenResponseError } from '../errors.js';
import { printableText, printableUrl, textsIn } from '../redact.js';
import { createToken, describeType, isToken, type Token } from '../token.js';
import { parseUrl } from '../transport.js';
import { refusal } from './refusal.js';
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
  const names = Object.keys(fetched);
  const looksLikeExpiry = names.find((name) => /expir|ttl|lifetime/i.test(name) && !EXPIRY_FIELDS.includes(name));
  if (
    accessToken === (undefined as unknown) ||
    (looksLikeExpiry !== undefined && expiresInMs === undefined && expiresAt === undefined)
  ) {
    const given = names.map((name) => printableText(name.slice(0, 40))).join(', ');
    throw new TokenResponseError(
      `The token source returned { ${given} }; it must return { accessToken, expiresInMs?, expiresAt?, response? }.`,
    );
  }
  return createToken({
    accessToken,
    issuedAt: sentAt,
    lifetimeMs: finite(expiresInMs),
    expiresAt: finite(expiresAt instanceof Date ? expiresAt.getTime() : expiresAt),
    response: response ?? fetched,
  });
}

const EXPIRY_FIELDS = ['expiresInMs', 'expiresAt'];

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function tokenError(error: unknown, request: TokenRequest, clock: Clock): TokenError {
  if (isTokenError(error)) return error;
  if (request.signal.aborted && isTokenError(request.signal.reason)) return request.signal.reason;
  if (!axios.isAxiosError(error)) {
    return new TokenError(`The token source failed: ${oneLine(error)}`, { code: 'ERR_TOKEN_SOURCE', cause: error });
  }
  const url = parseUrl(error.config?.url, error.config?.baseURL);
  const endpoint = url ? printableUrl(url) : 'The token endpoint';
  const secrets = [...sentBy(error.config ?? {}, url), ...textsIn(request.previous?.accessToken)];
  if (!error.response) return transportError(error, endpoint, secrets);
  return refusal(readAnswer(error.response), { endpoint, secrets, now: clock.now() }, undefined);
}

/** Every text that a function sent with a request of its own: any of them may be the secret, and an answer may repeat it. */
function sentBy({ data, headers, auth, params }: Sent, url: URL | undefined): string[] {
  const body = typeof data === 'string' ? [parseText(data, ''), data] : data;
  const fields = textsIn([body, { ...(headers as object | undefined) }, auth, params, url?.searchParams]);
  const login = fields.map((text) => /^Basic +(\S+)$/i.exec(text)?.[1]).filter((text) => text !== undefined);
  const parts = login.flatMap(decodedBasic).flatMap((text) => [text, ...text.split(':')]);
  return [...fields, ...login, ...parts].filter((text) => text.length >= 6 && !KNOWN.test(text));
}

interface Sent {
  data?: unknown;
  headers?: unknown;
  auth?: unknown;
  params?: unknown;
}

function decodedBasic(login: string): string[] {
  try {
    return [atob(login)];
  } catch {
    return [];
  }
}

/** Words of the protocol are no secrets, and messages without them say nothing. */
const KNOWN =
  /^(client_?credentials?|client_?id|client_?secret|grant_?type|scope|audience|resource|application\/.*|axios\/.*|gzip.*|identity)$/i;
