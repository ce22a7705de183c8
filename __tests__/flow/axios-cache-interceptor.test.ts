import axios, { type AxiosInstance } from 'axios';
import { buildKeyGenerator, setupCache } from 'axios-cache-interceptor';
import { attach, protectedApi, record, rejection, sourceOf, startWorld, tokenServer } from '../support/world.js';

const cached = (instance: AxiosInstance): void => void setupCache(instance);

test('set up before: the first call is authorised, later ones come out of the cache without a token', async () => {
  const { api, server, upstream, auth } = await startWorld({ before: cached });
  expect(await api.get('/things')).toMatchObject({ status: 200, cached: false });
  server.revokeAll();
  auth.invalidate();
  server.fail({ status: 503 }, Infinity);
  expect(await api.get('/things')).toMatchObject({ status: 200, cached: true });
  expect(upstream.stats().requests).toBe(1);
  expect(server.stats().requests).toBe(1);
});

test('set up before: a hit of the cache reports no lost binding, since nothing is sent without its token', async () => {
  const { api, events } = await startWorld({ before: cached });
  await api.get('/things');
  await api.get('/things');
  expect(events.of('request:unbound')).toEqual([]);
});

test('set up before: a 401 is renewed before it reaches the cache, and only the 200 is kept', async () => {
  const { api, server, upstream } = await startWorld({ before: cached });
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(await api.get('/things')).toMatchObject({ status: 200, cached: true });
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats().requests).toBe(2);
});

test('set up before: concurrent calls for the same thing are one send, and all of them are served', async () => {
  const { api, server, upstream } = await startWorld({ before: cached });
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.get('/things')));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(upstream.stats().requests).toBe(1);
  expect(server.stats().requests).toBe(1);
});

test('set up before: an API error does not poison the cache', async () => {
  const { api, upstream } = await startWorld({ before: cached });
  upstream.intercept((_request, response) => {
    upstream.intercept();
    response.writeHead(500).end();
    return true;
  });
  expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 500 } });
  expect(await api.get('/things')).toMatchObject({ status: 200, cached: false });
});

test('with the tenant in the key of the cache, no tenant is shown what another has fetched', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server });
  const api = axios.create({ baseURL: upstream.url });
  setupCache(api, {
    generateKey: buildKeyGenerator(({ url, method, token }) => ({
      url,
      method,
      tenant: token === false ? '' : token?.tenant,
    })),
  });
  const auth = attach(api, sourceOf(server, { params: { for: ({ tenant }) => tenant } }));
  record(auth);
  for (const tenant of ['a', 'b', 'a']) await api.get('/things', { token: { tenant } });
  expect(upstream.stats().requests).toBe(2);
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(2);
});
