import type { Entry, Failure } from './entries.js';
import { failureFrom, failureText, tokenFrom, tokenText } from './shared.js';
import type { StoreCalls } from './store-calls.js';
import { type Clock, unref } from '../clock.js';
import type { Emit } from '../events.js';
import type { LeaseReading, StoreFailure, StoreReading } from '../store.js';
import { plausibleLifetime, type Token } from '../token.js';

/** A token, and when it was asked for, on the monotonic clock. */
export interface Issued {
  token: Token;
  issuedAt: number;
}

/** `isShared`: another process has asked for it. */
export type Arrival = (Issued & { isShared: boolean; failure?: undefined }) | { failure: Failure; token?: undefined };

/** What the store has said. Its `now` was between these two monotonic times: of each the one is taken that lets no token live too long. */
export interface Seen<Reading extends StoreReading = StoreReading> {
  reading: Reading;
  askedAt: number;
  answeredAt: number;
}

export interface ShareOptions {
  calls: StoreCalls;
  leaseMs: number;
  tokenTimeoutMs: number;
  clock: Clock;
  emit: Emit;
}

/** A lease that was asked for, and what the store said to that. */
export interface Leasing {
  owner: string;
  /** The record to be replaced. */
  known: string | undefined;
  seen: Seen;
}

const LONGEST_FAILURE_MS = 24 * 60 * 60_000;

/** One key in the store, as one process sees it: what it knows of it, and what it says to it. */
export class Share {
  readonly key: string;
  readonly #options: ShareOptions;
  readonly #entry: Entry;
  /** The record that the token of this process stands in. */
  #record: { version: string; accessToken: string; isConfirmed: boolean } | undefined;
  #lease: (Leasing & { timer?: unknown }) | undefined;
  /** The failure in the store: when it was, by the store's clock, and until when it holds, in monotonic ms. */
  #told: { count: number; at: number; until: number } | undefined;

  constructor(options: ShareOptions, entry: Entry, key: string) {
    this.#options = options;
    this.#entry = entry;
    this.key = key;
  }

  /** The record to be replaced when a newer token is needed. */
  get version(): string | undefined {
    return this.#record?.version;
  }

  get isShared(): boolean {
    return this.#record?.isConfirmed === true;
  }

  read(): Promise<Seen | undefined> {
    return this.#seen(this.#options.calls.ask('read', async (store) => sound(await store.read(this.key))));
  }

  lease(owner: string, known: string | undefined): Promise<Seen<LeaseReading> | undefined> {
    const request = { owner, ms: this.#options.leaseMs, known };
    const asked = this.#options.calls.ask(
      'lease',
      async (store) => sound(await store.lease(this.key, request)),
      (answer) => {
        this.#unneeded(owner, answer);
      },
    );
    return this.#seen(asked);
  }

  /** Something may have changed: resolves at any time, or never. */
  changed(signal: AbortSignal): Promise<void> | undefined {
    return this.#options.calls.changed(this.key, signal);
  }

  /** What stands in the store and can be used: a token that is better than the one here, or a failure that holds here, too. */
  found(known: string | undefined, seen: Seen): Arrival | undefined {
    const issued = this.#better(known, seen);
    if (issued) {
      const version = seen.reading.record?.version ?? '';
      this.#record = { version, accessToken: issued.token.accessToken, isConfirmed: true };
      this.#told = undefined;
      return { ...issued, isShared: true };
    }
    const { now, failure } = seen.reading;
    return failure && this.#failed(failure, now);
  }

  /** It is this process's turn: the lease is kept while it works on it, but for no more than half of the time that it has. */
  hold(lease: Leasing): void {
    const { clock, tokenTimeoutMs } = this.#options;
    this.#lease = { ...lease };
    this.#extend(this.#lease, clock.monotonic() + tokenTimeoutMs / 2);
  }

  /** Puts a token where the others find it. Nobody waits for that: if it fails, the token is that of this process. */
  publish({ owner, seen: { reading, answeredAt } }: Leasing, { token, issuedAt }: Issued): void {
    const { calls, emit } = this.#options;
    this.#end(owner);
    const data = tokenText(token);
    if (data === undefined) {
      this.alone();
      this.release(owner);
      const message = 'What came with the token is no plain data, so other processes cannot have it.';
      emit('store:error', () => ({ operation: 'write', message, retryInMs: undefined }));
      return;
    }
    const issued = Math.round(reading.now + issuedAt - answeredAt);
    const expiresAt = token.expiresAt === undefined ? undefined : issued + token.expiresAt - token.issuedAt;
    const { accessToken } = token;
    const record = { version: crypto.randomUUID(), issuedAt: issued, expiresAt, data };
    const mine = { version: record.version, accessToken, isConfirmed: false }; // also where the answer is lost
    this.#record = mine;
    this.#told = undefined;
    const written = calls.ask('write', (store) => store.write(this.key, record, owner));
    void written.then((there) => {
      mine.isConfirmed = there?.record?.version === mine.version;
      if (!there) this.#giveBack(owner); // nobody is to wait for a token that did not get there
    });
  }

  /** The token of this process is not in the store. */
  alone(): void {
    this.#record = undefined;
  }

  /** This process was to ask for everybody, and has failed. @param failure `undefined`: nothing that others should know */
  failed(failure: Failure | undefined): void {
    const lease = this.#lease;
    if (!lease) return;
    this.#end(lease.owner);
    const data = failure && failureText(failure);
    if (failure === undefined || data === undefined) {
      this.release(lease.owner);
      return;
    }
    const now = this.#options.clock.monotonic();
    const at = Math.round(lease.seen.reading.now + now - lease.seen.answeredAt);
    this.#told = { count: failure.count, at, until: failure.until };
    const told = { at, until: at + Math.round(failure.until - now), data };
    this.#options.calls.tell('fail', (store) => store.fail(this.key, told, lease.owner));
  }

  /** Failures in a row that the fleet has seen, with the one of now. Those of one pause are one. */
  failuresWith(own: number): number {
    const told = this.#told;
    if (told && this.#options.clock.monotonic() < told.until) return told.count;
    return Math.max(told?.count ?? 0, own) + 1;
  }

  /** A token is no good any more: no other process is to find it. */
  forget(token: Token): void {
    if (this.#record?.accessToken !== token.accessToken) return;
    this.#remove(this.#record.version);
    this.#record = undefined;
  }

  /** Nobody is to be kept waiting by a failure of before. */
  pardon(): void {
    if (!this.#told) return;
    this.#told = undefined;
    this.#options.calls.tell('fail', (store) => store.fail(this.key, undefined, ''));
  }

  release(owner: string): void {
    this.#options.calls.tell('release', (store) => store.release(this.key, owner));
  }

  #better(known: string | undefined, { reading, askedAt }: Seen): Issued | undefined {
    const { now, record } = reading;
    if (!record || record.version === known) return undefined;
    if (record.expiresAt !== undefined && record.expiresAt <= now) return undefined;
    const { clock } = this.#options;
    const { held, refused } = this.#entry;
    const issuedAt = askedAt - (now - record.issuedAt);
    const lifetimeMs =
      record.expiresAt === undefined ? undefined : plausibleLifetime(record.expiresAt - record.issuedAt);
    if (lifetimeMs === undefined && record.expiresAt !== undefined) return undefined;
    if (issuedAt < Math.max(held?.issuedAt ?? -Infinity, refused?.issuedAt ?? -Infinity)) return undefined;
    const token = tokenFrom(record.data, {
      issuedAt: Math.floor(clock.now() - (clock.monotonic() - issuedAt)),
      lifetimeMs,
    });
    if (token?.accessToken !== refused?.accessToken) return token && { token, issuedAt };
    if (token) this.#remove(record.version);
    return undefined;
  }

  #failed({ at, until, data }: StoreFailure, now: number): Arrival | undefined {
    const { clock } = this.#options;
    const monotonic = clock.monotonic();
    // The store's clock may be set back meanwhile: no failure holds for longer than was said when it was first seen.
    const leftMs = Math.min(until, at + LONGEST_FAILURE_MS) - Math.max(now, at);
    const ends = Math.min(monotonic + leftMs, this.#told?.at === at ? this.#told.until : Infinity);
    const shared = failureFrom(data, Math.round(clock.now() + ends - monotonic));
    if (!shared) return undefined;
    this.#told = { count: shared.count, at, until: ends };
    // What the endpoint has said holds for all. What one machine cannot reach, another one tries once itself.
    const holds = ends > monotonic && (shared.isAnswer || this.#entry.failure !== undefined);
    return holds ? { failure: { ...shared, until: ends } } : undefined;
  }

  #extend(lease: Leasing & { timer?: unknown }, ends: number): void {
    const { clock, calls, leaseMs } = this.#options;
    const { owner, known } = lease;
    lease.timer = clock.setTimeout(() => {
      const ms = Math.round(Math.min(leaseMs, ends - clock.monotonic()));
      if (ms <= 0) return;
      calls.tell('lease', async (store) => {
        const answer = await store.lease(this.key, { owner, ms, known });
        if (this.#lease !== lease) this.#unneeded(owner, answer);
      });
      this.#extend(lease, ends);
    }, leaseMs / 3);
    unref(lease.timer);
  }

  #end(owner: string): void {
    if (this.#lease?.owner !== owner) return;
    this.#options.clock.clearTimeout(this.#lease.timer);
    this.#lease = undefined;
  }

  /** A lease that came when it was not waited for any more. */
  #unneeded(owner: string, { granted }: LeaseReading): void {
    if (granted) this.#giveBack(owner);
  }

  #giveBack(owner: string): void {
    this.#options.calls.insist((store) => store.release(this.key, owner));
  }

  #remove(version: string): void {
    this.#options.calls.tell('remove', (store) => store.remove(this.key, version));
  }

  async #seen<Reading extends StoreReading>(asked: Promise<Reading | undefined>): Promise<Seen<Reading> | undefined> {
    const { clock } = this.#options;
    const askedAt = clock.monotonic();
    const reading = await asked;
    return reading && { reading, askedAt, answeredAt: clock.monotonic() };
  }
}

/** A store that says something else is broken, and better left alone. */
function sound<Reading extends StoreReading>(reading: Reading): Reading {
  const { now, record, failure, leaseLeftMs } = reading;
  const numbers: unknown[] = [
    now,
    leaseLeftMs,
    ...(record ? [record.issuedAt, record.expiresAt ?? 0] : []),
    ...(failure ? [failure.at, failure.until] : []),
  ];
  const texts: unknown[] = [...(record ? [record.version, record.data ?? ''] : []), ...(failure ? [failure.data] : [])];
  if (numbers.every(Number.isFinite) && texts.every((text) => typeof text === 'string')) return reading;
  throw new TypeError('what the store answers is no StoreReading');
}
