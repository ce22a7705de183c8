import type { Entry } from './entries.js';
import { type Clock, LONGEST_TIMER_MS, unref } from '../clock.js';
import type { Reissue } from '../contract.js';
import { builtin } from '../runtime.js';

/** However short a token lives, it is not renewed more often than this without anybody asking. */
const SHORTEST_PAUSE_MS = 1000;

/**
 * Renews a token when its early refresh is due, though no call asks for it. One timer a key, which ends when the key goes; what it
 * starts is the same flight that a call would start.
 */
export class KeepWarm {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #reissue: Reissue | undefined;
  readonly #setTimeout: Clock['setTimeout'];

  /** @param idleMs a key that no call has used for so long is left alone until one does; may be `Infinity` */
  constructor(clock: Clock, idleMs: number, reissue: Reissue | undefined) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#reissue = reissue;
    const later: Clock['setTimeout'] = (run, ms) => clock.setTimeout(run, ms);
    // In the async context in which the handle was made: that of the call that asked first is over, and would never be let go.
    this.#setTimeout = builtin('node:async_hooks')?.AsyncResource.bind(later) ?? later;
  }

  /**
   * A flight has landed: when is the next one due?
   *
   * @param ageMs age of the token held
   */
  plan(entry: Entry, ageMs: number | undefined, renew: () => void): void {
    const clock = this.#clock;
    clock.clearTimeout(entry.warmTimer);
    const now = clock.monotonic();
    const dueInMs = this.#dueIn(entry, ageMs, now);
    if (dueInMs === undefined) return;
    const due = now + Math.max(dueInMs, SHORTEST_PAUSE_MS);
    // A timer runs up to two milliseconds early: it counts whole ones, from when the turn of the event loop began.
    const wait = (): void => {
      const leftMs = due - clock.monotonic();
      if (leftMs > 0) {
        entry.warmTimer = this.#setTimeout(wait, Math.min(leftMs, LONGEST_TIMER_MS));
        unref(entry.warmTimer);
        return;
      }
      if (clock.monotonic() - (entry.usedAt ?? -Infinity) <= this.#idleMs) renew();
    };
    wait();
  }

  /** `undefined`: not before a call asks. */
  #dueIn({ held, failure, noEarlyRefreshBefore }: Entry, ageMs: number | undefined, now: number): number | undefined {
    // Asking again with what was refused could lock the client out.
    if (failure?.error.permanent) return undefined;
    const pauseMs = failure ? failure.until - now : 0;
    if (!held || ageMs === undefined) return failure && pauseMs;
    const { staleAt, criticalAt, expiredAt } = held.schedule;
    const leftMs = expiredAt - ageMs;
    if (leftMs === Infinity) return undefined;
    if (leftMs <= 0) return failure && pauseMs; // it came too late to be of use: the next one may, too
    const aheadMs = (this.#reissue === 'same' ? criticalAt : staleAt) - ageMs;
    return Math.max(Math.min(Math.max(aheadMs, noEarlyRefreshBefore - now), leftMs), pauseMs);
  }
}
