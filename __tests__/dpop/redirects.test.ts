import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import type { Answer, Received } from '../support/fake-server.js';
import { fakeServer } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import {
  accessTokenIn,
  type DpopWorld,
  noncesIn,
  type Party,
  protectedApi,
  type Setting,
  startDpopWorld,
} from './parties.js';

// A redirect sends the request on by itself. A proof is good for one address and one method only, and once.

const to =
  (location: string, status = 302) =>
  ({ path }: Received): Answer | undefined =>
    path === '/from' ? { status, headers: { location } } : undefined;

const carries = ({ headers }: Received): unknown[] => [headers.authorization, headers.dpop];

async function startWith(setting: Setting = {}): Promise<DpopWorld & { other: Party }> {
  const allowed: string[] = [];
  const world = await startDpopWorld({
    attach: { allowedOrigins: ({ origin }) => allowed.includes(origin) },
    ...setting,
  });
  const other = await protectedApi(world.server);
  allowed.push(world.upstream.url, other.url);
  return { ...world, other };
}

describe('within the origin', () => {
  test.each([
    [301, 'get', 'GET'],
    [302, 'get', 'GET'],
    [303, 'get', 'GET'],
    [307, 'get', 'GET'],
    [308, 'get', 'GET'],
    [301, 'post', 'GET'],
    [302, 'post', 'GET'],
    [303, 'post', 'GET'],
    [307, 'post', 'POST'],
    [308, 'post', 'POST'],
    [307, 'delete', 'DELETE'],
    [303, 'put', 'GET'],
  ])('%d after %s: a proof for the new address, as %s', async (status, method, then) => {
    const { api, server, upstream } = await startDpopWorld();
    upstream.answering = to('/to?page=2#end', status);
    const data = /put|post/.test(method) ? { a: 1 } : undefined;
    expect(await api.request({ url: '/from', method, data })).toMatchObject({ status: 200, data: { path: '/to' } });
    expect(upstream.proofs.map(({ claims }) => [claims.htm, claims.htu])).toEqual([
      [method.toUpperCase(), `${upstream.url}/from`],
      [then, `${upstream.url}/to`],
    ]);
    expect(upstream.requests.at(-1)!.body).toBe(then === 'POST' ? '{"a":1}' : '');
    expect(server.requests).toHaveLength(1);
  });

  test.each(['ES256', 'Ed25519', 'RS256', 'PS256'] as const)(
    '%s signs at once what it signs otherwise',
    async (algorithm) => {
      const { api, upstream } = await startDpopWorld({ dpop: { algorithm } });
      upstream.answering = to('/to');
      expect(await api.get('/from')).toMatchObject({ status: 200, data: { path: '/to' } });
      expect(upstream.proofs.map(({ header }) => header.alg)).toEqual([algorithm, algorithm]);
      const [first, second] = upstream.proofs;
      expect(second!.header).toEqual(first!.header);
      expect(Object.keys(second!.claims).sort()).toEqual(Object.keys(first!.claims).sort());
    },
  );

  test('several in a row: each proof is new', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = ({ path }) => {
      const step = Number(path.slice(1));
      return step < 4 ? { status: 307, headers: { location: `/${step + 1}` } } : undefined;
    };
    expect(await api.get('/0')).toMatchObject({ status: 200, data: { path: '/4' } });
    expect(new Set(upstream.proofs.map(({ claims }) => claims.jti)).size).toBe(5);
  });

  test('a path that is not ASCII', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = to('/gr%C3%B6%c3%9fe/%7Ea/../b?x=ä');
    expect(await api.get('/from')).toMatchObject({ status: 200 });
  });

  test('a DPoP header of the caller, in other letters, is replaced there, too', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = to('/to');
    expect(await api.get('/from', { headers: { dpop: 'mine' } })).toMatchObject({ status: 200, data: { path: '/to' } });
  });

  test('a nonce that is wanted where it led: the whole way is gone again', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = to('/to');
    await api.get('/from');
    upstream.nonce = 'api';
    expect(await api.get('/from')).toMatchObject({ status: 200 });
    expect(noncesIn(upstream)).toEqual([undefined, undefined, undefined, 'api', 'api']);
  });
});

describe('to another origin that may have the token', () => {
  test('token and a proof with the nonce of that origin', async () => {
    const { api, upstream, other } = await startWith();
    Object.assign(upstream, { nonce: 'home' });
    Object.assign(other, { nonce: 'other' });
    await api.get(`${other.url}/warm-up`);
    upstream.answering = to(`${other.url}/to`);
    expect(await api.get('/from')).toMatchObject({ status: 200, data: { path: '/to' } });
    expect(other.proofs.at(-1)!.claims).toMatchObject({ htu: `${other.url}/to`, nonce: 'other' });
    expect(accessTokenIn(other.requests.at(-1)!)).toBe(accessTokenIn(upstream.requests[0]!));
    expect(new Set(noncesIn(other))).toEqual(new Set([undefined, 'other']));
    expect(new Set(noncesIn(upstream))).toEqual(new Set([undefined, 'home']));
  });

  test('its nonce is learned there, and the call begins anew', async () => {
    const { api, server, upstream, other } = await startWith();
    other.nonce = 'other';
    upstream.answering = to(`${other.url}/to`);
    expect(await api.get('/from')).toMatchObject({ status: 200, data: { path: '/to' } });
    expect(noncesIn(other)).toEqual([undefined, 'other']);
    expect(noncesIn(upstream)).toEqual([undefined, undefined]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('to an origin that may not have the token', () => {
  test.each([301, 302, 303, 307, 308])('%d: neither token nor proof arrives', async (status) => {
    const { api, upstream } = await startDpopWorld();
    const foreign = await fakeServer();
    upstream.answering = to(`${foreign.url}/to`, status);
    await api.post('/from', { a: 1 });
    expect(foreign.requests.map(carries)).toEqual([[undefined, undefined]]);
  });

  test('after a redirect to one that may: neither arrives', async () => {
    const { api, upstream, other } = await startWith();
    const foreign = await fakeServer();
    upstream.answering = to(`${other.url}/from`);
    other.answering = to(`${foreign.url}/to`);
    await api.get('/from');
    expect(other.requests).toHaveLength(1);
    expect(foreign.requests.map(carries)).toEqual([[undefined, undefined]]);
  });

  test('and from there to one that may: it has no say in what is done there in our name', async () => {
    const { api, upstream, other } = await startWith();
    const foreign = await fakeServer(() => ({ status: 302, headers: { location: `${other.url}/to` } }));
    upstream.answering = to(`${foreign.url}/x`);
    expect(await rejection(api.get('/from'))).toMatchObject({ response: { status: 401 } });
    for (const { requests } of [foreign, other]) expect(requests.map(carries)).toEqual([[undefined, undefined]]);
  });

  test('its challenge is not answered, and its nonce is not taken', async () => {
    const { api, upstream } = await startDpopWorld();
    const foreign = await fakeServer(() => ({
      status: 401,
      headers: { 'DPoP-Nonce': 'foreign', 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"' },
    }));
    upstream.answering = to(`${foreign.url}/to`);
    expect(await rejection(api.get('/from'))).toMatchObject({ response: { status: 401 } });
    expect([upstream.requests.length, foreign.requests.length]).toEqual([1, 1]);
    await api.get('/things');
    expect(noncesIn(upstream)).toEqual([undefined, undefined]);
  });
});

test('where nothing can sign at once, the request goes on without token and proof', async () => {
  const { api, upstream } = await startDpopWorld();
  await api.get('/warm-up');
  upstream.answering = to('/to');
  const lookUp = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  try {
    expect(await rejection(api.get('/from'))).toMatchObject({ response: { status: 401 } });
  } finally {
    lookUp.mockRestore();
  }
  expect(upstream.requests.filter(({ path }) => path === '/to').map(carries)[0]).toEqual([undefined, undefined]);
});

test('with the fetch adapter no redirect is followed: it is the answer', async () => {
  const { api, upstream } = await startDpopWorld({ axios: { adapter: 'fetch', validateStatus: () => true } });
  upstream.answering = to('/to');
  expect(await api.get('/from')).toMatchObject({ status: 302 });
  expect(upstream.requests).toHaveLength(1);
});

describe('a config that comes back after a redirect', () => {
  const again = async (
    api: DpopWorld['api'],
    { config }: AxiosResponse | { config: AxiosRequestConfig },
  ): Promise<AxiosResponse> => api.request(config as AxiosRequestConfig);

  test('is sent again with proofs of its own', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = to('/to');
    expect(await again(api, await api.get('/from'))).toMatchObject({ status: 200, data: { path: '/to' } });
    expect(new Set(upstream.proofs.map(({ claims }) => claims.jti)).size).toBe(4);
  });

  test('holds nothing of ours when no token is due for it', async () => {
    const { api, upstream } = await startDpopWorld();
    upstream.answering = to('/to');
    const { config } = await api.get('/from');
    await rejection(api.request({ ...config, token: false }));
    expect(carries(upstream.requests.at(-1)!)).toEqual([undefined, undefined]);
  });
});
