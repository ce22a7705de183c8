import type { AxiosInstance } from 'axios';
import { until } from '../support/turn.js';
import { rejection, startWorld } from '../support/world.js';

/** Interceptors that note what they see. */
function watch(api: AxiosInstance, name: string, log: string[]): void {
  api.interceptors.request.use((config) => {
    log.push(`${name} request ${config.headers.has('Authorization') ? 'with' : 'without'} token`);
    return config;
  });
  api.interceptors.response.use(
    (response) => {
      log.push(`${name} ${response.status}`);
      return response;
    },
    (error: { response?: { status: number } }) => {
      log.push(`${name} error ${error.response?.status}`);
      throw error;
    },
  );
}

test('interceptors registered before and after see one call and one outcome, though it was sent twice', async () => {
  const log: string[] = [];
  const { api, upstream } = await startWorld({ before: (instance) => watch(instance, 'early', log) });
  watch(api, 'late', log);
  upstream.rejectNext();
  await api.get('/things');
  expect(upstream.stats().requests).toBe(2);
  expect(log).toEqual(['late request without token', 'early request without token', 'early 200', 'late 200']);
});

test('they see one error when the call fails for good', async () => {
  const log: string[] = [];
  const { api, upstream } = await startWorld({ before: (instance) => watch(instance, 'early', log) });
  watch(api, 'late', log);
  await rejection(api.get('/denied'));
  expect(upstream.stats().requests).toBe(2);
  expect(log.slice(2)).toEqual(['early error 401', 'late error 401']);
});

test('an interceptor registered earlier that hands on nothing but the data does not stand in the way of a resend', async () => {
  const { api, upstream } = await startWorld({
    before: (instance) => instance.interceptors.response.use(({ data }) => data),
  });
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ path: '/things', method: 'GET' });
  expect(upstream.stats().requests).toBe(2);
});

test('an error mapper registered earlier cannot hide the 401, and maps the error that surfaces', async () => {
  class ApiFault extends Error {}
  const mapped: unknown[] = [];
  const { api, upstream } = await startWorld({
    before: (instance) =>
      instance.interceptors.response.use(undefined, (error: { response: { status: number } }) => {
        mapped.push(error.response.status);
        throw new ApiFault(`status ${error.response.status}`);
      }),
  });
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(mapped).toEqual([]);
  expect(await rejection(api.get('/status/404'))).toBeInstanceOf(ApiFault);
  expect(mapped).toEqual([404]);
});

test('where validateStatus accepts a 401, it is renewed and resent all the same', async () => {
  const { api, server, upstream } = await startWorld({ axios: { validateStatus: (status) => status < 500 } });
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
});

test('where validateStatus accepts a 401 and the refresh fails, the 401 is returned as it is, and the event says why', async () => {
  const { api, server, events } = await startWorld({ axios: { validateStatus: null } });
  await api.get('/warm-up');
  server.revokeAll();
  server.fail({ status: 400, error: 'unauthorized_client' });
  const response = await api.get('/things');
  expect(response).toMatchObject({ status: 401, data: { error: 'invalid_token' } });
  expect(response).not.toHaveProperty('cause');
  expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'refresh-failed', code: 'ERR_TOKEN_ENDPOINT' }]);
});

test('an interceptor that rejects before ours is reached: no token request, its error surfaces', async () => {
  const { api, server, upstream } = await startWorld();
  api.interceptors.request.use(() => Promise.reject(new Error('not today')));
  expect(await rejection(api.get('/things'))).toMatchObject({ message: 'not today' });
  expect(server.stats().requests).toBe(0);
  expect(upstream.stats().requests).toBe(0);
});

test.each(['before', 'after'])(
  'asynchronous interceptors registered %s run to their end before the token is looked for',
  async (when) => {
    const add = (instance: AxiosInstance): void => {
      instance.interceptors.request.use(async (config) => {
        await until(() => true);
        config.headers.set('X-Tenant', 'acme');
        return config;
      });
    };
    const { api, upstream } = await startWorld({ before: (instance) => when === 'before' && add(instance) });
    if (when === 'after') add(api);
    upstream.rejectNext();
    await api.get('/things');
    expect(upstream.requests.map(({ headers, token }) => [headers['x-tenant'], token !== undefined])).toEqual(
      Array(2).fill(['acme', true]),
    );
  },
);

test('an interceptor that sets an Authorization of its own after ours keeps it', async () => {
  const { api, server, upstream, events } = await startWorld({
    before: (instance) =>
      instance.interceptors.request.use((config) => {
        config.headers.set('Authorization', 'Bearer own');
        return config;
      }),
  });
  await rejection(api.get('/things'));
  expect(upstream.requests.map(({ token }) => token)).toEqual(['own']);
  expect(server.stats().requests).toBe(0);
  expect(events.of('request:skipped')).toMatchObject([{ reason: 'own-credentials' }]);
});

test('a response interceptor that makes another call of the instance does not hold anything up', async () => {
  const { api, server, upstream } = await startWorld();
  let audited = false;
  api.interceptors.response.use(async (response) => {
    if (!audited) {
      audited = true;
      await api.post('/audit');
    }
    return response;
  });
  await api.get('/things');
  expect(server.stats().requests).toBe(1);
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/things', '/audit']);
});
