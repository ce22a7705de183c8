import type { InternalAxiosRequestConfig } from 'axios';
import { header, queryParameter, type TokenPlacement } from '../../lib/index.js';
import type { TokenLocation } from '../../lib/testing/index.js';
import { rejection, startWorld } from '../support/world.js';

const failedConfig = async (call: Promise<unknown>): Promise<InternalAxiosRequestConfig> =>
  ((await rejection(call)) as { config: InternalAxiosRequestConfig }).config;

const placements: { what: string; tokenFrom: TokenLocation; sendAs?: TokenPlacement }[] = [
  { what: 'a bearer token', tokenFrom: 'bearer' },
  { what: 'a header of its own', tokenFrom: { header: 'X-Api-Token' }, sendAs: header('X-Api-Token') },
  { what: 'a query parameter', tokenFrom: { query: 'access_token' }, sendAs: queryParameter('access_token') },
  {
    what: 'a placement function',
    tokenFrom: { header: 'X-Own' },
    sendAs: (config, { accessToken }) => {
      config.headers.set('X-Own', accessToken);
      config.headers.set('X-Length', accessToken.length);
    },
  },
];

describe.each(placements)('with $what', ({ tokenFrom, sendAs }) => {
  const world = { upstream: { tokenFrom }, source: { sendAs } };

  test.each(['of an error', 'of an answer'])(
    'the config %s, sent again after its token was replaced, carries the new one',
    async (which) => {
      const { api, server, upstream, auth, events } = await startWorld(world);
      const first = { method: 'post', data: { a: 1 }, params: { q: 1 } };
      const config =
        which === 'of an error'
          ? await failedConfig(api.request({ url: '/status/503', ...first }))
          : ((await api.request({ url: '/things', ...first })).config as InternalAxiosRequestConfig);
      server.revokeAll();
      auth.invalidate();
      config.url = '/again';
      expect(await api.request(config)).toMatchObject({ status: 200 });

      expect(server.stats().requests).toBe(2);
      const [sent, second] = upstream.requests;
      expect(second!.token).not.toBe(sent!.token);
      expect([second!.token].flat()).toHaveLength(1);
      expect(second!.body.toString()).toBe('{"a":1}');
      expect(second!.query.q).toBe('1');
      expect(upstream.stats()).toMatchObject({ requests: 2, rejected: 0 });
      expect(events.of('request:skipped')).toEqual([]);
    },
  );

  test('a resend of the config of an answer is renewed when it is refused, like any call', async () => {
    const { api, server, upstream } = await startWorld(world);
    const { config } = await api.get('/things');
    server.revokeAll();
    expect(await api.request(config)).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
  });

  test('the config of an error shows no token', async () => {
    const { api, upstream } = await startWorld(world);
    const config = await failedConfig(api.get('/status/503'));
    expect(JSON.stringify(config)).not.toContain(upstream.requests[0]!.token);
    expect(String(config.headers)).not.toContain(upstream.requests[0]!.token);
  });
});

test('a config that is sent again ten times grows by nothing: one token request, one send each', async () => {
  const { api, server, upstream } = await startWorld();
  let { config } = await api.get('/things');
  const { transformRequest, transformResponse } = config;
  for (let again = 0; again < 10; again += 1) ({ config } = await api.request(config));
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats()).toMatchObject({ requests: 11, rejected: 0 });
  expect(config.transformRequest).toEqual(transformRequest);
  expect(config.transformResponse).toEqual(transformResponse);
});

test('an Authorization that the caller puts into the config of an error is his own', async () => {
  const { api, upstream, events } = await startWorld();
  const config = await failedConfig(api.get('/status/503'));
  config.url = '/public';
  config.headers.set('Authorization', 'Basic b3du');
  await api.request(config);
  expect(upstream.requests.at(-1)!.headers.authorization).toBe('Basic b3du');
  expect(events.of('request:skipped')).toMatchObject([{ reason: 'own-credentials' }]);
});

test('a hand-written retry in a response interceptor is authorised anew', async () => {
  const { api, server, upstream } = await startWorld();
  api.interceptors.response.use(undefined, (error: { config: InternalAxiosRequestConfig }) => {
    if (error.config.url === '/things') throw error as unknown as Error;
    server.revokeAll();
    return api.request({ ...error.config, url: '/things' });
  });
  expect(await api.get('/status/503')).toMatchObject({ status: 200 });
  expect(upstream.requests.map(({ status }) => status)).toEqual([503, 401, 200]);
});
