import { expectServed, HOUR, MINUTE, rig, SECOND, watch } from './rig.js';

describe('the age of a token is the larger of wall-clock and monotonic time', () => {
  it('the wall clock set forward: the token counts as that much older', async () => {
    const { manager, clock, hold } = rig();
    await hold('a', HOUR);
    clock.shiftWall(58 * MINUTE);
    expect(manager.inspect()).toMatchObject([{ state: 'stale' }]);
    clock.shiftWall(2 * MINUTE);
    expect(manager.inspect()).toMatchObject([{ state: 'expired' }]);
    expect(manager.peek(manager.entry())).toBeUndefined();
  });

  it.each([-MINUTE, -HOUR, -1000 * HOUR])(
    'the wall clock set back by %d ms: the token ends when it would have',
    async (ms) => {
      const { manager, clock, requests, hold } = rig();
      const token = await hold('a', HOUR);
      await clock.advance(10 * MINUTE);
      clock.shiftWall(ms);
      await clock.advance(44 * MINUTE);
      expect(manager.peek(manager.entry())).toBe(token);
      expect(requests).toHaveLength(1);
      await clock.advance(6 * MINUTE);
      expect(manager.peek(manager.entry())).toBeUndefined();
    },
  );

  it('a machine that slept: the token has aged, and the next call gets a new one', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', HOUR);
    clock.suspend(2 * HOUR);
    expect(manager.peek(manager.entry())).toBeUndefined();
    const call = watch(manager.obtain(manager.entry()));
    const renewed = await last().answer();
    expectServed(call, renewed);
    expect(manager.inspect()).toMatchObject([{ state: 'fresh' }]);
  });
});

describe('the wall clock is set while a request is under way', () => {
  it.each([-2 * HOUR, -MINUTE])('back (%d ms): the new token lives its life from the answer, no longer', async (ms) => {
    const { manager, clock, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(SECOND);
    clock.shiftWall(ms);
    const token = await last().answer('a', MINUTE);
    expectServed(call, token);
    expect(manager.peek(manager.entry())).toBe(token);
    await clock.advance(MINUTE);
    expect(manager.peek(manager.entry())).toBeUndefined();
  });

  it('forward, or it slept: the answer still replaces the old token, and serves who waited', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('old', HOUR);
    await clock.advance(10 * SECOND);
    const call = watch(manager.refresh(manager.entry()));
    clock.suspend(2 * HOUR);
    const renewed = await last().answer('renewed', HOUR);
    expectServed(call, renewed);
  });

  it('and set right again afterwards: nothing is stuck', async () => {
    const { manager, clock, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    clock.shiftWall(HOUR);
    await last().answer('a', MINUTE);
    expect(call.state).toBe('fulfilled');
    clock.shiftWall(-HOUR);
    const next = watch(manager.obtain(manager.entry()));
    await last().answer('b', MINUTE); // not asked for where the first one counts as young again
    expect(next.state).toBe('fulfilled');
    expect(manager.peek(manager.entry())).toBe(next.value);
    expect(manager.inspect()).toMatchObject([{ state: 'fresh' }]);
  });
});

describe('pauses and deadlines run on the monotonic clock', () => {
  it.each([-HOUR, HOUR])('the wall clock set by %d ms changes no pause', async (ms) => {
    const { manager, clock, requests, last } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail(new Error('mine'));
    clock.shiftWall(ms);
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(999);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    const token = await last().answer();
    expectServed(call, token);
  });

  it.each([-HOUR, HOUR])('nor a deadline (%d ms)', async (ms) => {
    const { manager, clock } = rig();
    const call = watch(manager.obtain(manager.entry()));
    clock.shiftWall(ms);
    await clock.advance(10 * SECOND - 1);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_TIMEOUT' } });
  });
});
