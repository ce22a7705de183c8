import { TokenEndpointError } from '../../lib/errors.js';
import type { Token } from '../../lib/token.js';
import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { API, HOUR, MINUTE, permanent, SECOND, transient, watch, type Watched } from './rig.js';

// What one process is told by the endpoint holds for all; what it cannot reach is its own affair at first.

const obtain = (one: Process): Watched<Token> => watch(one.manager.obtain(one.entry));
const busy = (retryAt?: number): TokenEndpointError => new TokenEndpointError('busy', { status: 503, retryAt });

/** A process fails with all its attempts. */
async function failing(world: FleetWorld, one: Process, error: () => Error): Promise<Watched<Token>> {
  const call = obtain(one);
  await world.settle();
  for (let attempt = 1; attempt <= 3 && call.state === 'pending'; attempt += 1) {
    await one.last().fail(error());
    if (attempt < 3) await world.advance(attempt * 200);
  }
  expect(call.state).toBe('rejected');
  return call;
}

describe('a permanent answer', () => {
  it('holds for every process at once, with all that it says', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const first = await failing(world, one, permanent);
    const second = obtain(other);
    await world.settle();
    expect(second.reason).toBeInstanceOf(TokenEndpointError);
    const { message, retryAt } = first.reason as TokenEndpointError;
    expect(second.reason).toMatchObject({ message, retryAt, status: 401, error: 'invalid_client', permanent: true });
    expect(other.requests).toHaveLength(0);
    expect(other.manager.inspect()).toMatchObject([
      { state: 'empty', failures: 1, retryAt, lastError: 'ERR_TOKEN_ENDPOINT' },
    ]);
    expect(other.named('token:failed')).toMatchObject([{ code: 'ERR_TOKEN_ENDPOINT', status: 401, attempt: 0 }]);
  });

  it('fails those who wait for it', async () => {
    const world = fleetWorld();
    const [one, ...others] = Array.from({ length: 4 }, () => world.process());
    const first = obtain(one!);
    await world.settle();
    const calls = others.map(obtain);
    await world.settle();
    await one!.last().fail(permanent());
    await world.advance(1.5 * SECOND - 1);
    expect([first, ...calls].map(({ state }) => state)).toEqual(Array(4).fill('rejected'));
    expect(world.requests).toHaveLength(1);
  });

  it('is asked again by one process when its pause is over; the pauses of the fleet grow once each', async () => {
    const world = fleetWorld();
    const processes = Array.from({ length: 4 }, () => world.process());
    const pauses: number[] = [];
    for (let round = 1; round <= 6; round += 1) {
      const before = world.requests.length;
      const calls = processes.map(obtain);
      await world.settle();
      expect(world.requests).toHaveLength(before + 1);
      const asker = processes.find(
        ({ requests }) => requests.at(-1)?.attempt.signal.aborted === false && requests.at(-1)!.attempt.entry.flight,
      )!;
      await asker.last().fail(permanent());
      await world.advance(500);
      expect(calls.map(({ state }) => state)).toEqual(Array(4).fill('rejected'));
      const { failure } = await world.standing();
      pauses.push(failure!.until - failure!.at);
      await world.advance(failure!.until - world.storeNow());
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000]);
  });

  it('over, and then there is a token: nothing is left of it', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, permanent);
    await world.advance(SECOND);
    const call = obtain(other);
    await world.settle();
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
    expect((await world.standing()).failure).toBeUndefined();
    expect((await one.manager.obtain(one.entry)).accessToken).toBe('a');
    expect(one.manager.inspect()).toMatchObject([{ failures: 0, lastError: undefined }]);
    // Another failure starts from 1 s again.
    one.manager.invalidate();
    await failing(world, one, permanent);
    const { failure } = await world.standing();
    expect(failure!.until - failure!.at).toBe(1000);
  });

  it('is not shown to a process that has a valid token', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await world.begun(one, 'a', 10 * MINUTE);
    await other.manager.obtain(other.entry);
    await world.advance(8 * MINUTE + SECOND);
    one.manager.peek(one.entry);
    await world.settle();
    await one.last().fail(permanent());
    for (const { manager, entry } of [one, other]) expect((await manager.obtain(entry)).accessToken).toBe('a');
    await world.settle();
    expect(other.requests).toHaveLength(0);
    expect((await other.manager.obtain(other.entry)).accessToken).toBe('a');
  });
});

describe('a transient answer', () => {
  it('holds for all, with the time that the endpoint has given', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const first = await failing(world, one, () => busy(one.clock.now() + MINUTE));
    const second = obtain(other);
    await world.settle();
    expect(second.reason).toMatchObject({ status: 503, permanent: false });
    expect((second.reason as TokenEndpointError).retryAt).toBe((first.reason as TokenEndpointError).retryAt);
    expect(other.requests).toHaveLength(0);
  });

  it.each([true, false])(
    'whose pause is short is waited out by who comes later; the store wakes: %p',
    async (wakes) => {
      const world = fleetWorld({ wakes });
      const [one, other] = [world.process(), world.process()];
      await failing(world, one, () => busy());
      const call = obtain(other);
      await world.advance(999);
      expect(call.state).toBe('pending');
      expect(other.requests).toHaveLength(0);
      await world.advance(101);
      expect(other.requests).toHaveLength(1);
      await other.last().answer('a');
      expect(call.value?.accessToken).toBe('a');
    },
  );

  it('that several wait out is probed by one of them', async () => {
    const world = fleetWorld();
    const [one, ...others] = Array.from({ length: 4 }, () => world.process());
    await failing(world, one!, () => busy());
    const before = world.requests.length;
    const calls = others.map(obtain);
    await world.advance(1.2 * SECOND);
    expect(world.requests).toHaveLength(before + 1);
    await others
      .find(({ requests }) => requests.length > 0)!
      .last()
      .answer('a');
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['a', 'a', 'a']);
    expect(world.requests).toHaveLength(before + 1);
  });

  it('is told as it is where the wait would take longer than the deadline', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process({ tokenTimeoutMs: 500 })];
    await failing(world, one, () => busy());
    const call = obtain(other);
    await world.advance(500);
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 503 });
  });
});

describe('a failure without an answer', () => {
  it('does not bind a process that has not failed itself: it asks once', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, transient);
    const call = obtain(other);
    await world.settle();
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('binds one that has failed itself, until the pause of the fleet is over', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, transient);
    await failing(world, other, transient);
    const { failure } = await world.standing();
    expect(failure!.until - failure!.at).toBe(1000); // of one pause: counted once
    await world.advance(2 * SECOND);
    await failing(world, one, transient); // the second of the fleet: 2 s
    const { failure: later } = await world.standing();
    expect(later!.until - later!.at).toBe(2000);
    const asked = other.requests.length;
    const call = obtain(other);
    await world.advance(later!.until - world.storeNow() - 1);
    expect(other.requests).toHaveLength(asked);
    await world.advance(101);
    expect(other.requests).toHaveLength(asked + 1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('of a holder lets one that waits try at once', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const first = obtain(one);
    await world.settle();
    const call = obtain(other);
    await world.settle();
    for (const pause of [200, 400, 0]) {
      await one.last().fail(transient());
      await world.advance(pause);
    }
    expect(first.state).toBe('rejected');
    await world.advance(200);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });
});

describe('a failure of one process alone', () => {
  it.each([
    ['its configuration', async () => (await import('../../lib/errors.js')).TokenConfigError],
    ['its source', async () => (await import('../../lib/errors.js')).TokenError],
  ])('%s is not told: the lease is free, and another one asks', async (_what, kind) => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const Kind = await kind();
    const first = obtain(one);
    await world.settle();
    await one.last().fail(new Kind('wrong here'));
    expect(first.state).toBe('rejected');
    expect(await world.standing()).toMatchObject({ failure: undefined, leaseLeftMs: 0 });
    const call = obtain(other);
    await world.settle();
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });
});

describe('in its pause', () => {
  it('a process takes the token that another one has put there', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, () => busy(one.clock.now() + HOUR));
    // The other one had not heard of it.
    await world.store.fail('secret/', undefined, '');
    const theirs = obtain(other);
    await world.settle();
    await other.last().answer('a');
    expect(theirs.value?.accessToken).toBe('a');
    const call = obtain(one);
    await world.settle();
    expect(call.value?.accessToken).toBe('a');
    expect(one.named('token:shared')).toHaveLength(1);
    expect(one.manager.inspect()).toMatchObject([{ state: 'fresh', failures: 0, store: 'shared' }]);
  });

  it('it looks once a second at most, however many calls there are; each fails with the failure', async () => {
    const world = fleetWorld();
    const one = world.process();
    await failing(world, one, () => busy(one.clock.now() + HOUR));
    const before = one.line.count();
    const calls: Watched<Token>[] = [];
    for (let n = 0; n < 30; n += 1) {
      calls.push(obtain(one), obtain(one));
      await world.advance(100);
    }
    expect(calls.map(({ reason }) => (reason as TokenEndpointError).status)).toEqual(Array(60).fill(503));
    expect(one.line.calls.slice(before).map(({ operation }) => operation)).toEqual(['read', 'read', 'read']);
    expect(new Set(calls.map(({ reason }) => reason)).size).toBe(60);
  });

  it('looking does not make the failure a new one', async () => {
    const world = fleetWorld();
    const one = world.process();
    await failing(world, one, permanent);
    const [{ retryAt } = {}] = one.manager.inspect();
    const failed = one.named('token:failed').length;
    const call = obtain(one);
    await world.settle();
    expect(call.reason).toMatchObject({ retryAt, permanent: true });
    expect(one.manager.inspect()).toMatchObject([{ failures: 1, retryAt }]);
    expect(one.named('token:failed')).toHaveLength(failed);
  });

  it.each(['hang', 'reject', 'throw'] as const)(
    'a store that is out (%s) changes nothing about it',
    async (trouble) => {
      const world = fleetWorld();
      const one = world.process();
      await failing(world, one, permanent);
      one.line.always(trouble);
      const call = obtain(one);
      await world.advance(105);
      expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', permanent: true });
    },
  );

  it('a refused token is replaced by the one that stands there', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const old = await world.begun(one, 'old', 10 * MINUTE);
    await other.manager.obtain(other.entry);
    await world.advance(8 * MINUTE + SECOND);
    one.manager.peek(one.entry);
    await world.settle();
    await one.last().fail(busy(one.clock.now() + HOUR));
    await world.store.fail('secret/', undefined, '');
    const theirs = watch(other.manager.refresh(other.entry));
    await world.settle();
    await other.last().answer('new');
    expect(theirs.state).toBe('fulfilled');
    const renewal = watch(one.manager.renew(one.entry, old, API));
    await world.settle();
    expect(renewal.value?.token?.accessToken).toBe('new');
  });
});

describe('while one call looks behind a failure', () => {
  it('another one, which can wait for the end of the pause, does so and is served', async () => {
    const world = fleetWorld();
    const one = world.process();
    const first = obtain(one);
    await world.settle();
    await one.last().fail(transient({ retryAt: one.clock.now() + 11 * SECOND }));
    expect(first.state).toBe('rejected');
    await world.advance(10 * SECOND);
    const hasty = watch(one.manager.obtain(one.entry, { timeoutMs: 500 }));
    const patient = watch(one.manager.obtain(one.entry));
    await world.advance(2 * SECOND);
    expect(hasty.state).toBe('rejected');
    await one.last().answer('a');
    expect(patient.value?.accessToken).toBe('a');
  });

  it('`invalidate()` lets the next call ask', async () => {
    const world = fleetWorld();
    const one = world.process();
    obtain(one);
    await world.settle();
    await one.last().fail(permanent());
    one.line.once('read', 'hold');
    const look = obtain(one);
    await world.settle();
    one.manager.invalidate();
    const after = obtain(one);
    await one.line.held[0]!.go();
    await world.settle();
    expect(look.state).toBe('rejected');
    await one.last().answer('a');
    expect(after.value?.accessToken).toBe('a');
    expect(one.manager.inspect()).toMatchObject([{ failures: 0 }]);
  });
});

describe("the store's clock", () => {
  it.each([-HOUR, -MINUTE])('set by %p ms after a failure: it binds no longer than its pause', async (ms) => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, permanent); // 1 s
    world.shiftStoreClock(ms);
    const refused = obtain(other);
    await world.settle();
    expect(refused.state).toBe('rejected');
    await world.advance(1.2 * SECOND);
    const call = obtain(other);
    await world.settle();
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('set forward after a failure: it is over', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await failing(world, one, permanent);
    world.shiftStoreClock(HOUR);
    const call = obtain(other);
    await world.settle();
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });
});
