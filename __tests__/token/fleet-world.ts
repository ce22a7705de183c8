import { isTokenError } from '../../lib/errors.js';
import type { TokenStore } from '../../lib/store.js';
import type { Token } from '../../lib/token.js';
import { Fleet } from '../../lib/token/fleet.js';
import { type Renewal, TokenManager } from '../../lib/token/manager.js';
import { FleetEndpoint, LIFETIME } from './fleet-endpoint.js';
import { type Fate, Machine, Network, TimeLine } from './fleet-network.js';
import { API, SECOND } from './rig.js';

const DEADLINE = 10 * SECOND;
/** 2 s for an early refresh, 2 s of a pause, a flight until its deadline; and looks into the store, which are bounded. */
const LONGEST_WAIT = 2 * SECOND + 2 * SECOND + DEADLINE + SECOND;
/** How long one operation of a store is waited for, with the time that a late timer gives it. */
const STORE_MS = 110;

/** One process of the fleet. */
interface Process {
  machine: Machine;
  manager: TokenManager;
}

interface Wait {
  process: Process;
  key: number;
  at: number;
  pausedMs: number;
  /** A valid token has been held ever since. (A wall clock that is set back revives one that had expired.) */
  wasValid: boolean;
}

export interface WorldOptions {
  processes: number;
  /** One way to the store, in ms. */
  storeMs: number;
  /** The store has `changed`. */
  wakes: boolean;
  /** `undefined`: it answers when it is told to. */
  endpointMs: number | undefined;
  random: () => number;
  /** Every call must be served: nothing is wrong but the store. */
  strict?: boolean;
  /** How far apart the wall clocks are. */
  skewMs: number;
  make?: ((now: () => number) => TokenStore) | undefined;
}

/**
 * A fleet of processes around one store and one token endpoint, and callers that do in each what the plugin does. What must hold at
 * any time is noted in `broken` where it does not:
 *
 * - No record takes the place of one that was issued later, also after that was removed; and `issuedAt` is true: not later than
 *   the request, and earlier by no more than one wait for the store and what the process stood still.
 * - No call gets a token of another key or credential.
 * - No call gets a token past its life, unless it came from the endpoint while the call waited, by more than one wait for the
 *   store and what the store's clock was set.
 * - No call fails while its process holds a valid token, and has ever since the call began; none waits beyond its deadline.
 * - With `strict`, none fails at all.
 */
export class FleetWorld {
  readonly line = new TimeLine();
  readonly broken: string[] = [];
  readonly endpoint: FleetEndpoint;
  readonly network: Network;
  readonly #options: WorldOptions;
  readonly #processes: Process[];
  readonly #gone: Process[] = [];
  readonly #waits = new Set<Wait>();
  /** By key in the store. */
  readonly #newest = new Map<string, { issuedAt: number; generation: number }>();
  #credential = 0;
  #wallAhead = 0;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.endpoint = new FleetEndpoint(this.line, options.endpointMs);
    this.network = new Network(
      this.line,
      {
        wrote: (key, record, now, machine) => {
          this.#wrote(key, record, now, machine);
        },
      },
      { latency: options.storeMs, wakes: options.wakes, make: options.make },
    );
    this.#processes = Array.from({ length: options.processes }, () => this.#process());
  }

  /** A call through the plugin: peek or wait, send, and renew when the token is refused: once more if another process had brought what is refused as well. */
  async call(which: number, key: number): Promise<Token | undefined> {
    const process = this.#at(which);
    const { manager, machine } = process;
    if (machine.isPaused || machine.isDead) return undefined;
    const entry = manager.entry({ tenant: String(key) });
    const { revocations } = this.endpoint;
    const ready = manager.peek(entry);
    if (ready) this.#given(process, key, ready, this.line.now);
    const token = ready ?? (await this.#wait(process, key, true, () => manager.obtain(entry)));
    if (!token || !this.endpoint.isRevoked(token)) return token;
    const renewal = await this.#renewed(process, key, token);
    if (!renewal?.token) return undefined;
    const isBorrowed = renewal.isShared && this.endpoint.isRevoked(renewal.token);
    const last = isBorrowed ? await this.#renewed(process, key, renewal.token) : renewal;
    if (!last?.token) return undefined;
    const accepted = !this.endpoint.isRevoked(last.token);
    if (this.#options.strict && !accepted && revocations === this.endpoint.revocations)
      this.broken.push('a call was refused to the end, by one revocation');
    return accepted ? last.token : undefined;
  }

  async #renewed(process: Process, key: number, refused: Token): Promise<Renewal | undefined> {
    const { manager } = process;
    const entry = manager.entry({ tenant: String(key) });
    const renewal = await this.#wait(process, key, false, () => manager.renew(entry, refused, API));
    if (renewal?.token && renewal.forced)
      manager.resent(entry, API, renewal.token, !this.endpoint.isRevoked(renewal.token));
    return renewal;
  }

  async refresh(which: number, key: number): Promise<void> {
    const process = this.#at(which);
    if (process.machine.isPaused || process.machine.isDead) return;
    const entry = process.manager.entry({ tenant: String(key) });
    await this.#wait(process, key, false, () => process.manager.refresh(entry));
  }

  invalidate(which: number): void {
    const { machine, manager } = this.#at(which);
    if (!machine.isPaused && !machine.isDead) manager.invalidate();
  }

  machine(which: number): Machine {
    return this.#at(which).machine;
  }

  /** It dies without a word; what it has sent arrives. */
  crash(which: number): void {
    this.machine(which).isDead = true;
  }

  destine(which: number, fates: Fate[]): void {
    this.network.destine(this.machine(which), fates);
  }

  /** It cannot reach the token endpoint. */
  cutOff(which: number): void {
    this.endpoint.cutOff(this.machine(which));
  }

  /** From here on every process has another secret; flights that are under way end with the old one. */
  rotate(): void {
    this.#credential += 1;
  }

  /** After everything else that a step has caused. */
  async check(): Promise<void> {
    await this.line.advance(0);
    this.#bury();
    for (const wait of this.#waits) {
      wait.wasValid &&= this.#holdsValid(wait.process, wait.key);
      const { machine } = wait.process;
      const waited = this.line.now - wait.at - (machine.pausedMs - wait.pausedMs);
      if (!machine.isPaused && waited > LONGEST_WAIT) this.broken.push('a call waits beyond its deadline');
    }
  }

  /** The faults are over, and so is all that they can leave behind: what pauses, what is held. */
  async heal(): Promise<void> {
    this.endpoint.heal();
    this.network.heal();
    for (const { machine } of this.#processes) await machine.resume();
    await this.line.advance(LIFETIME + 61 * SECOND + this.network.shiftedMs);
    await this.check();
  }

  /** Every process needs a token at the same time. */
  async everybody(key: number): Promise<void> {
    const before = this.endpoint.asked.length;
    const calls = this.#processes.map((_, which) => this.call(which, key));
    await this.line.advance(LONGEST_WAIT);
    const tokens = new Set((await Promise.all(calls)).map((token) => token?.accessToken));
    const requests = this.endpoint.asked.length - before;
    if (tokens.size !== 1 || tokens.has(undefined))
      this.broken.push(`not one token after the faults: ${[...tokens].join()}`);
    if (requests !== 1) this.broken.push(`${requests} token requests for one token after the faults`);
    const states = this.#processes.flatMap(({ manager }) => manager.inspect());
    const shared = states.filter(({ state, store }) => state !== 'expired' && store === 'shared');
    if (shared.length < this.#processes.length) this.broken.push('a token that is not shared after the faults');
  }

  /** @param gently closed while everything works: then no lease is left either */
  async close(gently: boolean): Promise<void> {
    this.#bury();
    const closing = this.#processes.map(async ({ machine, manager }) => {
      await manager.close();
      machine.isDead = gently; // the client of the store is closed next
    });
    await this.line.advance(2 * STORE_MS);
    await Promise.all(closing);
    await this.line.advance(gently ? 0 : 10 * LIFETIME);
    await this.check();
    if (this.#waits.size > 0) this.broken.push('a call still waits after close');
    for (const { machine } of this.#processes) {
      if (this.line.pendingOf(machine) > 0) this.broken.push('a timer is left after close');
    }
    for (const key of this.#newest.keys()) {
      if ((await this.network.leaseLeftMs(key)) > 0) this.broken.push('a lease is left after close');
    }
  }

  #at(which: number): Process {
    return this.#processes[which % this.#processes.length]!;
  }

  #process(): Process {
    // Wall clocks on both sides of the right time, and monotonic clocks that begin anywhere.
    const n = this.#wallAhead++;
    const machine = new Machine(this.line, n * 777, (n % 2 ? 1 : -1) * this.#options.skewMs * n);
    const { random } = this.#options;
    const tokenTimeoutMs = DEADLINE;
    const emit = (_: unknown, describe: () => unknown): void => void describe();
    const store = this.network.storeOf(machine);
    let fleet: Fleet | undefined;
    const keyOf = ({ params }: { params: unknown }): Promise<string> =>
      Promise.resolve(`${this.#credential}/${(params as { tenant: string }).tenant}`);
    const manager = new TokenManager({
      reissue: 'independent',
      fetch: ({ tenant }) => this.endpoint.fetch(machine, `${this.#credential}/${tenant}`),
      promote: () => undefined,
      fleet: () =>
        Promise.resolve((fleet ??= new Fleet({ store, keyOf, tokenTimeoutMs, clock: machine, random, emit }))),
      refreshAheadMs: undefined,
      tokenTimeoutMs,
      maxKeys: 1000,
      clock: machine,
      random,
      emit,
    });
    return { machine, manager };
  }

  /** In the place of those that have died, others start. */
  #bury(): void {
    for (const [index, process] of this.#processes.entries()) {
      if (!process.machine.isDead) continue;
      for (const wait of this.#waits) if (wait.process === process) this.#waits.delete(wait);
      this.#gone.push(process);
      this.#processes[index] = this.#process();
    }
  }

  #holdsValid({ manager }: Process, key: number): boolean {
    const { id } = manager.entry({ tenant: String(key) });
    const states = manager.inspect().filter((status) => status.key === id);
    return states.some(({ state }) => state !== 'empty' && state !== 'expired');
  }

  async #wait<T extends Token | Renewal>(
    process: Process,
    key: number,
    isObtaining: boolean,
    ask: () => Promise<T>,
  ): Promise<T | undefined> {
    const { machine } = process;
    const at = this.line.now;
    const wait: Wait = { process, key, at, pausedMs: machine.pausedMs, wasValid: this.#holdsValid(process, key) };
    this.#waits.add(wait);
    try {
      const got: Token | Renewal = await ask();
      const token = 'accessToken' in got ? got : got.token;
      if (token) this.#given(process, key, token, at);
      else if ('error' in got) this.#failed(process, got.error);
      return got as T;
    } catch (error) {
      this.#failed(process, error);
      if (isObtaining && wait.wasValid && this.#holdsValid(process, key))
        this.broken.push('a failure was shown to a call though a valid token was held');
      return undefined;
    } finally {
      this.#waits.delete(wait);
    }
  }

  #failed({ machine }: Process, error: unknown): void {
    if (this.endpoint.wasCutOff(machine)) return;
    if (isTokenError(error) && error.code === 'ERR_TOKEN_CLOSED') return;
    if (this.#options.strict)
      this.broken.push(`a call failed although only the store was out of order: ${String(error)}`);
  }

  #given(process: Process, key: number, token: Token, since: number): void {
    const issue = this.endpoint.issues.get(token.accessToken);
    if (!issue?.name.endsWith(`/${key}`)) {
      this.broken.push('a token of another key');
      return;
    }
    const pastMs = this.line.now - issue.sentAt - LIFETIME;
    const isAwaited = issue.machine === process.machine && issue.arrivedAt >= since;
    if (pastMs > STORE_MS + this.network.shiftedMs + process.machine.pausedMs && !isAwaited)
      this.broken.push(`a token ${pastMs} ms past its life`);
  }

  #wrote(key: string, record: { issuedAt: number; data: string }, now: number, machine: Machine): void {
    const { shiftedMs, generation } = this.network;
    const newest = this.#newest.get(key);
    this.#newest.set(key, { issuedAt: record.issuedAt, generation });
    if (newest?.generation === generation && newest.issuedAt > record.issuedAt)
      this.broken.push('an older record stands in the place of a newer one');
    const { accessToken } = JSON.parse(record.data) as { accessToken: string };
    const issue = this.endpoint.issues.get(accessToken)!;
    const earlyMs = issue.sentAt + now - this.line.now - record.issuedAt;
    if (earlyMs < -1 - shiftedMs) this.broken.push(`a record issued ${-earlyMs} ms after its request`);
    if (earlyMs > STORE_MS + machine.pausedMs + shiftedMs)
      this.broken.push(`a record issued ${earlyMs} ms before its request`);
    const [keyCredential, tokenCredential] = [key, issue.name].map((name) => Number(name.split('/')[0]));
    if (tokenCredential! < keyCredential!) this.broken.push('a token of an older credential');
  }
}
