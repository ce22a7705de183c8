import { Readable } from 'node:stream';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { header, queryParameter } from '../../lib/index.js';
import { park } from './parked.js';
import { until } from './turn.js';
import {
  attach,
  callsOf,
  protectedApi,
  rejection,
  sendsByPath,
  sourceOf,
  startTimedWorld,
  startWorld,
  tokenServer,
} from './world.js';

// The core of what is promised, for every version of axios that is supported. The file that imports this chooses the version.

export function coreFlows(version: RegExp, adapters: ('http' | 'fetch')[]): void {
  test('this is the version that is meant', () => {
    expect(axios.VERSION).toMatch(version);
  });

  describe.each(adapters)('with the %s adapter', (adapter) => {
    test('200 calls on a cold cache: one token request, one send each', async () => {
      const { api, server, upstream } = await startWorld({ axios: { adapter } });
      expect((await callsOf(api, 200)).every(({ status }) => status === 200)).toBe(true);
      expect(server.stats().requests).toBe(1);
      expect(upstream.stats()).toMatchObject({ requests: 200, rejected: 0 });
    });

    test('100 calls whose token was revoked: one token request, two sends each', async () => {
      const { api, server, upstream } = await startWorld({ axios: { adapter } });
      await api.get('/warm-up');
      server.revokeAll();
      server.resetStats();
      upstream.resetStats();
      const hold = upstream.hold();
      const calls = callsOf(api, 100);
      await hold.arrived(100);
      hold.release();
      await calls;
      expect(server.stats().requests).toBe(1);
      expect(new Set(sendsByPath(upstream.requests).values())).toEqual(new Set([2]));
    });

    test.each<[string, () => unknown]>([
      ['JSON', () => ({ a: 'ä' })],
      ['URLSearchParams', () => new URLSearchParams({ a: 'b c' })],
      ['a Buffer', () => Buffer.alloc(70_000, 1)],
    ])('%s is resent as it was', async (_what, make) => {
      const { api, upstream } = await startWorld({ axios: { adapter } });
      upstream.rejectNext();
      await api.post('/upload', make());
      const [first, second] = upstream.requests;
      expect(second!.body.equals(first!.body)).toBe(true);
      expect(second!.body.length).toBeGreaterThan(0);
      expect(second!.headers['content-type']).toBe(first!.headers['content-type']);
    });

    test('a spec FormData with a file is resent whole', async () => {
      const { api, upstream } = await startWorld({ axios: { adapter } });
      const form = new FormData();
      form.append('file', new Blob([Buffer.alloc(50_000, 'x')]), 'a.bin');
      upstream.rejectNext();
      await api.post('/upload', form);
      const [first, second] = upstream.requests.map(({ body }) => body.length);
      expect(first).toBeGreaterThan(50_000);
      expect(Math.abs(second! - first!)).toBeLessThan(10); // a boundary may be a digit longer
    });

    test('a streamed 401 is drained, resent, and the second answer comes as a stream', async () => {
      const { api, upstream } = await startWorld({ axios: { adapter, responseType: 'stream' } });
      upstream.rejectNext();
      const { data } = await api.get('/stream', { params: { bytes: 100_000 } });
      let bytes = 0;
      for await (const chunk of data as AsyncIterable<Uint8Array>) bytes += chunk.length;
      expect(bytes).toBe(100_000);
    });

    test('a signal that fires during the API call ends it with the error of axios', async () => {
      const { api, upstream } = await startWorld({ axios: { adapter } });
      await api.get('/warm-up');
      const hold = upstream.hold();
      const leaving = new AbortController();
      const call = rejection(api.get('/things', { signal: leaving.signal }));
      await hold.arrived();
      leaving.abort();
      expect(axios.isCancel(await call)).toBe(true);
      hold.release();
    });
  });

  test('a late 401 for a token that was replaced meanwhile: resent, no token request', async () => {
    const { api, server, upstream } = await startWorld();
    await api.get('/warm-up');
    const parked = park(upstream, ['/late']);
    const late = api.get('/late');
    await parked.arrived(1);
    server.revokeAll();
    await api.get('/other');
    parked.reject('/late');
    expect(await late).toMatchObject({ status: 200 });
    expect(server.stats().requests).toBe(2);
  });

  test('an API that always says 401: two sends, then one, and no token request in the pause', async () => {
    const { api, server, upstream } = await startWorld();
    for (let call = 0; call < 5; call += 1)
      expect(await rejection(api.get('/denied'))).toMatchObject({ response: { status: 401 } });
    expect(server.stats().requests).toBe(2);
    expect(upstream.stats().requests).toBe(6);
  });

  test('insufficient_scope surfaces with one send', async () => {
    const { api, server, upstream } = await startWorld();
    expect(await rejection(api.get('/denied-scope'))).toMatchObject({ response: { status: 401 } });
    expect([server.stats().requests, upstream.stats().requests]).toEqual([1, 1]);
  });

  test('steady traffic over a short-lived token: no call waits for the token endpoint', async () => {
    const { api, server, upstream, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 20 } });
    await api.get('/warm-up');
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1000);
      const hold = server.hold();
      await api.get('/things');
      hold.release();
      await until(() => auth.inspect()[0]?.refreshing === false);
    }
    expect(upstream.stats()).toMatchObject({ requests: 61, rejected: 0 });
  });

  test.each(['signal', 'cancelToken', 'timeout'])(
    'a caller leaves the wait for a token by %s, with the error of axios',
    async (way) => {
      const { api, server, clock } = await startTimedWorld();
      const hold = server.hold();
      const controller = new AbortController();
      const source = axios.CancelToken.source();
      const options = {
        signal: { signal: controller.signal },
        cancelToken: { cancelToken: source.token },
        timeout: { timeout: 50 },
      };
      const leaving = rejection(api.get('/things', options[way as keyof typeof options]));
      const staying = api.get('/things');
      await hold.arrived();
      controller.abort();
      source.cancel('left');
      if (way === 'timeout') await clock.advance(50);
      const error = await leaving;
      expect(axios.isCancel(error)).toBe(way !== 'timeout');
      expect(error).toBeInstanceOf(way === 'timeout' ? axios.AxiosError : axios.CanceledError);
      expect(error).toMatchObject({ code: way === 'timeout' ? 'ECONNABORTED' : 'ERR_CANCELED' });
      hold.release();
      await staying;
      expect(server.stats().requests).toBe(1);
    },
  );

  test('a token endpoint that says no: a rejection with a TokenEndpointError, never a throw, and nothing is sent', async () => {
    const { api, upstream } = await startWorld({ source: { clientSecret: 'wrong' } });
    const call = api.get('/things');
    expect(await rejection(call)).toMatchObject({ name: 'TokenEndpointError', error: 'invalid_client' });
    expect(await rejection(api.get('/things', { token: 1 as unknown as false }))).toMatchObject({ option: 'token' });
    expect(upstream.stats().requests).toBe(0);
  });

  test('interceptors registered before and after see one call and one outcome', async () => {
    const log: string[] = [];
    const watch = (name: string) => (api: AxiosInstance) => {
      api.interceptors.request.use((config) => {
        log.push(`${name} request`);
        return config;
      });
      api.interceptors.response.use((response) => {
        log.push(`${name} ${response.status}`);
        return response;
      });
    };
    const { api, upstream, events } = await startWorld({ before: watch('early') });
    watch('late')(api);
    upstream.rejectNext();
    await api.post('/things', { a: 1 });
    expect(log).toEqual(['late request', 'early request', 'early 200', 'late 200']);
    expect(events.of('request:unbound')).toEqual([]);
  });

  test('a transformRequest runs once, also when the call is resent', async () => {
    const { api, upstream } = await startWorld();
    let runs = 0;
    upstream.rejectNext();
    await api.post('/things', 'x', { transformRequest: (data: string) => `${data}${(runs += 1)}` });
    expect(upstream.requests.map(({ body }) => body.toString())).toEqual(['x1', 'x1']);
  });

  test('validateStatus that accepts a 401 does not hide it', async () => {
    const { api, upstream } = await startWorld({ axios: { validateStatus: () => true } });
    upstream.rejectNext();
    expect(await api.get('/things')).toMatchObject({ status: 200 });
  });

  test('a lost binding is noticed', async () => {
    const { api, events } = await startWorld({
      before: (instance) =>
        instance.interceptors.request.use((config) => {
          config.adapter = async (final) => ({ data: '', status: 200, statusText: '', headers: {}, config: final });
          return config;
        }),
    });
    await api.get('/things');
    expect(events.names()).toEqual(['request:unbound']);
  });

  test.each(['of an error', 'of an answer'])('the config %s, sent again, is authorised anew', async (which) => {
    const { api, server, upstream, auth } = await startWorld();
    const config =
      which === 'of an answer'
        ? (await api.post('/things', { a: 1 })).config
        : ((await rejection(api.post('/status/503', { a: 1 }))) as { config: InternalAxiosRequestConfig<object> })
            .config;
    server.revokeAll();
    auth.invalidate();
    await api.request({ ...(config as InternalAxiosRequestConfig), url: '/again' });
    expect(upstream.stats()).toMatchObject({ requests: 2, rejected: 0 });
    expect(upstream.requests[1]!.body.toString()).toBe('{"a":1}');
  });

  test('a stream is sent once: the 401 surfaces, and the next call has a new token', async () => {
    const { api, server, events } = await startWorld();
    await api.get('/warm-up');
    server.revokeAll();
    expect(await rejection(api.post('/upload', Readable.from(['once'])))).toMatchObject({ response: { status: 401 } });
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'body' }]);
    expect(await api.post('/upload', Readable.from(['once']))).toMatchObject({ status: 200 });
  });

  test('JSON of a failed call shows no token', async () => {
    const { api, upstream } = await startWorld();
    const errors = [
      await rejection(api.get('/status/500')),
      await rejection(api.get('/denied')),
      await rejection(api.get('/things', { transformResponse: () => assertNever() })),
    ];
    upstream.intercept((_request, response) => !!response.end('{"half":'));
    const strict = { responseType: 'json', transitional: { silentJSONParsing: false } } as const;
    errors.push(await rejection(api.get('/things', strict)));
    const shown = JSON.stringify(errors);
    expect(shown.length).toBeGreaterThan(100);
    for (const { token } of upstream.requests) expect(shown).not.toContain(token);
  });

  test.each([header('X-Token'), queryParameter('token')])(
    'another place for the token, case %#, is resent as well',
    async (sendAs) => {
      const tokenFrom = sendAs.header === undefined ? { query: 'token' } : { header: 'X-Token' };
      const { api, upstream } = await startWorld({ upstream: { tokenFrom }, source: { sendAs } });
      upstream.rejectNext();
      expect(await api.get('/things', { params: { q: 1 } })).toMatchObject({ status: 200 });
      expect(upstream.requests.map(({ query }) => query.q)).toEqual(['1', '1']);
    },
  );

  test('two plugins on one instance for two origins: each API gets its own token', async () => {
    const servers = [await tokenServer(), await tokenServer()] as const;
    const api = axios.create();
    for (const server of servers) {
      const upstream = await protectedApi({ accepts: server });
      attach(api, sourceOf(server), { allowedOrigins: [upstream.url] });
      upstream.rejectNext();
      expect(await api.get(`${upstream.url}/things`)).toMatchObject({ status: 200 });
    }
    expect(servers.map((server) => server.stats().requests)).toEqual([2, 2]);
  });

  test('per request: token: false goes without one, token: { scope } gets its own', async () => {
    const { api, server, upstream } = await startWorld();
    await api.get('/public', { token: false });
    await api.get('/admin', { token: { scope: 'admin' } });
    expect(upstream.requests[0]!.token).toBeUndefined();
    expect(server.requests.map(({ parameters }) => parameters.scope)).toEqual(['admin']);
  });
}

function assertNever(): never {
  throw new Error('thrown by a transformResponse');
}
