import axios from 'axios';
import {
  anyOf,
  bodyCode,
  clientCredentials,
  clientSecretBasic,
  errorAt,
  noAuthentication,
  type TokenPlacement,
  unauthorized,
  wholeBody,
} from '../../lib/index.js';
import { client, answering, ask, type AnswerOf } from '../source/asking.js';
import { type Answering, fakeServer } from '../support/fake-server.js';
import { attach, rejection } from '../support/world.js';

// Where dialects go beyond the usual: what functions write, what bodies hold, what names hide.

const OTHER = 'another-thing-to-hide';

async function scene(sendAs: TokenPlacement, answer: Answering = () => ({ status: 500 })) {
  const upstream = await fakeServer(answer);
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  let count = 0;
  const fetchToken = () => Promise.resolve({ accessToken: `secret-token-${++count}` });
  return { upstream, api, auth: attach(api, { id: 'odd', fetchToken, sendAs }) };
}

const inBody: TokenPlacement = (config, { accessToken }) => {
  config.data = JSON.stringify({ auth: accessToken, ...(JSON.parse(String(config.data)) as object) });
};

describe('what a function writes', () => {
  test('into the body does not go along with a redirect to another origin', async () => {
    const foreign = await fakeServer();
    const location = foreign.url.replace('127.0.0.1', 'localhost');
    const { api } = await scene(inBody, () => ({ status: 307, headers: { location } }));
    await api.post('/x', { m: 1 }).catch(() => undefined);
    expect(JSON.stringify(foreign.requests)).not.toContain('secret-token');
  });

  test('into `params` as they are is in no error', async () => {
    const { api } = await scene((config, { accessToken }) => {
      (config.params as Record<string, unknown>).sid = accessToken;
    });
    const { config } = (await rejection(api.get('/x', { params: { a: 1 } }))) as { config: object };
    expect(JSON.stringify(config)).not.toContain('secret-token');
  });

  test('into the body is gone when the config of an answer is sent again', async () => {
    const { api, auth, upstream } = await scene(inBody, () => ({}));
    const { config } = await api.post('/x', { m: 1 });
    await auth.refresh();
    await api.request(config);
    expect(upstream.requests[1]?.body).toContain('secret-token-2');
  });

  test('in one expression, whose value is no promise, is sent', async () => {
    const sendAs = (
      { headers }: { headers: { set(name: string, value: string): unknown } },
      token: { accessToken: string },
    ) => headers.set('X-Session', token.accessToken);
    const { api, upstream } = await scene(sendAs as never, () => ({}));
    await api.get('/x');
    expect(upstream.requests[0]?.headers['x-session']).toBe('secret-token-1');
  });
});

test('a helper that was not called is seen inside anyOf(), too', () => {
  expect(() => anyOf(unauthorized as never)).toThrow('unauthorized(…)');
});

describe('wholeBody()', () => {
  test('reads a JSON text with its escapes, as PHP and .NET write them', async () => {
    const { auth } = await answering({ body: '"ab\\/c\\u002Bd=="' }, { response: { token: wholeBody() } });
    expect((await auth.getToken()).accessToken).toBe('ab/c+d==');
  });

  test.each([
    ['a JSON object', { code: 'INVALID' }],
    ['a JSON object that was cut off', '{"error":"x"'],
    ['a JSON array', '["x"]'],
    ['a page', '<html><body>Maintenance</body></html>'],
  ])('does not take %s for a token', async (_what, body) => {
    const { api, call } = await answering({ body }, { response: { token: wholeBody() } });
    expect(await rejection(call())).toMatchObject({ name: 'TokenResponseError' });
    expect(api.requests).toHaveLength(0);
  });
});

describe('wholeBody(), what looks odd', () => {
  test.each(['{0f8fad5b-d9cb-469f-a165-70867728950e}', 'AQAE==', 'a.b~c'])('takes %s', async (body) => {
    const { auth } = await answering({ body }, { response: { token: wholeBody() } });
    expect((await auth.getToken()).accessToken).toBe(body);
  });
});

test('an answer of arrays in arrays ends no call: what is too deep is not looked at', async () => {
  const deep = '['.repeat(15_000) + ']'.repeat(15_000);
  const upstream = await fakeServer(() => ({ body: deep, headers: { 'content-type': 'text/plain' } }));
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const rejectedWhen = bodyCode('errors.code', ['[']);
  attach(api, { id: 'deep', fetchToken: async () => ({ accessToken: 'token' }), rejectedWhen });
  expect((await api.get('/x', { responseType: 'text' })).status).toBe(200);
});

describe('the life of a token', () => {
  test.each([
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['15 minutes', 900_000],
  ])('in words that are no seconds (%s) is not read as seconds', async (expires_in, ms) => {
    const { auth } = await answering({ body: { access_token: 'tok', expires_in } });
    const { expiresAt, issuedAt } = await auth.getToken();
    expect([undefined, issuedAt + ms]).toContain(expiresAt);
  });
});

describe('an error shows nothing of what was sent', () => {
  const echoing: AnswerOf = { status: 403, body: { error: 'denied', error_description: `${OTHER} is unknown` } };
  const nobody = { clientId: undefined, clientSecret: undefined, clientAuth: noAuthentication() };

  test('not a token in an Authorization of its own', async () => {
    const { auth } = await answering(echoing, {
      ...nobody,
      request: { headers: { Authorization: () => `Bearer ${OTHER}` } },
    });
    expect(String(await rejection(auth.getToken()))).not.toContain(OTHER);
  });

  test('not what the body function adds', async () => {
    const { auth } = await answering(echoing, { request: { format: 'json', body: () => ({ password: OTHER }) } });
    expect(String(await rejection(auth.getToken()))).not.toContain(OTHER);
  });
});

describe('the id of a source', () => {
  test.each(['pass', 'passphrase', 'jwt', 'sig', 'cookie'])('does not hold a parameter called %s', (name) => {
    const { id } = clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, params: { [name]: OTHER } });
    expect(id).not.toContain(OTHER);
  });
});

describe('the token request', () => {
  test('without a body has no Content-Type', async () => {
    const { request } = await ask({ request: { format: 'none' }, clientAuth: clientSecretBasic() });
    expect(request.headers).not.toHaveProperty('content-type');
  });

  test('sends an ArrayBuffer as it is, as bytes', async () => {
    const { request } = await ask({ request: { body: () => new TextEncoder().encode('bytes').buffer } });
    expect(request.body).toBe('bytes');
  });

  test.each([
    ['null', null],
    ['a Blob', new Blob(['bytes'])],
    ['a number', 5],
  ])('is not sent with a body that is %s: a TokenConfigError', async (_what, body) => {
    expect(await rejection(ask({ request: { body: () => body } }))).toMatchObject({ name: 'TokenConfigError' });
  });
});

test('errorAt() finds codes that are the items of an array themselves', async () => {
  const { auth } = await answering(
    { status: 400, body: { errors: ['invalid role or secret ID'] } },
    { response: { error: errorAt('errors') } },
  );
  expect(await rejection(auth.getToken())).toMatchObject({ error: 'invalid role or secret ID' });
});
