import { API, expectServed, HOUR, MINUTE, rig, SECOND, watch } from './rig.js';

describe('after detach()', () => {
  it('who waits is served, also after another attempt, and no new flight starts', async () => {
    const { manager, clock, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    manager.detach();
    const joined = watch(manager.obtain(manager.entry()));
    await last().fail();
    await clock.advance(200);
    const token = await last().answer('a', MINUTE);
    expectServed([call, joined], token);
    expect(manager.peek(manager.entry())).toBe(token);
    await clock.advance(50 * SECOND);
    expect(manager.peek(manager.entry())).toBe(token); // stale, and used without a refresh
    await clock.advance(10 * SECOND);
    await expect(manager.obtain(manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_CLOSED', permanent: true });
    expect(requests).toHaveLength(2);
  });

  it.each(['obtain', 'refresh'] as const)('%s() on an empty cache is refused', async (method) => {
    const { manager, requests } = rig();
    manager.detach();
    await expect(manager[method](manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(requests).toHaveLength(0);
  });

  it('a rejected token is not renewed, and says why; but a flight under way is joined', async () => {
    const { manager, last, hold } = rig();
    const old = await hold();
    manager.detach();
    expect(await manager.renew(manager.entry(), old, API)).toEqual({ reason: 'detached' });
    manager.attach();
    const first = watch(manager.renew(manager.entry(), old, API));
    manager.detach();
    const second = watch(manager.renew(manager.entry(), old, API));
    const renewed = await last().answer();
    expect([first.value?.token, second.value?.token].every((token) => token === renewed)).toBe(true);
  });

  it('attach() lets it go on', async () => {
    const { manager, last } = rig();
    manager.detach();
    manager.attach();
    const call = watch(manager.obtain(manager.entry()));
    const token = await last().answer();
    expectServed(call, token);
  });
});

describe('close()', () => {
  it('in the middle of a flight: every call fails, each with an error of its own; the request is aborted', async () => {
    const { manager, clock, last } = rig();
    const calls = [1, 2, 3].map(() => watch(manager.obtain(manager.entry())));
    await manager.close();
    await clock.settle();
    for (const { reason } of calls) expect(reason).toMatchObject({ name: 'TokenError', code: 'ERR_TOKEN_CLOSED' });
    expect(new Set(calls.map(({ reason }) => reason)).size).toBe(3);
    expect(last().attempt.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('a late answer is not heard', async () => {
    const { manager, last } = rig();
    watch(manager.obtain(manager.entry()));
    await manager.close();
    await last().answer();
    expect(manager.peek(manager.entry())).toBeUndefined();
  });

  it.each([
    ['between two attempts', 0],
    ['in the pause before a probe', SECOND],
  ])('%s: ends it, and nothing is sent any more', async (_, pause) => {
    const { manager, clock, events, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await last().fail(pause ? new Error('mine') : undefined);
    const waiting = pause ? watch(manager.obtain(manager.entry())) : call;
    await manager.close();
    await clock.settle();
    expect(waiting.reason).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(events.at(-1)).toMatchObject({ name: 'token:failed', event: { code: 'ERR_TOKEN_CLOSED', durationMs: 0 } });
    expect(clock.pending).toBe(0);
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(1);
  });

  it('a call that waits for the early refresh goes on with its valid token', async () => {
    const { manager, clock, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    await manager.close();
    await clock.settle();
    expectServed(call, token);
    expect(clock.pending).toBe(0);
  });

  it('is no failure of the endpoint', async () => {
    const { manager } = rig();
    watch(manager.obtain(manager.entry()));
    await manager.close();
    expect(manager.inspect()).toMatchObject([{ failures: 0, lastError: undefined }]);
  });

  it('is final: attach() does not undo it; again it does nothing', async () => {
    const { manager } = rig();
    await manager.close();
    await manager.close();
    manager.attach();
    expect(manager.isClosed).toBe(true);
    await expect(manager.obtain(manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });
});
