import fc from 'fast-check';
import { turn } from '../support/turn.js';
import { startWorld } from '../support/world.js';
import { crossed, currentTenant, invalidClient, tenancy, tenantsNamed, PATIENCE } from './tenancy.js';

test('under any interleaving of three tenants each call carries a token of its own tenant, and goes out in its own context', async () => {
  const tenants = fc.constantFrom('a', 'b', 'wrong');
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(tenants, { minLength: 2, maxLength: 12 }),
      fc.boolean(),
      async (s, calls, revokes) => {
        const flying = new Set<string | undefined>();
        const world = tenancy({
          transport: (tenant) => s.schedule(Promise.resolve(), `API of ${tenant}`),
          answer: async ({ tenant }, token) => {
            expect(flying.has(tenant)).toBe(false); // one flight a tenant
            flying.add(tenant);
            await s.schedule(Promise.resolve(), `token of ${tenant}`);
            flying.delete(tenant);
            if (tenant === 'wrong') throw invalidClient();
            return token;
          },
        });
        const begin = async (tenant: string): Promise<string> => {
          await s.schedule(Promise.resolve(), `call of ${tenant}`);
          return world.call(tenant).then(
            () => 'served',
            () => 'failed',
          );
        };
        if (revokes) void s.schedule(Promise.resolve(), 'revocation').then(world.revokeAll);
        const outcomes = await s.waitFor(Promise.all(calls.map(begin)));
        await s.waitIdle(); // the revocation may come last
        await world.auth.close();

        expect(outcomes).toEqual(calls.map((tenant) => (tenant === 'wrong' ? 'failed' : 'served')));
        expect(crossed(world.sends)).toEqual([]);
      },
    ),
    { numRuns: 100 },
  );
});

test('10,000 tenants at once, and 2,000 of them again when all tokens are revoked: no token meets another tenant’s call', async () => {
  const tenants = tenantsNamed('t', 10_000);
  const { call, sends, asked, revokeAll, auth } = tenancy({
    ...PATIENCE,
    tokenRequests: { concurrency: 100 },
    maxKeys: 10_000,
    transport: turn,
    answer: async (_, token) => {
      await turn();
      return token;
    },
  });
  await Promise.all(tenants.map(call));
  revokeAll();
  await Promise.all(tenants.filter((_, index) => index % 5 === 0).map(call));

  expect(crossed(sends)).toEqual([]);
  expect(sends).toHaveLength(14_000); // 2,000 were refused, and sent again
  expect(new Set(asked).size).toBe(10_000);
  expect(asked).toHaveLength(12_000);
  expect(auth.inspect()).toHaveLength(10_000);
}, 120_000);

test('over real HTTP: 100 tenants with an account each at one token endpoint, interleaved, each call with its own account’s token', async () => {
  const accountOf = new Map<string, string>();
  const { api, server, upstream } = await startWorld({
    server: {
      answer: ({ parameters }, token) => {
        accountOf.set(token.access_token, parameters.account!);
        return token;
      },
    },
    source: { params: { account: ({ tenant }) => `account-of-${tenant}` } },
    attach: { tokenParams: () => ({ tenant: currentTenant.getStore() }) },
  });
  const tenants = tenantsNamed('t', 100);
  const all = (): Promise<unknown> =>
    Promise.all([...tenants, ...tenants].map((tenant) => currentTenant.run(tenant, () => api.get(`/${tenant}`))));
  await all();
  server.revokeAll();
  await all();

  expect(server.stats().requests).toBe(200);
  expect(upstream.stats().accepted).toBe(400);
  for (const { path, token } of upstream.requests) expect(accountOf.get(token!)).toBe(`account-of-${path.slice(1)}`);
});
