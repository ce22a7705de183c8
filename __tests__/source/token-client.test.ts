import axios, { type AxiosAdapter } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import http from 'node:http';
import { clientCredentials, TokenConfigError, TokenEndpointError, TokenResponseError } from '../../lib/index.js';
import { fakeServer, granted, tokenEndpoint } from '../support/fake-server.js';
import { attach, protectedApi, rejection, sourceOf, tokenServer } from '../support/world.js';
import { client, handleOf } from './asking.js';

describe('nothing of the global axios.defaults reaches the token endpoint', () => {
  const saved = {
    ...axios.defaults,
    headers: { ...axios.defaults.headers, common: { ...axios.defaults.headers.common } },
  };
  afterEach(() => {
    for (const name of Object.keys(axios.defaults)) Reflect.deleteProperty(axios.defaults, name);
    Object.assign(axios.defaults, saved);
  });

  const mock: AxiosAdapter = (config) =>
    Promise.resolve({ data: granted('from-the-mock'), status: 200, statusText: '', headers: {}, config });

  test.each(['before', 'after'])(
    'headers, params, auth, base URL, transforms, validateStatus, timeout, a mock: set %s attaching',
    async (when) => {
      const endpoint = await tokenEndpoint();
      const pollute = (): void => {
        axios.defaults.headers.common['X-Global'] = 'yes';
        Object.assign(axios.defaults.headers, { post: { 'Content-Type': 'text/evil' } });
        Object.assign(axios.defaults, {
          params: { global: 1 },
          auth: { username: 'u', password: 'p' },
          baseURL: 'https://elsewhere.example',
          transformRequest: [() => 'evil'],
          transformResponse: [() => ({ access_token: 'evil' })],
          validateStatus: () => false,
          timeout: 1,
          adapter: mock,
          maxContentLength: 1,
        });
      };
      const api = axios.create({ baseURL: 'https://api.example.com' });
      if (when === 'before') pollute();
      const handle = attach(api, clientCredentials({ tokenUrl: endpoint.url, ...client }));
      if (when === 'after') pollute();
      const token = await handle.getToken();
      expect(token.accessToken).toBe('granted-token');
      const [request] = endpoint.requests;
      expect(request?.target).toBe('/');
      expect(request?.headers).not.toHaveProperty('x-global');
      expect(request?.headers.authorization).toBeUndefined();
      expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect(request?.body).toContain('client_id=the-client');
    },
  );

  test('request.http of a function source is apart from them, too', async () => {
    axios.defaults.headers.common['X-Global'] = 'yes';
    axios.defaults.adapter = mock;
    const endpoint = await tokenEndpoint();
    const handle = handleOf(async ({ http: own }) => ({
      accessToken: (await own.post<{ access_token: string }>(endpoint.url, { a: 1 })).data.access_token,
    }));
    expect((await handle.getToken()).accessToken).toBe('granted-token');
    expect(endpoint.requests[0]).toMatchObject({ body: '{"a":1}', headers: { 'content-type': 'application/json' } });
    expect(endpoint.requests[0]?.headers).not.toHaveProperty('x-global');
  });
});

describe('what it takes from the instance', () => {
  test('no headers, params, auth, timeout, interceptors or mock', async () => {
    const endpoint = await tokenEndpoint();
    const api = axios.create({
      baseURL: 'https://api.example.com',
      headers: { 'X-Mine': 'yes' },
      params: { mine: 1 },
      transformResponse: [() => 'x'],
    });
    const seen = jest.fn((config: object) => config);
    api.interceptors.request.use(seen as never);
    new MockAdapter(api).onAny().reply(200, {});
    const handle = attach(api, clientCredentials({ tokenUrl: endpoint.url, ...client }));
    await handle.getToken();
    expect(seen).not.toHaveBeenCalled();
    expect(endpoint.requests[0]?.target).toBe('/');
    expect(endpoint.requests[0]?.headers).not.toHaveProperty('x-mine');
  });

  test('its agent, also one that was set later', async () => {
    const endpoint = await tokenEndpoint();
    const agent = new http.Agent();
    const created = jest.spyOn(agent, 'addRequest' as never);
    const api = axios.create({ baseURL: 'https://api.example.com' });
    const handle = attach(api, clientCredentials({ tokenUrl: endpoint.url, ...client }));
    api.defaults.httpAgent = agent;
    await handle.getToken();
    expect(created).toHaveBeenCalledTimes(1);
  });

  test('its proxy', async () => {
    const [proxy, endpoint] = await Promise.all([tokenEndpoint(granted('by-proxy')), tokenEndpoint()]);
    const options = {
      baseURL: 'https://api.example.com',
      proxy: { protocol: 'http', host: '127.0.0.1', port: proxy.port },
    };
    const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, ...client }), { axios: options });
    expect((await handle.getToken()).accessToken).toBe('by-proxy');
    expect(proxy.requests[0]?.target).toBe(`${endpoint.url}/`);
    expect(endpoint.requests).toHaveLength(0);
  });

  test('with the fetch adapter its fetch and its fetchOptions', async () => {
    const fetched = jest.fn(() => Promise.resolve(Response.json(granted('by-fetch'))));
    const handle = handleOf(clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client }), {
      axios: { adapter: 'fetch', env: { fetch: fetched as never, Request, Response } as never },
    });
    expect((await handle.getToken()).accessToken).toBe('by-fetch');
    expect(fetched).toHaveBeenCalledTimes(1);
  });

  test('without an agent of the user: one of its own, not the one that API requests use', async () => {
    const server = await tokenServer();
    const upstream = await protectedApi({ accepts: server });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, sourceOf(server));
    const used = jest.spyOn(http.globalAgent, 'addRequest' as never);
    await api.get('/x');
    expect(used).toHaveBeenCalledTimes(1); // the API's own
    used.mockRestore();
    expect(server.requests).toHaveLength(1);
  });
});

describe('`http`', () => {
  test("as an axios of the user's own, with a mock", async () => {
    const own = axios.create();
    const mock = new MockAdapter(own);
    mock.onPost('https://auth.example.com/t').reply(200, granted('mocked'));
    const source = clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client });
    expect((await handleOf(source, { http: own }).getToken()).accessToken).toBe('mocked');
    expect(String(mock.history.post[0]?.data)).toContain('client_id=the-client');
  });

  test("as defaults: its headers and agent are used, the instance's agent is not", async () => {
    const endpoint = await tokenEndpoint();
    const [mine, theirs] = [new http.Agent(), new http.Agent()];
    const [used, unused] = [mine, theirs].map((agent) => jest.spyOn(agent, 'addRequest' as never));
    const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, ...client }), {
      axios: { httpAgent: theirs },
      http: { httpAgent: mine, headers: { 'X-Gateway': 'yes' } },
    });
    await handle.getToken();
    expect(endpoint.requests[0]?.headers['x-gateway']).toBe('yes');
    expect([used?.mock.calls.length, unused?.mock.calls.length]).toEqual([1, 0]);
  });

  test('as the attached instance is a TokenConfigError', () => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    const source = clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client });
    expect(() => attach(api, source, { http: api })).toThrow(TokenConfigError);
  });
});

describe.each(['http', 'fetch'] as const)('a token endpoint that misbehaves, with the %s adapter', (adapter) => {
  const attached = async (): Promise<{
    server: Awaited<ReturnType<typeof tokenServer>>;
    call: () => Promise<unknown>;
    sent: () => number;
  }> => {
    const server = await tokenServer();
    const upstream = await protectedApi({ accepts: server });
    const api = axios.create({ baseURL: upstream.url, adapter });
    attach(api, sourceOf(server));
    return { server, call: () => api.get('/x'), sent: () => upstream.requests.length };
  };

  test.each([301, 302, 303, 307, 308] as const)('redirects with %d: not followed, permanent', async (status) => {
    const { server, call, sent } = await attached();
    const elsewhere = await fakeServer();
    server.fail({ redirect: elsewhere.url, status });
    const error = await rejection(call());
    expect(error).toBeInstanceOf(TokenEndpointError);
    expect(error).toMatchObject({ permanent: true, message: expect.stringContaining('Redirects are not followed') });
    expect([server.requests.length, elsewhere.requests.length, sent()]).toEqual([1, 0, 0]);
  });

  test.each([
    ['5 MiB', 5 * 1024 * 1024],
    ['a byte more than 1 MiB', 1024 * 1024 + 1],
  ])('answers %s: TokenResponseError, permanent, asked once', async (_what, oversized) => {
    const { server, call, sent } = await attached();
    server.fail({ oversized });
    const error = await rejection(call());
    expect(error).toBeInstanceOf(TokenResponseError);
    expect(error).toMatchObject({ permanent: true, message: expect.stringContaining('more than 1048576 bytes') });
    expect([server.requests.length, sent()]).toEqual([1, 0]);
  });

  test('answers 1 MiB: that is read', async () => {
    const { server, call } = await attached();
    server.fail({ oversized: 1024 * 1024 });
    await call(); // its token is not known to the API, and renewed
    expect(server.stats()).toMatchObject({ requests: 2, faulted: 1, issued: 1 });
  });
});
