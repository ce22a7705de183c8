import { Session } from 'node:inspector';
import { stepsOf } from './steps.js';
import { tenancy, type Tenancy, tenantsNamed, PATIENCE } from './tenancy.js';

async function among(tenants: number, maxKeys: number): Promise<Tenancy> {
  const world = tenancy({ maxKeys, ...PATIENCE });
  await Promise.all(tenantsNamed('t', tenants).map((tenant) => world.auth.getToken({ tenant })));
  await world.call('t-9'); // the first one has the address to look at, too
  return world;
}

test('a call with a cached token takes the same steps among 10,000 tenants as among ten, also where the cache is full', async () => {
  const [few, many, full] = [await among(10, 1000), await among(10_000, 20_000), await among(1500, 1000)];
  const session = new Session();
  session.connect();
  try {
    const steps = await stepsOf(session, () => few.call('t-5'));
    expect(steps.total).toBeGreaterThan(50); // it counts
    expect(await stepsOf(session, () => many.call('t-5'))).toEqual(steps);
    expect(await stepsOf(session, () => many.call('t-9995'))).toEqual(steps);
    expect(await stepsOf(session, () => full.call('t-1400'))).toEqual(steps);
    const { total } = await stepsOf(session, () => Promise.resolve(many.auth.inspect()));
    expect(total).toBeGreaterThan(10_000); // what goes through all tenants shows
  } finally {
    session.disconnect();
  }
  expect([few, many, full].map(({ asked }) => asked.length)).toEqual([10, 10_000, 1501]);
});
