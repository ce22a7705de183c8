import type { Clock } from '../../lib/index.js';
import { turn } from './turn.js';

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that moves when a test says so. Timers run in order, each followed by a turn of the event loop. */
export class ManualClock implements Clock {
  readonly #start = Date.UTC(2030, 0, 1);
  readonly #timers = new Map<number, Timer>();
  #now = this.#start;
  #ids = 0;

  readonly now = (): number => this.#now;

  readonly monotonic = (): number => this.#now - this.#start;

  readonly setTimeout = (run: () => void, ms: number): number => {
    this.#timers.set(++this.#ids, { at: this.#now + Math.max(0, ms), run });
    return this.#ids;
  };

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  /** Timers that are still due. */
  get pending(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [id, timer] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, timer.at);
      timer.run();
      await turn();
    }
    this.#now = end;
    await turn();
  }

  #next(end: number): [number, Timer] | undefined {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
  }
}
