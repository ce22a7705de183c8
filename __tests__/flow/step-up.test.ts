import axios from 'axios';
import { type FetchToken, header, type TokenRequest } from '../../lib/index.js';
import { attach, callsOf, protectedApi, rejection, sourceOf, startWorld, tokenServer } from '../support/world.js';
import { byPath, demandingWorld, hasScope, wantsScope } from './step-up-world.js';

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test.each([403, 401])(
    'a %i insufficient_scope: the union of what was had and what is wanted is asked for once, and the call resent once',
    async (status) => {
      const { api, server, upstream, events, asked, sent } = await demandingWorld(
        (token) => (hasScope(token, 'read admin') ? undefined : wantsScope('admin read', status)),
        { axios: { adapter }, source: { scope: 'read write' } },
      );
      expect(await api.post('/things', { a: 1 })).toMatchObject({ status: 200 });
      expect(asked('scope')).toEqual(['read write', 'read write admin']);
      expect(sent('scope')).toEqual(['read write', 'read write admin']);
      expect(upstream.requests.map(({ body }) => body.toString())).toEqual(['{"a":1}', '{"a":1}']);
      expect(server.stats().issued).toBe(2);
      expect(events.of('request:retried')).toMatchObject([{ reason: 'step-up', status: 200, accepted: true }]);
      expect(events.of('token:rejected')).toEqual([]);
      expect(events.of('request:retry-skipped')).toEqual([]);
    },
  );
});

test('the token is kept: the next call that is challenged alike costs no token request, and all others go on with theirs', async () => {
  const { api, asked, sent } = await demandingWorld(byPath, { source: { scope: 'read' } });
  await api.get('/admin/1');
  await api.get('/things');
  await api.get('/admin/2');
  await api.get('/things');
  expect(asked('scope')).toEqual(['read', 'read admin']);
  expect(sent('scope')).toEqual(['read', 'read admin', 'read', 'read', 'read admin', 'read']);
});

test('a source without a scope of its own asks for the scope of the challenge', async () => {
  const { api, asked } = await demandingWorld(byPath);
  await api.get('/admin');
  expect(asked('scope')).toEqual([undefined, 'admin']);
});

test('20 calls that are challenged at once: one token request for all of them', async () => {
  const { api, server, upstream, asked } = await demandingWorld(byPath, { source: { scope: 'read' } });
  const hold = server.hold();
  const calls = callsOf(api, 20, '/admin');
  await hold.arrived();
  hold.release();
  const answers = await calls;
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(asked('scope')).toEqual(['read', 'read admin']);
  expect(upstream.stats().requests).toBe(40);
});

test('what is wanted in another order, or twice, is the same token', async () => {
  const wants: Record<string, string> = { '/1': 'a b', '/2': 'b a', '/3': 'a b a' };
  const { api, asked } = await demandingWorld((token, { path }) =>
    hasScope(token, 'a b') ? undefined : wantsScope(wants[path]!),
  );
  for (const path of Object.keys(wants)) await api.get(path);
  expect(asked('scope')).toEqual([undefined, 'a b']);
});

describe('a request that asks for a token of its own', () => {
  test('steps up from that', async () => {
    const { api, asked } = await demandingWorld(byPath, { source: { scope: 'read' } });
    await api.get('/admin', { token: { scope: 'write', audience: 'things' } });
    expect(asked('scope')).toEqual(['write', 'write admin']);
    expect(asked('audience')).toEqual(['things', 'things']);
  });

  test('and has asked for all of it already: the 403 surfaces, and nothing more is asked', async () => {
    const { api, asked, upstream } = await demandingWorld(() => wantsScope('write'));
    expect(await rejection(api.get('/things', { token: { scope: 'read write' } }))).toMatchObject({
      response: { status: 403 },
    });
    expect(asked('scope')).toEqual(['read write']);
    expect(upstream.stats().requests).toBe(1);
  });

  test('each tenant steps up for itself', async () => {
    const { api, asked } = await demandingWorld(byPath, {
      source: { params: { tenant_id: ({ tenant }: TokenRequest) => tenant } },
      attach: { stepUp: true, tokenParams: ({ headers }) => ({ tenant: String(headers['X-Tenant']) }) },
    });
    for (const tenant of ['a', 'b', 'a', 'b']) await api.get('/admin', { headers: { 'X-Tenant': tenant } });
    expect(asked('tenant_id')).toEqual(['a', 'a', 'b', 'b']);
    expect(asked('scope')).toEqual([undefined, 'admin', undefined, 'admin']);
  });
});

describe('not opted in to', () => {
  test.each<[string, object]>([
    ['by default', {}],
    ['with false', { stepUp: false }],
    ['with an empty list', { stepUp: [] }],
    ['with a list of others', { stepUp: ['insufficient_claims', 'insufficient_user_authentication'] }],
  ])('%s: the 403 surfaces as it is, after one send and no further token request', async (_what, options) => {
    const { api, asked, upstream, events } = await demandingWorld(byPath, { attach: options });
    const error = await rejection(api.get('/admin'));
    expect(error).toMatchObject({ isAxiosError: true, response: { status: 403, data: { message: 'more is needed' } } });
    expect((error as Error).cause).toBeUndefined();
    expect(asked('scope')).toEqual([undefined]);
    expect(upstream.stats().requests).toBe(1);
    expect(events.names()).toEqual(['token:requested', 'token:issued']);
  });

  test('a list that names it is enough', async () => {
    const { api } = await demandingWorld(byPath, { attach: { stepUp: ['insufficient_scope'] } });
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
  });

  test('each instance on shared tokens decides for itself', async () => {
    const { api, auth, upstream } = await demandingWorld(byPath);
    const other = axios.create({ baseURL: upstream.url });
    attach(other, auth);
    expect(await rejection(other.get('/admin'))).toMatchObject({ response: { status: 403 } });
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
  });
});

describe('what does not say what is wanted surfaces', () => {
  test.each<[string, number, string]>([
    ['no scope', 403, 'Bearer error="insufficient_scope"'],
    ['an error of another kind', 403, 'Bearer error="access_denied", scope="admin"'],
    ['another scheme', 403, 'Basic error="insufficient_scope", scope="admin"'],
    ['characters that no scope has', 403, 'Bearer error="insufficient_scope", scope="admin \\"x"'],
    ['another status', 400, 'Bearer error="insufficient_scope", scope="admin"'],
  ])('%s', async (_what, status, challenge) => {
    const { api, asked, upstream, events } = await demandingWorld(() => ({ status, challenge }));
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status } });
    expect(asked('scope')).toEqual([undefined]);
    expect(upstream.stats().requests).toBe(1);
    expect(events.names()).toEqual(['token:requested', 'token:issued']);
  });

  test('a 403 without any challenge', async () => {
    const { api, server, upstream } = await startWorld({ attach: { stepUp: true } });
    expect(await rejection(api.get('/status/403'))).toMatchObject({ response: { status: 403 } });
    expect([server.stats().requests, upstream.stats().requests]).toEqual([1, 1]);
  });
});

describe('where the challenge stands', () => {
  test.each<[string, string | string[]]>([
    ['behind another in the same header', 'Basic realm="x", Bearer error="insufficient_scope", scope="admin"'],
    ['in a second header', ['Negotiate', 'Bearer error="insufficient_scope", scope="admin"']],
    ['in a header without commas', 'Bearer error="insufficient_scope" scope="admin"'],
  ])('%s, it is found', async (_what, challenge) => {
    const { api, asked } = await demandingWorld((token) =>
      hasScope(token, 'admin') ? undefined : { status: 403, challenge },
    );
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual([undefined, 'admin']);
  });

  test('an API with a header of its own may use a scheme of its own', async () => {
    const server = await tokenServer();
    const upstream = await protectedApi({ accepts: server, tokenFrom: { header: 'X-Token' } });
    upstream.intercept(({ token }, response) => {
      if (server.describe(token ?? '')?.scope === 'admin') return false;
      response.writeHead(403, { 'www-authenticate': 'X-Token error="insufficient_scope", scope="admin"' }).end();
      return true;
    });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, sourceOf(server, { sendAs: header('X-Token') }), { stepUp: true });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ token }) => server.describe(token!)?.scope)).toEqual([undefined, 'admin']);
  });
});

test('a request with credentials of its own, or that wants none of ours, is not stepped up', async () => {
  const { api, server, upstream } = await demandingWorld(() => wantsScope('admin'), { upstream: {} });
  expect(await rejection(api.get('/x', { token: false }))).toMatchObject({ response: { status: 403 } });
  const headers = { Authorization: 'Bearer mine' };
  expect(await rejection(api.get('/x', { headers }))).toMatchObject({ response: { status: 403 } });
  expect(server.stats().requests).toBe(0);
  expect(upstream.stats().requests).toBe(2);
});

test('a function as the source is told what is wanted, beside what the request asked for', async () => {
  const upstream = await protectedApi({ accepts: () => true });
  upstream.intercept(({ token }, response) => {
    if (token !== 'plain') return false;
    response.writeHead(403, { 'www-authenticate': wantsScope('b a').challenge }).end();
    return true;
  });
  const requests: Partial<TokenRequest>[] = [];
  const source: FetchToken = ({ scope, extraScope, params, reason }) => {
    requests.push({ scope, extraScope, params, reason });
    return Promise.resolve({ accessToken: extraScope ? 'more' : 'plain', expiresInMs: 60_000 });
  };
  const api = axios.create({ baseURL: upstream.url });
  attach(api, source, { stepUp: true });
  await api.get('/things', { token: { scope: 'read', params: { x: 1 } } });
  expect(requests).toEqual([
    { scope: 'read', extraScope: undefined, params: { x: 1 }, reason: 'missing' },
    { scope: 'read', extraScope: ['a', 'b'], params: { x: 1 }, reason: 'missing' },
  ]);
});

test('the union is written with the separator of the endpoint', async () => {
  const { api, server } = await demandingWorld(
    (token) => (token.scope?.includes('admin') ? undefined : wantsScope('admin')),
    { source: { scope: ['read', 'write'], request: { scopeSeparator: ',' } } },
  );
  await api.get('/things');
  expect(server.requests.map(({ parameters }) => parameters.scope)).toEqual(['read,write', 'read,write,admin']);
});

test('what the scope of a source is now, where a function says it, is part of the union', async () => {
  let own = 'read';
  const { api, asked } = await demandingWorld(byPath, { source: { scope: () => own } });
  await api.get('/things');
  own = 'write';
  await api.get('/admin');
  expect(asked('scope')).toEqual(['read', 'write admin']);
});
