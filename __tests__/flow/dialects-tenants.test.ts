import axios from 'axios';
import { clientCredentials, type TokenParams } from '../../lib/index.js';
import { fakeServer, form, granted } from '../support/fake-server.js';
import { attach, manualClock, rejection } from '../support/world.js';

// What differs from request to request, and what must not.

test('every value of a token request may depend on the tenant', async () => {
  const endpoint = await fakeServer(({ path }) => ({ body: granted(`token-of${path.replaceAll('/', '-')}`) }));
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const source = clientCredentials({
    tokenUrl: ({ tenant }) => `${endpoint.url}/${tenant}`,
    clientId: ({ tenant }) => `client-of-${tenant}`,
    clientSecret: ({ tenant }) => Promise.resolve(`secret-of-${tenant}`),
    scope: ({ tenant }) => [`read-${tenant}`],
    audience: ({ tenant }) => `https://${tenant}.test`,
    params: { account: ({ tenant }) => tenant?.length },
    request: { query: { t: ({ tenant }) => tenant }, headers: { 'X-Tenant': ({ tenant }) => tenant } },
  });
  attach(api, source);
  const tenants = ['a', 'bb', 'ccc'];
  const calls = [...tenants, ...tenants].map((tenant) => api.get(`/${tenant}`, { token: { tenant } }));
  await Promise.all(calls);

  expect(endpoint.requests).toHaveLength(3);
  for (const { path, query, headers, body } of endpoint.requests) {
    const tenant = path.slice(1);
    expect([query.get('t'), headers['x-tenant']]).toEqual([tenant, tenant]);
    expect(form(body)).toEqual({
      grant_type: 'client_credentials',
      client_id: `client-of-${tenant}`,
      client_secret: `secret-of-${tenant}`,
      scope: `read-${tenant}`,
      audience: `https://${tenant}.test`,
      account: String(tenant.length),
    });
  }
  for (const { path, headers } of upstream.requests)
    expect(headers.authorization).toBe(`Bearer token-of-${path.slice(1)}`);
});

test('every combination of what is asked for has a token of its own; the same in another order shares it', async () => {
  let count = 0;
  const endpoint = await fakeServer(() => ({ body: granted(`token-${++count}`) }));
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  attach(api, clientCredentials({ tokenUrl: endpoint.url, clientId: 'id', clientSecret: 'secret' }));

  const fields: TokenParams = {
    scope: 'a b',
    audience: 'https://a.test',
    resource: ['r1', 'r2'],
    tenant: 't',
    params: { x: 1, y: { v: 1, w: 2 } },
  };
  const entries = Object.entries(fields);
  const combinations = Array.from({ length: 2 ** entries.length }, (_, bits) =>
    Object.fromEntries(entries.filter((_entry, index) => bits & (1 << index))),
  );
  await Promise.all(combinations.map((token, index) => api.get(`/${index}`, { token })));
  expect(endpoint.requests).toHaveLength(32);
  expect(new Set(upstream.requests.map(({ headers }) => headers.authorization)).size).toBe(32);

  const turned = { scope: ['b', 'a', 'b'], params: { y: { w: 2, v: 1 }, x: 1 } };
  const same = combinations.map((fields, index) => {
    const token = Object.entries({ ...fields, ...('scope' in fields && { scope: turned.scope }) }).reverse();
    return api.get(`/${index}`, {
      token: Object.fromEntries(token.map(([name, value]) => [name, name === 'params' ? turned.params : value])),
    });
  });
  await Promise.all(same);
  expect(endpoint.requests).toHaveLength(32);
  const byPath = new Map<string, Set<string | undefined>>();
  for (const { path, headers } of upstream.requests)
    byPath.set(path, (byPath.get(path) ?? new Set()).add(headers.authorization));
  for (const tokens of byPath.values()) expect(tokens.size).toBe(1);
});

test.each([
  ['an error that lasts', { status: 400, body: { error: 'invalid_client' } }, undefined],
  ['Retry-After', { status: 429, headers: { 'retry-after': '3600' } }, 3_600_000],
])("one tenant's %s is his own: the others get tokens at once", async (_what, answer, pauseMs) => {
  const endpoint = await fakeServer(({ path }) => (path === '/bad' ? answer : { body: granted(`token-of-${path}`) }));
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const clock = manualClock(); // never moved: nobody can have waited for anything
  const source = clientCredentials({
    tokenUrl: ({ tenant }) => `${endpoint.url}/${tenant}`,
    clientId: 'id',
    clientSecret: 'secret',
  });
  attach(api, source, { clock });
  const first = await rejection(api.get('/x', { token: { tenant: 'bad' } }));
  expect(first).toMatchObject({ name: 'TokenEndpointError' });
  if (pauseMs !== undefined) expect((first as { retryAt: number }).retryAt - clock.now()).toBe(pauseMs);
  for (const tenant of ['good', 'fine']) await api.get('/x', { token: { tenant } });
  expect(await rejection(api.get('/x', { token: { tenant: 'bad' } }))).toMatchObject({ name: 'TokenEndpointError' });
  expect(endpoint.requests.map(({ path }) => path)).toEqual(['/bad', '/good', '/fine']);
  expect(upstream.requests).toHaveLength(2);
});
