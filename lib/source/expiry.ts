import { at } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import { LONGEST_LIFETIME_MS, plausibleLifetime } from '../token.js';
import { noteFactories, aString, checkOptions, milliseconds, oneOf, fault } from '../validate.js';

/**
 * Reads a token's life out of the endpoint's answer: from the moment of the request, or its end. `undefined`: the token lives until an
 * API rejects it.
 */
export type Expiry = (
  answer: EndpointAnswer,
  accessToken: string,
) =>
  | {
      /** In ms from the moment of the request. */
      expiresInMs: number;
    }
  | {
      /** Epoch ms or seconds, told apart by their size; a date or its text. */
      expiresAt: number | string | Date;
    }
  | undefined;

/** Seconds, minutes, milliseconds, or clock text such as `"1:00:00"`. */
export type ExpiryUnit = 's' | 'min' | 'ms' | 'h:m:s';

const UNIT_MS = { s: 1000, min: 60_000, ms: 1 } as const;

/**
 * Relative life by path, as a number or as text. A unit behind the digits wins (`"3600 seconds"`, `"15 minutes"`, `"7d"`); other words
 * are dropped.
 *
 * @param path default `'expires_in'` (RFC 6749 §5.1)
 * @param options in what unit the number is
 * @param options.unit default `'s'`; `'h:m:s'` reads clock text such as `"1:00:00"`
 * @throws TokenConfigError for an option that is misspelt or wrong
 * @example
 * ```ts
 * import { expiresIn } from 'axios-client-credentials';
 *
 * const expiry = expiresIn('data.ttl', { unit: 'min' }); // { "data": { "ttl": 30 } }
 * ```
 */
export function expiresIn(path = 'expires_in', options: { unit?: ExpiryUnit | undefined } = {}): Expiry {
  checkOptions('expiresIn', { path }, { path: aString });
  checkOptions('expiresIn', options, { unit: oneOf('s', 'min', 'ms', 'h:m:s') });
  const { unit = 's' } = options;
  return ({ body }) => {
    const value = at(body, path);
    const ms = unit === 'h:m:s' ? clockText(value) : scaled(quantity(value), unitIn(value) ?? UNIT_MS[unit]);
    return ms === undefined ? undefined : { expiresInMs: ms };
  };
}

/**
 * The end of life by path: epoch seconds or ms (told apart by their size), as a number or as text, or a date text (UTC where it names no
 * zone). It is measured against the answer's own `Date` header, where there is one.
 *
 * @param path default `'expires_at'`
 * @throws TokenConfigError for a path that is no text
 */
export function expiresAt(path = 'expires_at'): Expiry {
  checkOptions('expiresAt', { path }, { path: aString });
  return ({ body }) => {
    const end = instant(at(body, path));
    return end === undefined ? undefined : { expiresAt: end };
  };
}

/** The `exp` claim of a token that is a JWT (RFC 7519 §4.1.4). Its signature is not looked at. */
export function jwtExpiry(): Expiry {
  return (_answer, accessToken) => {
    const exp = quantity(at(jwtPayload(accessToken), 'exp'));
    return exp === undefined ? undefined : { expiresAt: exp * 1000 };
  };
}

/**
 * A life known from the provider's documents.
 *
 * @param ms from the moment of the request; at most 400 days
 * @throws TokenConfigError for what is no such number
 */
export function lifetime(ms: number): Expiry {
  const must = milliseconds(1, LONGEST_LIFETIME_MS)(ms);
  if (must !== undefined) throw fault('lifetime', 'ms', must, ms);
  return () => ({ expiresInMs: ms });
}

/** The token is used until an API rejects it. */
export function neverExpires(): Expiry {
  return () => undefined;
}

const chain = [expiresIn(), expiresAt(), expiresAt('expires_on'), jwtExpiry()];

/**
 * The life of a token, as what a source returns. Absolute times are measured against the answer's own `Date` header where there
 * is one, so that a skewed clock here does no harm; a time in the past, or an absurd one, counts as not given.
 *
 * @param expiry default: `expires_in`, else `expires_at` or `expires_on`, else the token's own `exp`
 * @param now ms since the epoch
 */
export function lifeOf(answer: EndpointAnswer, accessToken: string, now: number, expiry?: Expiry): number | undefined {
  for (const read of expiry ? [expiry] : chain) {
    const life = read(answer, accessToken);
    if (life === undefined) continue;
    const ms = 'expiresInMs' in life ? quantity(life.expiresInMs) : untilThen(life.expiresAt, answer, now);
    const plausible = plausibleLifetime(ms);
    if (plausible !== undefined) return plausible;
  }
  return undefined;
}

function untilThen(end: number | string | Date, { headers }: EndpointAnswer, now: number): number | undefined {
  const then = instant(end);
  const serverNow = headers.date === undefined ? NaN : Date.parse(headers.date);
  return then === undefined ? undefined : then - (Number.isNaN(serverNow) ? now : serverNow);
}

/** A number, or digits with nothing but words behind them. Never sums on strings. */
function quantity(value: unknown): number | undefined {
  const text = typeof value === 'string' ? /^\s*(\d+(?:\.\d+)?)[\sa-z]*$/i.exec(value)?.[1] : undefined;
  const number = typeof value === 'number' ? value : text === undefined ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const UNIT_WORDS: [RegExp, number][] = [
  [/^(ms|msecs?|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
];

/** The unit behind digits, in ms. */
function unitIn(value: unknown): number | undefined {
  const word = typeof value === 'string' ? /^[\s\d.]+([a-z]+)/i.exec(value)?.[1]?.toLowerCase() : undefined;
  return word === undefined ? undefined : UNIT_WORDS.find(([words]) => words.test(word))?.[1];
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function clockText(value: unknown): number | undefined {
  const parts = typeof value === 'string' ? /^\s*(\d+):(\d{1,2})(?::(\d{1,2}))?\s*$/.exec(value) : null;
  if (!parts) return undefined;
  const [, hours, minutes, seconds] = parts.map((part: string | undefined) => Number(part ?? 0));
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

/** Below this an epoch is in seconds: as ms it would lie in 1973, as seconds in the year 5138. */
const SMALLEST_EPOCH_MS = 1e11;

function instant(value: unknown): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  const epoch = quantity(value);
  if (epoch !== undefined) return epoch < SMALLEST_EPOCH_MS ? epoch * 1000 : epoch;
  const parsed = typeof value === 'string' ? dateText(value) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** A date text that names no time zone means UTC: it must not depend on where this process runs. */
function dateText(text: string): number {
  const isDay = /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(text); // UTC by itself
  const whole = text.replace(/(:\d{2}(?:\.\d+)?[+-]\d{2})\s*$/, '$1:00');
  const hasZone = /([a-z]|:\d{2}(\.\d+)?\s*[+-]\d{2}:?\d{2})\)?\s*$/i.test(whole) && !/\b[ap]m\s*$/i.test(whole);
  if (hasZone || isDay) return Date.parse(whole);
  return Date.parse(
    /^\d{4}-\d{2}-\d{2}[T ][\d:.]+\s*$/.test(text) ? `${text.trim().replace(' ', 'T')}Z` : `${text} UTC`,
  );
}

function jwtPayload(accessToken: string): unknown {
  const [, payload, signature] = accessToken.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as unknown;
  } catch {
    return undefined;
  }
}

noteFactories({ expiresIn, expiresAt, jwtExpiry, lifetime, neverExpires });
