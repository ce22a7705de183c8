import { failurePause } from './backoff.js';
import { type Clock, unref } from '../clock.js';
import { oneLine } from '../errors.js';
import type { Emit } from '../events.js';
import type { TokenStore } from '../store.js';

export interface StoreCallsOptions {
  store: TokenStore;
  /** Of one acquisition. No call of the store takes more than a tenth of it. */
  tokenTimeoutMs: number;
  clock: Clock;
  random: () => number;
  emit: Emit;
}

const DEFAULT_TIMEOUT_MS = 100;
/** A timer may be late because the process was busy, not the store: the answers that are here get their turn before it counts. */
const GRACE_MS = 5;

/**
 * The way to a store that may be slow or gone. Every call is bounded. After one has failed, the store is left alone for 1 s,
 * doubling to 30 s; then a single call finds out whether it is back, while the others go without.
 */
export class StoreCalls {
  readonly #options: StoreCallsOptions;
  readonly #pending = new Set<Promise<unknown>>();
  #failures = 0;
  #failingSince = 0;
  #until = -Infinity;
  #probing = false;

  constructor(options: StoreCallsOptions) {
    this.#options = options;
  }

  /** The last call failed, and none has succeeded since. */
  get isDegraded(): boolean {
    return this.#failures > 0;
  }

  /**
   * What the store says; `undefined`: nothing, and an event has told why.
   *
   * @param late what to do about an answer that came when nobody waited for it any more
   */
  async ask<T extends object>(
    operation: keyof TokenStore,
    run: (store: TokenStore) => Promise<T>,
    late?: (answer: T) => void,
  ): Promise<T | undefined> {
    const { store, clock } = this.#options;
    if (this.#failures > 0 && (this.#probing || clock.monotonic() < this.#until)) return undefined;
    const isProbe = this.#failures > 0;
    this.#probing = isProbe;
    // A store of the user's own may throw at once.
    const call = this.#bounded(
      Promise.resolve(store).then((one) => run(one)),
      late,
    );
    this.#pending.add(call);
    try {
      const answer = await call;
      if (isProbe) this.#recovered();
      return answer;
    } catch (error) {
      this.#failed(operation, error, isProbe);
      return undefined;
    } finally {
      this.#pending.delete(call);
      if (isProbe) this.#probing = false;
    }
  }

  /** The same for what is said in passing, and gives no answer. */
  tell(operation: keyof TokenStore, run: (store: TokenStore) => Promise<unknown>): void {
    void this.ask(operation, async (store) => {
      await run(store);
      return {};
    });
  }

  /** The same, also while the store is left alone: once, and how it ends is of no importance. */
  insist(run: (store: TokenStore) => Promise<unknown>): void {
    const call = Promise.resolve(this.#options.store).then(run);
    call.catch(() => undefined);
  }

  /** Resolves when what stands under a key may have changed; a store that cannot tell never does. */
  changed(key: string, signal: AbortSignal): Promise<void> | undefined {
    const { store } = this.#options;
    if (!store.changed || this.isDegraded) return undefined;
    try {
      return store.changed(key, signal).catch(() => new Promise<void>(() => undefined));
    } catch {
      return undefined;
    }
  }

  /** When nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #bounded<T>(call: Promise<T>, late?: (answer: T) => void): Promise<T> {
    const { clock, store, tokenTimeoutMs } = this.#options;
    const ms = Math.min(store.timeoutMs ?? DEFAULT_TIMEOUT_MS, tokenTimeoutMs / 10);
    return new Promise((resolve, reject) => {
      let isLate = false;
      const wait = (delay: number, then: () => void): void => {
        timer = clock.setTimeout(then, delay);
        unref(timer);
      };
      let timer: unknown;
      const due = clock.monotonic() + ms;
      wait(ms, () => {
        const stalledMs = clock.monotonic() - due;
        wait(Math.max(GRACE_MS, Math.min(stalledMs, ms)), () => {
          isLate = true;
          reject(new Error(`no answer within ${ms} ms`));
        });
      });
      call.then(
        (answer) => {
          if (isLate) late?.(answer);
          clock.clearTimeout(timer);
          resolve(answer);
        },
        (error: unknown) => {
          clock.clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  #failed(operation: keyof TokenStore, error: unknown, isProbe: boolean): void {
    const { clock, random, emit } = this.#options;
    const now = clock.monotonic();
    if (this.#failures > 0 && !isProbe) return; // was under way when another one failed
    if (this.#failures === 0) this.#failingSince = now;
    this.#failures += 1;
    const retryInMs = Math.round(failurePause(this.#failures, true, random));
    this.#until = now + retryInMs;
    emit('store:error', () => ({ operation, message: oneLine(error), retryInMs }));
  }

  #recovered(): void {
    const { clock, emit } = this.#options;
    const failures = this.#failures;
    this.#failures = 0;
    emit('store:recovered', () => ({ failures, durationMs: Math.round(clock.monotonic() - this.#failingSince) }));
  }
}
