import { inspect } from 'node:util';
import { caller, HOUR, permanent, rig, SECOND, watch } from './rig.js';

describe('inspect()', () => {
  it('has nothing to say before the first call', () => {
    expect(rig().manager.inspect()).toEqual([]);
  });

  it('tells the state of a key through its life', async () => {
    const { manager, clock, last } = rig();
    const key = 'k1';
    const own = { key, scope: undefined, tenant: undefined, ok: true };
    const calm = { ...own, refreshing: false, waiting: 0, failures: 0, retryAt: undefined, lastError: undefined };
    const empty = { ...calm, state: 'empty', issuedAt: undefined, expiresAt: undefined };
    const one = caller();
    const calls = [watch(manager.obtain(manager.entry())), watch(manager.obtain(manager.entry(), one))];
    expect(manager.inspect()).toEqual([{ ...empty, refreshing: true, waiting: 2 }]);
    one.go();
    expect(manager.inspect()).toEqual([{ ...empty, refreshing: true, waiting: 1 }]);
    const { issuedAt, expiresAt } = await last().answer('very-secret-token', HOUR);
    expect(calls[0]?.state).toBe('fulfilled');
    expect(manager.inspect()).toEqual([{ ...calm, state: 'fresh', issuedAt, expiresAt }]);
    await clock.advance(HOUR - 300 * SECOND);
    expect(manager.inspect()).toEqual([{ ...calm, state: 'stale', issuedAt, expiresAt }]);
    manager.peek(manager.entry());
    expect(manager.inspect()).toEqual([{ ...calm, state: 'stale', issuedAt, expiresAt, refreshing: true }]);
    await last().fail(permanent());
    const failed = { ...calm, issuedAt, expiresAt, failures: 1, lastError: 'ERR_TOKEN_ENDPOINT' };
    expect(manager.inspect()).toEqual([{ ...failed, state: 'stale', retryAt: clock.now() + SECOND }]);
    await clock.advance(290 * SECOND);
    expect(manager.inspect()).toEqual([{ ...failed, state: 'critical' }]);
    await clock.advance(10 * SECOND);
    expect(manager.inspect()).toEqual([{ ...failed, ok: false, state: 'expired' }]);
    manager.invalidate();
    expect(manager.inspect()).toEqual([empty]);
  });

  it('is not ok where calls fail: without a valid token after a failure, until one has come', async () => {
    const { manager, clock, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await last().fail(permanent());
    expect(call.state).toBe('rejected');
    expect(manager.inspect()).toMatchObject([{ ok: false, state: 'empty' }]);
    await clock.advance(SECOND);
    expect(manager.inspect()).toMatchObject([{ ok: false, retryAt: undefined }]);
    watch(manager.obtain(manager.entry()));
    await last().answer();
    expect(manager.inspect()).toMatchObject([{ ok: true, failures: 0 }]);
  });

  it('starts nothing', async () => {
    const { manager, clock, requests, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 1);
    manager.inspect();
    await clock.advance(1);
    manager.inspect();
    expect(requests).toHaveLength(1);
  });

  it('tells tenant and scope as events do, and shows neither a token nor further parameters', async () => {
    const { manager, last } = rig();
    const params = { tenant: 'tenant-name', scope: 'scope-name', params: { password: 'pass-word' } };
    const call = watch(manager.obtain(manager.entry(params)));
    await last().answer('very-secret-token');
    expect(call.state).toBe('fulfilled');
    expect(manager.inspect()).toMatchObject([{ tenant: 'tenant-name', scope: 'scope-name' }]);
    for (const shown of [
      JSON.stringify(manager.inspect()),
      inspect(manager.inspect(), { depth: 9, showHidden: true }),
    ]) {
      expect(shown).not.toMatch(/very-secret|pass-word/);
    }
  });

  it('gives each key a short name, the same as in events', async () => {
    const { manager, events, requests } = rig();
    for (const tenant of ['a', 'b']) watch(manager.obtain(manager.entry({ tenant })));
    for (const request of requests) await request.answer();
    expect(
      manager
        .inspect()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['k1', 'k2']);
    expect(events.filter(({ name }) => name === 'token:issued').map(({ event }) => event)).toMatchObject([
      { key: 'k1', tenant: 'a' },
      { key: 'k2', tenant: 'b' },
    ]);
  });

  it('a copy: changing it changes nothing', async () => {
    const { manager, hold } = rig();
    await hold();
    manager.inspect()[0]!.state = 'expired';
    expect(manager.inspect()).toMatchObject([{ state: 'fresh' }]);
  });
});

describe('invalidate(token)', () => {
  it('forgets it by value, for whatever keys hold it; newer ones stay', async () => {
    const { manager, requests, hold } = rig();
    const old = await hold('shared');
    watch(manager.obtain(manager.entry({ tenant: 'a' })));
    await requests.at(-1)!.answer('shared');
    watch(manager.obtain(manager.entry({ tenant: 'b' })));
    await requests.at(-1)!.answer('other');
    manager.invalidate(old);
    expect(
      manager
        .inspect()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['empty', 'empty', 'fresh']);
    manager.invalidate(old);
    expect(manager.peek(manager.entry({ tenant: 'b' }))?.accessToken).toBe('other');
  });
});
