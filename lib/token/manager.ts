import { Acquisition, type AcquisitionOptions } from './acquisition.js';
import { failurePause, LONGEST_PROBE_WAIT_MS } from './backoff.js';
import { type Entry, Entries, type Failure, type Held, subjectOf } from './entries.js';
import type { Fleet } from './fleet.js';
import { Flight, type FlightOutcome, unlessLeft, type Waiter } from './flight.js';
import { type Freshness, freshness, schedule } from './freshness.js';
import type { KeepWarm } from './keep-warm.js';
import { mergeParams, tokenKey } from './key.js';
import type { Arrival, Issued } from './share.js';
import { statusOf, type TokenStatus } from './status.js';
import { LONGEST_TIMER_MS, sleep } from '../clock.js';
import type { Reissue, TokenRequestReason } from '../contract.js';
import { isTokenError, ownCopy, TokenError } from '../errors.js';
import type { Token, TokenParams } from '../token.js';

export interface ManagerOptions extends AcquisitionOptions {
  /** Tokens are shared with other processes. Loaded when the first one is needed. */
  fleet?: (() => Promise<Fleet | undefined>) | undefined;
  /** A token gave way to a newer one. Not told of one that was dropped before, or that the endpoint gave again. */
  replaced?: ((entry: Entry, token: Token) => void) | undefined;
  /** Renews tokens also without traffic. */
  keepWarm?: Promise<KeepWarm | undefined> | undefined;
  reissue: Reissue;
  refreshAheadMs: number | undefined;
  maxKeys: number;
}

/** What became of a token that an API refused. */
export type Renewal =
  | {
      token: Token;
      forced: boolean;
      /** Another process has asked for it. */
      isShared: boolean;
    }
  | { token?: undefined; reason: 'paused' | 'same-token' | 'refresh-failed' | 'detached'; error?: unknown };

const LONGEST_CRITICAL_WAIT_MS = 2000;
const SAME_TOKEN_FLOOR_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60_000;

/** How often a process that may not ask for a token looks whether another one has it. */
const LOOK_EVERY_MS = 1000;

/**
 * Keeps one token a key alive. For each key there is at most one flight; whether a call uses the token, waits for the flight or
 * fails at once is decided here. Knows nothing of axios or HTTP.
 */
export class TokenManager {
  readonly #options: ManagerOptions;
  readonly #entries: Entries;
  /** Tokens that other processes have asked for. */
  readonly #shared = new WeakSet<Token>();
  #fleet: Fleet | undefined;
  #flights = 0;
  #stopped: 'detached' | 'closed' | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#entries = new Entries(options.maxKeys, options.reissue === 'replaces', this.#letCool);
  }

  entry(specific?: TokenParams, general?: TokenParams): Entry {
    if (specific === undefined && general === undefined) return this.#used(this.#entries.plain); // nearly all calls
    const params = mergeParams(specific, general);
    return this.#used(this.#entries.get(tokenKey(params), params));
  }

  #used(entry: Entry): Entry {
    if (this.#options.keepWarm) entry.usedAt = this.#options.clock.monotonic();
    return entry;
  }

  known(params: TokenParams): Entry | undefined {
    return this.#entries.known(tokenKey(params));
  }

  /** The token, if the call can go on with it right now. The hot path: nothing is allocated while the token is fresh. */
  peek(entry: Entry): Token | undefined {
    const { held } = entry;
    if (!held) return undefined;
    const age = this.#age(held);
    if (age < held.schedule.staleAt) return held.token;
    const state = freshness(held.schedule, age);
    if (state === 'expired') return undefined;
    const flight = this.#refreshEarly(entry, state);
    return state === 'critical' && flight ? undefined : held.token;
  }

  /**
   * The token, waiting for it where that is needed.
   *
   * @param careful wait for the early refresh also where the token is only stale: for a request that cannot be sent twice
   */
  async obtain(entry: Entry, waiter?: Waiter, careful = false): Promise<Token> {
    const { held } = entry;
    const state = held ? this.#freshness(held) : 'expired';
    if (!held || state === 'expired') return this.#join(entry, held ? 'expiring' : 'missing', waiter);
    const flight = state === 'fresh' ? undefined : this.#refreshEarly(entry, state);
    if (!flight || (state === 'stale' && !careful)) return held.token;
    const renewed = await this.#watch(entry, flight, Math.min(LONGEST_CRITICAL_WAIT_MS, this.#left(held) / 2), waiter);
    if (renewed) return renewed;
    return entry.held && this.#freshness(entry.held) !== 'expired' ? entry.held.token : this.obtain(entry, waiter);
  }

  /** A new token now: joins the flight under way, or starts one. */
  async refresh(entry: Entry, waiter?: Waiter): Promise<Token> {
    return this.#join(entry, 'forced', waiter);
  }

  /**
   * What to do about a token that the API at `origin` has refused: if somebody has renewed it already, that is the one to use;
   * otherwise it is dropped, and this call starts or joins the flight that replaces it.
   */
  async renew(used: Entry, rejected: Token, origin: string, waiter?: Waiter): Promise<Renewal> {
    const entry = this.#entries.get(used.key, used.params);
    const { held } = entry;
    if (held && held.token.accessToken !== rejected.accessToken) {
      return this.#renewal(this.obtain(entry, waiter), false);
    }
    if (entry.forced.isPaused(origin, this.#options.clock.monotonic())) return { reason: 'paused' };
    if (this.#stopped && !entry.flight) return { reason: 'detached' };
    this.#refuse(entry, rejected);
    const renewal = await this.#renewal(this.#join(entry, 'rejected', waiter), true);
    if (renewal.token && renewal.isShared) return { ...renewal, forced: false };
    if (renewal.token?.accessToken !== rejected.accessToken) return renewal;
    this.resent(entry, origin, renewal.token, false);
    return { reason: 'same-token' };
  }

  /** How a request fared that was sent again after a forced refresh: refreshes that do not help are slowed down. */
  resent(used: Entry, origin: string, token: Token, accepted: boolean): void {
    const entry = this.#entries.get(used.key, used.params);
    if (accepted) entry.forced.useful(origin);
    else entry.forced.useless(origin, token.accessToken, this.#options.clock.monotonic());
  }

  /** Forgets a token, by comparison: a newer one stays. */
  drop(entry: Entry, token: Token): void {
    if (entry.held?.token.accessToken === token.accessToken) this.#refuse(entry, token);
  }

  /** What is held goes, and must not come back from other processes, nor any that is older. */
  #refuse(entry: Entry, token: Token): void {
    const { clock } = this.#options;
    const issuedAt = entry.held?.issuedAt ?? clock.monotonic() - (clock.now() - token.issuedAt);
    entry.refused = { accessToken: token.accessToken, issuedAt };
    entry.held = undefined;
    this.#fleet?.forget(entry, token);
  }

  /** The same for a token that an API refused to a request that is not sent again. What drops do not help is slowed down, too. */
  dropRejected(used: Entry, token: Token, origin: string): void {
    const entry = this.#entries.get(used.key, used.params);
    const isCurrent = entry.held?.token.accessToken === token.accessToken;
    if (isCurrent && entry.forced.mayDrop(origin, token.accessToken, this.#options.clock.monotonic()))
      this.drop(entry, token);
  }

  invalidate(token?: Token): void {
    for (const entry of this.#entries) {
      if (token) {
        this.drop(entry, token);
        continue;
      }
      if (entry.held) this.drop(entry, entry.held.token);
      entry.failure = undefined;
      entry.look = undefined;
      this.#fleet?.pardon(entry);
      entry.noEarlyRefreshBefore = 0;
      entry.forced.clear();
    }
  }

  inspect(): TokenStatus[] {
    const now = this.#options.clock.monotonic();
    return [...this.#entries].map((entry) => ({
      ...statusOf(entry, entry.held ? this.#freshness(entry.held) : 'empty', now),
      ...(this.#options.fleet ? { store: this.#fleet?.sharing(entry) ?? 'local' } : {}),
    }));
  }

  /** No new flights from here on; those under way go on. */
  detach(): void {
    this.#stopped ??= 'detached';
    for (const entry of this.#entries) this.#letCool(entry);
  }

  attach(): void {
    if (this.#stopped !== 'detached') return;
    this.#stopped = undefined;
    for (const entry of this.#entries) this.#keepWarm(entry);
  }

  /** No new flights, and those under way have `patienceMs` to end. Resolves when they have. */
  async close(patienceMs = 0): Promise<void> {
    const { clock } = this.#options;
    this.detach();
    this.#stopped = 'closed';
    const flights = [...this.#entries].flatMap(({ flight, look }) => [flight ?? [], look ?? []].flat());
    const end = (): void => {
      for (const flight of flights) flight.cancel(closed());
    };
    if (patienceMs <= 0) end();
    const timer = clock.setTimeout(end, Math.min(patienceMs, LONGEST_TIMER_MS));
    await Promise.all(flights.map((flight) => flight.outcome()));
    clock.clearTimeout(timer);
    await this.#fleet?.settled();
  }

  get isClosed(): boolean {
    return this.#stopped === 'closed';
  }

  get entries(): Iterable<Entry> {
    return this.#entries;
  }

  /** Waits for the flight of a key. */
  async #join(entry: Entry, reason: TokenRequestReason, waiter?: Waiter): Promise<Token> {
    const flight = this.#begin(entry, reason, waiter);
    if (flight === entry.flight) this.#awaited(entry, flight); // a look asks no endpoint
    return flight.join(waiter);
  }

  #awaited(entry: Entry, { id }: Flight): void {
    this.#options.emit('token:awaited', () => ({ ...subjectOf(entry), flight: id }));
  }

  /** The flight of a key: the one under way, or a new one; throws the remembered failure while that still holds. */
  #begin(entry: Entry, reason: TokenRequestReason, waiter?: Waiter): Flight {
    entry.flight?.lapseIfOverdue();
    if (entry.flight) return entry.flight;
    if (this.#stopped) throw closed();
    const pause = this.#pause(entry, waiter);
    if (pause.failure) return this.#lookAround(entry, reason, pause.failure);
    return this.#start(entry, reason, pause.leftMs, false);
  }

  #start(entry: Entry, reason: TokenRequestReason, delayMs: number, background: boolean): Flight {
    const { clock, tokenTimeoutMs, fleet } = this.#options;
    const acquisition = new Acquisition(this.#options, entry, reason, background);
    return this.#fly(acquisition, 'flight', delayMs + tokenTimeoutMs, async (flight) => {
      if (delayMs > 0) await sleep(clock, delayMs, flight.signal);
      acquisition.begin();
      this.#fleet ??= fleet && (await fleet());
      flight.signal.throwIfAborted();
      if (!this.#fleet) return { ...(await acquisition.ask(flight, flight.signal)), isShared: false };
      return this.#fleet.token(entry, reason, flight.signal, (signal) => acquisition.ask(flight, signal));
    });
  }

  /** While a failure holds nobody asks for a token; but another process may have one by now. */
  #lookAround(entry: Entry, reason: TokenRequestReason, failure: Failure): Flight {
    if (entry.look) return entry.look;
    const { clock, tokenTimeoutMs } = this.#options;
    const fleet = this.#fleet;
    const now = clock.monotonic();
    if (!fleet || now < entry.noLookBefore) throw ownCopy(failure.error) as Error;
    entry.noLookBefore = now + LOOK_EVERY_MS;
    const acquisition = new Acquisition(this.#options, entry, reason, false);
    return this.#fly(
      acquisition,
      'look',
      tokenTimeoutMs,
      async ({ signal }) => (await fleet.look(entry, signal)) ?? { failure },
    );
  }

  /** The flight of an acquisition: in the slot of its key until it has landed. */
  #fly(
    acquisition: Acquisition,
    slot: 'flight' | 'look',
    deadlineMs: number,
    run: (flight: Flight) => Promise<Arrival>,
  ): Flight {
    const { entry } = acquisition;
    const flight = new Flight({
      id: ++this.#flights,
      clock: this.#options.clock,
      deadlineMs,
      run: async (self) => {
        const arrival = (acquisition.arrival = await run(self));
        if (arrival.failure) throw arrival.failure.error;
        return arrival.token;
      },
      holdUp: () => acquisition.holdUp,
      land: (self, { token, error }) => {
        if (entry[slot] === self) entry[slot] = undefined;
        this.#entries.landed(entry);
        const { arrival } = acquisition;
        let landed: FlightOutcome = { error };
        if (token && arrival?.token) landed = this.#accept(acquisition, self, arrival);
        else if (slot === 'flight') landed = this.#fail(acquisition, self, error);
        this.#keepWarm(entry);
        return landed;
      },
      urgent: (self) => {
        acquisition.hurry(self);
      },
    });
    entry[slot] = flight;
    flight.start();
    return flight;
  }

  #accept(
    acquisition: Acquisition,
    flight: Flight,
    { token, issuedAt, isShared }: Issued & { isShared: boolean },
  ): FlightOutcome {
    const { clock, refreshAheadMs, random, replaced } = this.#options;
    const { entry } = acquisition;
    const lifetimeMs = token.expiresAt === undefined ? undefined : token.expiresAt - token.issuedAt;
    const repeated = entry.previous?.accessToken === token.accessToken;
    const extended = repeated && (token.expiresAt ?? Infinity) > (entry.previous?.expiresAt ?? Infinity);
    const isOlder = entry.held !== undefined && issuedAt < entry.held.issuedAt; // out of a cache of the source's own
    entry.failure = undefined;
    entry.noEarlyRefreshBefore = isOlder || (repeated && !extended) ? clock.monotonic() + SAME_TOKEN_FLOOR_MS : 0;
    if (!isOlder) {
      if (entry.held && !repeated) replaced?.(entry, entry.held.token);
      entry.held = { token, issuedAt, schedule: schedule(lifetimeMs, refreshAheadMs, random()) };
      entry.previous = token;
    }
    if (isShared) this.#shared.add(token);
    acquisition.issued(flight, token, repeated);
    return { token: entry.held?.token ?? token };
  }

  #fail(acquisition: Acquisition, flight: Flight, error: unknown): FlightOutcome {
    const { entry, arrival } = acquisition;
    const told = arrival?.failure;
    const isClosed = isClosedError(error);
    if (told) entry.failure = told;
    else if (!isClosed) this.#remember(entry, error);
    this.#fleet?.failed(entry, isClosed ? undefined : entry.failure);
    const final = isClosed ? error : entry.failure?.error;
    acquisition.failed(flight, final);
    return { error: final };
  }

  #remember(entry: Entry, error: unknown): void {
    const { clock, random } = this.#options;
    const cause = isTokenError(error) ? error : new TokenError('The token source failed.', { cause: error });
    const before = entry.failure?.count ?? 0;
    const count = this.#fleet?.failuresWith(entry, before) ?? before + 1;
    const asked = cause.retryAt === undefined ? 0 : Math.min(cause.retryAt - clock.now(), LONGEST_RETRY_AFTER_MS);
    const pauseMs = Math.ceil(Math.max(failurePause(count, cause.permanent, random), asked));
    entry.failure = {
      error: withRetryAt(cause, Math.round(clock.now() + pauseMs)),
      count,
      until: clock.monotonic() + pauseMs,
    };
  }

  /** What is left of the pause after a failure, if it can be waited for; otherwise the failure. */
  #pause({ failure }: Entry, waiter?: Waiter): { leftMs: number; failure?: undefined } | { failure: Failure } {
    const leftMs = failure ? failure.until - this.#options.clock.monotonic() : 0;
    if (!failure || leftMs <= 0) return { leftMs: 0 };
    const patience = Math.min(LONGEST_PROBE_WAIT_MS, this.#options.tokenTimeoutMs, waiter?.timeoutMs ?? Infinity);
    return failure.error.permanent || leftMs > patience ? { failure } : { leftMs };
  }

  /** Starts the early refresh where one may help. Its failure ends in an event: the token is still valid. */
  #refreshEarly(entry: Entry, state: Freshness, background = state === 'stale'): Flight | undefined {
    entry.flight?.lapseIfOverdue();
    if (entry.flight) return entry.flight;
    const now = this.#options.clock.monotonic();
    const useless = now < entry.noEarlyRefreshBefore || (this.#options.reissue === 'same' && state === 'stale');
    if (this.#stopped || useless || (entry.failure && now < entry.failure.until)) return undefined;
    return this.#start(entry, 'expiring', 0, background);
  }

  /** Until the next one is due, its timer waits. It goes with the key. */
  #keepWarm(entry: Entry): void {
    void this.#options.keepWarm?.then((warmth) => {
      if (this.#stopped || this.#entries.known(entry.key) !== entry) return;
      const renew = (): void => {
        const state = entry.held ? this.#freshness(entry.held) : 'expired';
        if (state !== 'expired') this.#refreshEarly(entry, state, true);
        else if (!entry.flight && !this.#stopped) this.#start(entry, entry.held ? 'expiring' : 'missing', 0, true);
        if (!entry.flight) this.#keepWarm(entry); // too early, by a clock that was set: its time will come
      };
      warmth?.plan(entry, entry.held && this.#age(entry.held), renew);
    });
  }

  readonly #letCool = (entry: Entry): void => {
    this.#options.clock.clearTimeout(entry.warmTimer);
    entry.warmTimer = undefined;
  };

  /** What a flight brings, waiting no longer than `ms`, and no longer than the call wants. */
  #watch(entry: Entry, flight: Flight, ms: number, waiter?: Waiter): Promise<Token | undefined> {
    const { clock } = this.#options;
    this.#awaited(entry, flight);
    let timer: unknown;
    const late = new Promise<undefined>((resolve) => {
      timer = clock.setTimeout(() => {
        resolve(undefined);
      }, ms);
    });
    return unlessLeft(Promise.race([flight.outcome(), late]), waiter, () => {
      clock.clearTimeout(timer);
    });
  }

  async #renewal(token: Promise<Token>, forced: boolean): Promise<Renewal> {
    try {
      const renewed = await token;
      return { token: renewed, forced, isShared: this.#shared.has(renewed) };
    } catch (error) {
      if (!isTokenError(error)) throw error; // the caller has left
      return { reason: 'refresh-failed', error };
    }
  }

  #freshness(held: Held): Freshness {
    return freshness(held.schedule, this.#age(held));
  }

  #left(held: Held): number {
    return held.schedule.expiredAt - this.#age(held);
  }

  /** The larger of wall-clock and monotonic age: a suspended machine stops one of them, a set clock moves the other. */
  #age(held: Held): number {
    const { clock } = this.#options;
    return Math.max(clock.now() - held.token.issuedAt, clock.monotonic() - held.issuedAt);
  }
}

function closed(): TokenError {
  return new TokenError('The token handle is detached or closed: it asks for no more tokens.', {
    code: 'ERR_TOKEN_CLOSED',
    permanent: true,
  });
}

function isClosedError(error: unknown): boolean {
  return isTokenError(error) && error.code === 'ERR_TOKEN_CLOSED';
}

/** The failure with the time at which asking again is possible. */
function withRetryAt(error: TokenError, retryAt: number): TokenError {
  const copy = ownCopy(error);
  return copy instanceof TokenError ? Object.assign(copy, { retryAt }) : error;
}
