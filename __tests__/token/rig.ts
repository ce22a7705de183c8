import { TokenEndpointError, TokenNetworkError } from '../../lib/errors.js';
import type { TokenEventName, TokenEvents } from '../../lib/events.js';
import { createToken, type Token } from '../../lib/token.js';
import type { Waiter } from '../../lib/token/flight.js';
import type { Attempt } from '../../lib/token/acquisition.js';
import { KeepWarm } from '../../lib/token/keep-warm.js';
import { type ManagerOptions, TokenManager } from '../../lib/token/manager.js';
import { FakeClock } from '../support/fake-clock.js';

export const API = 'https://a.test';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** One request that the manager has sent, and that the test answers. */
export interface PendingRequest {
  readonly attempt: Attempt;
  readonly sentAt: number;
  /** Gives a token that lives for an hour from when it was asked for, unless told otherwise; `null`: until rejected. */
  answer(accessToken?: string, lifetimeMs?: number | null): Promise<Token>;
  /** The very token, whatever it says. */
  give(token: Token): Promise<void>;
  fail(error?: unknown): Promise<void>;
}

export interface Rig {
  clock: FakeClock;
  manager: TokenManager;
  /** All that were sent so far, in order. */
  requests: PendingRequest[];
  events: { name: TokenEventName; event: TokenEvents[TokenEventName] }[];
  promoted: number[];
  /** The request sent last. */
  last(): PendingRequest;
  /** Starts with a token in the cache. */
  hold(accessToken?: string, lifetimeMs?: number | null): Promise<Token>;
}

const rigs: Rig[] = [];

/** Whatever a test did: closed managers have nothing pending. */
afterEach(async () => {
  for (const { manager, clock } of rigs.splice(0)) {
    await manager.close();
    await clock.settle();
    expect(clock.pending).toBe(0);
  }
});

/**
 * A manager on a fake clock whose token requests are answered by hand. No jitter: `random` gives 0.
 *
 * @param options.idleMs keeps tokens warm
 */
export function rig({ idleMs, ...options }: Partial<ManagerOptions> & { idleMs?: number } = {}): Rig {
  const clock = new FakeClock();
  const requests: PendingRequest[] = [];
  const events: Rig['events'] = [];
  const promoted: number[] = [];
  const manager = new TokenManager({
    fetch: (attempt) => new Promise((resolve, reject) => requests.push(pending(clock, attempt, resolve, reject))),
    promote: (flight) => promoted.push(flight),
    reissue: 'independent',
    refreshAheadMs: undefined,
    tokenTimeoutMs: 10 * SECOND,
    maxKeys: 1000,
    clock,
    random: () => 0,
    emit: (name, describe) => events.push({ name, event: describe() }),
    ...(idleMs !== undefined && { keepWarm: Promise.resolve(new KeepWarm(clock, idleMs, options.reissue)) }),
    ...options,
  });
  const last = (): PendingRequest => requests.at(-1)!;
  const made: Rig = {
    clock,
    manager,
    requests,
    events,
    promoted,
    last,
    async hold(accessToken, lifetimeMs) {
      const call = manager.obtain(manager.entry());
      await last().answer(accessToken, lifetimeMs);
      return call;
    },
  };
  rigs.push(made);
  return made;
}

let issued = 0;

function pending(
  clock: FakeClock,
  attempt: Attempt,
  resolve: (token: Token) => void,
  reject: (error: unknown) => void,
): PendingRequest {
  const sentAt = clock.now();
  return {
    attempt,
    sentAt,
    async answer(accessToken = `token-${++issued}`, lifetimeMs = HOUR) {
      const token = createToken({ accessToken, issuedAt: sentAt, lifetimeMs: lifetimeMs ?? undefined });
      resolve(token);
      await clock.settle();
      return token;
    },
    async give(token) {
      resolve(token);
      await clock.settle();
    },
    async fail(error = transient()) {
      reject(error);
      await clock.settle();
    },
  };
}

export const transient = (details: { retryAt?: number } = {}): TokenNetworkError =>
  new TokenNetworkError('connection reset', details);

export const permanent = (): TokenEndpointError =>
  new TokenEndpointError('invalid_client', { status: 401, error: 'invalid_client', permanent: true });

/** What became of a promise so far, seen without waiting for it. */
export interface Watched<T> {
  readonly state: 'pending' | 'fulfilled' | 'rejected';
  readonly value: T | undefined;
  readonly reason: unknown;
}

export function watch<T>(promise: Promise<T>): Watched<T> {
  const seen: { state: Watched<T>['state']; value: T | undefined; reason: unknown } = {
    state: 'pending',
    value: undefined,
    reason: undefined,
  };
  promise.then(
    (value) => Object.assign(seen, { state: 'fulfilled', value }),
    (reason: unknown) => Object.assign(seen, { state: 'rejected', reason }),
  );
  return seen;
}

/** A caller that can go. `listening` tells whether the manager still waits for that. */
export function caller(timeoutMs?: number): Waiter & { go: (reason?: unknown) => void; listening: boolean } {
  let abandon: ((reason: unknown) => void) | undefined;
  return {
    timeoutMs,
    leave(callback) {
      abandon = callback;
      return () => {
        abandon = undefined;
      };
    },
    go(reason = new Error('the caller has left')) {
      abandon?.(reason);
    },
    get listening() {
      return abandon !== undefined;
    },
  };
}

/** The very token, not one with the same dates: tokens keep what they are from `toEqual`. */
export function expectServed(calls: Watched<Token | undefined> | Watched<Token | undefined>[], token: Token): void {
  for (const call of [calls].flat()) {
    expect(call.state).toBe('fulfilled');
    expect(call.value).toBe(token);
  }
}

/** An API refuses the token, and the resend after the refresh fares as told. */
export async function forced(made: Rig, token: Token, accepted: boolean, accessToken?: string): Promise<Token> {
  const { manager, last } = made;
  const renewal = manager.renew(manager.entry(), token, API);
  await last().answer(accessToken);
  const { token: renewed } = await renewal;
  manager.resent(manager.entry(), API, renewed!, accepted);
  return renewed!;
}
