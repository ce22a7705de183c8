import { inspect } from 'node:util';
import axios from 'axios';
import { setupCache } from 'axios-cache-interceptor';
import MockAdapter from 'axios-mock-adapter';
import axiosRetry from 'axios-retry';
import { attach, protectedApi, record, rejection, sourceOf, startWorld, tokenServer } from '../support/world.js';

// What the README says in prose, and what its code does not show.

test('a failed API call shows no token, neither as JSON nor printed whole; error.request by name does', async () => {
  const { api, auth } = await startWorld();
  const error = (await rejection(api.get('/status/500'))) as { request: object; toJSON(): object };
  const { accessToken } = await auth.getToken();
  expect(JSON.stringify(error)).not.toContain(accessToken);
  for (const shown of [error, { ...error }, { cause: error }]) {
    expect(inspect(shown, { depth: Infinity })).not.toContain(accessToken);
  }
  expect(inspect(error.request)).toContain(accessToken);
});

test('after close() calls go out without a token, and one that still waits after timeoutMs fails with ERR_TOKEN_CLOSED', async () => {
  const { api, auth, server, upstream } = await startWorld();
  const hold = server.hold();
  const waiting = rejection(api.get('/waiting'));
  await hold.arrived();
  await auth.close({ timeoutMs: 0 });
  expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
  expect(upstream.requests.map(({ path, token }) => [path, token])).toEqual([['/things', undefined]]);
});

test('a rejected token that cannot be renewed: the 401 surfaces with the reason as its cause', async () => {
  const { api, server } = await startWorld();
  await api.get('/things');
  server.revokeAll();
  server.fail({ status: 400, error: 'invalid_client' });
  const error = await rejection(api.get('/things'));
  expect(error).toMatchObject({ response: { status: 401 }, cause: { code: 'ERR_TOKEN_ENDPOINT' } });
});

test.each([
  ['setupCache before attachToken: a hit needs no token', true, 0],
  ['setupCache after attachToken: a hit waits for a token', false, 1],
])('%s', async (_title, cacheFirst, tokenRequests) => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const api = axios.create({ baseURL: upstream.url });
  if (cacheFirst) setupCache(api);
  const auth = attach(api, sourceOf(server));
  if (!cacheFirst) setupCache(api);
  await api.get('/things');
  auth.invalidate();
  server.resetStats();
  const heard = record(auth);
  expect(await api.get('/things')).toMatchObject({ cached: true });
  expect(server.stats().requests).toBe(tokenRequests);
  expect(heard.names().filter((name) => name.startsWith('request:'))).toEqual([]);
});

describe.each([
  ['before', true],
  ['after', false],
])('axios-retry registered %s attachToken', (_order, retryFirst) => {
  const start = async () => {
    const server = await tokenServer();
    const upstream = await protectedApi({ accepts: server });
    const api = axios.create({ baseURL: upstream.url });
    if (retryFirst) axiosRetry(api, { retries: 3, retryCondition: () => true });
    attach(api, sourceOf(server));
    if (!retryFirst) axiosRetry(api, { retries: 3, retryCondition: () => true });
    return { server, upstream, api };
  };

  test('authorises each retry of an API call anew', async () => {
    const { server, upstream, api } = await start();
    let failures = 2;
    upstream.intercept((_request, response) => {
      if (failures-- <= 0) return false;
      server.revokeAll();
      response.writeHead(503).end();
      return true;
    });
    await api.get('/things');
    expect(upstream.requests.map(({ status }) => status)).toEqual([503, 503, 401, 200]);
  });

  test('does not retry a failure of the token endpoint', async () => {
    const { server, upstream, api } = await start();
    server.fail({ status: 400, error: 'invalid_client' }, Infinity);
    expect(await rejection(api.get('/things'))).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 400 });
    expect([server.stats().requests, upstream.requests.length]).toEqual([1, 0]);
  });
});

test.each([
  ['before', true],
  ['after', false],
])('a mock set on the instance %s attachToken sees the token', async (_order, mockFirst) => {
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const set = (): MockAdapter => new MockAdapter(api);
  const early = mockFirst ? set() : undefined;
  attach(api, async () => ({ accessToken: 'test-token' }));
  const mock = early ?? set();
  mock.onGet('/things').reply(200);
  await api.get('/things');
  expect(mock.history.get.map(({ headers }) => headers?.Authorization)).toEqual(['Bearer test-token']);
});
