import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import axios from 'axios';
import { clientCredentials, header, isTokenError, type TokenPlacement } from '../../lib/index.js';
import { attach, protectedApi, rejection } from '../support/world.js';
import { byPath, demandingWorld, hasScope, timedDemandingWorld, wantsScope } from './step-up-world.js';

const limited = { clients: [{ clientId: 'test-client', clientSecret: 'test-secret', scopes: ['read', 'write'] }] };

describe('one step-up a call', () => {
  test('an API that wants yet more of the second token: its answer surfaces after two sends', async () => {
    const { api, asked, sent, events } = await demandingWorld((token) =>
      hasScope(token, 'a') ? wantsScope('b') : wantsScope('a'),
    );
    const error = await rejection(api.get('/things'));
    expect(error).toMatchObject({
      response: { status: 403, headers: { 'www-authenticate': expect.stringContaining('scope="b"') } },
    });
    expect((error as Error).cause).toBeUndefined();
    expect(asked('scope')).toEqual([undefined, 'a']);
    expect(sent('scope')).toEqual([undefined, 'a']);
    expect(events.of('request:retried')).toMatchObject([{ reason: 'step-up', status: 403 }]);
  });

  test('an API that always wants the same: each call is sent twice, and all of them cost one further token request', async () => {
    const { api, asked, upstream } = await demandingWorld(() => wantsScope('a'));
    for (let call = 0; call < 3; call++) {
      expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 403 } });
    }
    expect(asked('scope')).toEqual([undefined, 'a']);
    expect(upstream.stats().requests).toBe(6);
  });

  test('what one call has stepped up to is not where the next begins: demands do not add up', async () => {
    const { api, asked } = await demandingWorld(byPath);
    for (const scope of ['a', 'b', 'c']) await api.get(`/needs/${scope}`);
    expect(asked('scope')).toEqual([undefined, 'a', 'b', 'c']);
  });
});

describe('beside the renewal of a refused token', () => {
  const invalid = { status: 401, challenge: 'Bearer error="invalid_token"' };

  test('the stepped-up token is refused: it is renewed, once', async () => {
    let refusals = 1;
    const { api, asked, sent } = await demandingWorld((token) => {
      if (!hasScope(token, 'admin')) return wantsScope('admin');
      return refusals-- > 0 ? invalid : undefined;
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual([undefined, 'admin', 'admin']);
    expect(sent('scope')).toEqual([undefined, 'admin', 'admin']);
  });

  test('and refused again: the 401 surfaces after three sends', async () => {
    const { api, asked, upstream } = await demandingWorld((token) =>
      hasScope(token, 'admin') ? invalid : wantsScope('admin'),
    );
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(asked('scope')).toEqual([undefined, 'admin', 'admin']);
    expect(upstream.stats().requests).toBe(3);
  });

  test('a stepped-up token out of the cache that was revoked meanwhile is renewed, and the first one is left alone', async () => {
    const { api, server, upstream, asked } = await demandingWorld(byPath);
    await api.get('/admin');
    server.revoke(upstream.requests[1]!.token!);
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual([undefined, 'admin', 'admin']);
    expect(upstream.requests[2]!.token).toBe(upstream.requests[0]!.token);
  });

  test('a renewal first, then a challenge: the renewed token steps up', async () => {
    const { api, server, asked, sent, events } = await demandingWorld(byPath, { source: { scope: 'read' } });
    await api.get('/things');
    server.revokeAll();
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual(['read', 'read', 'read admin']);
    expect(sent('scope')).toEqual(['read', 'read', 'read', 'read admin']);
    expect(events.of('request:retried').map(({ reason }) => reason)).toEqual(['rejected', 'step-up']);
  });

  test('a renewal, a step-up, and another refusal: that surfaces', async () => {
    const { api, server, upstream, asked } = await demandingWorld((token) =>
      hasScope(token, 'admin') ? invalid : wantsScope('admin'),
    );
    await rejection(api.get('/things'));
    server.revokeAll();
    server.resetStats();
    upstream.resetStats();
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(upstream.requests.map(({ status }) => status)).toEqual([401, 403, 401]);
    expect(asked('scope')).toEqual([undefined]);
  });

  test('with retryRejected: false the step-up is made, and no renewal', async () => {
    const { api, server, asked } = await demandingWorld(byPath, { attach: { stepUp: true, retryRejected: false } });
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
    server.revokeAll();
    expect(await rejection(api.get('/admin'))).toMatchObject({ response: { status: 401 } });
    expect(asked('scope')).toEqual([undefined, 'admin']);
  });

  test.each<[string, number]>([
    ['before the step-up', 1],
    ['after it', 2],
  ])('a resend that the placement asks for %s has a budget of its own', async (_when, nth) => {
    const resendFor: TokenPlacement['resendFor'] = ({ headers }) => headers['x-again'] === 'yes';
    const sendAs = Object.assign(header('Authorization', { scheme: 'Bearer' }), { resendFor });
    let sends = 0;
    const { api, sent, events } = await demandingWorld(
      (token) => {
        if (++sends === nth)
          return { status: 401, challenge: 'Bearer error="use_dpop_nonce"', headers: { 'x-again': 'yes' } };
        return hasScope(token, 'admin') ? undefined : wantsScope('admin');
      },
      { source: { sendAs } },
    );
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(sent('scope')).toEqual(nth === 1 ? [undefined, undefined, 'admin'] : [undefined, 'admin', 'admin']);
    expect(
      events
        .of('request:retried')
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual(['nonce', 'step-up']);
  });
});

describe('the token endpoint refuses', () => {
  test('the 403 surfaces with the refusal as its cause, and calls within the pause do not ask again', async () => {
    const { api, asked, upstream, events, clock } = await timedDemandingWorld(byPath, {
      server: limited,
      source: { scope: 'read' },
    });
    for (let call = 0; call < 3; call++) {
      const error = await rejection(api.get('/admin'));
      expect(error).toMatchObject({
        isAxiosError: true,
        response: { status: 403, data: { message: 'more is needed' } },
        cause: { code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_scope' },
      });
    }
    expect(asked('scope')).toEqual(['read', 'read admin']);
    expect(upstream.stats().requests).toBe(3);
    const skipped = { reason: 'refresh-failed', status: 403, code: 'ERR_TOKEN_ENDPOINT' };
    expect(events.of('request:retry-skipped')).toMatchObject([skipped, skipped, skipped]);

    await clock.advance(1000);
    await rejection(api.get('/admin'));
    expect(asked('scope')).toEqual(['read', 'read admin', 'read admin']);
  });

  test('all other calls go on', async () => {
    const { api, asked } = await demandingWorld(byPath, { server: limited, source: { scope: 'read' } });
    await rejection(api.get('/admin'));
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(await api.get('/needs/write')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual(['read', 'read admin', 'read write']);
  });

  test('or cannot be reached: the 403 surfaces with that as its cause', async () => {
    const { api, server } = await demandingWorld(byPath);
    await api.get('/things');
    server.fail({ status: 503, retryAfter: 600 });
    const error = (await rejection(api.get('/admin'))) as Error;
    expect(error).toMatchObject({ response: { status: 403 }, cause: { status: 503 } });
    expect(isTokenError(error.cause)).toBe(true);
  });

  test('where validateStatus accepts a 403, it is returned as it is, and the event says why', async () => {
    const { api, events } = await demandingWorld(byPath, {
      server: limited,
      axios: { validateStatus: () => true },
    });
    expect(await api.get('/admin')).toMatchObject({ status: 403, data: { message: 'more is needed' } });
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'refresh-failed', status: 403 }]);
  });

  test('it gives the same token again: the 403 surfaces, after one send', async () => {
    const { api, upstream, events } = await demandingWorld(() => wantsScope('admin'), {
      server: { answer: () => ({ access_token: 'the-only-one', expires_in: 60 }) },
      upstream: { accepts: () => true },
    });
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 403 } });
    expect(upstream.stats().requests).toBe(1);
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'same-token', status: 403 }]);
  });
});

test('where validateStatus accepts a 403, the step-up is made all the same', async () => {
  const { api, upstream } = await demandingWorld(byPath, { axios: { validateStatus: () => true } });
  expect(await api.get('/admin')).toMatchObject({ status: 200 });
  expect(upstream.stats().requests).toBe(2);
});

describe('a request that cannot be sent again', () => {
  test('a streamed body: the 403 surfaces, an event says why, and nothing is asked for', async () => {
    const { api, server, upstream, events } = await demandingWorld(byPath);
    await api.get('/things');
    expect(await rejection(api.post('/admin', Readable.from(['once'])))).toMatchObject({ response: { status: 403 } });
    expect(server.stats().requests).toBe(1);
    expect(upstream.stats().requests).toBe(2);
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'body', status: 403, method: 'POST' }]);
  });

  test('a handle that was detached meanwhile: the 403 surfaces, and nothing is asked for', async () => {
    const { api, auth, server, upstream, events } = await demandingWorld(byPath);
    await api.get('/things');
    const hold = upstream.hold();
    const call = rejection(api.get('/admin'));
    await hold.arrived();
    auth.detach();
    hold.release();
    expect(await call).toMatchObject({ response: { status: 403 } });
    expect(server.stats().requests).toBe(1);
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'detached', status: 403 }]);
  });
});

describe('the caller leaves while the token is fetched', () => {
  test('by its signal: the call ends at once, and the token serves the next one', async () => {
    const { api, server, upstream, asked } = await demandingWorld(byPath);
    await api.get('/things');
    const hold = server.hold();
    const leaving = new AbortController();
    const call = rejection(api.get('/admin', { signal: leaving.signal }));
    await hold.arrived();
    leaving.abort();
    const error = await call;
    expect(axios.isCancel(error)).toBe(true);
    expect(JSON.stringify((error as { config?: object }).config)).not.toContain(upstream.requests[0]!.token);
    hold.release();
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
    expect(asked('scope')).toEqual([undefined, 'admin']);
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/things', '/admin', '/admin', '/admin']);
  });

  test('by its timeout: the error is that of axios', async () => {
    const { api, server, clock } = await timedDemandingWorld(byPath);
    await api.get('/things');
    const hold = server.hold();
    const call = rejection(api.get('/admin', { timeout: 3000 }));
    await hold.arrived();
    await clock.advance(3000);
    expect(await call).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 3000ms exceeded' });
    hold.release();
    expect(await api.get('/admin')).toMatchObject({ status: 200 });
  });

  test('before the 403 is there: it ends as axios ends it, and nothing is asked for', async () => {
    const { api, server, upstream } = await demandingWorld(byPath);
    await api.get('/things');
    const hold = upstream.hold();
    const leaving = new AbortController();
    const call = rejection(api.get('/admin', { signal: leaving.signal }));
    await hold.arrived();
    leaving.abort();
    expect(axios.isCancel(await call)).toBe(true);
    hold.release();
    expect(server.stats().requests).toBe(1);
  });
});

describe.each(['http', 'fetch'] as const)('a streamed 403 with the %s adapter', (adapter) => {
  const text = async (data: unknown): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of data as AsyncIterable<Uint8Array>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const streamed = { adapter, responseType: 'stream' } as const;

  test('is read before the token request, and the caller gets the stream of the second answer', async () => {
    const { api } = await demandingWorld(byPath, { axios: streamed });
    const { status, data } = await api.get('/admin');
    expect(status).toBe(200);
    expect(JSON.parse(await text(data))).toMatchObject({ path: '/admin' });
  });

  test('that surfaces after it was read is offered again as a stream', async () => {
    const { api } = await demandingWorld(byPath, { axios: streamed, server: limited });
    const error = (await rejection(api.get('/admin'))) as { response: { status: number; data: unknown } };
    expect(error.response.status).toBe(403);
    expect(JSON.parse(await text(error.response.data))).toEqual({ message: 'more is needed' });
  });
});

test('a streamed 403 does not hold the one socket that the token request needs', async () => {
  const upstream = await protectedApi({ accepts: () => true });
  upstream.intercept(({ path, token, body }, response) => {
    if (path === '/token') {
      const scope = new URLSearchParams(body.toString()).get('scope') ?? 'none';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: `token-${scope}`, expires_in: 60 }));
      return true;
    }
    if (token === 'token-admin') return false;
    response.writeHead(403, { 'www-authenticate': wantsScope('admin').challenge }).end(Buffer.alloc(1_000_000));
    return true;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const api = axios.create({ baseURL: upstream.url, httpAgent: agent, responseType: 'stream' });
  const source = clientCredentials({ tokenUrl: `${upstream.url}/token`, clientId: 'id', clientSecret: 'secret' });
  attach(api, source, { stepUp: true });
  const { status, data } = await api.get<Readable>('/things');
  expect(status).toBe(200);
  data.destroy();
  agent.destroy();
});

describe('after a redirect', () => {
  test('to a server that may not have the token: its challenge is ignored', async () => {
    const { api, server, upstream, events } = await demandingWorld(() => undefined);
    const other = await protectedApi({ accepts: () => true });
    other.intercept((_request, response) => {
      response.writeHead(403, { 'www-authenticate': wantsScope('admin').challenge }).end();
      return true;
    });
    const call = api.get('/redirect', { params: { to: `${other.url}/admin` } });
    expect(await rejection(call)).toMatchObject({ response: { status: 403 } });
    expect(other.requests.map(({ token }) => token)).toEqual([undefined]);
    expect([server.stats().requests, upstream.stats().requests]).toEqual([1, 1]);
    expect(events.of('request:retry-skipped')).toEqual([]);
  });

  test('inside the API: its challenge is answered, from the start', async () => {
    const { api, upstream } = await demandingWorld(byPath);
    expect(await api.get('/redirect', { params: { to: `${upstream.url}/admin` } })).toMatchObject({ status: 200 });
    expect(upstream.requests.map(({ path, status }) => [path, status])).toEqual([
      ['/redirect', 302],
      ['/admin', 403],
      ['/redirect', 302],
      ['/admin', 200],
    ]);
  });
});

describe('an API whose challenges never repeat', () => {
  test('makes us ask for 50 tokens of new kinds in five minutes; further 403s surface as they are', async () => {
    const { api, asked, upstream, events, clock } = await timedDemandingWorld(byPath);
    for (let call = 1; call <= 50; call++) await api.get(`/needs/s${call}`);
    for (let call = 51; call <= 60; call++) {
      expect(await rejection(api.get(`/needs/s${call}`))).toMatchObject({ response: { status: 403 } });
    }
    expect(asked('scope')).toHaveLength(51);
    expect(upstream.stats().requests).toBe(110);
    const skipped = events.of('request:retry-skipped');
    expect(skipped).toHaveLength(10);
    expect(skipped[0]).toMatchObject({ reason: 'paused', status: 403 });

    await clock.advance(5 * 60_000);
    expect(await api.get('/needs/s51')).toMatchObject({ status: 200 });
  });

  test('kinds that were asked for before go on, their renewal included', async () => {
    const { api, asked, clock } = await timedDemandingWorld(byPath, { server: { lifetimeSeconds: 100 } });
    for (let call = 1; call <= 50; call++) await api.get(`/needs/s${call}`);
    await rejection(api.get('/needs/s51'));
    expect(await api.get('/needs/s7')).toMatchObject({ status: 200 });
    expect(asked('scope')).toHaveLength(51);
    await clock.advance(101_000);
    expect(await api.get('/needs/s7')).toMatchObject({ status: 200 });
    expect(asked('scope').slice(51)).toEqual([undefined, 's7']);
  });

  test('another API on the same tokens is not affected, nor is another key', async () => {
    const { api, auth, server } = await demandingWorld(byPath);
    for (let call = 1; call <= 51; call++) await api.get(`/needs/s${call}`).catch(() => undefined);
    expect(await rejection(api.get('/needs/s52'))).toMatchObject({ response: { status: 403 } });
    expect(await api.get('/needs/s52', { token: { scope: 'own' } })).toMatchObject({ status: 200 });

    const second = await protectedApi({ accepts: server });
    second.intercept(({ token }, response) => {
      if (server.describe(token!)?.scope === 's53') return false;
      response.writeHead(403, { 'www-authenticate': wantsScope('s53').challenge }).end();
      return true;
    });
    const other = axios.create({ baseURL: second.url });
    attach(other, auth, { stepUp: true });
    expect(await other.get('/things')).toMatchObject({ status: 200 });
  });

  test('20 calls that are challenged alike count as one', async () => {
    const { api, asked } = await demandingWorld(byPath);
    await Promise.all([1, 2, 3].flatMap((scope) => Array.from({ length: 20 }, () => api.get(`/needs/s${scope}`))));
    for (let scope = 4; scope <= 50; scope++) expect(await api.get(`/needs/s${scope}`)).toMatchObject({ status: 200 });
    expect(asked('scope')).toHaveLength(51);
  });

  test('the keys are bounded by maxKeys as all others are', async () => {
    const { api, auth } = await demandingWorld(byPath, { attach: { stepUp: true, maxKeys: 5 } });
    for (let call = 1; call <= 20; call++) await api.get(`/needs/s${call}`);
    expect(auth.inspect()).toHaveLength(6);
  });
});

test('the error that surfaces shows no token', async () => {
  const { api, upstream } = await demandingWorld(byPath, { server: limited });
  const error = await rejection(api.get('/admin'));
  const token = upstream.requests[0]!.token!;
  const { config, cause, response } = error as { config: object; cause: object; response: { config: object } };
  expect(token).toMatch(/^tok/);
  expect(inspect([config, cause, response.config], { depth: 10 })).not.toContain(token);
});
