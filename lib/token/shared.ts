import type { Failure } from './entries.js';
import {
  TokenEndpointError,
  type TokenError,
  type TokenErrorCode,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../errors.js';
import { createToken, type Token } from '../token.js';

// Tokens and failures as texts in a store. What cannot be read, by damage or from another version of the package, is not there.

const FORMAT = 1;

/** A refresh token is a secret of the process that got it. */
const OWN_SECRET = /^refresh_?token$/i;
const HOLDS_OWN_SECRET = /refresh_?token/i;

/** `undefined`: what came with the token is no plain data, so it cannot be shared. */
export function tokenText({ accessToken, response }: Token): string | undefined {
  const plain = typeof response === 'string' && HOLDS_OWN_SECRET.test(response) ? undefined : response;
  try {
    return JSON.stringify({ format: FORMAT, accessToken, response: plain }, (name, value: unknown) =>
      OWN_SECRET.test(name) ? undefined : value,
    );
  } catch {
    return undefined;
  }
}

export function tokenFrom(
  text: string | undefined,
  life: { issuedAt: number; lifetimeMs: number | undefined },
): Token | undefined {
  try {
    const { format, accessToken, response } = JSON.parse(text ?? '') as Record<string, unknown>;
    if (format !== FORMAT) return undefined;
    return createToken({ accessToken: accessToken as string, response, ...life });
  } catch {
    return undefined; // its message would quote the text
  }
}

/** What the processes of a fleet tell each other about a failure. */
export interface SharedFailure extends Pick<Failure, 'error' | 'count'> {
  /** The endpoint has said it: it holds for everybody. What one machine could not reach is its own affair at first. */
  isAnswer: boolean;
}

const kinds: Partial<Record<TokenErrorCode, (message: string, details: ErrorDetails) => TokenError>> = {
  ERR_TOKEN_ENDPOINT: (message, details) => new TokenEndpointError(message, details),
  ERR_TOKEN_RESPONSE: (message, details) => new TokenResponseError(message, details),
  ERR_TOKEN_NETWORK: (message, details) => new TokenNetworkError(message, details),
  ERR_TOKEN_TIMEOUT: (message, details) => new TokenTimeoutError(message, details),
};

type ErrorDetails = ConstructorParameters<typeof TokenEndpointError>[1];

/** `undefined` for what is wrong in this process alone, such as its configuration. */
export function failureText({ error, count }: Failure): string | undefined {
  if (!kinds[error.code]) return undefined;
  const { code, message, permanent } = error;
  const { status, error: name, errorDescription, errorUri } = error as Partial<TokenEndpointError>;
  return JSON.stringify({
    format: FORMAT,
    code,
    message,
    permanent,
    status,
    error: name,
    errorDescription,
    errorUri,
    count,
  });
}

export function failureFrom(text: string, retryAt: number): SharedFailure | undefined {
  try {
    const told = JSON.parse(text) as Record<string, unknown>;
    const { format, code, message, count } = told;
    const make = Object.hasOwn(kinds, code as string) ? kinds[code as TokenErrorCode] : undefined;
    if (format !== FORMAT || !make || typeof message !== 'string') return undefined;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return undefined;
    const { status, error, errorDescription, errorUri } = told;
    const details = {
      status: typeof status === 'number' ? status : 0,
      error: ifText(error),
      errorDescription: ifText(errorDescription),
      errorUri: ifText(errorUri),
      permanent: told.permanent === true,
      retryAt,
    };
    return {
      error: make(message, details),
      count,
      isAnswer: code === 'ERR_TOKEN_ENDPOINT' || code === 'ERR_TOKEN_RESPONSE',
    };
  } catch {
    return undefined;
  }
}

function ifText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
