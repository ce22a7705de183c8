import type { AxiosError } from 'axios';
import { parseText } from '../answer.js';
import type { TokenRequest } from '../contract.js';
import { type TokenError, TokenResponseError } from '../errors.js';
import { printableText, printableUrl, textsIn } from '../redact.js';
import { describeType } from '../token.js';
import { parseUrl } from '../transport.js';
import { refusal } from './refusal.js';
import { readAnswer } from './token-endpoint.js';
import { transportFault } from './transport-fault.js';

/**
 * What an AxiosError of a function source means: as with our own requests, and without its config, which holds the secret.
 *
 * @param now ms since the epoch
 */
export function requestFault(error: AxiosError, request: TokenRequest, now: number): TokenError {
  const url = parseUrl(error.config?.url, error.config?.baseURL);
  const endpoint = url ? printableUrl(url) : 'The token endpoint';
  const secrets = [...sentBy(error.config ?? {}, url), ...textsIn(request.previous?.accessToken)];
  if (!error.response) return transportFault(error, endpoint, secrets);
  return refusal(readAnswer(error.response), { endpoint, secrets, now }, undefined);
}

/** What a function source returned is no token. Names are shown, never values. */
export function wrongResult(result: unknown): TokenResponseError {
  if (typeof result !== 'object' || result === null) {
    return new TokenResponseError(
      `The token source must return a token or { accessToken, expiresInMs?, expiresAt? }; got ${describeType(result)}.`,
    );
  }
  const given = Object.keys(result).map((name) => printableText(name.slice(0, 40)));
  return new TokenResponseError(
    `The token source returned { ${given.join(', ')} }; it must return { accessToken, expiresInMs?, expiresAt?, response? }.`,
  );
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
