import type { Clock } from '../../lib/clock.js';
import type { TokenEventName, TokenEvents } from '../../lib/events.js';
import type { StoreReading, TokenStore } from '../../lib/store.js';
import { memoryStore } from '../../lib/testing/index.js';
import { createToken, type Token } from '../../lib/token.js';
import type { Entry } from '../../lib/token/entries.js';
import { Fleet } from '../../lib/token/fleet.js';
import type { Attempt } from '../../lib/token/acquisition.js';
import { type ManagerOptions, TokenManager } from '../../lib/token/manager.js';
import { FakeClock, type FakeTimer } from '../support/fake-clock.js';
import { HOUR, SECOND, transient } from './rig.js';
import { StoreLine } from './store-line.js';

// Several processes in one: each has a manager, clocks and a line to the store of its own; time passes for all of them alike.

/** The clocks of one process. Its wall clock may be wrong, and its monotonic clock begins anywhere. */
class ProcessClock implements Clock {
  readonly #timers = new Set<FakeTimer>();
  readonly #time: FakeClock;
  readonly #origin: number;
  #wrongBy: number;
  #isDead = false;

  constructor(time: FakeClock, wrongBy: number, origin: number) {
    this.#time = time;
    this.#wrongBy = wrongBy;
    this.#origin = origin;
  }

  readonly now = (): number => this.#time.now() + this.#wrongBy;
  readonly monotonic = (): number => this.#time.monotonic() + this.#origin;

  readonly setTimeout = (run: () => void, ms: number): FakeTimer | undefined => {
    if (this.#isDead) return undefined;
    const timer = this.#time.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return timer;
  };

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as FakeTimer);
    this.#time.clearTimeout(timer);
  };

  get pending(): number {
    return this.#timers.size;
  }

  shiftWall(ms: number): void {
    this.#wrongBy += ms;
  }

  die(): void {
    this.#isDead = true;
    for (const timer of this.#timers) this.clearTimeout(timer);
  }
}

/** One request to the token endpoint, answered by the test. */
export interface FleetRequest {
  readonly by: Process;
  readonly attempt: Attempt;
  /** A token that lives for an hour from when it was asked for, unless told otherwise; `null`: until rejected. */
  answer(accessToken?: string, lifetimeMs?: number | null, response?: unknown): Promise<Token>;
  /** The very token, whatever it says. */
  give(token: Token): Promise<void>;
  fail(error?: unknown): Promise<void>;
}

export interface ProcessOptions extends Partial<ManagerOptions> {
  /** How wrong its wall clock is, in ms. */
  wrongBy?: number;
  /** What tells its credential from others. */
  identity?: string;
  keyOf?: (entry: Entry, signal: AbortSignal) => Promise<string>;
}

export class Process {
  readonly clock: ProcessClock;
  readonly line: StoreLine;
  readonly fleet: Fleet;
  readonly manager: TokenManager;
  readonly requests: FleetRequest[] = [];
  readonly events: { name: TokenEventName; event: TokenEvents[TokenEventName] }[] = [];
  identity: string;
  isDead = false;
  readonly #world: FleetWorld;

  constructor(world: FleetWorld, options: ProcessOptions) {
    const { wrongBy = 0, identity = 'secret', keyOf, ...managerOptions } = options;
    this.#world = world;
    this.identity = identity;
    this.clock = new ProcessClock(world.time, wrongBy, 1_000_000 * world.processes.length);
    this.line = new StoreLine(world.store);
    const settings: Omit<ManagerOptions, 'fleet'> = {
      fetch: (attempt) => this.#fetch(attempt),
      promote: () => undefined,
      reissue: 'independent',
      refreshAheadMs: undefined,
      tokenTimeoutMs: 10 * SECOND,
      maxKeys: 1000,
      clock: this.clock,
      random: () => 0,
      emit: (name, describe) => this.events.push({ name, event: describe() }),
      ...managerOptions,
    };
    const { clock, random, emit, tokenTimeoutMs } = settings;
    this.fleet = new Fleet({
      store: this.line,
      keyOf: keyOf ?? ((entry) => Promise.resolve(`${this.identity}/${entry.key}`)),
      tokenTimeoutMs,
      clock,
      random,
      emit,
    });
    this.manager = new TokenManager({ fleet: () => Promise.resolve(this.fleet), ...settings });
  }

  get entry(): Entry {
    return this.manager.entry();
  }

  last(): FleetRequest {
    return this.requests.at(-1)!;
  }

  named<Name extends TokenEventName>(name: Name): TokenEvents[Name][] {
    return this.events.filter((event) => event.name === name).map(({ event }) => event as TokenEvents[Name]);
  }

  /** As SIGKILL does it: no timer, no answer, no further word. */
  die(): void {
    this.isDead = true;
    this.clock.die();
    this.line.cut();
  }

  #fetch(attempt: Attempt): Promise<Token> {
    const issuedAt = this.clock.now();
    const { time } = this.#world;
    attempt.begun();
    return new Promise((resolve, reject) => {
      this.requests.push({
        by: this,
        attempt,
        async answer(accessToken = `token-${++made}`, lifetimeMs = HOUR, response) {
          const token = createToken({ accessToken, issuedAt, lifetimeMs: lifetimeMs ?? undefined, response });
          resolve(token);
          await time.settle();
          return token;
        },
        async give(token) {
          resolve(token);
          await time.settle();
        },
        async fail(error = transient()) {
          reject(error);
          await time.settle();
        },
      });
    });
  }
}

let made = 0;

export interface FleetWorldOptions {
  /** How wrong the store's clock is, in ms. */
  storeWrongBy?: number;
  /** Whether the store wakes those who wait. Default: it does. */
  wakes?: boolean;
  leaseMs?: number;
  timeoutMs?: number;
}

export class FleetWorld {
  readonly time = new FakeClock();
  readonly store: TokenStore;
  readonly processes: Process[] = [];
  #storeWrongBy: number;

  constructor({ storeWrongBy = 0, wakes = true, leaseMs, timeoutMs }: FleetWorldOptions = {}) {
    this.#storeWrongBy = storeWrongBy;
    const store = memoryStore({ now: this.storeNow, leaseMs, timeoutMs });
    this.store = wakes ? store : { ...store, changed: undefined };
  }

  readonly storeNow = (): number => this.time.now() + this.#storeWrongBy;

  shiftStoreClock(ms: number): void {
    this.#storeWrongBy += ms;
  }

  process(options: ProcessOptions = {}): Process {
    const one = new Process(this, options);
    this.processes.push(one);
    return one;
  }

  /** Every request that any process has sent to the token endpoint. */
  get requests(): FleetRequest[] {
    return this.processes.flatMap(({ requests }) => requests);
  }

  advance(ms: number): Promise<void> {
    return this.time.advance(ms);
  }

  settle(): Promise<void> {
    return this.time.settle();
  }

  /** What stands in the store for the key of plain requests. */
  standing(identity = 'secret'): Promise<StoreReading> {
    return this.store.read(`${identity}/`);
  }

  /** A process has a token, and the store has it, too. */
  async begun(one: Process, accessToken?: string, lifetimeMs?: number | null): Promise<Token> {
    const call = one.manager.obtain(one.entry);
    await this.settle();
    await one.last().answer(accessToken, lifetimeMs);
    return call;
  }
}

const worlds: FleetWorld[] = [];

/** Whatever a test did: processes that were closed have no timer, no call to the store, and nobody who listens there. */
afterEach(async () => {
  for (const { processes, time } of worlds.splice(0)) {
    for (const { manager, clock, line, isDead } of processes) {
      if (isDead) continue;
      line.heal();
      await manager.close();
      await time.settle();
      expect({ timers: clock.pending, listening: line.listening }).toEqual({ timers: 0, listening: 0 });
    }
  }
});

export function fleetWorld(options?: FleetWorldOptions): FleetWorld {
  const world = new FleetWorld(options);
  worlds.push(world);
  return world;
}
