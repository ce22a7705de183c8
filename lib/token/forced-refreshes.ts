import { uselessRefreshPause } from './backoff.js';

interface UselessRun {
  count: number;
  until: number;
  /** The last few tokens that were counted: a late refusal of one is no news. */
  counted: string[];
}

const MOST_ORIGINS = 100;
const MOST_COUNTED = 8;
/** A token refused this soon after the last one was dropped shows that the drop did not help. */
const PROBATION_MS = 60_000;
const BUDGET = 5;
const BUDGET_REFILL_MS = 10_000;

/**
 * The brake on refreshes that API rejections force, for one key. A forced refresh is useless when its token is rejected too (an
 * API that says 401 for "no permission"): after one, the origin may force no more for a pause that doubles. Where a new token
 * ends the old one, useful ones have a budget as well, or two holders of one credential log each other out forever.
 */
export class ForcedRefreshes {
  readonly #budgeted: boolean;
  readonly #useless = new Map<string, UselessRun>();
  readonly #dropped = new Map<string, number>();
  #spent = 0;
  #refilledAt = 0;

  constructor(budgeted: boolean) {
    this.#budgeted = budgeted;
  }

  /** @param now monotonic ms */
  isPaused(origin: string, now: number): boolean {
    const run = this.#useless.get(origin);
    return (run !== undefined && now < run.until) || (this.#budgeted && this.#spentAt(now) >= BUDGET);
  }

  started(now: number): void {
    if (this.#budgeted) this.#spent = this.#spentAt(now) + 1;
  }

  /** Counted once a token, however many calls it was refused for. */
  useless(origin: string, accessToken: string, now: number): void {
    const run = this.#useless.get(origin);
    if (run?.counted.includes(accessToken)) return;
    const counted = [...(run?.counted ?? []), accessToken].slice(-MOST_COUNTED);
    const count = (run?.count ?? 0) + 1;
    bounded(this.#useless, origin, { count, until: now + uselessRefreshPause(count), counted });
  }

  /**
   * Whether a token may be dropped that was refused to a request which cannot show, by a resend, whether a new one helps. It did
   * not if the token that came after the last drop is refused, too: then that one is kept for the pause.
   */
  mayDrop(origin: string, accessToken: string, now: number): boolean {
    if (this.isPaused(origin, now)) return false;
    const droppedAt = this.#dropped.get(origin) ?? -Infinity;
    const isTheLastKept = this.#useless.get(origin)?.counted.at(-1) === accessToken;
    if (now - droppedAt < PROBATION_MS && !isTheLastKept) {
      this.useless(origin, accessToken, now);
      return false;
    }
    bounded(this.#dropped, origin, now);
    return true;
  }

  useful(origin: string): void {
    this.#useless.delete(origin);
  }

  clear(): void {
    this.#useless.clear();
    this.#dropped.clear();
    this.#spent = 0;
  }

  #spentAt(now: number): number {
    if (this.#spent === 0) {
      this.#refilledAt = now;
      return 0;
    }
    const refills = Math.floor((now - this.#refilledAt) / BUDGET_REFILL_MS);
    this.#refilledAt += refills * BUDGET_REFILL_MS;
    this.#spent = Math.max(0, this.#spent - refills);
    return this.#spent;
  }
}

/** Origins may be without end where a function allows them: the one noted longest ago goes. */
function bounded<T>(map: Map<string, T>, origin: string, value: T): void {
  map.delete(origin);
  map.set(origin, value);
  const [oldest] = map.keys();
  if (map.size > MOST_ORIGINS && oldest !== undefined) map.delete(oldest);
}
