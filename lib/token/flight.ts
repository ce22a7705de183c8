import { type Clock, LONGEST_TIMER_MS, ref, unref } from '../clock.js';
import { ownCopy, TokenTimeoutError } from '../errors.js';
import type { Token } from '../token.js';

/** How one waiting call can leave before the token is there. */
export interface Waiter {
  /** How long the call would wait, in ms; `undefined`: as long as it takes. */
  timeoutMs?: number | undefined;
  /** Calls `abandon` when the call wants to go (abort, timeout). Returns what stops listening. */
  leave?(abandon: (reason: unknown) => void): () => void;
}

export type FlightOutcome = { token: Token; error?: undefined } | { token?: undefined; error: unknown };

export interface FlightPlan {
  id: number;
  clock: Clock;
  deadlineMs: number;
  run: (flight: Flight) => Promise<Token>;
  /** Runs exactly once, before anybody who waits hears of it, and has the last word. */
  land: (flight: Flight, arrived: FlightOutcome) => FlightOutcome;
  /** What it is waiting for, in words. */
  holdUp: () => string;
  /** Somebody waits now who can be kept waiting no longer than needed. */
  urgent: (flight: Flight) => void;
}

/**
 * One acquisition of a token, shared by everybody who needs it. A caller who leaves takes only himself away; the flight ends by
 * its own result or at its own deadline, whichever comes first, and what arrives after that is not heard.
 */
export class Flight {
  readonly id: number;
  readonly #plan: FlightPlan;
  readonly #abort = new AbortController();
  readonly #deadline: unknown;
  readonly #dueAt: number;
  readonly #result: Promise<Token>;
  #end!: (arrived: FlightOutcome) => void;
  #waiting = 0;

  constructor(plan: FlightPlan) {
    this.id = plan.id;
    this.#plan = plan;
    this.#result = new Promise((resolve, reject) => {
      let ended = false;
      this.#end = (arrived) => {
        if (ended) return;
        ended = true;
        plan.clock.clearTimeout(this.#deadline);
        const { token, error } = plan.land(this, arrived);
        if (token) resolve(token);
        else reject(error);
      };
    });
    this.#result.catch(() => undefined); // nobody may be waiting; `land` has reported it
    this.#dueAt = plan.clock.monotonic() + plan.deadlineMs;
    this.#deadline = plan.clock.setTimeout(
      () => {
        this.#lapse();
      },
      Math.min(plan.deadlineMs, LONGEST_TIMER_MS),
    );
    unref(this.#deadline);
  }

  /** Begins the work. Apart from the constructor, so that the flight is in its slot before the first line of it runs. */
  start(): void {
    this.#plan.run(this).then(
      (token) => {
        this.#end({ token });
      },
      (error: unknown) => {
        this.#end({ error });
      },
    );
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** How many calls wait for nothing but this. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Ends the flight if its time is over and its timer has not run yet: in a process that was frozen, calls come before timers. */
  lapseIfOverdue(): void {
    if (this.#plan.clock.monotonic() > this.#dueAt) this.#lapse();
  }

  #lapse(): void {
    const { deadlineMs, holdUp } = this.#plan;
    this.cancel(
      new TokenTimeoutError(
        `No token after ${Math.round(deadlineMs)} ms (tokenTimeoutMs, queueing and all attempts included): ${holdUp()}.`,
      ),
    );
  }

  /** Ends the flight now, for everybody. */
  cancel(reason: unknown): void {
    this.#end({ error: reason });
    this.#abort.abort(reason);
  }

  /** Waits for the token. Whoever waits keeps the process alive, as an open request would. */
  join(waiter?: Waiter): Promise<Token> {
    if (this.#waiting++ === 0) {
      ref(this.#deadline);
      this.#plan.urgent(this);
    }
    return unlessLeft(this.#result, waiter, () => {
      if (--this.#waiting === 0) unref(this.#deadline);
    });
  }

  /** Looks on without counting as somebody who waits for nothing else: the token, or `undefined` when the flight has failed. */
  outcome(): Promise<Token | undefined> {
    this.#plan.urgent(this);
    return this.#result.catch(() => undefined);
  }
}

/** Waits as long as the waiter wants to. @param gone runs once, whichever way the wait ends */
export function unlessLeft<T>(outcome: Promise<T>, waiter: Waiter | undefined, gone: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    let stop: (() => void) | undefined;
    const end =
      <V>(then: (value: V) => void) =>
      (value: V): void => {
        if (over) return;
        over = true;
        stop?.();
        gone();
        then(value);
      };
    stop = waiter?.leave?.(end(reject));
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- changes in the callbacks above
    if (over) stop?.(); // had left before it was asked: its signal was already aborted
    outcome.then(
      end(resolve),
      end((error: unknown) => {
        reject(ownCopy(error));
      }),
    );
  });
}
