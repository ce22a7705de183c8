import { type Entry, subjectOf } from './entries.js';
import type { Sharing } from './fleet.js';
import type { Freshness } from './freshness.js';

/** State of one key, for a person or a health endpoint. Never a token or a secret. */
export interface TokenStatus {
  /** Short id, the same as in events. */
  key: string;
  /** What its tokens are asked for with, beyond the source. */
  scope?: string | string[] | undefined;
  /** Whose tokens these are. */
  tenant?: string | undefined;
  /** Calls are served: a valid token is held, or no failure stands in the way of getting one. */
  ok: boolean;
  /**
   * What becomes of a call: it uses the token (`fresh`), uses it while one is renewed in the background (`stale`), waits a little for that
   * (`critical`), or waits for a new one (`expired`; `empty`: there is none).
   */
  state: 'empty' | Freshness;
  /** When the token was requested, in ms since the epoch. */
  issuedAt?: number | undefined;
  /** When it ends, in ms since the epoch; `undefined`: when an API rejects it. */
  expiresAt?: number | undefined;
  /** A token is on its way. */
  refreshing: boolean;
  /** Calls that wait for a token. */
  waiting: number;
  /** Token requests in a row that failed. */
  failures: number;
  /** When the next token request may start, in ms since the epoch. */
  retryAt?: number | undefined;
  /** Code of the last failure. */
  lastError?: string | undefined;
  /**
   * With a `store`: the token is that of the whole fleet (`shared`), of this process alone (`local`), or the store is out of reach
   * for now (`degraded`).
   */
  store?: Sharing | undefined;
}

/** @param now monotonic ms */
export function statusOf(entry: Entry, state: TokenStatus['state'], now: number): TokenStatus {
  const { held, flight, failure } = entry;
  return {
    ...subjectOf(entry),
    ok: !failure || (state !== 'empty' && state !== 'expired'),
    state,
    issuedAt: held?.token.issuedAt,
    expiresAt: held?.token.expiresAt,
    refreshing: flight !== undefined,
    waiting: flight?.waiting ?? 0,
    failures: failure?.count ?? 0,
    retryAt: failure && failure.until > now ? failure.error.retryAt : undefined,
    lastError: failure?.error.code,
  };
}
