import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { createToken, type Token } from '../../lib/token.js';
import { caller, expectServed, HOUR, MINUTE, permanent, type Rig, rig, SECOND, transient, watch } from './rig.js';

const DAY = 24 * HOUR;
/** An hour's token is stale 5 minutes before its end. */
const STALE = HOUR - 5 * MINUTE;

describe('without any traffic', () => {
  it('a token is renewed when its early refresh is due, again and again, in the background', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await clock.advance(STALE - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(last().attempt).toMatchObject({ reason: 'expiring', urgent: false });
    await last().answer('b', HOUR);
    await clock.advance(STALE);
    const token = await last().answer('c', HOUR);
    expect(requests).toHaveLength(3);
    expect(manager.peek(manager.entry())).toBe(token);
  });

  it('each key has its own time', async () => {
    const { manager, clock, requests } = rig({ idleMs: Infinity });
    for (const [tenant, minutes] of [['a', 60] as const, ['b', 20] as const]) {
      watch(manager.obtain(manager.entry({ tenant })));
      await requests.at(-1)!.answer(tenant, minutes * MINUTE);
    }
    await clock.advance(16 * MINUTE);
    expect(requests.map(({ attempt }) => attempt.tenant)).toEqual(['a', 'b', 'b']);
  });

  it('its timer keeps no process alive', async () => {
    const { clock, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    expect([clock.pending, clock.keepingAlive]).toEqual([1, 0]);
  });

  it('a token that is stale when it arrives is renewed a second later', async () => {
    const { manager, clock, requests, last } = rig({ idleMs: Infinity });
    watch(manager.obtain(manager.entry()));
    await clock.advance(8500);
    await last().answer('a', 10 * SECOND);
    await clock.advance(SECOND - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
  });

  it('a token without an end needs no timer', async () => {
    const { clock, hold } = rig({ idleMs: Infinity });
    await hold('a', null);
    expect(clock.pending).toBe(0);
  });

  it('a token that outlives the longest timer is renewed when it is due, not before', async () => {
    const { clock, requests, hold } = rig({ idleMs: Infinity });
    const timers = jest.spyOn(clock, 'setTimeout');
    await hold('a', 60 * DAY);
    expect(Math.max(...timers.mock.calls.map(([, ms]) => ms))).toBe(2 ** 31 - 1);
    await clock.advance(60 * DAY - 5 * MINUTE - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
  });
});

describe('the same single flight', () => {
  it('a call during the renewal uses the valid token; one after its end joins', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    const token = await hold('a', 12 * SECOND);
    await clock.advance(9600);
    expect(manager.peek(manager.entry())).toBe(token);
    await clock.advance(2400);
    const call = watch(manager.obtain(manager.entry()));
    const renewed = await last().answer('b', HOUR);
    expectServed(call, renewed);
    expect(requests).toHaveLength(2);
  });

  it('a renewal that a call has started is not started twice, and the timer goes by the new token', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await clock.advance(30 * MINUTE);
    watch(manager.refresh(manager.entry()));
    await last().answer('b', HOUR);
    await clock.advance(30 * MINUTE); // here the first token would have been due
    expect(requests).toHaveLength(2);
    await clock.advance(25 * MINUTE);
    expect(requests).toHaveLength(3);
  });
});

it('a token that was dropped, and that a call has asked for, is not asked for twice', async () => {
  const { manager, clock, requests, hold } = rig({ idleMs: Infinity });
  await hold('a', HOUR);
  await clock.advance(STALE - SECOND);
  manager.invalidate();
  watch(manager.obtain(manager.entry()));
  await clock.advance(SECOND); // here the first token would have been due
  expect(requests).toHaveLength(2);
});

it('a renewal is no part of the call that asked first: it runs outside of its async context, and does not keep that alive', async () => {
  const calls = new AsyncLocalStorage<string>();
  const contexts: (string | undefined)[] = [];
  const fetch = (): Promise<Token> => {
    contexts.push(calls.getStore());
    return Promise.resolve(createToken({ accessToken: `${contexts.length}`, issuedAt: clock.now(), lifetimeMs: HOUR }));
  };
  const { manager, clock } = rig({ idleMs: Infinity, fetch });
  const { setTimeout } = clock; // as Node's timers do, which run in the context in which they were set:
  Object.assign(clock, { setTimeout: (run: () => void, ms: number) => setTimeout(AsyncResource.bind(run), ms) });
  await calls.run('a call', () => manager.obtain(manager.entry()));
  for (let renewals = 0; renewals < 2; renewals += 1) await clock.advance(STALE);
  expect(contexts).toEqual(['a call', undefined, undefined]);
});

describe('a key that is not used', () => {
  it('is left alone after idleMs, and renewed again once a call has come back to it', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: 100 * MINUTE });
    await hold('a', HOUR);
    await clock.advance(STALE);
    await last().answer('b', HOUR);
    await clock.advance(STALE); // 110 minutes after the call
    expect(requests).toHaveLength(2);
    expect(clock.pending).toBe(0);
    await clock.advance(DAY);
    expect(requests).toHaveLength(2);
    watch(manager.obtain(manager.entry()));
    await last().answer('c', HOUR);
    await clock.advance(STALE);
    expect(requests).toHaveLength(4);
  });

  it('a call with a fresh token is a use, too', async () => {
    const { manager, clock, requests, hold } = rig({ idleMs: 10 * MINUTE });
    await hold('a', HOUR);
    await clock.advance(STALE - 9 * MINUTE);
    manager.peek(manager.entry());
    await clock.advance(9 * MINUTE);
    expect(requests).toHaveLength(2);
  });

  it('a renewal is no use: it does not keep itself alive', async () => {
    const { clock, requests, last, hold } = rig({ idleMs: STALE });
    await hold('a', HOUR);
    await clock.advance(STALE);
    await last().answer('b', HOUR);
    await clock.advance(DAY);
    expect(requests).toHaveLength(2);
  });

  it('goes with its timer when the cache is full', async () => {
    const { manager, clock, requests, last } = rig({ idleMs: Infinity, maxKeys: 2 });
    for (const tenant of ['a', 'b', 'c', 'd']) {
      watch(manager.obtain(manager.entry({ tenant })));
      await last().answer(tenant, HOUR);
    }
    expect(clock.pending).toBe(2);
    await clock.advance(STALE);
    expect(requests.slice(4).map(({ attempt }) => attempt.tenant)).toEqual(['c', 'd']);
  });
});

describe('when a renewal fails', () => {
  it('it is tried again after the pause, until a token has come', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await clock.advance(STALE);
    for (const seconds of [1, 2, 4, 8]) {
      await last().fail(transient());
      await clock.advance(seconds * SECOND - 1);
      const before = requests.length;
      await clock.advance(1);
      expect(requests).toHaveLength(before + 1);
    }
    const token = await last().answer('b', HOUR);
    expect(manager.inspect()).toMatchObject([{ failures: 0, state: 'fresh' }]);
    expect(manager.peek(manager.entry())).toBe(token);
  });

  it('it goes on after the end of the token', async () => {
    const { manager, clock, last, hold } = rig({ idleMs: Infinity });
    await hold('a', 12 * SECOND);
    await clock.advance(9600);
    for (const seconds of [1, 2]) {
      await last().fail(transient());
      await clock.advance(seconds * SECOND);
    }
    expect(manager.peek(manager.entry())).toBeUndefined();
    await last().fail(transient());
    await clock.advance(4 * SECOND);
    const token = await last().answer('b', HOUR);
    expect(manager.peek(manager.entry())).toBe(token);
  });

  it('while there is no token it goes on at most once a minute', async () => {
    let asked = 0;
    const fetch = (): Promise<never> => {
      asked += 1;
      return Promise.reject(transient());
    };
    const { clock, manager } = rig({ idleMs: Infinity, fetch });
    const one = caller();
    watch(manager.obtain(manager.entry(), one));
    one.go();
    await clock.advance(10 * MINUTE);
    const before = asked;
    await clock.advance(HOUR);
    expect(asked - before).toBe(60);
  });

  it('a refusal is not repeated: asking on could lock the client out. The next call asks', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await clock.advance(STALE);
    await last().fail(permanent());
    await clock.advance(DAY);
    expect(requests).toHaveLength(2);
    expect(clock.pending).toBe(0);
    const call = watch(manager.obtain(manager.entry()));
    expectServed(call, await last().answer('b', HOUR));
    await clock.advance(STALE);
    expect(requests).toHaveLength(4);
  });

  it('a first token that could not be had is asked for again without a call', async () => {
    const { manager, clock, requests, last } = rig({ idleMs: Infinity });
    const one = caller();
    const call = watch(manager.obtain(manager.entry(), one));
    one.go();
    await last().fail(transient());
    expect(call.state).toBe('rejected');
    await clock.advance(SECOND);
    expect(requests).toHaveLength(2);
    expect(manager.peek(manager.entry())).toBeUndefined();
    const token = await last().answer('a', HOUR);
    expect(manager.peek(manager.entry())).toBe(token);
  });
});

describe('where asking early does not help', () => {
  it('an endpoint that repeats its token until the end is asked shortly before, and at the end', async () => {
    const { clock, requests, last, hold } = rig({ idleMs: Infinity, reissue: 'same' });
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 10 * SECOND - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    await last().give(token);
    await clock.advance(10 * SECOND - 1);
    expect(requests).toHaveLength(2);
    await clock.advance(1);
    expect(requests).toHaveLength(3);
  });

  it.each([1, 2])('a token of a second that takes %d to arrive starts no loop', async (seconds) => {
    const { clock, manager, requests, last } = rig({ idleMs: Infinity });
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(seconds * SECOND);
    await last().answer('a', SECOND);
    expect(call.state).toBe('fulfilled');
    await clock.advance(DAY);
    expect(requests).toHaveLength(1);
  });

  it('a very short token is renewed at most once a second', async () => {
    const { clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', 100);
    for (let seconds = 0; seconds < 10; seconds += 1) {
      await clock.advance(SECOND);
      await last().answer(undefined, 100);
    }
    expect(requests).toHaveLength(11);
  });
});

describe('clocks that do not agree', () => {
  /** As Node's timers do. Returns how many there were. */
  function runEarly({ clock }: Rig): () => number {
    const { setTimeout } = clock;
    let timers = 0;
    const early = (run: () => void, ms: number): unknown => {
      timers += 1;
      return setTimeout(run, ms > 1 ? ms - 0.5 : ms);
    };
    Object.assign(clock, { setTimeout: early });
    return () => timers;
  }

  it('a timer that runs early waits for the rest: after failures, and where the endpoint repeats its token', async () => {
    const made = rig({ idleMs: Infinity });
    const timers = runEarly(made);
    const { clock, requests, last, hold } = made;
    const token = await hold('a', HOUR);
    await clock.advance(STALE - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    for (const seconds of [1, 2, 4]) {
      await last().fail(transient());
      await clock.advance(seconds * SECOND);
    }
    expect(requests).toHaveLength(5);
    await last().give(token);
    await clock.advance(30 * SECOND);
    expect(requests).toHaveLength(6);
    expect(requests.slice(1).map(({ attempt }) => attempt.urgent)).toEqual(Array(5).fill(false));
    expect(timers()).toBe(6 + 5 * 2); // a deadline each, and each pause in two parts
  });

  it('a wall clock that is set back, by which it is too early again: its time comes, and not as if a call waited', async () => {
    const { manager, clock, requests, last } = rig({ idleMs: Infinity, reissue: 'same' });
    watch(manager.obtain(manager.entry()));
    clock.shiftWall(2 * SECOND);
    await last().answer('a', HOUR);
    clock.shiftWall(-2 * SECOND);
    await clock.advance(HOUR - 10 * SECOND - 1);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    expect(last().attempt).toMatchObject({ reason: 'expiring', urgent: false });
  });

  it('a renewal that was under way while the process was frozen is over: no call waits for it', async () => {
    const { manager, clock, hold } = rig({ idleMs: Infinity });
    const token = await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    clock.leap(10 * SECOND + 1); // its deadline is over, its timer has not run
    const call = watch(manager.obtain(manager.entry()));
    await clock.settle();
    expectServed(call, token);
  });

  it('after a sleep in which the token ended: the renewal comes at the latest when it would have been due', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    clock.suspend(2 * HOUR);
    expect(manager.peek(manager.entry())).toBeUndefined();
    await clock.advance(STALE);
    expect(requests.map(({ attempt }) => [attempt.reason, attempt.urgent])).toEqual([
      ['missing', true],
      ['expiring', false],
    ]);
    const token = await last().answer('b', HOUR);
    expect(manager.peek(manager.entry())).toBe(token);
  });
});

describe('it ends', () => {
  it('with detach(): no timer is left, and none comes back with a flight under way', async () => {
    const { manager, clock, requests, last, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await clock.advance(STALE);
    manager.detach();
    await last().answer('b', HOUR);
    expect(clock.pending).toBe(0);
    await clock.advance(DAY);
    expect(requests).toHaveLength(2);
  });

  it('with close()', async () => {
    const { manager, clock, hold } = rig({ idleMs: Infinity });
    await hold('a', HOUR);
    await manager.close();
    expect(clock.pending).toBe(0);
  });

  it('and without the option no timer is ever set', async () => {
    const { clock, requests, hold } = rig();
    await hold('a', HOUR);
    expect(clock.pending).toBe(0);
    await clock.advance(DAY);
    expect(requests).toHaveLength(1);
  });
});

test('a token that was dropped is there again without a call, when the next renewal is due', async () => {
  const { manager, clock, last, hold } = rig({ idleMs: Infinity });
  await hold('a', HOUR);
  manager.invalidate();
  await clock.advance(STALE);
  expect(last().attempt).toMatchObject({ reason: 'missing', urgent: false });
  const token = await last().answer('b', HOUR);
  expect(manager.peek(manager.entry())).toBe(token);
});

test('a key that has gone with a flight under way stays gone: what lands for it sets no timer', async () => {
  const { manager, clock, requests, last } = rig({ idleMs: Infinity, maxKeys: 1 });
  for (const tenant of ['a', 'b']) watch(manager.obtain(manager.entry({ tenant })));
  await Promise.all(requests.map((request) => request.answer(undefined, HOUR))); // the second one pushes the first one out
  expect(clock.pending).toBe(1);
  await clock.advance(STALE);
  await last().answer(undefined, HOUR);
  await clock.advance(STALE);
  expect(requests.slice(2).map(({ attempt }) => attempt.tenant)).toEqual(['b', 'b']);
});
