import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { bearer, header, queryParameter, type AttachTokenOptions, type TokenPlacement } from '../../lib/index.js';
import { fakeServer, type FakeServer, type Received } from '../support/fake-server.js';
import { attach } from '../support/world.js';

// A redirect sends the request on by itself: what does the second server receive?

const TOKEN = 'the-access-token';
const ENCODED = Buffer.from(TOKEN).toString('base64');

/** Redirects everything, and takes the query along, as many servers do. */
function redirector(to: () => string): Promise<FakeServer> {
  return fakeServer(({ target }) => ({ status: 302, headers: { location: to() + target } }));
}

function attached(defaults: CreateAxiosDefaults, sendAs: TokenPlacement, options?: AttachTokenOptions): AxiosInstance {
  const api = axios.create({ proxy: false, ...defaults });
  attach(api, { id: 'test', sendAs, fetchToken: () => Promise.resolve({ accessToken: TOKEN }) }, options);
  return api;
}

const custom = (names: { header?: string; parameter?: string } = {}): TokenPlacement =>
  Object.assign<TokenPlacement, object>((config, { accessToken }) => {
    config.headers.set('Authorization', `Token ${accessToken}`);
    config.headers.set('X-Signature', Buffer.from(accessToken).toString('base64'));
    config.params = { ...(config.params as object), sig: accessToken };
  }, names);

const asynchronous: TokenPlacement = async (config, { accessToken }) => {
  await Promise.resolve();
  config.headers.set('X-Token', accessToken);
};

const placements: [string, () => TokenPlacement][] = [
  ['bearer()', bearer],
  ['header()', () => header('X-Token')],
  ['header() with a scheme', () => header('X-Auth', { scheme: 'Token' })],
  ['queryParameter()', () => queryParameter('access_token')],
  ['a function of its own, which says nothing of where it writes', () => custom()],
  ['a function of its own that names Authorization and writes more', () => custom({ header: 'Authorization' })],
  ['an async function', () => asynchronous],
];

const seenBy = (requests: Received[]): string =>
  JSON.stringify(requests.map(({ target, headers }) => [target, headers]));

const expectNothingOf = (server: FakeServer): void => {
  expect(seenBy(server.requests)).not.toContain(TOKEN);
  expect(seenBy(server.requests)).not.toContain(ENCODED);
};

describe.each(placements)('%s', (_name, sendAs) => {
  test.each(['http', 'fetch'] as const)(
    'to another port, with the %s adapter: the token stays behind',
    async (adapter) => {
      const other = await fakeServer();
      const home = await redirector(() => other.url);
      const api = attached({ baseURL: home.url, adapter, validateStatus: () => true }, sendAs());
      await api.get('/x', { params: { page: 2 } });
      expect(seenBy(home.requests)).toContain(TOKEN);
      expectNothingOf(other);
      if (adapter === 'http') expect(other.requests[0]?.query.get('page')).toBe('2');
    },
  );

  test('to the same machine under another name: the token stays behind', async () => {
    const home = await redirector(() => other.url.replace('127.0.0.1', 'localhost'));
    const other = await fakeServer();
    const api = attached({ baseURL: home.url }, sendAs());
    await api.get('/x');
    expect(other.requests).toHaveLength(1);
    expectNothingOf(other);
  });

  test('to a subdomain: the token stays behind', async () => {
    const home = await redirector(() => `http://deep.api.test:${other.port}`);
    const other = await fakeServer();
    const lookup = (_name: string, _options: object, done: (error: null, addresses: object[]) => void): void => {
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const baseURL = `http://api.test:${home.port}`;
    const api = attached({ baseURL, lookup: lookup as never }, sendAs(), { allowInsecureHttp: true });
    await api.get('/x');
    expect(other.requests[0]?.headers.host).toBe(`deep.api.test:${other.port}`);
    expectNothingOf(other);
  });

  test('over an allowed origin and on to a foreign one: the token stays behind at the last step', async () => {
    const foreign = await fakeServer();
    const second = await redirector(() => foreign.url);
    const home = await redirector(() => second.url);
    const api = attached({ baseURL: home.url }, sendAs(), { allowedOrigins: [home.url, second.url] });
    await api.get('/x');
    expect(foreign.requests).toHaveLength(1);
    expectNothingOf(foreign);
  });
});

describe('to where the token may go', () => {
  const back = (): Promise<FakeServer> =>
    fakeServer(({ path, target }) =>
      path === '/x' ? { status: 307, headers: { location: target.replace('/x', '/y') } } : {},
    );

  test.each(placements)('%s goes along within the origin', async (_name, sendAs) => {
    const home = await back();
    await attached({ baseURL: home.url }, sendAs()).get('/x');
    expect(home.requests.map(({ path }) => path)).toEqual(['/x', '/y']);
    expect(seenBy(home.requests.slice(1))).toContain(TOKEN);
  });

  test.each([
    ['header()', (): TokenPlacement => header('X-Token')],
    ['queryParameter()', (): TokenPlacement => queryParameter('access_token')],
  ])('%s goes along to another allowed origin', async (_name, sendAs) => {
    const other = await fakeServer();
    const home = await redirector(() => other.url);
    await attached({ baseURL: home.url }, sendAs(), { allowedOrigins: [home.url, other.url] }).get('/x');
    expect(seenBy(other.requests)).toContain(TOKEN);
  });

  test('the function of allowedOrigins is asked about the target of a redirect', async () => {
    const home = await back();
    const options = { allowedOrigins: (url: URL) => url.pathname === '/x' };
    await attached({ baseURL: home.url }, header('X-Token'), options).get('/x');
    expect(home.requests.map(({ headers }) => headers['x-token'])).toEqual([TOKEN, undefined]);
  });
});

describe("what is the caller's", () => {
  test('a beforeRedirect of his own runs, with all its arguments, and what it adds is sent', async () => {
    const other = await fakeServer();
    const home = await redirector(() => other.url);
    const seen: unknown[][] = [];
    await attached({ baseURL: home.url }, header('X-Token')).get('/x', {
      beforeRedirect: (...details: unknown[]) => {
        seen.push(details);
        (details[0] as { headers: Record<string, string> }).headers['X-Mine'] = 'yes';
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[1]).toMatchObject({ statusCode: 302 });
    expect(other.requests[0]?.headers).toMatchObject({ 'x-mine': 'yes' });
    expectNothingOf(other);
  });

  test('a token that his own beforeRedirect puts back goes nowhere foreign', async () => {
    const other = await fakeServer();
    const home = await redirector(() => other.url);
    await attached({ baseURL: home.url }, header('X-Token')).get('/x', {
      beforeRedirect: (options: Record<string, unknown>) => {
        (options.headers as Record<string, string>)['X-Copy'] = TOKEN;
      },
    });
    expectNothingOf(other);
  });

  test('headers and parameters of his own go along', async () => {
    const other = await fakeServer();
    const home = await redirector(() => other.url);
    const config = { headers: { 'X-Trace': 'abc' }, params: { page: 2 } };
    await attached({ baseURL: home.url }, queryParameter('access_token')).get('/x', config);
    expect(other.requests[0]?.headers['x-trace']).toBe('abc');
    expect(other.requests[0]?.target).toBe('/x?page=2');
  });

  test('maxRedirects: 0 is kept: the redirect is the answer', async () => {
    const other = await fakeServer();
    const home = await redirector(() => other.url);
    const api = attached({ baseURL: home.url }, bearer());
    const { status } = await api.get('/x', { maxRedirects: 0, validateStatus: () => true });
    expect([status, other.requests.length]).toEqual([302, 0]);
  });
});

test('with the fetch adapter a token outside Authorization is not redirected at all', async () => {
  const other = await fakeServer();
  const home = await redirector(() => other.url);
  for (const sendAs of [header('X-Token'), queryParameter('access_token'), custom()]) {
    const api = attached({ baseURL: home.url, adapter: 'fetch' }, sendAs);
    await expect(api.get('/x')).rejects.toBeDefined();
  }
  expect([home.requests.length, other.requests.length]).toEqual([3, 0]);
});
