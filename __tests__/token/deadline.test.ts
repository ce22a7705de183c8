import { expectServed, HOUR, rig, SECOND, watch } from './rig.js';

describe('at its deadline a flight ends', () => {
  it('for everybody, with a TokenTimeoutError, and its request is aborted with the same', async () => {
    const { manager, clock, last } = rig({ tokenTimeoutMs: 3 * SECOND });
    const first = watch(manager.obtain(manager.entry()));
    await clock.advance(2 * SECOND);
    const second = watch(manager.obtain(manager.entry()));
    await clock.advance(999);
    expect([first.state, second.state]).toEqual(['pending', 'pending']);
    await clock.advance(1);
    for (const call of [first, second]) {
      expect(call).toMatchObject({
        state: 'rejected',
        reason: { name: 'TokenTimeoutError', code: 'ERR_TOKEN_TIMEOUT' },
      });
    }
    expect(last().attempt.signal.aborted).toBe(true);
    expect(last().attempt.signal.reason).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
    expect(clock.pending).toBe(0);
  });

  it('and a late answer is not heard: it is no token, and no second event', async () => {
    const { manager, clock, events, last } = rig({ tokenTimeoutMs: 3 * SECOND });
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(3 * SECOND);
    const said = events.length;
    await last().answer('late');
    expect(call.state).toBe('rejected');
    expect(manager.peek(manager.entry())).toBeUndefined();
    expect(manager.inspect()).toMatchObject([{ state: 'empty', failures: 1 }]);
    expect(events).toHaveLength(said);
  });

  it('and a late failure is not counted', async () => {
    const { manager, clock, last } = rig({ tokenTimeoutMs: 3 * SECOND });
    watch(manager.obtain(manager.entry()));
    await clock.advance(3 * SECOND);
    await last().fail();
    expect(manager.inspect()).toMatchObject([{ failures: 1 }]);
  });

  it.each(['while the next flight is under way', 'after it'])(
    'and its late answer never replaces a newer token: %s',
    async (when) => {
      const { manager, clock, requests, last } = rig({ tokenTimeoutMs: 3 * SECOND });
      watch(manager.obtain(manager.entry()));
      await clock.advance(4 * SECOND);
      const call = watch(manager.obtain(manager.entry()));
      await clock.settle();
      expect(requests).toHaveLength(2);
      if (when !== 'after it') await requests[0]?.answer('late');
      const renewed = await last().answer('newer');
      if (when === 'after it') await requests[0]?.answer('late');
      expectServed(call, renewed);
      expect(manager.peek(manager.entry())).toBe(renewed);
    },
  );

  it('counts all attempts and the pauses between them', async () => {
    const { manager, clock, requests, last } = rig({ tokenTimeoutMs: 3 * SECOND });
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(2 * SECOND);
    await last().fail();
    await clock.advance(200);
    expect(requests).toHaveLength(2);
    await clock.advance(799);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_TIMEOUT' } });
  });

  it('in the background disturbs nobody: the valid token is used on', async () => {
    const { manager, clock, events, hold } = rig({ tokenTimeoutMs: 3 * SECOND });
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 200 * SECOND);
    manager.peek(manager.entry());
    await clock.advance(3 * SECOND);
    expect(events.at(-1)).toMatchObject({ name: 'token:failed', event: { code: 'ERR_TOKEN_TIMEOUT' } });
    expect(manager.peek(manager.entry())).toBe(token);
  });

  it('begun in the background, for a call that joins later, too', async () => {
    const { manager, clock, hold } = rig({ tokenTimeoutMs: 10 * SECOND });
    await hold('a', 60 * SECOND);
    await clock.advance(56 * SECOND);
    manager.peek(manager.entry());
    await clock.advance(5 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(4999);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
  });

  it('though the endpoint hangs for ever, every call settles', async () => {
    const { manager, clock } = rig({ tokenTimeoutMs: 2 * SECOND });
    const calls = [];
    for (let second = 0; second < 60; second++) {
      calls.push(watch(manager.obtain(manager.entry())));
      await clock.advance(SECOND);
    }
    await clock.advance(5 * SECOND);
    expect(new Set(calls.map(({ state }) => state))).toEqual(new Set(['rejected']));
  });
});
