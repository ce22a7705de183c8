import { failurePause, MAX_ATTEMPTS, retryDelay } from './backoff.js';
import { type Entry, Entries, type Held } from './entries.js';
import { Flight, type FlightOutcome, unlessLeft, type Waiter } from './flight.js';
import { type Freshness, freshness, schedule } from './freshness.js';
import { mergeParams, tokenKey } from './key.js';
import { type Clock, sleep } from '../clock.js';
import type { Reissue, TokenRequest, TokenRequestReason } from '../contract.js';
import { isTokenError, ownCopy, TokenEndpointError, TokenError } from '../errors.js';
import type { Emit, TokenSubject } from '../events.js';
import type { Token, TokenParams } from '../token.js';

/** One attempt to get a token, as the manager asks for it. The rest of a `TokenRequest` belongs to the wire. */
export type Attempt = Pick<TokenRequest, 'reason' | 'previous' | 'signal' | keyof TokenParams> & {
  entry: Entry;
  flight: number;
  urgent: boolean;
  /** It has its turn: the source is asked now. */
  begun: () => void;
};

export interface ManagerOptions {
  /** Gets a token, or rejects with a {@link TokenError}. */
  fetch: (attempt: Attempt) => Promise<Token>;
  /** A flight that was begun in the background has somebody waiting for it now. */
  promote: (flight: number) => void;
  /** A token gave way to a newer one. Not told of one that was dropped before, or that the endpoint gave again. */
  replaced?: ((entry: Entry, token: Token) => void) | undefined;
  reissue: Reissue;
  refreshAheadMs: number | undefined;
  tokenTimeoutMs: number;
  maxKeys: number;
  clock: Clock;
  random: () => number;
  emit: Emit;
}

/** State of one key, for a person or a health endpoint. Never a token or a secret. */
export interface TokenStatus {
  /** Short id, the same as in events. */
  key: string;
  state: 'empty' | Freshness;
  expiresAt?: number | undefined;
  refreshing: boolean;
  /** Calls that wait for a token. */
  waiting: number;
  /** Token requests in a row that failed. */
  failures: number;
  /** When the next token request may start. */
  retryAt?: number | undefined;
  /** Code of the last failure. */
  lastError?: string | undefined;
}

/** What became of a token that an API refused. */
export type Renewal =
  | { token: Token; forced: boolean }
  | { token?: undefined; reason: 'paused' | 'same-token' | 'refresh-failed' | 'detached'; error?: unknown };

const LONGEST_CRITICAL_WAIT_MS = 2000;
const LONGEST_PROBE_WAIT_MS = 2000;
const SAME_TOKEN_FLOOR_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 24 * 60 * 60_000;

// What a flight was waiting for when its time was up. (Never for a further attempt: a pause that does not fit is not begun.)
const IN_QUEUE = 'it was waiting for its turn (`tokenRequests`)';
const ATTEMPT = 'the token endpoint, or the source, did not answer';

/**
 * Keeps one token a key alive. For each key there is at most one flight; whether a call uses the token, waits for the flight or
 * fails at once is decided here. Knows nothing of axios or HTTP.
 */
export class TokenManager {
  readonly #options: ManagerOptions;
  readonly #entries: Entries;
  #flights = 0;
  #stopped: 'detached' | 'closed' | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#entries = new Entries(options.maxKeys, options.reissue === 'replaces');
  }

  entry(specific?: TokenParams, general?: TokenParams): Entry {
    if (specific === undefined && general === undefined) return this.#entries.plain; // nearly all calls
    const params = mergeParams(specific, general);
    return this.#entries.get(tokenKey(params), params);
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
    if (!held || state === 'expired') return this.#begin(entry, held ? 'expiring' : 'missing', waiter).join(waiter);
    const flight = state === 'fresh' ? undefined : this.#refreshEarly(entry, state);
    if (!flight || (state === 'stale' && !careful)) return held.token;
    const renewed = await this.#watch(flight, Math.min(LONGEST_CRITICAL_WAIT_MS, this.#left(held) / 2), waiter);
    if (renewed) return renewed;
    return entry.held && this.#freshness(entry.held) !== 'expired' ? entry.held.token : this.obtain(entry, waiter);
  }

  /** A new token now: joins the flight under way, or starts one. */
  async refresh(entry: Entry, waiter?: Waiter): Promise<Token> {
    return this.#begin(entry, 'forced', waiter).join(waiter);
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
    this.drop(entry, rejected);
    let flight: Flight;
    try {
      const underWay = entry.flight;
      flight = this.#begin(entry, 'rejected', waiter);
      if (!underWay) entry.forced.started(this.#options.clock.monotonic());
    } catch (error) {
      return { reason: 'refresh-failed', error };
    }
    const renewal = await this.#renewal(flight.join(waiter), true);
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
    if (entry.held?.token.accessToken === token.accessToken) entry.held = undefined;
  }

  /** The same for a token that an API refused to a request that is not sent again. What drops do not help is slowed down, too. */
  dropRejected(used: Entry, token: Token, origin: string): void {
    const entry = this.#entries.get(used.key, used.params);
    const isCurrent = entry.held?.token.accessToken === token.accessToken;
    if (isCurrent && entry.forced.mayDrop(origin, token.accessToken, this.#options.clock.monotonic()))
      entry.held = undefined;
  }

  invalidate(token?: Token): void {
    for (const entry of this.#entries) {
      if (token) {
        this.drop(entry, token);
        continue;
      }
      entry.held = undefined;
      entry.failure = undefined;
      entry.noEarlyRefreshBefore = 0;
      entry.forced.clear();
    }
  }

  inspect(): TokenStatus[] {
    return [...this.#entries].map((entry) => ({
      key: entry.id,
      state: entry.held ? this.#freshness(entry.held) : 'empty',
      expiresAt: entry.held?.token.expiresAt,
      refreshing: entry.flight !== undefined,
      waiting: entry.flight?.waiting ?? 0,
      failures: entry.failure?.count ?? 0,
      retryAt:
        entry.failure && entry.failure.until > this.#options.clock.monotonic()
          ? entry.failure.error.retryAt
          : undefined,
      lastError: entry.failure?.error.code,
    }));
  }

  /** No new flights from here on; those under way go on. */
  detach(): void {
    this.#stopped ??= 'detached';
  }

  attach(): void {
    if (this.#stopped === 'detached') this.#stopped = undefined;
  }

  /** No new flights, and those under way end now. Resolves when they have. */
  async close(): Promise<void> {
    this.#stopped = 'closed';
    const flights = [...this.#entries].flatMap((entry) => entry.flight ?? []);
    for (const flight of flights) flight.cancel(closed());
    await Promise.all(flights.map((flight) => flight.outcome()));
  }

  get isClosed(): boolean {
    return this.#stopped === 'closed';
  }

  get entries(): Iterable<Entry> {
    return this.#entries;
  }

  subject(entry: Entry): TokenSubject {
    const { scope, extraScope, tenant } = entry.params ?? {};
    return { key: entry.id, scope: extraScope ? [scope ?? [], extraScope].flat() : scope, tenant };
  }

  /** The flight of a key: the one under way, or a new one; throws the remembered failure while that still holds. */
  #begin(entry: Entry, reason: TokenRequestReason, waiter?: Waiter): Flight {
    if (entry.flight) return entry.flight;
    if (this.#stopped) throw closed();
    return this.#start(entry, reason, this.#pauseLeft(entry, waiter), false);
  }

  #start(entry: Entry, reason: TokenRequestReason, delayMs: number, background: boolean): Flight {
    const { clock, tokenTimeoutMs, promote } = this.#options;
    let startedAt = clock.monotonic();
    let attempts = 0;
    let asked = { now: 0, monotonic: 0 };
    let urgent = !background;
    let holdUp = IN_QUEUE;
    const flight = new Flight({
      id: ++this.#flights,
      clock,
      deadlineMs: delayMs + tokenTimeoutMs, // a pause that was waited for is not part of the acquisition
      run: async (self) => {
        if (delayMs > 0) await sleep(clock, delayMs, self.signal);
        startedAt = clock.monotonic();
        for (;;) {
          attempts += 1;
          asked = { now: clock.now(), monotonic: clock.monotonic() };
          try {
            holdUp = IN_QUEUE;
            return await this.#attempt(entry, self, reason, attempts, urgent, () => {
              holdUp = ATTEMPT;
            });
          } catch (error) {
            const retryInMs = this.#retryIn(self, error, attempts, clock.monotonic() - startedAt);
            if (retryInMs === undefined) throw error;
            this.#report(entry, self, reason, attempts, startedAt, error, retryInMs);
            await sleep(clock, retryInMs, self.signal);
          }
        }
      },
      holdUp: () => holdUp,
      land: (self, { token, error }) => {
        if (entry.flight === self) entry.flight = undefined;
        this.#entries.landed(entry);
        if (token) return this.#accept(entry, self, reason, attempts, startedAt, token, asked);
        return this.#fail(entry, self, reason, attempts, startedAt, error);
      },
      urgent: (self) => {
        if (urgent) return;
        urgent = true;
        promote(self.id);
      },
    });
    entry.flight = flight;
    flight.start();
    return flight;
  }

  #attempt(
    entry: Entry,
    flight: Flight,
    reason: TokenRequestReason,
    attempt: number,
    urgent: boolean,
    begun: () => void,
  ): Promise<Token> {
    this.#options.emit('token:requested', () => ({ ...this.subject(entry), reason, attempt, background: !urgent }));
    return this.#options.fetch({
      ...entry.params,
      entry,
      reason,
      previous: entry.previous,
      signal: flight.signal,
      flight: flight.id,
      urgent,
      begun,
    });
  }

  #accept(
    entry: Entry,
    flight: Flight,
    reason: TokenRequestReason,
    attempts: number,
    startedAt: number,
    token: Token,
    asked: { now: number; monotonic: number },
  ): FlightOutcome {
    const { clock, refreshAheadMs, random, emit, replaced } = this.#options;
    const now = clock.monotonic();
    // Where the token's `issuedAt` lies on the monotonic clock: the wall clock may be set at any time.
    const issuedAt = Math.min(now, asked.monotonic + token.issuedAt - asked.now);
    const lifetimeMs = token.expiresAt === undefined ? undefined : token.expiresAt - token.issuedAt;
    const repeated = entry.previous?.accessToken === token.accessToken;
    const extended = repeated && (token.expiresAt ?? Infinity) > (entry.previous?.expiresAt ?? Infinity);
    const isOlder = entry.held !== undefined && issuedAt < entry.held.issuedAt; // out of a cache of the source's own
    entry.failure = undefined;
    entry.noEarlyRefreshBefore = isOlder || (repeated && !extended) ? now + SAME_TOKEN_FLOOR_MS : 0;
    if (!isOlder) {
      if (entry.held && !repeated) replaced?.(entry, entry.held.token);
      entry.held = { token, issuedAt, schedule: schedule(lifetimeMs, refreshAheadMs, random()) };
      entry.previous = token;
    }
    emit('token:issued', () => ({
      ...this.subject(entry),
      reason,
      attempts,
      durationMs: Math.round(now - startedAt),
      waiting: flight.waiting,
      expiresAt: token.expiresAt,
      repeated,
    }));
    return { token: entry.held?.token ?? token };
  }

  #fail(
    entry: Entry,
    flight: Flight,
    reason: TokenRequestReason,
    attempts: number,
    startedAt: number,
    error: unknown,
  ): FlightOutcome {
    if (!isClosedError(error)) this.#remember(entry, error);
    const told = isClosedError(error) ? error : entry.failure?.error;
    this.#report(entry, flight, reason, attempts, startedAt, told, undefined);
    return { error: told };
  }

  #remember(entry: Entry, error: unknown): void {
    const { clock, random } = this.#options;
    const cause = isTokenError(error) ? error : new TokenError('The token source failed.', { cause: error });
    const count = (entry.failure?.count ?? 0) + 1;
    const asked = cause.retryAt === undefined ? 0 : Math.min(cause.retryAt - clock.now(), LONGEST_RETRY_AFTER_MS);
    const pauseMs = Math.ceil(Math.max(failurePause(count, cause.permanent, random), asked));
    entry.failure = {
      error: withRetryAt(cause, Math.round(clock.now() + pauseMs)),
      count,
      until: clock.monotonic() + pauseMs,
    };
  }

  #report(
    entry: Entry,
    flight: Flight,
    reason: TokenRequestReason,
    attempt: number,
    startedAt: number,
    error: unknown,
    retryInMs: number | undefined,
  ): void {
    this.#options.emit('token:failed', () => {
      const known = isTokenError(error) ? error : undefined;
      const endpoint = error instanceof TokenEndpointError ? error : undefined;
      return {
        ...this.subject(entry),
        reason,
        attempt,
        durationMs: Math.round(this.#options.clock.monotonic() - startedAt),
        waiting: flight.waiting,
        code: known?.code ?? 'ERR_TOKEN_SOURCE',
        status: endpoint?.status,
        error: endpoint?.error,
        permanent: known?.permanent ?? false,
        retryInMs: retryInMs === undefined ? undefined : Math.round(retryInMs),
        retryAt: retryInMs === undefined ? known?.retryAt : undefined,
      };
    });
  }

  /** How long to wait before the next attempt of this flight; `undefined`: it has failed. */
  #retryIn(flight: Flight, error: unknown, attempt: number, elapsedMs: number): number | undefined {
    const { clock, random, tokenTimeoutMs } = this.#options;
    if (!isTokenError(error) || error.permanent || error.code === 'ERR_TOKEN_SOURCE' || flight.signal.aborted)
      return undefined;
    if (attempt >= MAX_ATTEMPTS || flight.waiting === 0) return undefined;
    const delay = Math.max(retryDelay(attempt, random), error.retryAt === undefined ? 0 : error.retryAt - clock.now());
    return elapsedMs + delay < tokenTimeoutMs ? delay : undefined;
  }

  /** What is left of the pause after a failure, if it can be waited for; otherwise throws the failure. */
  #pauseLeft(entry: Entry, waiter?: Waiter): number {
    const { failure } = entry;
    if (!failure) return 0;
    const left = failure.until - this.#options.clock.monotonic();
    if (left <= 0) return 0;
    const patience = Math.min(LONGEST_PROBE_WAIT_MS, this.#options.tokenTimeoutMs, waiter?.timeoutMs ?? Infinity);
    if (failure.error.permanent || left > patience) throw ownCopy(failure.error) as Error;
    return left;
  }

  /** Starts the early refresh where one may help. Its failure ends in an event: the token is still valid. */
  #refreshEarly(entry: Entry, state: Freshness): Flight | undefined {
    if (entry.flight) return entry.flight;
    const now = this.#options.clock.monotonic();
    const useless = now < entry.noEarlyRefreshBefore || (this.#options.reissue === 'same' && state === 'stale');
    if (this.#stopped || useless || (entry.failure && now < entry.failure.until)) return undefined;
    return this.#start(entry, 'expiring', 0, state === 'stale');
  }

  /** What a flight brings, waiting no longer than `ms`, and no longer than the call wants. */
  #watch(flight: Flight, ms: number, waiter?: Waiter): Promise<Token | undefined> {
    const { clock } = this.#options;
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
      return { token: await token, forced };
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
