import { inspect } from 'node:util';
import { caller, HOUR, permanent, rig, SECOND, watch } from './rig.js';

describe('inspect()', () => {
  it('has nothing to say before the first call', () => {
    expect(rig().manager.inspect()).toEqual([]);
  });

  it('tells the state of a key through its life', async () => {
    const { manager, clock, last } = rig();
    const key = 'k1';
    const calm = { key, refreshing: false, waiting: 0, failures: 0, retryAt: undefined, lastError: undefined };
    const empty = { ...calm, state: 'empty', expiresAt: undefined };
    const one = caller();
    const calls = [watch(manager.obtain(manager.entry())), watch(manager.obtain(manager.entry(), one))];
    expect(manager.inspect()).toEqual([{ ...empty, refreshing: true, waiting: 2 }]);
    one.go();
    expect(manager.inspect()).toEqual([{ ...empty, refreshing: true, waiting: 1 }]);
    const { expiresAt } = await last().answer('very-secret-token', HOUR);
    expect(calls[0]?.state).toBe('fulfilled');
    expect(manager.inspect()).toEqual([{ ...calm, state: 'fresh', expiresAt }]);
    await clock.advance(HOUR - 300 * SECOND);
    expect(manager.inspect()).toEqual([{ ...calm, state: 'stale', expiresAt }]);
    manager.peek(manager.entry());
    expect(manager.inspect()).toEqual([{ ...calm, state: 'stale', expiresAt, refreshing: true }]);
    await last().fail(permanent());
    const failed = { ...calm, expiresAt, failures: 1, lastError: 'ERR_TOKEN_ENDPOINT' };
    expect(manager.inspect()).toEqual([{ ...failed, state: 'stale', retryAt: clock.now() + SECOND }]);
    await clock.advance(290 * SECOND);
    expect(manager.inspect()).toEqual([{ ...failed, state: 'critical' }]);
    await clock.advance(10 * SECOND);
    expect(manager.inspect()).toEqual([{ ...failed, state: 'expired' }]);
    manager.invalidate();
    expect(manager.inspect()).toEqual([empty]);
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

  it('shows neither a token nor what a key is made of', async () => {
    const { manager, last } = rig();
    const params = { tenant: 'tenant-name', scope: 'scope-name', params: { password: 'pass-word' } };
    const call = watch(manager.obtain(manager.entry(params)));
    await last().answer('very-secret-token');
    expect(call.state).toBe('fulfilled');
    for (const shown of [
      JSON.stringify(manager.inspect()),
      inspect(manager.inspect(), { depth: 9, showHidden: true }),
    ]) {
      expect(shown).not.toMatch(/very-secret|tenant-name|scope-name|pass-word/);
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
