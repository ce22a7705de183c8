import { TokenResponseError } from './errors.js';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** An access token. It prints as `[Token, expires …]`; neither JSON nor `util.inspect` shows what must stay secret. */
export interface Token {
  /** The token itself: a secret. */
  readonly accessToken: string;
  /** When the token request was sent, in ms since the epoch. */
  readonly issuedAt: number;
  /** When its life ends, in ms since the epoch; `undefined`: it lives until an API rejects it. */
  readonly expiresAt: number | undefined;
  /** The endpoint's whole answer, for what comes with a token (`instance_url` …). Never printed: it holds the token. */
  readonly response: unknown;
}

/** What tells one token from another under the same credentials. Each combination has a token of its own. */
export interface TokenParams {
  /** What the token is for (RFC 6749 §3.3); an array is joined by the endpoint's separator. Default: the `scope` of the source. */
  scope?: string | string[] | undefined;
  /** Which API the token is for. Default: the `audience` of the source. */
  audience?: string | undefined;
  /** Which API the token is for, by its URI (RFC 8707 §2). Default: the `resource` of the source. */
  resource?: string | string[] | undefined;
  /** Whose credentials are asked for: reaches the source's functions, and is not sent by itself. */
  tenant?: string | undefined;
  /** Further parameters of the token request. */
  params?: Record<string, unknown> | undefined;
  /** Scopes beyond `scope`, or beyond the source's own: both are asked for. */
  extraScope?: string | string[] | undefined;
  /**
   * Whom the request is made for: a token of theirs, for `tokenExchange()` and the source's functions. Keys are made of a hash of
   * it.
   */
  subjectToken?: string | undefined;
}

/** 400 days: a longer life is a server's mistake, and counts as not given. */
export const LONGEST_LIFETIME_MS = 400 * 24 * 60 * 60 * 1000;

class OpaqueToken implements Token {
  // Private fields and prototype getters: a spread, a clone or a serialiser finds nothing to copy.
  readonly #accessToken: string;
  readonly #response: unknown;
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;

  constructor(accessToken: string, issuedAt: number, expiresAt: number | undefined, response: unknown) {
    this.#accessToken = accessToken;
    this.#response = response;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
    Object.freeze(this);
  }

  get accessToken(): string {
    return this.#accessToken;
  }

  get response(): unknown {
    return this.#response;
  }

  toString(): string {
    const end =
      this.expiresAt === undefined ? 'valid until rejected' : `expires ${new Date(this.expiresAt).toISOString()}`;
    return `[Token, ${end}]`;
  }

  toJSON(): Record<string, unknown> {
    return { issuedAt: this.issuedAt, expiresAt: this.expiresAt };
  }

  [INSPECT](): string {
    return this.toString();
  }
}

export interface TokenFields {
  accessToken: string;
  issuedAt: number;
  /** Relative life in ms; wins over `expiresAt`. Absurd values count as not given. */
  lifetimeMs?: number | undefined;
  expiresAt?: number | undefined;
  response?: unknown;
}

/** Makes a token of what a source found, after checking that it can be put into a header. */
export function createToken({ accessToken, issuedAt, lifetimeMs, expiresAt, response }: TokenFields): Token {
  assertUsable(accessToken);
  const lifetime =
    plausibleLifetime(lifetimeMs) ?? plausibleLifetime(expiresAt === undefined ? undefined : expiresAt - issuedAt);
  return new OpaqueToken(accessToken, issuedAt, lifetime === undefined ? undefined : issuedAt + lifetime, response);
}

export function isToken(value: unknown): value is Token {
  return value instanceof OpaqueToken;
}

/** RFC 6750 §2.1 in spirit: visible ASCII only. Anything else could split a header, or is not a token at all. */
function assertUsable(accessToken: unknown): asserts accessToken is string {
  if (typeof accessToken !== 'string' || accessToken === '') {
    throw new TokenResponseError(
      `The access token must be a non-empty string; got ${accessToken === '' ? 'an empty string' : describeType(accessToken)}.`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new TokenResponseError(
      'The access token holds characters that cannot be sent in a header (spaces, line breaks, control or non-ASCII characters). ' +
        'Does the source return more than the token, such as "Bearer …"?',
    );
  }
}

/** A lifetime in ms if it is one that a server can mean: a finite number above zero, at most 400 days. */
export function plausibleLifetime(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 && ms <= LONGEST_LIFETIME_MS ? ms : undefined;
}

/** The type of a value for a message, never the value: it may be a secret. */
export function describeType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const type = typeof value;
  return type === 'undefined' ? 'undefined' : `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
