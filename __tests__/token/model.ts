import { isTokenError } from '../../lib/errors.js';
import type { Token } from '../../lib/token.js';
import { type ManagerOptions, type Renewal, TokenManager } from '../../lib/token/manager.js';
import { FakeClock } from '../support/fake-clock.js';
import { Endpoint, LIFETIME } from './model-endpoint.js';
import { API, caller, SECOND } from './rig.js';

const DEADLINE = 10 * SECOND;
/** How long a call may take: 2 s for an early refresh, after that 2 s of a pause, and then a flight, which ends at its deadline. */
const LONGEST_WAIT = 2 * SECOND + 2 * SECOND + DEADLINE;

/** What was so when a call began. */
interface Beginning {
  order: number;
  /** Monotonic time. */
  at: number;
  /** The highest number that any call had been given before. */
  handedOut: number;
}

interface Wait {
  key: number;
  beginning: Beginning;
  frozenMs: number;
  /** A valid token has been held ever since. (A wall clock that is set back revives one that had expired.) */
  wasValid: boolean;
  leave: ReturnType<typeof caller>;
}

/**
 * The world around one manager: an endpoint, an API that knows which tokens are revoked, and callers that do with the manager
 * what the plugin does. What must hold at any time is checked at every step, and noted in `broken` where it does not:
 *
 * - A key has at most one token request under way, and none without a flight.
 * - No call gets a token that was asked for before one which anybody had been given when the call began.
 * - No call gets a token past its life, by the larger of both clocks, unless that token arrived after the call began.
 * - No call waits beyond its deadline, the time not counted in which the process was frozen.
 * - No call fails while there is a valid token in the cache, and has been ever since the call began.
 * - No two callers get the same error object, and nobody a token of another key.
 */
export class World {
  readonly clock = new FakeClock();
  readonly broken: string[] = [];
  readonly endpoint = new Endpoint(this.clock, this.broken, () => ++this.#order);
  readonly manager: TokenManager;
  /** The highest number that any call has been given, by key. */
  readonly #handedOut = new Map<number, number>();
  readonly #waits = new Set<Wait>();
  readonly #errors = new Set<unknown>();
  #order = 0;

  constructor(options: Pick<ManagerOptions, 'reissue' | 'random'>) {
    this.manager = new TokenManager({
      ...options,
      fetch: (attempt) => this.endpoint.fetch(attempt),
      promote: () => undefined,
      refreshAheadMs: undefined,
      tokenTimeoutMs: DEADLINE,
      maxKeys: 1000,
      clock: this.clock,
      emit: (_, describe) => void describe(),
    });
  }

  /** A call through the plugin: peek or wait, send, and renew once when the token is refused. */
  async call(key: number, replayable: boolean): Promise<'served' | 'refused' | 'failed'> {
    const { manager, endpoint } = this;
    const entry = manager.entry({ tenant: String(key) });
    const ready = replayable ? manager.peek(entry) : undefined;
    if (ready) this.#given(key, ready, this.#begin(key));
    const token = ready ?? (await this.#wait(key, 'obtain', (leave) => manager.obtain(entry, leave, !replayable)));
    if (!token) return 'failed';
    if (!endpoint.isRevoked(token)) return 'served';
    if (!replayable) {
      manager.dropRejected(entry, token, API);
      return 'refused';
    }
    const renewal = await this.#wait(key, 'renew', (leave) => manager.renew(entry, token, API, leave));
    if (!renewal?.token) return 'refused';
    const accepted = !endpoint.isRevoked(renewal.token);
    if (renewal.forced) manager.resent(entry, API, renewal.token, accepted);
    return accepted ? 'served' : 'refused';
  }

  async refresh(key: number): Promise<void> {
    const entry = this.manager.entry({ tenant: String(key) });
    await this.#wait(key, 'refresh', (leave) => this.manager.refresh(entry, leave));
  }

  /** Time passes, and no timer runs. Nobody can be served then: it is no part of what a call waits. */
  freeze(ms: number): void {
    this.clock.leap(ms);
    for (const wait of this.#waits) wait.frozenMs += ms;
  }

  leave(which: number): void {
    [...this.#waits].at(which % Math.max(1, this.#waits.size))?.leave.go();
  }

  /** After everything else that a step has caused. */
  async check(): Promise<void> {
    await this.clock.advance(0);
    for (const wait of this.#waits) {
      wait.wasValid &&= this.#holdsValid(wait.key);
      if (this.clock.monotonic() - wait.beginning.at - wait.frozenMs > LONGEST_WAIT)
        this.broken.push('a call waits beyond its deadline');
    }
    const flying = this.manager.inspect().filter(({ refreshing }) => refreshing).length;
    if (this.endpoint.live > flying) this.broken.push('a token request without a flight');
  }

  get waiting(): number {
    return this.#waits.size;
  }

  #holdsValid(key: number): boolean {
    const { id } = this.manager.entry({ tenant: String(key) });
    const states = this.manager.inspect().filter((status) => status.key === id);
    return states.some(({ state }) => state !== 'empty' && state !== 'expired');
  }

  #begin(key: number): Beginning {
    return { order: ++this.#order, at: this.clock.monotonic(), handedOut: this.#handedOut.get(key) ?? 0 };
  }

  async #wait<T extends Token | Renewal>(
    key: number,
    what: 'obtain' | 'refresh' | 'renew',
    ask: (leave: Wait['leave']) => Promise<T>,
  ): Promise<T | undefined> {
    const wait: Wait = {
      key,
      beginning: this.#begin(key),
      frozenMs: 0,
      wasValid: this.#holdsValid(key),
      leave: caller(),
    };
    this.#waits.add(wait);
    try {
      const got: Token | Renewal = await ask(wait.leave);
      const token = 'accessToken' in got ? got : got.token;
      if (token) this.#given(key, token, wait.beginning);
      else if ('error' in got) this.#told(got.error);
      return got as T;
    } catch (error) {
      this.#told(error);
      if (what === 'obtain' && isTokenError(error) && wait.wasValid && this.#holdsValid(key))
        this.broken.push('a failure was shown to a call though a valid token was held');
      return undefined;
    } finally {
      this.#waits.delete(wait);
    }
  }

  #given(key: number, token: Token, beginning: Beginning): void {
    const issue = this.endpoint.issues.get(token.accessToken);
    if (issue?.key !== key) {
      this.broken.push('a token of another key');
      return;
    }
    if (issue.number < beginning.handedOut)
      this.broken.push('a token older than one that had been handed out before the call began');
    this.#handedOut.set(key, Math.max(issue.number, this.#handedOut.get(key) ?? 0));
    const age = Math.max(this.clock.now() - token.issuedAt, this.clock.monotonic() - issue.arrivedAt);
    if (age >= LIFETIME && issue.order < beginning.order)
      this.broken.push('a token past its life, and not one that the call had waited for');
  }

  #told(error: unknown): void {
    if (!isTokenError(error)) return;
    if (this.#errors.has(error)) this.broken.push(`one error object for two callers: ${error.code}`);
    this.#errors.add(error);
  }
}
