import { expectServed, HOUR, MINUTE, permanent, rig, SECOND, watch } from './rig.js';

describe('a fresh token', () => {
  it('is used at once, and nothing is asked for', async () => {
    const { manager, clock, requests, hold } = rig();
    const token = await hold('a', MINUTE);
    await clock.advance(47_999);
    expect(manager.peek(manager.entry())).toBe(token);
    expect(await manager.obtain(manager.entry())).toBe(token);
    expect(requests).toHaveLength(1);
  });

  it('without a lifetime stays so', async () => {
    const { manager, clock, requests, hold } = rig();
    const token = await hold('a', null);
    await clock.advance(1000 * 24 * HOUR);
    expect(manager.peek(manager.entry())).toBe(token);
    expect(requests).toHaveLength(1);
  });

  it('counts its life from when the request was sent, not from the answer', async () => {
    const { manager, clock, last } = rig();
    const call = manager.obtain(manager.entry());
    await clock.advance(9 * SECOND);
    const token = await last().answer('a', MINUTE);
    await call;
    await clock.advance(MINUTE - 9 * SECOND - 1);
    expect(manager.inspect()).toMatchObject([{ state: 'critical', expiresAt: token.issuedAt + MINUTE }]);
    await clock.advance(1);
    expect(manager.peek(manager.entry())).toBeUndefined();
  });
});

describe('a stale token', () => {
  it.each(['peek', 'obtain'] as const)('is used at once, and one refresh goes in the background (%s)', async (how) => {
    const { manager, clock, requests, last, hold } = rig();
    const token = await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    for (let call = 0; call < 3; call++) {
      const got = watch(Promise.resolve(manager[how](manager.entry())));
      await clock.settle();
      expectServed(got, token);
    }
    expect(requests).toHaveLength(2);
    expect(last().attempt).toMatchObject({ reason: 'expiring', urgent: false, previous: token });
    const renewed = await last().answer();
    expect(manager.peek(manager.entry())).toBe(renewed);
  });

  it('is moved forward by the jitter, drawn once a token', async () => {
    const random = jest.fn(() => 1);
    const { manager, clock, requests, last, hold } = rig({ random });
    await hold('a', MINUTE);
    await clock.advance(46_799);
    manager.peek(manager.entry());
    manager.inspect();
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    manager.peek(manager.entry());
    expect(requests).toHaveLength(2);
    expect(random).toHaveBeenCalledTimes(1);
    await last().answer();
  });

  it('is used on though its refresh fails, in whatever way; that ends in an event', async () => {
    const { manager, clock, last, events, hold } = rig();
    const token = await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    await last().fail(permanent());
    expect(manager.peek(manager.entry())).toBe(token);
    expect(await manager.obtain(manager.entry())).toBe(token);
    expect(events.at(-1)).toMatchObject({
      name: 'token:failed',
      event: { reason: 'expiring', waiting: 0, code: 'ERR_TOKEN_ENDPOINT', permanent: true, retryInMs: undefined },
    });
  });

  it('is renewed first for a request that cannot be sent twice', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    const call = watch(manager.obtain(manager.entry(), undefined, true));
    await clock.settle();
    expect(call.state).toBe('pending');
    const renewed = await last().answer();
    expectServed(call, renewed);
  });

  it('is used by such a request after 2 s, when its refresh takes longer', async () => {
    const { manager, clock, last, hold } = rig();
    const token = await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    const call = watch(manager.obtain(manager.entry(), undefined, true));
    await clock.advance(1999);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expectServed(call, token);
    await last().answer();
  });
});

describe('a critical token', () => {
  it('is waited for: the new one is used when it comes in time', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    expect(manager.peek(manager.entry())).toBeUndefined();
    const calls = [1, 2, 3].map(() => watch(manager.obtain(manager.entry())));
    await clock.advance(1999);
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
    const renewed = await last().answer();
    expectServed(calls, renewed);
    expect(requests).toHaveLength(2);
    expect(last().attempt.urgent).toBe(true);
  });

  it.each([
    ['2 s', HOUR, 8 * SECOND, 2000],
    ['half of what is left, where that is less', HOUR, 3 * SECOND, 1500],
    ['half of what is left of a short life', 2000, 80, 40],
  ])('is used after %s', async (_, lifetime, left, wait) => {
    const { manager, clock, last, hold } = rig();
    const token = await hold('a', lifetime);
    await clock.advance(lifetime - left);
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(wait - 1);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expectServed(call, token);
    await last().answer();
  });

  it('is used at once when its refresh fails', async () => {
    const { manager, clock, last, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    await last().fail();
    expectServed(call, token);
    expect(manager.peek(manager.entry())).toBe(token); // and nobody waits in the pause that follows
  });

  it('that ends while a call waits for its refresh: the call goes on to wait', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    clock.leap(9 * SECOND); // a busy event loop: the timer comes late
    await clock.advance(0);
    expect(call.state).toBe('pending');
    const renewed = await last().answer();
    expectServed(call, renewed);
  });

  it('invalidated while a call waits: the call gets the new one', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    manager.invalidate();
    await clock.advance(3 * SECOND);
    expect(call.state).toBe('pending');
    const renewed = await last().answer();
    expectServed(call, renewed);
  });
});

describe('an expired token', () => {
  it('is never used: calls wait', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(MINUTE);
    expect(manager.peek(manager.entry())).toBeUndefined();
    expect(requests).toHaveLength(1);
    const calls = [1, 2].map(() => watch(manager.obtain(manager.entry())));
    await clock.advance(5 * SECOND);
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending']);
    const renewed = await last().answer();
    expectServed(calls, renewed);
    expect(requests.map(({ attempt }) => attempt.reason)).toEqual(['missing', 'expiring']);
  });
});
