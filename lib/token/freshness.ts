/** Ages (ms since the token was requested) at which a token changes its state. */
export interface Schedule {
  staleAt: number;
  criticalAt: number;
  expiredAt: number;
}

/**
 * - `fresh`: use it. - `stale`: use it, and refresh in the background. - `critical`: wait a little for the refresh, then use it.
 * - `expired`: wait.
 *
 * @inline
 */
export type Freshness = 'fresh' | 'stale' | 'critical' | 'expired';

const LONGEST_LEAD_MS = 5 * 60_000;
const LEAD_SHARE = 0.2;
const LONGEST_CRITICAL_MS = 10_000;
const CRITICAL_SHARE = 0.05;
const JITTER_SHARE = 0.1;

/**
 * The windows scale with the lifetime, so that a token of two seconds is cached and renewed like one of a day.
 *
 * @param lifetimeMs life from the moment of the request; `undefined`: until rejected
 * @param refreshAheadMs lead of the early refresh, at most half the lifetime; default 20 % of the lifetime, at most 5 minutes
 * @param jitter 0 … 1, drawn once a token: moves the early refresh forward by up to 10 % of the lead, so that processes spread
 */
export function schedule(lifetimeMs: number | undefined, refreshAheadMs: number | undefined, jitter: number): Schedule {
  if (lifetimeMs === undefined) return { staleAt: Infinity, criticalAt: Infinity, expiredAt: Infinity };
  const lead =
    refreshAheadMs === undefined
      ? Math.min(LEAD_SHARE * lifetimeMs, LONGEST_LEAD_MS)
      : Math.min(refreshAheadMs, lifetimeMs / 2);
  const critical = Math.min(LONGEST_CRITICAL_MS, CRITICAL_SHARE * lifetimeMs, lead);
  return {
    staleAt: lifetimeMs - lead - JITTER_SHARE * lead * jitter,
    criticalAt: lifetimeMs - critical,
    expiredAt: lifetimeMs,
  };
}

export function freshness({ staleAt, criticalAt, expiredAt }: Schedule, ageMs: number): Freshness {
  if (ageMs < staleAt) return 'fresh';
  if (ageMs >= expiredAt) return 'expired';
  return ageMs >= criticalAt ? 'critical' : 'stale';
}
