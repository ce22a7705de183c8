import { turn, until } from '../support/turn.js';
import { manualClock } from '../support/world.js';
import { crossed, PATIENCE, tenancy, tenantsNamed } from './tenancy.js';

const TENANTS = tenantsNamed('t', 10_000);

test('10,000 tenants one after the other, maxKeys 1,000: 1,000 are kept, those that were used last', async () => {
  const { call, asked, auth } = tenancy({ maxKeys: 1000, ...PATIENCE });
  for (const tenant of TENANTS) await auth.getToken({ tenant });
  expect(asked).toEqual(TENANTS);
  expect(auth.inspect()).toHaveLength(1000);

  asked.length = 0;
  for (const tenant of TENANTS.slice(-1000)) await call(tenant);
  expect(asked).toEqual([]);
  await call('t-8999'); // the last one that had to go
  expect(asked).toEqual(['t-8999']);
  await call('t-9000'); // gone for it: the one not used for longest
  expect(asked).toEqual(['t-8999', 't-9000']);
  expect(auth.inspect()).toHaveLength(1000);
});

test('a tenant who calls again and again keeps the token while 10,000 others pass by', async () => {
  const { call, asked, auth } = tenancy({ maxKeys: 1000, ...PATIENCE });
  for (const [index, tenant] of TENANTS.entries()) {
    if (index % 999 === 0) await call('regular');
    await auth.getToken({ tenant });
  }
  expect(asked.filter((tenant) => tenant === 'regular')).toHaveLength(1);
});

test('3,000 tenants wait at once, maxKeys 1,000: nobody’s flight is evicted, each is asked for once, then the bound holds', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { call, asked, sends, auth } = tenancy({
    ...PATIENCE,
    maxKeys: 1000,
    answer: async (_, token) => {
      await opened;
      return token;
    },
  });
  const tenants = TENANTS.slice(0, 3000);
  const early = tenants.map(call);
  const late = tenants.slice(0, 100).map(call); // not used for longest
  await until(() => asked.length === 8); // the gate's places
  await turn();
  const waiting = auth.inspect();
  expect(waiting).toHaveLength(3000);
  expect(waiting.filter((status) => status.waiting === 2)).toHaveLength(100);
  expect(waiting.filter((status) => status.waiting === 1)).toHaveLength(2900);

  open();
  await Promise.all([...early, ...late]);
  expect(asked).toHaveLength(3000);
  expect(sends).toHaveLength(3100);
  expect(crossed(sends)).toEqual([]);
  expect(auth.inspect()).toHaveLength(1000);
});

test('of 1,000 tenants with keepWarm and maxKeys 100, the 100 that are kept are renewed ahead, and nobody else', async () => {
  const clock = manualClock();
  const { auth, asked } = tenancy({ clock, random: () => 0, maxKeys: 100, keepWarm: true });
  const tenants = TENANTS.slice(0, 1000);
  for (const tenant of tenants) await auth.getToken({ tenant });
  expect(clock.pending).toBe(100);

  asked.length = 0;
  await clock.advance(3_400_000); // 5 minutes before their end they are stale
  await until(() => asked.length >= 100);
  expect(asked.sort()).toEqual(tenants.slice(-100).sort());
  expect(auth.inspect()).toHaveLength(100);
});
