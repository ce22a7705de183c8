import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { API, HOUR, MINUTE, permanent, SECOND, watch, type Watched } from './rig.js';
import { OPERATIONS, type Trouble } from './store-line.js';
import type { LeaseReading, TokenStore } from '../../lib/store.js';
import type { Token } from '../../lib/token.js';

// A store that is slow, gone or lying, at each step: the calls fare no worse than without one.

const TROUBLES: readonly Trouble[] = ['hang', 'lose', 'reject', 'throw', 'hold', 'delay'];
/** A store call that is given up, its bound and the grace; at most two stand in the way of one call. */
const GIVEN_UP = 2 * 105;

const obtain = (one: Process): Watched<Token> => watch(one.manager.obtain(one.entry));

/** Answers whatever a process asks of the endpoint, in time for its calls. */
async function served(world: FleetWorld, one: Process, accessToken: string, lifetimeMs = HOUR): Promise<void> {
  const before = one.requests.length;
  await world.advance(GIVEN_UP);
  if (one.requests.length > before) await one.last().answer(accessToken, lifetimeMs);
  await world.advance(GIVEN_UP);
}

describe.each(TROUBLES)('%s', (trouble) => {
  describe.each(['lease', 'write'] as const)('of `%s`', (operation) => {
    it('at a cold start: the call is served', async () => {
      const world = fleetWorld();
      const one = world.process();
      one.line.once(operation, trouble);
      const call = obtain(one);
      await world.advance(GIVEN_UP);
      await one.last().answer('a');
      await world.advance(GIVEN_UP);
      expect(call.value?.accessToken).toBe('a');
      expect(one.requests).toHaveLength(1);
      expect(one.named('store:error')).toMatchObject([{ operation, retryInMs: 1000 }]);
      for (const { go } of one.line.held) await go();
      expect(one.manager.peek(one.entry)!.accessToken).toBe('a');
    });

    it('where another token stands: the call is served, and another process sooner or later shares again', async () => {
      const world = fleetWorld();
      const [one, other] = [world.process(), world.process()];
      await world.begun(one, 'a', MINUTE);
      await world.advance(MINUTE);
      one.line.once(operation, trouble);
      const call = obtain(one);
      await served(world, one, 'b', MINUTE);
      expect(call.value?.accessToken).toBe('b');
      for (const { go } of one.line.held) await go();
      await world.advance(3 * SECOND); // a lease that was lost is over
      const theirs = obtain(other);
      await served(world, other, 'c', MINUTE);
      expect(['b', 'c']).toContain(theirs.value?.accessToken);
      await world.advance(MINUTE);
      const next = obtain(one);
      await served(world, one, 'd');
      expect(next.state).toBe('fulfilled');
      expect(one.named('store:recovered')).toHaveLength(1);
    });
  });

  it('of `read`: a forced refresh brings a new token', async () => {
    const world = fleetWorld();
    const one = world.process();
    await world.begun(one, 'a');
    one.line.once('read', trouble);
    const call = watch(one.manager.refresh(one.entry));
    await served(world, one, 'b');
    expect(call.value?.accessToken).toBe('b');
  });

  it('of `remove`: a refused token is replaced, and does not come back', async () => {
    const world = fleetWorld();
    const one = world.process();
    const token = await world.begun(one, 'a');
    one.line.once('remove', trouble);
    const call = watch(one.manager.renew(one.entry, token, API));
    await served(world, one, 'b');
    expect(call.value).toMatchObject({ forced: true, token: { accessToken: 'b' } });
  });

  it('of `remove`, and nothing more works: a refused token does not come back when the store does', async () => {
    const world = fleetWorld();
    const one = world.process();
    const token = await world.begun(one, 'a');
    one.line.always(trouble);
    one.manager.drop(one.entry, token);
    await world.advance(GIVEN_UP);
    one.line.heal();
    await world.advance(SECOND);
    const call = obtain(one);
    await served(world, one, 'b');
    expect(call.value?.accessToken).toBe('b');
  });

  it('of `fail`: the call fails with what the endpoint said, and the next one after the pause is served', async () => {
    const world = fleetWorld();
    const one = world.process();
    one.line.once('fail', trouble);
    const call = obtain(one);
    await world.settle();
    await one.last().fail(permanent());
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 401 });
    await world.advance(3 * SECOND);
    for (const { go } of one.line.held) await go();
    const next = obtain(one);
    await served(world, one, 'a');
    expect(next.value?.accessToken).toBe('a');
  });

  it('of an extension: the holder goes on, and is served', async () => {
    const world = fleetWorld();
    const one = world.process();
    const call = obtain(one);
    await world.settle();
    one.line.once('lease', trouble);
    await world.advance(4 * SECOND);
    await one.last().answer('a');
    await world.advance(GIVEN_UP);
    expect(call.value?.accessToken).toBe('a');
    for (const { go } of one.line.held) await go();
    expect(one.requests).toHaveLength(1);
  });

  it('while waiting for another process: asks by itself, and is served', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    obtain(holder);
    await world.settle();
    const call = obtain(other);
    await world.settle();
    other.line.always(trouble);
    await world.advance(2 * SECOND);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('own');
    await world.advance(GIVEN_UP);
    expect(call.value?.accessToken).toBe('own');
  });

  it('of everything, always: the process lives as if it were alone', async () => {
    const world = fleetWorld();
    const one = world.process();
    one.line.always(trouble);
    const first = obtain(one);
    await served(world, one, 'a');
    expect(first.value?.accessToken).toBe('a');
    const renewal = watch(one.manager.renew(one.entry, first.value!, API));
    await served(world, one, 'b');
    expect(renewal.value).toMatchObject({ forced: true, token: { accessToken: 'b' } });
    const refreshed = watch(one.manager.refresh(one.entry));
    await served(world, one, 'c');
    expect(refreshed.value?.accessToken).toBe('c');
    one.manager.invalidate();
    const last = obtain(one);
    await served(world, one, 'd');
    expect(last.value?.accessToken).toBe('d');
    expect(one.manager.inspect()).toMatchObject([{ store: 'degraded', state: 'fresh' }]);
  });

  it('of everything, then it is over: the next token is shared again', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    one.line.always(trouble);
    obtain(one);
    await served(world, one, 'a');
    expect(await world.standing()).toMatchObject({ record: undefined });
    one.line.heal();
    for (const { go } of one.line.held.splice(0)) await go();
    await world.advance(HOUR);
    const call = obtain(one);
    await served(world, one, 'b');
    expect(call.value?.accessToken).toBe('b');
    expect((await other.manager.obtain(other.entry)).accessToken).toBe('b');
    expect(one.manager.inspect()).toMatchObject([{ store: 'shared' }]);
  });
});

describe('near the deadline', () => {
  it('a token that came in time is not lost because the store takes it slowly', async () => {
    const world = fleetWorld();
    const one = world.process();
    const call = obtain(one);
    await world.advance(10 * SECOND - 50);
    one.line.once('write', 'hang');
    await one.last().answer('a');
    await world.advance(GIVEN_UP);
    expect(call.value?.accessToken).toBe('a');
  });

  it.each([50, 100, 200])(
    'a deadline of %p ms leaves time for the endpoint when the store hangs',
    async (tokenTimeoutMs) => {
      const world = fleetWorld();
      const one = world.process({ tokenTimeoutMs });
      one.line.always('hang');
      const call = obtain(one);
      await world.advance(tokenTimeoutMs / 2);
      expect(one.requests).toHaveLength(1);
      await one.last().answer('a');
      await world.advance(GIVEN_UP);
      expect(call.value?.accessToken).toBe('a');
    },
  );
});

describe('a grant that comes late', () => {
  it.each(['hold', 'delay'] as const)('is given back at once: %s', async (trouble) => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    one.line.once('lease', trouble);
    const call = obtain(one);
    await world.advance(GIVEN_UP);
    expect(one.requests).toHaveLength(1); // asks by itself
    await one.line.held[0]!.go();
    await world.settle();
    expect((await world.standing()).leaseLeftMs).toBe(0);
    const theirs = obtain(other);
    await world.settle();
    await other.last().answer('b');
    expect(theirs.value?.accessToken).toBe('b');
    await one.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('of an extension, when the holder is done, is given back', async () => {
    const world = fleetWorld();
    const one = world.process();
    obtain(one);
    await world.settle();
    one.line.once('lease', 'hold');
    await world.advance(SECOND);
    await one.last().fail(permanent());
    await one.line.held[0]!.go();
    await world.settle();
    expect((await world.standing()).leaseLeftMs).toBe(0);
  });
});

describe('the answer to a write is lost', () => {
  it('the process knows its own record: it is renewed early, and not taken for news', async () => {
    const world = fleetWorld();
    const one = world.process();
    one.line.once('write', 'lose');
    const call = obtain(one);
    await world.settle();
    await one.last().answer('a', MINUTE);
    await world.advance(GIVEN_UP);
    expect(call.value?.accessToken).toBe('a');
    await world.advance(49 * SECOND);
    one.manager.peek(one.entry);
    await world.settle();
    expect(one.requests).toHaveLength(2);
    expect(one.named('token:shared')).toEqual([]);
    await one.last().answer('b');
  });

  it('a token that is refused then is refused for all', async () => {
    const world = fleetWorld();
    const one = world.process();
    one.line.once('write', 'lose');
    const call = obtain(one);
    await world.settle();
    await one.last().answer('a', MINUTE);
    await world.advance(2 * SECOND);
    one.manager.drop(one.entry, call.value!);
    await world.settle();
    expect((await world.standing()).record).toBeUndefined();
  });
});

describe('the wake-up', () => {
  type Changed = NonNullable<TokenStore['changed']>;
  const withChanged = (one: Process, changed: Changed): void => {
    (one.line as { changed: Changed }).changed = changed;
  };

  it.each<[string, Changed]>([
    ['rejects', () => Promise.reject(new Error('connection reset'))],
    [
      'throws',
      () => {
        throw new Error('the client is closed');
      },
    ],
    ['is no promise', () => undefined as unknown as Promise<void>],
    ['never comes, nor listens', () => new Promise(() => undefined)],
  ])('%s: the holder asks, the waiter polls, both are served', async (_what, changed) => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    withChanged(holder, changed);
    withChanged(other, changed);
    const calls = [obtain(holder)];
    await world.settle();
    expect(world.requests).toHaveLength(1);
    calls.push(obtain(other));
    await world.settle();
    await holder.last().answer('a');
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['a', 'a']);
    expect(world.requests).toHaveLength(1);
  });

  it('rejects after a while: the waiter goes on polling', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    let reject!: (error: Error) => void;
    withChanged(other, () => new Promise((_, fail) => (reject = fail)));
    obtain(holder);
    await world.settle();
    const call = obtain(other);
    await world.settle();
    reject(new Error('connection reset'));
    await world.settle();
    await holder.last().answer('a');
    await world.advance(2 * SECOND);
    expect(call.value?.accessToken).toBe('a');
  });

  it('comes all the time: the store is asked a bounded number of times', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process({ tokenTimeoutMs: MINUTE }), world.process({ random: () => 0.5 })];
    let wakes = 0;
    // Bounded, so that a loop without end fails this test and does not hang it.
    withChanged(other, () => (++wakes < 2000 ? Promise.resolve() : new Promise(() => undefined)));
    obtain(holder);
    await world.settle();
    const call = obtain(other);
    await world.advance(5 * SECOND);
    expect(other.line.count('lease')).toBeLessThan(200);
    await holder.last().answer('a');
    await world.advance(2 * SECOND);
    expect(call.value?.accessToken).toBe('a');
  });
});

describe('a store that lies', () => {
  const lies: [string, (now: number, n: number) => unknown][] = [
    ['undefined', () => undefined],
    ['null', () => null],
    ['a text', () => 'hello'],
    ['nothing of a reading', () => ({})],
    [
      'that the lease is never free',
      (now) => ({ now, record: undefined, failure: undefined, leaseLeftMs: 1e9, granted: false }),
    ],
    [
      'that nothing is ever granted',
      (now) => ({ now, record: undefined, failure: undefined, leaseLeftMs: 0, granted: false }),
    ],
    [
      'another unreadable record each time',
      (now, n) => ({
        now,
        record: { version: `v${n}`, issuedAt: now, expiresAt: undefined, data: undefined },
        failure: undefined,
        leaseLeftMs: 0,
        granted: false,
      }),
    ],
    ['a record that is none', (now) => ({ now, record: {}, failure: {}, leaseLeftMs: Number.NaN, granted: false })],
    [
      'a failure until the end of days',
      (now) => ({
        now,
        record: undefined,
        failure: {
          at: now - 2 * 24 * HOUR,
          until: now + 1e15,
          data: '{"format":1,"code":"ERR_TOKEN_ENDPOINT","message":"no","permanent":true,"status":400,"count":1}',
        },
        leaseLeftMs: 0,
        granted: true,
      }),
    ],
  ];

  it.each(lies)('says %s: the call is served within its deadline', async (_what, lie) => {
    const world = fleetWorld();
    const one = world.process();
    let asked = 0;
    (one.line as { lease: unknown }).lease = (): Promise<LeaseReading> => {
      asked += 1;
      // Bounded, so that a loop without end fails this test and does not hang it.
      return asked < 2000
        ? Promise.resolve(lie(world.storeNow(), asked) as LeaseReading)
        : new Promise(() => undefined);
    };
    const call = obtain(one);
    await world.advance(9 * SECOND);
    expect(asked).toBeLessThan(200);
    expect(one.requests).toHaveLength(1);
    await one.last().answer('a');
    await world.advance(GIVEN_UP);
    expect(call.value?.accessToken).toBe('a');
  });

  it.each<[string, (now: number) => object]>([
    ['issued at no time', (now) => ({ issuedAt: Number.NaN, expiresAt: now + HOUR })],
    ['that ends at no time', (now) => ({ issuedAt: now, expiresAt: Number.NaN })],
    ['that ends before it begins', (now) => ({ issuedAt: now + 2 * HOUR, expiresAt: now + HOUR })],
    ['that lives for a thousand years', (now) => ({ issuedAt: now, expiresAt: now + 1000 * 365 * 24 * HOUR })],
  ])('a record %s does not become a token that never ends', async (_what, life) => {
    const world = fleetWorld();
    const one = world.process();
    const data = '{"format":1,"accessToken":"foreign"}';
    (one.line as { lease: unknown }).lease = () => {
      const now = world.storeNow();
      return Promise.resolve({ now, record: { version: 'v', data, ...life(now) }, leaseLeftMs: 0, granted: true });
    };
    const call = obtain(one);
    await world.settle();
    await one.requests.at(-1)?.answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('an expired record that it still shows is not used', async () => {
    const world = fleetWorld();
    const one = world.process();
    const now = world.storeNow();
    const record = { version: 'v', data: '{"format":1,"accessToken":"old"}', issuedAt: now - HOUR, expiresAt: now };
    (one.line as { lease: unknown }).lease = () =>
      Promise.resolve({ now, record, failure: undefined, leaseLeftMs: 0, granted: true });
    const call = obtain(one);
    await world.settle();
    await one.requests.at(-1)?.answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('of a write: what stands there is something else: the process uses its own token', async () => {
    const world = fleetWorld();
    const one = world.process();
    (one.line as { write: unknown }).write = () => Promise.resolve({});
    const call = obtain(one);
    await world.settle();
    await one.last().answer('a');
    await world.settle();
    expect(call.value?.accessToken).toBe('a');
  });
});

it('every operation was troubled', () => {
  expect(OPERATIONS).toEqual(['read', 'lease', 'write', 'fail', 'release', 'remove']);
});
