import type { Clock } from '../../lib/clock.js';
import type { LeaseRequest, StoreRecord, TokenStore } from '../../lib/store.js';
import { memoryStore } from '../../lib/testing/memory-store.js';

/** A timer of the time line, and whose it is; the network's and the endpoint's own belong to nobody. */
interface Timer {
  readonly due: number;
  readonly run: () => void;
  readonly machine: Machine | undefined;
}

/** The one time in which everything happens. It moves only when it is told to. */
export class TimeLine {
  readonly #timers = new Set<Timer>();
  #now = 5000;

  get now(): number {
    return this.#now;
  }

  /** Lets everything happen that needs no time. */
  settle(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  after(ms: number, run: () => void, machine?: Machine): Timer {
    const timer = { due: this.#now + Math.max(0, ms), run, machine };
    this.#timers.add(timer);
    return timer;
  }

  clear(timer: Timer): void {
    this.#timers.delete(timer);
  }

  pendingOf(machine: Machine): number {
    return [...this.#timers].filter((timer) => timer.machine === machine).length;
  }

  /** The timers that come due run one by one, each when it is due; those of a machine that stands still wait until it goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(next.due, this.#now);
      next.run();
      await this.settle();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const { machine, due } = timer;
      if (machine?.isDead) this.#timers.delete(timer);
      else if (due <= end && !machine?.isPaused && (!next || due < next.due)) next = timer;
    }
    return next;
  }
}

/** What a process runs on: clocks of its own, and a life that can end or stand still at any moment. */
export class Machine implements Clock {
  readonly #line: TimeLine;
  readonly #origin: number;
  #wallAhead: number;
  #arrived: (() => void)[] = [];
  #pausedAt: number | undefined;
  #pausedMs = 0;
  isDead = false;

  constructor(line: TimeLine, origin: number, wallAhead: number) {
    this.#line = line;
    this.#origin = origin;
    this.#wallAhead = Date.UTC(2030, 0, 1) + wallAhead;
  }

  readonly now = (): number => this.#line.now + this.#wallAhead;
  readonly monotonic = (): number => this.#line.now - this.#origin;
  readonly setTimeout = (run: () => void, ms: number): unknown => this.#line.after(ms, run, this);
  readonly clearTimeout = (timer: unknown): void => {
    this.#line.clear(timer as Timer);
  };

  get isPaused(): boolean {
    return this.#pausedAt !== undefined;
  }

  /** How long it has stood still, all in all. */
  get pausedMs(): number {
    return this.#pausedMs + (this.#pausedAt === undefined ? 0 : this.#line.now - this.#pausedAt);
  }

  setWall(ms: number): void {
    this.#wallAhead += ms;
  }

  /** Something comes in from outside. */
  deliver(run: () => void): void {
    if (this.isDead) return;
    if (this.isPaused) this.#arrived.push(run);
    else run();
  }

  pause(): void {
    this.#pausedAt ??= this.#line.now;
  }

  /** Goes on where it stood: first with the timers that are overdue, then with what has come in, as Node's event loop does. */
  async resume(): Promise<void> {
    this.#pausedMs = this.pausedMs;
    this.#pausedAt = undefined;
    await this.#line.advance(0);
    for (const run of this.#arrived.splice(0)) {
      run();
      await this.#line.settle();
    }
  }
}

/** What becomes of the next message to the store, or the next of one kind: ms on the way there and back; `undefined`: lost. */
export interface Fate {
  only?: keyof TokenStore | undefined;
  there: number | undefined;
  back: number | undefined;
  /** The machine dies of it: nothing that comes after is done. */
  isLast?: boolean;
}

export type StoreState = 'up' | 'refusing' | 'silent' | 'paused';

/** What the model wants to know of what the store does. */
export interface Watcher {
  /** A record stands there now; `now` is the store's clock. */
  wrote(key: string, record: StoreRecord, now: number, machine: Machine): void;
}

/** One store, and the way to it from every machine. */
export class Network {
  readonly #line: TimeLine;
  readonly #watcher: Watcher;
  readonly #latency: number;
  readonly #wakes: boolean;
  readonly #make: (now: () => number) => TokenStore;
  readonly #fates = new Map<Machine, Fate[]>();
  readonly #queue: (() => void)[] = [];
  #store: TokenStore;
  #clockAhead = Date.UTC(2030, 0, 1);
  #state: StoreState = 'up';
  /** How far its clock has been set, all in all, whichever way. */
  shiftedMs = 0;
  /** How often it has started with nothing. */
  generation = 0;

  constructor(
    line: TimeLine,
    watcher: Watcher,
    options: { latency: number; wakes: boolean; make?: ((now: () => number) => TokenStore) | undefined },
  ) {
    this.#line = line;
    this.#watcher = watcher;
    this.#latency = options.latency;
    this.#wakes = options.wakes;
    this.#make = options.make ?? ((now) => memoryStore({ now }));
    this.#store = this.#empty();
  }

  /** The store as one machine sees it. */
  storeOf(machine: Machine): TokenStore {
    const send = <T>(operation: keyof TokenStore, run: () => Promise<T>): Promise<T> =>
      this.#send(machine, operation, run);
    return {
      read: (key) => send('read', () => this.#store.read(key)),
      lease: (key, request: LeaseRequest) => send('lease', () => this.#store.lease(key, request)),
      write: (key, record, owner) =>
        send('write', async () => {
          const written = this.#store.write(key, record, owner);
          const { record: there } = await this.#store.read(key);
          if (there?.version === record.version)
            this.#watcher.wrote(key, record, this.#line.now + this.#clockAhead, machine);
          return written;
        }),
      fail: (key, failure, owner) => send('fail', () => this.#store.fail(key, failure, owner)),
      release: (key, owner) => send('release', () => this.#store.release(key, owner)),
      remove: (key, version) => send('remove', () => this.#store.remove(key, version)),
      changed: this.#wakes ? (key, signal) => this.#changed(machine, key, signal) : undefined,
    };
  }

  /** The next messages of a machine have these fates, one each. */
  destine(machine: Machine, fates: Fate[]): void {
    this.#fates.set(machine, fates);
  }

  set state(state: StoreState) {
    this.#state = state;
    if (state === 'up') for (const run of this.#queue.splice(0)) run();
  }

  /** It starts again with nothing. What is on its way meets the new one. */
  restart(): void {
    this.#store = this.#empty();
    this.generation += 1;
  }

  /** Another machine takes over, with a clock of its own. */
  setClock(ms: number): void {
    this.#clockAhead += ms;
    this.shiftedMs += Math.abs(ms);
  }

  heal(): void {
    this.state = 'up';
    this.#fates.clear();
  }

  leaseLeftMs = async (key: string): Promise<number> => (await this.#store.read(key)).leaseLeftMs;

  #empty(): TokenStore {
    return this.#make(() => this.#line.now + this.#clockAhead);
  }

  #send<T>(machine: Machine, operation: keyof TokenStore, run: () => Promise<T>): Promise<T> {
    if (machine.isDead) return new Promise(() => undefined);
    const fates = this.#fates.get(machine) ?? [];
    const found = fates.findIndex(({ only = operation }) => only === operation);
    const [fate] = found < 0 ? [] : fates.splice(found, 1);
    if (fate?.isLast) machine.isDead = true;
    const { there, back } = fate ?? { there: this.#latency, back: this.#latency };
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void): void => {
        this.#pass(back, () => {
          machine.deliver(settle);
        });
      };
      const execute = (): void => {
        if (this.#state === 'silent') return;
        if (this.#state === 'paused') {
          this.#queue.push(execute);
          return;
        }
        if (this.#state === 'refusing') {
          answer(() => {
            reject(new Error('ECONNREFUSED'));
          });
          return;
        }
        void run().then((value) => {
          answer(() => {
            resolve(value);
          });
        });
      };
      this.#pass(there, execute);
    });
  }

  #pass(ms: number | undefined, run: () => void): void {
    if (ms === 0) run();
    else if (ms !== undefined) this.#line.after(ms, run);
  }

  async #changed(machine: Machine, key: string, signal: AbortSignal): Promise<void> {
    const store = this.#store;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve();
      });
      void store.changed?.(key, signal).then(() => {
        const wasHeard = this.#state === 'up' && store === this.#store && this.#latency < 50;
        if (wasHeard)
          this.#pass(this.#latency, () => {
            machine.deliver(resolve);
          });
      });
    });
  }
}
