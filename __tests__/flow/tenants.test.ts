import { AsyncLocalStorage } from 'node:async_hooks';
import axios from 'axios';
import { attach, protectedApi, startWorld } from '../support/world.js';

const TENANTS = Array.from({ length: 20 }, (_, index) => `tenant-${index}`);

/** A source that gives each asker a token with a name in it. */
function namedTokens(nameOf: (request: { tenant?: string | undefined }) => string | undefined) {
  let count = 0;
  return jest.fn(async (request: { tenant?: string | undefined }) => {
    const accessToken = `${nameOf(request)}.${++count}`;
    await Promise.resolve();
    return { accessToken, expiresInMs: 60_000 };
  });
}

test('a source function that reads AsyncLocalStorage gets one token, for all callers', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const upstream = await protectedApi({ accepts: () => true });
  const api = axios.create({ baseURL: upstream.url });
  const source = namedTokens(() => tenant.getStore());
  attach(api, source);
  await Promise.all(TENANTS.map((name) => tenant.run(name, () => api.get(`/${name}`))));
  expect(source).toHaveBeenCalledTimes(1);
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(1);
});

test('through tokenParams each tenant gets a token of his own, one request each, whatever is in the air', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const upstream = await protectedApi({ accepts: () => true });
  const api = axios.create({ baseURL: upstream.url });
  const source = namedTokens((request) => request.tenant);
  const auth = attach(api, source, { tokenParams: () => ({ tenant: tenant.getStore() }) });
  const rounds = Array.from({ length: 5 }, () => TENANTS).flat();
  await Promise.all(
    rounds.map((name) =>
      tenant.run(name, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await api.get(`/${name}`);
      }),
    ),
  );
  expect(source).toHaveBeenCalledTimes(TENANTS.length);
  expect(upstream.stats().requests).toBe(rounds.length);
  for (const { path, token } of upstream.requests) expect(token!.split('.')[0]).toBe(path.slice(1));
  expect(auth.inspect()).toHaveLength(TENANTS.length);
});

test('when all tokens are refused at once, every tenant is renewed for himself and sees nobody else’s token', async () => {
  const tenant = new AsyncLocalStorage<string>();
  const refused = new Set<string>();
  const upstream = await protectedApi({ accepts: (token) => !refused.has(token) });
  const api = axios.create({ baseURL: upstream.url });
  const source = namedTokens((request) => request.tenant);
  attach(api, source, { tokenParams: () => ({ tenant: tenant.getStore() }) });
  const all = (): Promise<unknown> =>
    Promise.all([...TENANTS, ...TENANTS].map((name) => tenant.run(name, () => api.get(`/${name}`))));
  await all();
  for (const { token } of upstream.requests) refused.add(token!);
  const hold = upstream.hold();
  const calls = all();
  await hold.arrived(2 * TENANTS.length);
  hold.release();
  await calls;
  expect(source).toHaveBeenCalledTimes(2 * TENANTS.length);
  for (const { path, token } of upstream.requests) expect(token!.split('.')[0]).toBe(path.slice(1));
});

test('the tenant reaches the functions of a source, is not sent by itself, and is named in events', async () => {
  const { api, server, events } = await startWorld({
    source: { params: { account: ({ tenant }) => `account-of-${tenant}` } },
    attach: { tokenParams: ({ headers }) => ({ tenant: String(headers.get('X-Tenant')) }) },
  });
  await Promise.all(['a', 'b'].map((name) => api.get('/things', { headers: { 'X-Tenant': name } })));
  expect(server.requests.map(({ parameters }) => parameters.account).sort()).toEqual(['account-of-a', 'account-of-b']);
  for (const { parameters } of server.requests) expect(parameters).not.toHaveProperty('tenant');
  expect(
    events
      .of('token:issued')
      .map(({ tenant }) => tenant)
      .sort(),
  ).toEqual(['a', 'b']);
});
