import axios from 'axios';
import { dpop } from '../../lib/dpop/index.js';
import { attach, callsOf } from '../support/world.js';
import { accessTokenIn, protectedApi, sourceFor, startDpopWorld, statuses } from './parties.js';

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test('token request and API request carry a proof; the API gets token, proof and key that belong together', async () => {
    const { api, server, upstream } = await startDpopWorld({ axios: { adapter } });
    expect(await api.post('/things', { a: 1 })).toMatchObject({ status: 200, data: { ok: true } });
    expect(server.proofs[0]).toMatchObject({
      header: { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: 'EC', crv: 'P-256' } },
      claims: { htm: 'POST', htu: server.tokenUrl },
    });
    expect(server.proofs[0]!.claims).not.toHaveProperty('ath');
    expect(server.proofs[0]!.claims).not.toHaveProperty('nonce');
    expect(upstream.proofs[0]).toMatchObject({
      claims: { htm: 'POST', htu: `${upstream.url}/things` },
      thumbprint: server.proofs[0]!.thumbprint,
    });
    expect(server.tokens.has(accessTokenIn(upstream.requests[0]!)!)).toBe(true);
  });

  test('20 calls on a cold cache: one token request, one key, and a proof of its own for each', async () => {
    const { api, server, upstream } = await startDpopWorld({ axios: { adapter } });
    expect(statuses(await callsOf(api, 20))).toEqual([200]);
    expect([server.requests.length, upstream.requests.length]).toEqual([1, 20]);
    expect(new Set(upstream.proofs.map(({ claims }) => claims.jti)).size).toBe(20);
    expect(new Set(upstream.proofs.map(({ thumbprint }) => thumbprint)).size).toBe(1);
  });

  test('after a 401 the new token is sent with a proof of its own', async () => {
    const { api, server, upstream } = await startDpopWorld({ axios: { adapter } });
    await api.get('/warm-up');
    server.tokens.clear();
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect([server.requests.length, upstream.requests.length]).toEqual([2, 3]);
    expect(new Set(upstream.proofs.map(({ claims }) => claims.ath)).size).toBe(2);
  });

  // What a server sees is compared to the letter: see `parties.ts`.
  test.each([
    ['a path', '/things'],
    ['a path without a slash', 'things'],
    ['no path', ''],
    ['a query', '/things?page=2&htu=x'],
    ['a fragment', '/things#part?not=a-query'],
    ['an empty query', '/things?'],
    ['a path that is not ASCII', '/größe/日本'],
    ['an encoded path', '/gr%C3%B6%C3%9Fe'],
    ['an encoded tilde', '/%7Euser'],
    ['a tilde', '/~user'],
    ['an encoded slash, in small letters', '/a%2fb'],
    ['a space', '/a b'],
    ['signs that URLs leave alone', "/a;b=c,d(e)!'*@:$&+"],
    ['brackets and bars', '/a[0]|b{c}^`"<>'],
    ['a backslash', '/a\\b'],
    ['dots', '/a/../b/./c'],
    ['encoded dots', '/a/%2e%2e/b'],
    ['slashes in a row', '/a//b///c'],
    ['a percent sign that encodes nothing', '/100%'],
  ])('%s: the proof is for what the server sees', async (_what, url) => {
    const { api } = await startDpopWorld({ axios: { adapter } });
    expect(await api.get(url, { params: { more: 'ä&b' } })).toMatchObject({ status: 200 });
  });
});

describe('addresses', () => {
  test.each(['', '/', '/v1', '/v1/', '/v1//', '/v1?key=of-the-base', '/v1 ', '/v1\\', '/v1\t', '/ä'])(
    'a baseURL that ends in "%s"',
    async (end) => {
      const { api, upstream } = await startDpopWorld();
      api.defaults.baseURL = upstream.url + end;
      expect(await api.get('/things')).toMatchObject({ status: 200 });
      expect(await api.get('')).toMatchObject({ status: 200 });
    },
  );

  test('an absolute URL goes before the baseURL', async () => {
    const { api, upstream } = await startDpopWorld();
    expect(await api.get(`${upstream.url}/other?x=1`, { baseURL: `${upstream.url}/v1` })).toMatchObject({
      status: 200,
    });
    expect(upstream.proofs[0]!.claims.htu).toBe(`${upstream.url}/other`);
  });

  test('with allowAbsoluteUrls: false it is joined, as axios does', async () => {
    const { api, upstream } = await startDpopWorld();
    await api.get(`${upstream.url}/other`, { allowAbsoluteUrls: false });
    expect(upstream.requests[0]!.path).toContain(`/http://127.0.0.1`);
    expect(upstream.proofs[0]!.claims.htu).toBe(upstream.url + upstream.requests[0]!.path);
  });

  test('a URL object', async () => {
    const { api, upstream } = await startDpopWorld({ attach: { allowedOrigins: () => true } });
    delete api.defaults.baseURL;
    expect(await api.get(new URL(`${upstream.url}/a b?x=1#y`) as never)).toMatchObject({ status: 200 });
    expect(upstream.proofs[0]!.claims.htu).toBe(`${upstream.url}/a%20b`);
  });

  test('a name in other letters, and the port that goes without saying', async () => {
    const binding = dpop();
    const config = {
      headers: new axios.AxiosHeaders(),
      url: 'HTTPS://API.Example.COM:443/a/../b?x#y',
      method: 'patch',
    };
    await binding.sendAs(config as never, { accessToken: 'x' } as never);
    expect(JSON.parse(atob(String(config.headers.get('DPoP')).split('.')[1]!))).toMatchObject({
      htm: 'PATCH',
      htu: 'https://api.example.com/b',
    });
  });

  test('a token endpoint with a query: it is not in the proof', async () => {
    const { api, server } = await startDpopWorld({
      source: { tokenUrl: () => `${server.tokenUrl}?realm=a` },
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(server.requests[0]!.target).toBe('/token?realm=a');
    expect(server.proofs[0]!.claims.htu).toBe(server.tokenUrl);
  });

  test('an API whose address comes with the token', async () => {
    const { api, server, upstream } = await startDpopWorld();
    const elsewhere = await protectedApi(server);
    const second = axios.create();
    attach(second, sourceFor(server, { source: { baseURL: () => `${elsewhere.url}/instance` } }));
    expect(await second.get('/things')).toMatchObject({ status: 200, data: { path: '/instance/things' } });
    expect(elsewhere.proofs[0]!.claims.htu).toBe(`${elsewhere.url}/instance/things`);
    expect([upstream.requests.length, api.defaults.baseURL]).toEqual([0, upstream.url]);
  });
});
