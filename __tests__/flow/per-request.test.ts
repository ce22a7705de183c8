import { rejection, startWorld, type WorldOptions } from '../support/world.js';

test('token: false goes out without a token, without a token request, and is not retried', async () => {
  const { api, server, upstream, events } = await startWorld();
  expect(await api.get('/public', { token: false })).toMatchObject({ status: 200 });
  expect(await rejection(api.get('/things', { token: false }))).toMatchObject({ response: { status: 401 } });
  expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  expect(server.stats().requests).toBe(0);
  expect(events.names()).toEqual(['request:skipped', 'request:skipped']);
  expect(events.of('request:skipped')[0]).toMatchObject({ reason: 'token-false', method: 'GET' });
});

test('token: { scope } gets a token of its own, cached apart from the plain one', async () => {
  const { api, server, upstream } = await startWorld();
  for (let round = 0; round < 2; round += 1) {
    await api.get('/plain');
    await api.get('/admin', { token: { scope: 'admin' } });
    await api.get('/admin', { token: { scope: ['admin'] } });
    await api.get('/both', { token: { scope: 'write read' } });
    await api.get('/both', { token: { scope: ['read', 'write'] } });
  }
  expect(server.requests.map(({ parameters }) => parameters.scope)).toEqual([undefined, 'admin', 'write read']);
  const scopes = upstream.requests.map(({ path, token }) => [path, server.describe(token!)!.scope]);
  for (const [path, scope] of scopes)
    expect(scope).toBe({ '/plain': undefined, '/admin': 'admin', '/both': 'write read' }[path!]);
});

test('a refused token of one scope is renewed for that scope alone', async () => {
  const { api, server, upstream } = await startWorld();
  await api.get('/plain');
  await api.get('/admin', { token: { scope: 'admin' } });
  server.revoke(upstream.requests[1]!.token!);
  server.resetStats();
  await api.get('/admin', { token: { scope: 'admin' } });
  await api.get('/plain');
  expect(server.requests.map(({ parameters }) => parameters.scope)).toEqual(['admin']);
});

test.each<[string, unknown]>([
  ['true', true],
  ['null', null],
  ['a string', 'admin'],
  ['an array', ['admin']],
  ['a number', 0],
  ['a function', () => ({})],
])('token: %s is a TokenConfigError inside the call, and nothing is sent', async (_what, token) => {
  const { api, server, upstream } = await startWorld();
  const call = api.get('/things', { token: token as false }); // does not throw here
  expect(await rejection(call)).toMatchObject({ name: 'TokenConfigError', option: 'token' });
  expect(server.stats().requests).toBe(0);
  expect(upstream.stats().requests).toBe(0);
});

test.each<[string, () => unknown, RegExp]>([
  ['a promise', async () => ({ scope: 'x' }), /got a promise/],
  ['a string', () => 'admin', /got a string/],
  ['an array', () => [], /got an array/],
])('tokenParams that returns %s fails the call with an explanation', async (_what, tokenParams, message) => {
  const { api, upstream } = await startWorld({ attach: { tokenParams: tokenParams as () => undefined } });
  const error = await rejection(api.get('/things'));
  expect(error).toMatchObject({
    name: 'TokenConfigError',
    option: 'tokenParams',
    message: expect.stringMatching(message),
  });
  expect(upstream.stats().requests).toBe(0);
});

test('tokenParams that throws fails the call with what it threw', async () => {
  const { api, upstream } = await startWorld({
    attach: {
      tokenParams: () => {
        throw new RangeError('no tenant here');
      },
    },
  });
  expect(await rejection(api.get('/things'))).toMatchObject({ name: 'RangeError', message: 'no tenant here' });
  expect(upstream.stats().requests).toBe(0);
});

const asked = async (options: WorldOptions, token: object | undefined): Promise<Record<string, string>> => {
  const { api, server } = await startWorld(options);
  await api.get('/things', token && { token });
  const { scope, audience, a, b } = server.requests[0]!.parameters as Record<string, string>;
  return JSON.parse(JSON.stringify({ scope, audience, a, b })) as Record<string, string>;
};

test.each<[string, WorldOptions, object | undefined, object]>([
  ['the instance default', { axios: { token: { audience: 'x' } } }, undefined, { audience: 'x' }],
  [
    "the instance default and the request's",
    { axios: { token: { audience: 'x' } } },
    { scope: 'r' },
    { audience: 'x', scope: 'r' },
  ],
  ['the request before the default', { axios: { token: { scope: 'd' } } }, { scope: 'r' }, { scope: 'r' }],
  ['tokenParams', { attach: { tokenParams: () => ({ scope: 'p' }) } }, undefined, { scope: 'p' }],
  [
    'the request before tokenParams, field by field',
    { attach: { tokenParams: () => ({ scope: 'p', audience: 'y' }) } },
    { scope: 'r' },
    { scope: 'r', audience: 'y' },
  ],
  [
    'params by name',
    { attach: { tokenParams: () => ({ params: { a: '1', b: '1' } }) } },
    { params: { b: '2' } },
    { a: '1', b: '2' },
  ],
  ["the source's scope where none is asked for", { source: { scope: 's' } }, undefined, { scope: 's' }],
  ["the request before the source's scope", { source: { scope: 's' } }, { scope: 'r' }, { scope: 'r' }],
])('what a token is asked for with: %s', async (_what, options, token, expected) => {
  expect(await asked(options, token)).toEqual(expected);
});

test('token: false of the instance is lifted by a request that asks for a token', async () => {
  const { api, upstream } = await startWorld({ axios: { token: false } });
  await api.get('/public');
  await api.get('/things', { token: { scope: 'r' } });
  expect(upstream.requests.map(({ token }) => token !== undefined)).toEqual([false, true]);
});
