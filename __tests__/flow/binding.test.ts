import type { AxiosAdapter, AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import axios from 'axios';
import { rejection, startWorld } from '../support/world.js';

const answer: AxiosAdapter = async (config) => ({ data: 'canned', status: 200, statusText: 'OK', headers: {}, config });

/** An interceptor that runs after ours, because it was registered earlier. */
const afterOurs =
  (change: (config: InternalAxiosRequestConfig) => void) =>
  (api: AxiosInstance): void => {
    api.interceptors.request.use((config) => {
      change(config);
      return config;
    });
  };
const replacing = afterOurs((config) => {
  config.adapter = answer;
});

test('a call whose adapter was replaced after ours is noticed, once, and goes out as it is', async () => {
  const { api, server, upstream, events } = await startWorld({ before: replacing });
  expect(await api.get('/things')).toMatchObject({ data: 'canned' });
  expect(events.all).toEqual([{ name: 'request:unbound', method: 'GET', origin: upstream.url }]);
  expect(server.stats().requests).toBe(0);
});

test.each<[string, object]>([
  ['token: false', { token: false }],
  ['an Authorization of its own', { headers: { Authorization: 'Bearer own' } }],
  ['another origin', { url: 'https://elsewhere.example.com/' }],
])('a lost binding is not reported for a call with %s: no token was due', async (_what, options) => {
  const { api, events } = await startWorld({ before: replacing });
  await api.request({ url: '/things', ...options });
  expect(events.of('request:unbound')).toEqual([]);
});

test('it is not reported where an interceptor only looks on', async () => {
  const { api, events } = await startWorld({ before: afterOurs((config) => config.headers.set('X-Seen', 'yes')) });
  await api.post('/things', { a: 1 });
  expect(events.of('request:unbound')).toEqual([]);
});

test('it is not reported where an interceptor puts an adapter around ours, which is called all the same', async () => {
  const { api, upstream, events } = await startWorld({
    before: afterOurs((config) => {
      const inner = config.adapter as AxiosAdapter;
      config.adapter = (final) => inner(final);
    }),
  });
  await api.get('/things');
  expect(upstream.requests[0]!.token).toMatch(/^tok_/);
  expect(events.of('request:unbound')).toEqual([]);
});

test('an adapter that an interceptor sets before ours is the one that is used, with a token', async () => {
  const seen: unknown[] = [];
  const { api, events } = await startWorld();
  api.interceptors.request.use((config) => {
    config.adapter = async (final) => {
      seen.push(final.headers.Authorization);
      return answer(final);
    };
    return config;
  });
  expect(await api.get('/things')).toMatchObject({ data: 'canned' });
  expect(seen).toEqual([expect.stringMatching(/^Bearer tok_/)]);
  expect(events.of('request:unbound')).toEqual([]);
});

test('a transformRequest is left as it was, whatever else is registered', async () => {
  const { api } = await startWorld({ before: afterOurs(() => undefined) });
  const { config } = await api.post('/things', { a: 1 });
  expect(config.transformRequest).toEqual(axios.defaults.transformRequest);
  const failed = (await rejection(api.post('/status/500', { a: 1 }))) as { config: InternalAxiosRequestConfig };
  expect(failed.config.transformRequest).toEqual(axios.defaults.transformRequest);
});

test('detached, it reports nothing', async () => {
  const { api, auth, events } = await startWorld({ before: replacing });
  auth.detach();
  await api.get('/things');
  expect(events.all).toEqual([]);
});
