import { createHmac, randomUUID } from 'node:crypto';
import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import {
  type FetchToken,
  header,
  type RejectionDetector,
  status,
  type TokenHandle,
  type TokenPlacement,
} from '../../lib/index.js';
import { type Answering, fakeServer, type FakeServer } from '../support/fake-server.js';
import { attach, rejection } from '../support/world.js';

// APIs that want their token in an odd place: written by a function, and taken out again wherever the request shows.

interface Scene {
  api: AxiosInstance;
  auth: TokenHandle;
  upstream: FakeServer;
}

interface Odd {
  sendAs: TokenPlacement;
  answering?: Answering;
  rejectedWhen?: RejectionDetector;
  fetchToken?: FetchToken;
  axios?: CreateAxiosDefaults;
}

async function scene({ sendAs, answering, rejectedWhen, fetchToken, axios: defaults }: Odd): Promise<Scene> {
  const upstream = await fakeServer(answering ?? (() => ({ body: {} })));
  const api = axios.create({ baseURL: upstream.url, proxy: false, ...defaults });
  let count = 0;
  const numbered: FetchToken = () => Promise.resolve({ accessToken: `secret-token-${++count}` });
  const auth = attach(api, { id: 'odd', fetchToken: fetchToken ?? numbered, sendAs, rejectedWhen });
  return { api, auth, upstream };
}

const refusing: Answering = () => ({ status: 500, body: { error: 'broken' } });

const inPath: TokenPlacement = (config, { accessToken }) => {
  config.url = `/bot${accessToken}${config.url}`;
};

const inBody: TokenPlacement = (config, { accessToken }) => {
  config.data = JSON.stringify({ auth: accessToken, ...(JSON.parse(String(config.data)) as object) });
};

const twice: TokenPlacement = (config, { accessToken }) => {
  config.headers.set('X-Session', accessToken);
  config.params = { ...(config.params as object | undefined), session: accessToken };
};

const besideCookies: TokenPlacement = ({ headers }, { accessToken }) => {
  const own = headers.get('Cookie') as string | undefined;
  headers.set('Cookie', [own, `sid=${accessToken}`].filter(Boolean).join('; '));
};

const places: [string, TokenPlacement, (token: string) => object][] = [
  ['the path', inPath, (token) => ({ target: `/bot${token}/x?a=1` })],
  ['the body', inBody, (token) => ({ target: '/x?a=1', body: JSON.stringify({ auth: token, m: 1 }) })],
  [
    'a header and the query',
    twice,
    (token) => ({ target: `/x?a=1&session=${token}`, headers: { 'x-session': token } }),
  ],
  ["a cookie beside the caller's own", besideCookies, (token) => ({ headers: { cookie: `lang=de; sid=${token}` } })],
];

describe.each(places)('a token in %s', (_where, sendAs, carried) => {
  const post = ({ api }: Scene): Promise<{ config: object }> =>
    api.post('/x', { m: 1 }, { params: { a: 1 }, headers: { Cookie: 'lang=de' } });

  test('is where the API looks for it, and a new one takes its place in the resend', async () => {
    const made = await scene({
      sendAs,
      answering: (request) => ({ status: JSON.stringify(request).includes('secret-token-1') ? 401 : 200 }),
    });
    await post(made);
    const [first, second, third] = made.upstream.requests;
    expect(first).toMatchObject(carried('secret-token-1'));
    expect(second).toMatchObject(carried('secret-token-2'));
    expect(JSON.stringify(second)).not.toContain('secret-token-1');
    expect(third).toBeUndefined();
  });

  test('is in no error', async () => {
    const { config, response } = (await rejection(post(await scene({ sendAs, answering: refusing })))) as {
      config: object;
      response: { config: object };
    };
    for (const shown of [config, response.config]) expect(JSON.stringify(shown)).not.toContain('secret-token');
  });

  test('the config of an error is sent again as it was, with one token', async () => {
    const made = await scene({
      sendAs,
      answering: () => ({ status: made.upstream.requests.length === 1 ? 500 : 200 }),
    });
    const { config } = (await rejection(post(made))) as { config: object };
    await made.auth.refresh();
    await made.api.request(config);
    expect(made.upstream.requests[1]).toMatchObject(carried('secret-token-2'));
    expect(JSON.stringify(made.upstream.requests[1])).not.toContain('secret-token-1');
  });
});

describe('a redirect to another origin', () => {
  test.each(['a header and the query', "a cookie beside the caller's own"])(
    'carries no token from %s',
    async (where) => {
      const foreign = await fakeServer();
      const location = foreign.url.replace('127.0.0.1', 'localhost');
      const sendAs = places.find(([name]) => name === where)![1];
      const { api } = await scene({
        sendAs,
        answering: ({ target }) => ({ status: 307, headers: { location: location + target } }),
      });
      await api.get('/x', { headers: { Cookie: 'lang=de' } }).catch(() => undefined);
      expect(foreign.requests).toHaveLength(1);
      expect(JSON.stringify(foreign.requests)).not.toContain('secret-token');
    },
  );
});

test('an API that answers an ended session with a redirect to its login page', async () => {
  const { api, upstream } = await scene({
    sendAs: header('X-Session'),
    rejectedWhen: status(302),
    axios: { maxRedirects: 0 },
    answering: ({ headers }) =>
      headers['x-session'] === 'secret-token-1' ? { status: 302, headers: { location: '/login' } } : {},
  });
  expect(await api.get('/x')).toMatchObject({ status: 200 });
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/x', '/x']);
});

test('an API that answers an ended session with its login page and status 200', async () => {
  const { api, upstream } = await scene({
    sendAs: header('X-Session'),
    rejectedWhen: ({ headers }) => headers['content-type']?.startsWith('text/html') ?? false,
    answering: ({ headers, path }) => {
      if (path === '/login') return { headers: { 'content-type': 'text/html' }, body: '<form>' };
      const ended = headers['x-session'] === 'secret-token-1';
      return ended ? { status: 302, headers: { location: '/login' } } : { body: { ok: true } };
    },
  });
  expect(await api.get('/x')).toMatchObject({ data: { ok: true } });
  expect(upstream.requests.map(({ path }) => path)).toEqual(['/x', '/login', '/x']);
});

test('temporary credentials: what came with the token signs every request, the token goes along', async () => {
  const hmac = (key: string, text: string): string => createHmac('sha1', key).update(text).digest('base64');
  let issued = 0;
  const { api } = await scene({
    fetchToken: () => {
      const secret = `key-${++issued}-${randomUUID()}`;
      return Promise.resolve({ accessToken: `sts-${issued}`, response: { id: `id-${issued}`, secret } });
    },
    sendAs: (config, { accessToken, response }) => {
      const { id, secret } = response as { id: string; secret: string };
      keys.set(id, secret);
      config.headers.set('X-Security-Token', accessToken);
      config.headers.set('Authorization', `ACS ${id}:${hmac(secret, `${config.method}${config.url}`)}`);
    },
    answering: ({ headers, method, path }) => {
      const [id = '', signature] = headers.authorization!.slice(4).split(':');
      const right = signature === hmac(keys.get(id)!, `${method.toLowerCase()}${path}`);
      return { status: right && headers['x-security-token'] === `sts-${id.at(-1)}` && id === 'id-2' ? 200 : 401 };
    },
  });
  const keys = new Map<string, string>();
  expect(await api.get('/x')).toMatchObject({ status: 200 });
});

test('a JWT that the client signs itself: no endpoint at all, a scheme of its own', async () => {
  let count = 0;
  const { api, auth, upstream } = await scene({
    sendAs: header('Authorization', { scheme: 'Ghost' }),
    fetchToken: ({ clock }) => {
      const now = Math.floor((clock?.now() ?? Date.now()) / 1000);
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const content = `${part({ alg: 'HS256', kid: 'k' })}.${part({ iat: now, exp: now + 300, jti: ++count })}`;
      const signature = createHmac('sha256', 'key').update(content).digest('base64url');
      return Promise.resolve({ accessToken: `${content}.${signature}`, expiresInMs: 300_000 });
    },
    answering: () => ({ status: upstream.requests.length === 1 ? 401 : 200 }),
  });
  await api.get('/x');
  const { accessToken } = await auth.getToken();
  expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Ghost ${accessToken}`);
  expect(count).toBe(2);
});

test('a login form that answers 302 and a cookie, by a function that takes that status', async () => {
  const login = await fakeServer(({ body }) =>
    body === 'user=u&pass=p'
      ? { status: 302, headers: { location: '/', 'set-cookie': 'sid=abc; Path=/' } }
      : { status: 200 },
  );
  const { api, upstream } = await scene({
    sendAs: header('Cookie'),
    fetchToken: async ({ http, signal }) => {
      const form = new URLSearchParams({ user: 'u', pass: 'p' });
      const { headers } = await http.post(login.url, form, { signal, validateStatus: (code) => code === 302 });
      return { accessToken: headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
    },
  });
  await api.get('/x');
  expect(upstream.requests[0]?.headers.cookie).toBe('sid=abc');
});
