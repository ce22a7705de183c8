import { LONGEST_PROBE_WAIT_MS } from './backoff.js';
import { linked, listen, LONGEST_WAKING_MS } from './ear.js';
import { type Entry, type Failure, subjectOf } from './entries.js';
import { type Arrival, type Issued, type Leasing, type Seen, Share, type ShareOptions } from './share.js';
import { StoreCalls, type StoreCallsOptions } from './store-calls.js';
import { sleep } from '../clock.js';
import type { TokenRequestReason } from '../contract.js';
import { oneLine } from '../errors.js';
import type { TokenEvents } from '../events.js';
import type { LeaseReading } from '../store.js';
import type { Token } from '../token.js';

export interface FleetOptions extends StoreCallsOptions {
  /** What a key of this process is called in the store: a hash, of the credential as well. */
  keyOf: (entry: Entry, signal: AbortSignal) => Promise<string>;
}

/**
 * Whether a token is that of the whole fleet, or of this process; or the store is out of reach.
 *
 * @inline
 */
export type Sharing = 'shared' | 'local' | 'degraded';

/** Asks the endpoint. The signal is that of the flight, or ends before it. */
type Ask = (signal: AbortSignal) => Promise<Issued>;

const DEFAULT_LEASE_MS = 3000;
const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 500;
/** Records that are no good here, each replaced at once; after that they are waited for like others. */
const MOST_REPLACED_AT_ONCE = 3;

/**
 * One token for all processes. Whoever needs one takes the lease in the store and asks the endpoint; the others ask the store
 * again until the token is there. A holder that has died loses the lease after `leaseMs`; whatever is wrong with the store, or
 * with a holder, this process asks the endpoint by itself, in time for its own deadline.
 */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #calls: StoreCalls;
  readonly #shares = new WeakMap<Entry, Share>();
  readonly #shareOptions: ShareOptions;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#calls = new StoreCalls(options);
    // A holder that gets no answer for half of its time lets somebody else try.
    const leaseMs = Math.min(options.store.leaseMs ?? DEFAULT_LEASE_MS, options.tokenTimeoutMs / 2);
    this.#shareOptions = { ...options, calls: this.#calls, leaseMs };
  }

  /**
   * The token of the fleet: what stands in the store, or what this process gets by `ask` when it is its turn. Rejects as `ask` does.
   */
  async token(entry: Entry, reason: TokenRequestReason, signal: AbortSignal, ask: Ask): Promise<Arrival> {
    const { clock, emit, random, tokenTimeoutMs } = this.#options;
    const startedAt = clock.monotonic();
    const patienceEnds = startedAt + tokenTimeoutMs * (0.5 + 0.15 * random());
    const tell = (outcome: TokenEvents['store:lease']['outcome']): void => {
      const durationMs = Math.round(clock.monotonic() - startedAt);
      emit('store:lease', () => ({ ...subjectOf(entry), outcome, durationMs }));
    };
    const share = await this.#shareOf(entry, signal);
    if (!share) {
      tell('alone');
      return ours(await ask(signal));
    }
    const owner = crypto.randomUUID();
    // By hand, another one is wanted than what stands there, whoever has put it there.
    let known = reason === 'forced' ? (await share.read())?.reading.record?.version : share.version;
    for (let turn = 0; ; turn += 1) {
      signal.throwIfAborted();
      const ear = listen(share, this.#options, signal); // before it asks, so that nothing is missed
      const seen = await share.lease(owner, known);
      const there = seen && share.found(known, seen);
      const granted = seen?.reading.granted === true;
      if (granted && (there || signal.aborted)) share.release(owner);
      const patience = patienceEnds - clock.monotonic();
      const waitMs = seen && !signal.aborted ? this.#wait(turn, patience, known, seen, there, ear.hears) : undefined;
      if (seen?.reading.record && !there) known = seen.reading.record.version; // no good here: that one is to be replaced
      if (waitMs !== undefined) {
        await ear.wait(waitMs, there === undefined);
        continue;
      }
      ear.close();
      signal.throwIfAborted();
      if (!seen) {
        share.alone();
        tell('alone');
        return ours(await ask(signal));
      }
      if (there) {
        tell(there.token ? 'shared' : 'failed');
        return there;
      }
      const request = { owner, known, seen };
      if (granted) share.hold(request);
      tell(granted ? 'granted' : 'alone');
      // For the first half of its time nobody else asks.
      const listening = { afterMs: granted && turn === 0 ? tokenTimeoutMs / 2 : 0, ends: startedAt + tokenTimeoutMs };
      return this.#fetch(share, request, listening, ask, signal);
    }
  }

  /** A token that another process has put there; `undefined`: none. Asks for nothing. */
  async look(entry: Entry, signal: AbortSignal): Promise<Arrival | undefined> {
    const share = await this.#shareOf(entry, signal);
    const seen = await share?.read();
    const there = seen && share?.found(share.version, seen);
    return there?.token ? there : undefined;
  }

  /** This process has failed, and may have been the one that was to ask. @param failure `undefined`: it was ended */
  failed(entry: Entry, failure: Failure | undefined): void {
    this.#shares.get(entry)?.failed(failure);
  }

  failuresWith(entry: Entry, own: number): number {
    return this.#shares.get(entry)?.failuresWith(own) ?? own + 1;
  }

  forget(entry: Entry, token: Token): void {
    this.#shares.get(entry)?.forget(token);
  }

  pardon(entry: Entry): void {
    this.#shares.get(entry)?.pardon();
  }

  sharing(entry: Entry): Sharing {
    if (this.#calls.isDegraded) return 'degraded';
    return this.#shares.get(entry)?.isShared ? 'shared' : 'local';
  }

  /** When the store has been told everything. */
  settled(): Promise<void> {
    return this.#calls.settled();
  }

  /** A credential that has changed is another key, of which nothing is known yet. */
  async #shareOf(entry: Entry, signal: AbortSignal): Promise<Share | undefined> {
    const { emit } = this.#options;
    let key: string;
    try {
      key = await this.#keyOf(entry, signal);
    } catch (error) {
      signal.throwIfAborted();
      emit('store:error', () => ({ operation: 'identify', message: oneLine(error), retryInMs: undefined }));
      this.#shares.delete(entry);
      return undefined;
    }
    let share = this.#shares.get(entry);
    if (share?.key !== key) {
      share = new Share(this.#shareOptions, entry, key);
      this.#shares.set(entry, share);
    }
    return share;
  }

  /** The functions of a source may take their time, which is the call's: no more than a fifth of it goes into a name. */
  async #keyOf(entry: Entry, signal: AbortSignal): Promise<string> {
    const { keyOf, clock, tokenTimeoutMs } = this.#options;
    const over = linked(signal);
    const late = sleep(clock, tokenTimeoutMs / 5, over.signal).then(() => {
      throw new Error('what the source is made of was not there in time');
    });
    try {
      return await Promise.race([late, (async () => keyOf(entry, signal))()]);
    } finally {
      over.abort();
      signal.throwIfAborted();
    }
  }

  /** How long to wait before the store is asked again: less and less often, and never all together; `undefined`: it has been answered. */
  #wait(
    turn: number,
    patience: number,
    known: string | undefined,
    { reading: { granted, leaseLeftMs, record } }: Seen<LeaseReading>,
    there: Arrival | undefined,
    hears: boolean,
  ): number | undefined {
    const { clock, random } = this.#options;
    if (there?.token || patience <= 0) return undefined;
    if (there) {
      // Whoever had waited for the one that failed has failed with it; who comes later waits, as within one process.
      const leftMs = there.failure.until - clock.monotonic();
      const waits = turn === 0 && !there.failure.error.permanent && leftMs <= Math.min(LONGEST_PROBE_WAIT_MS, patience);
      return waits ? leftMs + LONGEST_WAKING_MS * random() : undefined;
    }
    if (granted) return undefined;
    const isFree = leaseLeftMs <= 0;
    if (isFree && record && record.version !== known && turn < MOST_REPLACED_AT_ONCE) return 0;
    const spread = 0.5 + random();
    const usual = hears ? LONGEST_POLL_MS : Math.min(FIRST_POLL_MS * 2 ** turn, LONGEST_POLL_MS);
    const untilFree = isFree ? Infinity : leaseLeftMs + LONGEST_WAKING_MS * spread;
    return Math.min(usual * spread, untilFree, patience);
  }

  /**
   * Asks the endpoint, and still takes what another process brings if that is sooner: the one that had its turn before, or the one
   * that has it next. What becomes of a failure, the manager says (`failed`).
   */
  async #fetch(share: Share, request: Leasing, listening: Listening, ask: Ask, signal: AbortSignal): Promise<Arrival> {
    const over = linked(signal);
    const mine = ask(over.signal).then((issued) => {
      if (!over.signal.aborted) share.publish(request, issued);
      return ours(issued);
    });
    const theirs = this.#brought(share, request.known, listening, over.signal).catch(() => mine);
    try {
      const first = await Promise.race([mine, theirs]);
      if (first.token && first.isShared) share.failed(undefined);
      return first;
    } finally {
      over.abort();
    }
  }

  /** What another process brings; looked for more often towards the end. Rejects when the signal aborts. */
  async #brought(share: Share, known: string | undefined, listening: Listening, signal: AbortSignal): Promise<Arrival> {
    const { clock, random } = this.#options;
    await sleep(clock, listening.afterMs, signal);
    for (;;) {
      const leftMs = listening.ends - clock.monotonic();
      await sleep(clock, Math.min(LONGEST_POLL_MS, Math.max(FIRST_POLL_MS, leftMs / 4)) * (0.5 + random()), signal);
      const seen = await share.read();
      signal.throwIfAborted();
      const there = seen && share.found(known, seen);
      if (there?.token) return there;
    }
  }
}

/** When to look for what others bring, and when this process's time is over (monotonic). */
interface Listening {
  afterMs: number;
  ends: number;
}

const ours = (issued: Issued): Arrival => ({ ...issued, isShared: false });
