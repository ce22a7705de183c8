import { MAX_ATTEMPTS, retryDelay } from './backoff.js';
import { type Entry, subjectOf } from './entries.js';
import type { Arrival, Issued } from './share.js';
import type { Flight } from './flight.js';
import { type Clock, sleep } from '../clock.js';
import type { TokenRequest, TokenRequestReason } from '../contract.js';
import { isTokenError, TokenEndpointError } from '../errors.js';
import type { Emit, TokenEvents } from '../events.js';
import type { Token, TokenParams } from '../token.js';

/** One attempt to get a token, as a source is asked for it. The rest of a `TokenRequest` belongs to the wire. */
export type Attempt = Pick<TokenRequest, 'reason' | 'previous' | 'signal' | keyof TokenParams> & {
  entry: Entry;
  flight: number;
  /** Which one of the flight, from 1. */
  attempt: number;
  urgent: boolean;
  /** It has its turn: the source is asked now. */
  begun: () => void;
};

export interface AcquisitionOptions {
  /** Gets a token, or rejects with a `TokenError`. */
  fetch: (attempt: Attempt) => Promise<Token>;
  /** A flight that was begun in the background has somebody waiting for it now. */
  promote: (flight: number) => void;
  tokenTimeoutMs: number;
  clock: Clock;
  random: () => number;
  emit: Emit;
}

// What a flight was waiting for when its time was up. (Never for a further attempt: a pause that does not fit is not begun.)
const IN_QUEUE = 'it was waiting for its turn (`tokenRequests`)';
const ATTEMPT = 'the token endpoint, or the source, did not answer';
const IN_FLEET = 'another process was to bring it (`store`)';

/** What goes on in one flight: a token is asked for, again where that may help, until there is one or the flight has failed. */
export class Acquisition {
  readonly entry: Entry;
  readonly reason: TokenRequestReason;
  readonly #options: AcquisitionOptions;
  /** How it ended. */
  arrival: Arrival | undefined;
  /** What it is waiting for, in words. */
  holdUp = IN_FLEET;
  #isUrgent: boolean;
  #attempts = 0;
  #startedAt: number;

  constructor(options: AcquisitionOptions, entry: Entry, reason: TokenRequestReason, background: boolean) {
    this.#options = options;
    this.entry = entry;
    this.reason = reason;
    this.#isUrgent = !background;
    this.#startedAt = options.clock.monotonic();
  }

  /** A pause that was waited for is not part of it. */
  begin(): void {
    this.#startedAt = this.#options.clock.monotonic();
  }

  /** Somebody waits for it now. */
  hurry(flight: Flight): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    this.#options.promote(flight.id);
  }

  /** @param signal that of the flight, or one that ends before it */
  async ask(flight: Flight, signal: AbortSignal): Promise<Issued> {
    const { clock } = this.#options;
    for (;;) {
      this.#attempts += 1;
      const asked = { now: clock.now(), monotonic: clock.monotonic() };
      try {
        const token = await this.#attempt(flight, signal);
        // Where its `issuedAt` lies on the monotonic clock: the wall clock may be set at any time.
        return { token, issuedAt: Math.min(clock.monotonic(), asked.monotonic + token.issuedAt - asked.now) };
      } catch (error) {
        const retryInMs = signal.aborted ? undefined : this.#retryIn(flight, error);
        if (retryInMs === undefined) throw error;
        this.failed(flight, error, retryInMs);
        await sleep(clock, retryInMs, signal);
      }
    }
  }

  issued(flight: Flight, token: Token, repeated: boolean): void {
    const { clock, emit } = this.#options;
    const durationMs = Math.round(clock.monotonic() - this.#startedAt);
    const told = (): TokenEvents['token:shared'] => ({
      ...subjectOf(this.entry),
      flight: flight.id,
      reason: this.reason,
      durationMs,
      waiting: flight.waiting,
      expiresAt: token.expiresAt,
    });
    if (this.arrival?.token && this.arrival.isShared) emit('token:shared', told);
    else emit('token:issued', () => ({ ...told(), attempts: this.#attempts, repeated }));
  }

  /** @param retryInMs `undefined`: the flight has failed */
  failed(flight: Flight, error: unknown, retryInMs?: number): void {
    const { clock, emit } = this.#options;
    emit('token:failed', () => {
      const known = isTokenError(error) ? error : undefined;
      const endpoint = error instanceof TokenEndpointError ? error : undefined;
      return {
        ...subjectOf(this.entry),
        flight: flight.id,
        reason: this.reason,
        attempt: this.#attempts,
        durationMs: Math.round(clock.monotonic() - this.#startedAt),
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

  #attempt(flight: Flight, signal: AbortSignal): Promise<Token> {
    const { entry, reason } = this;
    const urgent = this.#isUrgent;
    this.holdUp = IN_QUEUE;
    if (reason === 'rejected' && this.#attempts === 1) entry.forced.started(this.#options.clock.monotonic());
    this.#options.emit('token:requested', () => ({
      ...subjectOf(entry),
      flight: flight.id,
      reason,
      attempt: this.#attempts,
      background: !urgent,
    }));
    return this.#options.fetch({
      ...entry.params,
      entry,
      reason,
      previous: entry.previous,
      signal,
      flight: flight.id,
      attempt: this.#attempts,
      urgent,
      begun: () => {
        this.holdUp = ATTEMPT;
      },
    });
  }

  /** How long to wait before the next attempt of this flight; `undefined`: it has failed. */
  #retryIn(flight: Flight, error: unknown): number | undefined {
    const { clock, random, tokenTimeoutMs } = this.#options;
    if (!isTokenError(error) || error.permanent || error.code === 'ERR_TOKEN_SOURCE') return undefined;
    if (this.#attempts >= MAX_ATTEMPTS || flight.waiting === 0) return undefined;
    const asked = error.retryAt === undefined ? 0 : error.retryAt - clock.now();
    const delay = Math.max(retryDelay(this.#attempts, random), asked);
    return clock.monotonic() - this.#startedAt + delay < tokenTimeoutMs ? delay : undefined;
  }
}
