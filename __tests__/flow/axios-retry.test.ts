import type { AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import { rejection, startWorld, type World, type WorldOptions } from '../support/world.js';

const retrying = (api: AxiosInstance): void => void axiosRetry(api, { retries: 3, retryDelay: () => 0 });

/** A world with axios-retry, registered before or after the plugin. */
async function retryingWorld(when: string, options: WorldOptions = {}): Promise<World> {
  const world = await startWorld(when === 'before' ? { ...options, before: retrying } : options);
  if (when === 'after') retrying(world.api);
  return world;
}

describe.each(['before', 'after'])('axios-retry registered %s attachToken', (when) => {
  test('its retries of a 503 carry a token, and there is one token request', async () => {
    const { api, server, upstream, events } = await retryingWorld(when);
    let failures = 2;
    upstream.intercept((_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(server.stats().requests).toBe(1);
    expect(upstream.requests.map(({ status, token }) => [status, server.isActive(token!)])).toEqual([
      [503, true],
      [503, true],
      [200, true],
    ]);
    expect(events.of('request:skipped')).toEqual([]);
    expect(events.of('request:unbound')).toEqual([]);
  });

  test('a retry after the token was replaced carries the new one, and its body is as it was', async () => {
    const { api, server, upstream, auth } = await retryingWorld(when);
    upstream.intercept((_request, response) => {
      upstream.intercept();
      server.revokeAll();
      auth.invalidate();
      response.writeHead(503).end();
      return true;
    });
    expect(await api.put('/things', { a: 1 })).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ status, body }) => [status, body.toString()])).toEqual([
      [503, '{"a":1}'],
      [200, '{"a":1}'],
    ]);
    expect(server.stats().requests).toBe(2);
  });

  test('a retry whose token was revoked meanwhile is renewed and resent', async () => {
    const { api, server, upstream } = await retryingWorld(when);
    upstream.intercept((_request, response) => {
      upstream.intercept();
      server.revokeAll();
      response.writeHead(503).end();
      return true;
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ status }) => status)).toEqual([503, 401, 200]);
    expect(server.stats().requests).toBe(2);
  });

  test('a 401 is the business of the plugin alone: two sends', async () => {
    const { api, upstream } = await retryingWorld(when);
    expect(await rejection(api.get('/denied'))).toMatchObject({ response: { status: 401 } });
    expect(upstream.stats().requests).toBe(2);
  });

  test('a failing token endpoint is not asked again for each retry that might be made', async () => {
    const { api, server, upstream } = await retryingWorld(when, { source: { clientSecret: 'wrong' } });
    expect(await rejection(api.get('/things'))).toMatchObject({ error: 'invalid_client' });
    expect(server.stats().requests).toBe(1);
    expect(upstream.stats().requests).toBe(0);
  });
});
