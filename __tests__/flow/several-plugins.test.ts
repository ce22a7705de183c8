import { inspect } from 'node:util';
import axios, { type AxiosInstance } from 'axios';
import { bearer, header } from '../../lib/index.js';
import type { ApiHandler, ProtectedApi, TokenServer } from '../../lib/testing/index.js';
import { fakeServer } from '../support/fake-server.js';
import { attach, callsOf, protectedApi, record, rejection, sourceOf, tokenServer } from '../support/world.js';

test('two plugins on one instance for two origins: each API gets the token of its own server, and no other', async () => {
  const servers = [await tokenServer(), await tokenServer()] as const;
  const apis = [await protectedApi({ accepts: servers[0] }), await protectedApi({ accepts: servers[1] })] as const;
  const api = axios.create();
  for (const index of [0, 1] as const) attach(api, sourceOf(servers[index]), { allowedOrigins: [apis[index].url] });

  for (const { url } of apis) await api.get(`${url}/things`);
  servers[0].revokeAll();
  for (const { url } of apis) expect(await api.get(`${url}/things`)).toMatchObject({ status: 200 });

  expect(servers.map((server) => server.stats().requests)).toEqual([2, 1]);
  expect(apis.map((upstream) => upstream.requests.map(({ status }) => status))).toEqual([
    [200, 401, 200],
    [200, 200],
  ]);
  for (const index of [0, 1] as const)
    for (const { token } of apis[index].requests) expect(servers[index].describe(token!)).toBeDefined();
});

test.each(['users', 'tenants'] as const)(
  'two plugins for two headers of one origin: both tokens go out, and when that of the %s is refused it is renewed',
  async (which) => {
    const servers = { users: await tokenServer(), tenants: await tokenServer() };
    const upstream = await protectedApi({ accepts: servers.users });
    upstream.intercept(({ headers }, response) => {
      if (servers.tenants.isActive(headers['x-tenant-token'] ?? '')) return false;
      response.writeHead(401).end();
      return true;
    });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, sourceOf(servers.users));
    attach(api, sourceOf(servers.tenants, { sendAs: header('X-Tenant-Token') }));

    await api.get('/things');
    expect(upstream.stats()).toMatchObject({ requests: 1, rejected: 0 });
    servers[which].revokeAll();
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(servers[which].stats().requests).toBe(2);
    expect(upstream.stats().requests).toBeLessThanOrEqual(1 + 4); // each plugin resends once at most
  },
);

describe.each([
  ['the tenants first', ['tenants', 'users']],
  ['the users first', ['users', 'tenants']],
] as const)('two plugins for two headers of one origin, %s', (_order, order) => {
  interface TwoPlugins {
    servers: Record<'users' | 'tenants', TokenServer>;
    upstream: ProtectedApi;
    api: AxiosInstance;
    /** What has come in both headers, without the scheme. */
    sent(): string[];
  }

  async function twoPlugins(): Promise<TwoPlugins> {
    const servers = { users: await tokenServer(), tenants: await tokenServer() };
    const upstream = await protectedApi({ accepts: servers.users });
    upstream.intercept(({ headers }, response) => {
      if (servers.tenants.isActive(headers['x-tenant-token'] ?? '')) return false;
      response.writeHead(401).end();
      return true;
    });
    const api = axios.create({ baseURL: upstream.url });
    const placements = { users: bearer(), tenants: header('X-Tenant-Token') };
    for (const which of order) attach(api, sourceOf(servers[which], { sendAs: placements[which] }));
    const sent = (): string[] =>
      upstream.requests.flatMap(({ token, headers }) => [token!, headers['x-tenant-token']!]);
    return { servers, upstream, api, sent };
  }

  test('both tokens are refused: both are renewed, and the call is answered', async () => {
    const { servers, api } = await twoPlugins();
    await api.get('/things');
    for (const server of Object.values(servers)) server.revokeAll();
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect([servers.users.stats().requests, servers.tenants.stats().requests]).toEqual([2, 2]);
  });

  test('a resend of both is redirected to another origin: neither token arrives there', async () => {
    const { upstream, api, sent } = await twoPlugins();
    const foreign = await fakeServer();
    const answers: ApiHandler[] = [
      (_request, response) => void response.writeHead(401).end(),
      (_request, response) => void response.writeHead(401).end(),
      (_request, response) => void response.writeHead(302, { location: `${foreign.url}/elsewhere` }).end(),
    ];
    upstream.intercept((request, response) => {
      answers.shift()?.(request, response);
      return true;
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(answers).toEqual([]);
    expect(foreign.requests.map(({ path }) => path)).toEqual(['/elsewhere']);
    expect(sent()).toHaveLength(6);
    for (const token of sent()) {
      expect(token).toMatch(/^tok_/);
      expect(JSON.stringify(foreign.requests)).not.toContain(token);
    }
  });

  test('the caller leaves while a call is under way: the error shows neither token', async () => {
    const { upstream, api, sent } = await twoPlugins();
    const hold = upstream.hold();
    const leaving = new AbortController();
    const call = rejection(api.get('/things', { signal: leaving.signal }));
    await hold.arrived();
    leaving.abort();
    const error = await call;
    hold.release();
    expect(axios.isCancel(error)).toBe(true);
    const { config, toJSON } = error as { config: object; toJSON: () => object };
    expect(sent()).toHaveLength(2);
    for (const token of sent()) {
      expect(token).toMatch(/^tok_/);
      expect(inspect(config, { depth: 6 })).not.toContain(token);
      expect(JSON.stringify(toJSON.call(error))).not.toContain(token);
    }
  });
});

test('two instances that share one handle: one token request for both, renewed once for both', async () => {
  const server = await tokenServer();
  const apis = [await protectedApi({ accepts: server }), await protectedApi({ accepts: server })] as const;
  const instances = apis.map(({ url }) => axios.create({ baseURL: url }));
  const owner = attach(instances[0]!, sourceOf(server));
  const second = attach(instances[1]!, owner);
  const seenBySecond = record(second);

  await Promise.all(instances.map((api) => callsOf(api, 50)));
  expect(server.stats().requests).toBe(1);
  expect(new Set(apis.flatMap(({ requests }) => requests.map(({ token }) => token))).size).toBe(1);
  server.revokeAll();
  await Promise.all(instances.map((api) => callsOf(api, 50)));
  expect(server.stats().requests).toBe(2);
  expect((await second.getToken()).accessToken).toBe((await owner.getToken()).accessToken);
  expect(seenBySecond.of('token:issued')).toHaveLength(2);
});

test.each<[string, object]>([
  ['refreshAheadMs', { refreshAheadMs: 1000 }],
  ['tokenTimeoutMs', { tokenTimeoutMs: 1000 }],
  ['tokenRequests', { tokenRequests: { concurrency: 1 } }],
  ['maxKeys', { maxKeys: 10 }],
  ['http', { http: {} }],
  ['clock', { clock: {} }],
  ['random', { random: Math.random }],
])('with a handle as the source the option %s of the token side is refused', async (option, options) => {
  const server = await tokenServer();
  const owner = attach(axios.create({ baseURL: 'https://a.example.com' }), sourceOf(server));
  const other = axios.create({ baseURL: 'https://b.example.com' });
  expect(() => attach(other, owner, options)).toThrow(expect.objectContaining({ code: 'ERR_TOKEN_CONFIG', option }));
});

test('options of the API side are of each instance', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const [first, second] = [axios.create({ baseURL: upstream.url }), axios.create({ baseURL: upstream.url })];
  const owner = attach(first, sourceOf(server));
  attach(second, owner, { retryRejected: false, tokenParams: () => ({ scope: 'read' }) });
  await Promise.all([first.get('/first'), second.get('/second')]);
  expect(server.requests.map(({ parameters }) => parameters.scope).sort()).toEqual(['read', undefined]);
  server.revokeAll();
  expect(await rejection(second.get('/second'))).toMatchObject({ response: { status: 401 } });
  expect(await first.get('/first')).toMatchObject({ status: 200 });
});

test('closing the sharing handle detaches its instance, and the owner works on', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const [first, second] = [axios.create({ baseURL: upstream.url }), axios.create({ baseURL: upstream.url })];
  const owner = attach(first, sourceOf(server));
  const sharing = attach(second, owner);
  await sharing.close();
  expect(await first.get('/things')).toMatchObject({ status: 200 });
  await second.get('/public');
  expect(upstream.requests.at(-1)!.token).toBeUndefined();
});

test('the owner detached, the sharing instance goes on getting tokens; the owner closed, it fails', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const [first, second] = [axios.create({ baseURL: upstream.url }), axios.create({ baseURL: upstream.url })];
  const owner = attach(first, sourceOf(server));
  attach(second, owner);
  owner.detach();
  expect(await second.get('/things')).toMatchObject({ status: 200 });
  await owner.close();
  owner.invalidate();
  expect(await rejection(second.get('/things'))).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  expect(() => attach(axios.create({ baseURL: upstream.url }), owner)).toThrow(/closed/);
});

test('the same plugin attached twice to one instance: one Authorization, and nothing breaks', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const api = axios.create({ baseURL: upstream.url });
  attach(api, attach(api, sourceOf(server)));
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(upstream.stats().requests).toBe(2);
  expect(server.stats().requests).toBe(2);
});
