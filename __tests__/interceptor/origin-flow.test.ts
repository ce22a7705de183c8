import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import {
  InsecureTransportError,
  queryParameter,
  type AttachTokenOptions,
  type TokenPlacement,
} from '../../lib/index.js';
import { fakeServer, type FakeServer, tokenEndpoint } from '../support/fake-server.js';
import { attach, record, rejection } from '../support/world.js';

// Over real HTTP: which server sees the token?

const TOKEN = 'the-access-token';
const source = (): Promise<{ accessToken: string }> => Promise.resolve({ accessToken: TOKEN });

interface Scene {
  api: AxiosInstance;
  home: FakeServer;
  other: FakeServer;
}

async function scene(
  adapter: 'http' | 'fetch',
  options: AttachTokenOptions = {},
  sendAs?: TokenPlacement,
): Promise<Scene> {
  const [home, other] = await Promise.all([fakeServer(), fakeServer()]);
  const api = axios.create({ baseURL: home.url, adapter, proxy: false });
  attach(api, sendAs ? { fetchToken: source, id: 'x', sendAs } : source, options);
  return { api, home, other };
}

const everything = ({ requests }: FakeServer): string => JSON.stringify(requests);

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test("the instance's own origin gets the token", async () => {
    const { api, home } = await scene(adapter);
    await api.get('/things');
    expect(home.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  const away: [string, (scene: Scene) => AxiosRequestConfig][] = [
    ['an absolute URL to another port', ({ other }) => ({ url: `${other.url}/x` })],
    ['another spelling of the host', ({ home }) => ({ url: home.url.replace('127.0.0.1', 'localhost') })],
    ['an upper-case scheme', ({ other }) => ({ url: `${other.url.toUpperCase()}/x` })],
    [
      'userinfo that looks like the host',
      ({ home, other }) => ({ url: other.url.replace('//', `//${home.url.slice(7).replace(':', '%3A')}@`) }),
    ],
    ['a base URL for this request alone', ({ other }) => ({ url: '/x', baseURL: other.url })],
    ['no base URL and white space in front', ({ other }) => ({ url: `  ${other.url}/x`, baseURL: '' })],
    ['no base URL and a tab in the scheme', ({ other }) => ({ url: other.url.replace('tp:', 't\tp:'), baseURL: '' })],
    ['no base URL and backslashes', ({ other }) => ({ url: other.url.replace('//', '\\\\'), baseURL: '' })],
  ];
  test.each(away)('%s: the other server sees no token', async (_what, config) => {
    const all = await scene(adapter);
    await all.api.request(config(all)).catch(() => undefined); // whether it can be sent is not the question
    expect(everything(all.other) + everything(all.home)).not.toContain(TOKEN);
  });

  test('a URL in a query does not get a token either', async () => {
    const { api, other } = await scene(adapter, {}, queryParameter('access_token'));
    await api.get(`${other.url}/x`);
    expect(other.requests[0]?.target).toBe('/x');
  });

  test.each([
    ['url', (other: FakeServer) => ({ url: `${other.url}/x` })],
    ['baseURL', (other: FakeServer) => ({ baseURL: other.url })],
  ])(
    'an interceptor that rewrites %s, registered before or after, decides where the request goes: no token there',
    async (_what, rewrite) => {
      for (const registered of ['before', 'after']) {
        const [home, other] = await Promise.all([fakeServer(), fakeServer()]);
        const api = axios.create({ baseURL: home.url, adapter, proxy: false });
        const use = (): unknown => api.interceptors.request.use((config) => Object.assign(config, rewrite(other)));
        if (registered === 'before') use();
        const auth = attach(api, source);
        const events = record(auth);
        if (registered === 'after') use();
        await api.get('/things');
        expect(other.requests).toHaveLength(1);
        expect(other.requests[0]?.headers.authorization).toBeUndefined();
        expect(events.of('request:skipped')).toMatchObject([{ method: 'GET', origin: other.url, reason: 'origin' }]);
      }
    },
  );

  test("an interceptor that rewrites the URL to the instance's own origin gets it a token", async () => {
    const { api, home, other } = await scene(adapter);
    api.interceptors.request.use((config) => Object.assign(config, { url: `${home.url}/rewritten` }));
    await api.get(`${other.url}/x`);
    expect(home.requests.map(({ target, headers }) => [target, headers.authorization])).toEqual([
      ['/rewritten', `Bearer ${TOKEN}`],
    ]);
  });

  test('allowAbsoluteUrls: false keeps an absolute URL at home, and without a token where its other reading is foreign', async () => {
    const { api, home, other } = await scene(adapter);
    await api.get(`${other.url}/x`, { allowAbsoluteUrls: false });
    expect(other.requests).toHaveLength(0);
    expect(everything(home)).not.toContain(TOKEN);
  });

  test.each([
    ['strings', (url: string) => [url]],
    ['URL objects', (url: string) => [new URL('/ignored', url)]],
    ['a function', (url: string) => (asked: URL) => asked.origin === url],
  ])('allowedOrigins as %s: those get the token, the base URL does not', async (_what, allowed) => {
    const [home, other] = await Promise.all([fakeServer(), fakeServer()]);
    const api = axios.create({ baseURL: home.url, adapter, proxy: false });
    attach(api, source, { allowedOrigins: allowed(other.url) });
    await api.get('/x');
    await api.get(`${other.url}/x`);
    expect(home.requests[0]?.headers.authorization).toBeUndefined();
    expect(other.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  test('the base URL of the instance, changed at run time, moves the token with it', async () => {
    const { api, home, other } = await scene(adapter);
    await api.get('/one');
    api.defaults.baseURL = other.url;
    await api.get('/two');
    await api.get(`${home.url}/three`);
    expect([...home.requests, ...other.requests].map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/one', `Bearer ${TOKEN}`],
      ['/three', undefined],
      ['/two', `Bearer ${TOKEN}`],
    ]);
  });

  test('plain http to an allowed host beyond loopback: InsecureTransportError, and nothing is sent, not even for a token', async () => {
    const [endpoint, proxy] = await Promise.all([tokenEndpoint(), fakeServer()]);
    const api = axios.create({ baseURL: 'https://api.example.com', adapter });
    attach(api, async ({ http }) => ({
      accessToken: (await http.post<{ access_token: string }>(endpoint.url)).data.access_token,
    }));
    api.defaults.baseURL = 'http://api.example.com';
    api.defaults.proxy = { protocol: 'http', host: '127.0.0.1', port: proxy.port };
    const error = await rejection(api.get('/things'));
    expect(error).toBeInstanceOf(InsecureTransportError);
    expect(error).toMatchObject({ code: 'ERR_INSECURE_TRANSPORT', name: 'InsecureTransportError' });
    expect([proxy.requests.length, endpoint.requests.length]).toEqual([0, 0]);
  });
});

test('a URL object is a URL like any other', async () => {
  const home = await fakeServer();
  const api = axios.create({ proxy: false });
  attach(api, source, { allowedOrigins: [home.url] });
  await api.get(new URL('/things', home.url) as unknown as string);
  expect(home.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
});
