import type { Clock } from '../../lib/clock.js';

/** A timer of the fake clock, as Node makes them: it can be told not to keep the process alive. */
export class FakeTimer {
  #keepsAlive = true;

  constructor(
    readonly due: number,
    readonly run: () => void,
  ) {}

  get keepsAlive(): boolean {
    return this.#keepsAlive;
  }

  ref(): this {
    this.#keepsAlive = true;
    return this;
  }

  unref(): this {
    this.#keepsAlive = false;
    return this;
  }
}

/**
 * Time that moves only when it is told to. Wall clock and monotonic clock have different origins, so that a value of one that is
 * taken for the other shows, and can be moved apart. Timers follow the monotonic clock, as Node's do.
 */
export class FakeClock implements Clock {
  readonly #timers = new Set<FakeTimer>();
  #monotonic = 5000;
  #wall = Date.UTC(2030, 0, 1);

  // Bound, because a clock's functions are also passed on by themselves.
  readonly now = (): number => this.#wall;
  readonly monotonic = (): number => this.#monotonic;

  readonly setTimeout = (run: () => void, ms: number): FakeTimer => {
    const timer = new FakeTimer(this.#monotonic + Math.max(0, ms), run);
    this.#timers.add(timer);
    return timer;
  };

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as FakeTimer);
  };

  /** Timers that have neither run nor been cleared. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Those of them that would keep a process alive. */
  get keepingAlive(): number {
    return [...this.#timers].filter((timer) => timer.keepsAlive).length;
  }

  /** Lets everything happen that needs no time: promises, microtasks. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves both clocks on, and runs the timers that come due one by one, each when it is due, and what follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#moveTo(Math.max(next.due, this.#monotonic));
      next.run();
      await this.settle();
    }
    this.#moveTo(end);
  }

  /** Sets the wall clock forward, or back with a negative number. No time passes. */
  shiftWall(ms: number): void {
    this.#wall += ms;
  }

  /** The machine sleeps: the wall clock goes on; neither the monotonic clock nor any timer does. */
  suspend(ms: number): void {
    this.shiftWall(ms);
  }

  /** The busy event loop, or a clock that counts sleep: time passes on both clocks before any timer has a chance to run. */
  leap(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #next(end: number): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#timers) if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    return next;
  }
}
