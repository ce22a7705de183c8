import { createToken } from '../../lib/token.js';
import { expectServed, HOUR, type Rig, rig, watch } from './rig.js';

async function get({ manager, last }: Rig, tenant: string): Promise<void> {
  const call = manager.obtain(manager.entry({ tenant }));
  await last().answer(`of-${tenant}`);
  await call;
}

const has = ({ manager }: Rig, tenant: string): boolean => manager.peek(manager.entry({ tenant })) !== undefined;

describe('the keys are bounded by maxKeys', () => {
  it('the least recently used one goes', async () => {
    const made = rig({ maxKeys: 2 });
    await get(made, 'a');
    await get(made, 'b');
    expect(has(made, 'a')).toBe(true); // used again
    await get(made, 'c');
    expect(made.manager.inspect()).toHaveLength(2);
    expect([has(made, 'a'), has(made, 'c')]).toEqual([true, true]);
    expect(has(made, 'b')).toBe(false);
  });

  it('the one of requests that ask for nothing special stays', async () => {
    const made = rig({ maxKeys: 1 });
    const token = await made.hold();
    await get(made, 'a');
    await get(made, 'b');
    expect(made.manager.peek(made.manager.entry())).toBe(token);
    expect(made.manager.inspect()).toHaveLength(2);
  });

  it('looking on with inspect() uses none', async () => {
    const made = rig({ maxKeys: 2 });
    await get(made, 'a');
    await get(made, 'b');
    made.manager.inspect();
    await get(made, 'c');
    expect(has(made, 'b')).toBe(true);
  });

  it('20,000 of them, one after the other: never more than maxKeys, nothing pending', async () => {
    const made = rig({
      maxKeys: 1000,
      emit: () => undefined,
      fetch: async ({ tenant }) =>
        createToken({ accessToken: `of-${tenant}`, issuedAt: made.clock.now(), lifetimeMs: HOUR }),
    });
    const { manager, clock } = made;
    for (let batch = 0; batch < 20; batch++) {
      const tenants = Array.from({ length: 1000 }, (_, index) => `t${batch * 1000 + index}`);
      const tokens = await Promise.all(tenants.map((tenant) => manager.obtain(manager.entry({ tenant }))));
      expect(tokens.every(({ accessToken }, index) => accessToken === `of-${tenants[index]}`)).toBe(true);
      expect(manager.inspect()).toHaveLength(1000);
    }
    expect(clock.pending).toBe(0);
  });
});

describe('a key with a flight is never lost', () => {
  it('more flights at once than maxKeys: each call gets its own token, no key flies twice, and then the bound holds', async () => {
    const made = rig({ maxKeys: 10 });
    const { manager, requests } = made;
    const tenants = Array.from({ length: 500 }, (_, index) => `t${index}`);
    const calls = [...tenants, ...tenants].map((tenant) => watch(manager.obtain(manager.entry({ tenant }))));
    expect(requests).toHaveLength(500);
    expect(manager.inspect()).toHaveLength(500);
    for (const request of requests) await request.answer(`of-${request.attempt.tenant}`);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual([...tenants, ...tenants].map((t) => `of-${t}`));
    expect(requests).toHaveLength(500);
    expect(manager.inspect()).toHaveLength(10);
  });

  it('pushed out while it flies, it is back when it has landed', async () => {
    const made = rig({ maxKeys: 1 });
    const { manager, requests } = made;
    const call = watch(manager.obtain(manager.entry({ tenant: 'a' })));
    const flying = requests[0]!;
    await get(made, 'b');
    expect(manager.entry({ tenant: 'a' })).toBe(manager.entry({ tenant: 'a' }));
    const late = watch(manager.obtain(manager.entry({ tenant: 'a' })));
    expect(requests).toHaveLength(2);
    const token = await flying.answer();
    expectServed([call, late], token);
    expect(manager.peek(manager.entry({ tenant: 'a' }))).toBe(token);
    expect(manager.inspect()).toHaveLength(1);
  });

  it('pushed out while it flies, and the flight fails: the pause is remembered', async () => {
    const made = rig({ maxKeys: 1 });
    const { manager, requests, clock } = made;
    watch(manager.obtain(manager.entry({ tenant: 'a' })));
    await get(made, 'b');
    await requests[0]!.fail(new Error('mine'));
    expect(manager.inspect()).toMatchObject([{ failures: 1, retryAt: clock.now() + 1000 }]);
  });

  it('invalidate() and close() reach it, too', async () => {
    const made = rig({ maxKeys: 1 });
    const { manager, clock } = made;
    const calls = ['a', 'b', 'c'].map((tenant) => watch(manager.obtain(manager.entry({ tenant }))));
    manager.invalidate();
    await manager.close();
    await clock.settle();
    for (const { reason } of calls) expect(reason).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });
});
