import axios from 'axios';
import {
  clientCredentials,
  type ClientCredentialsOptions,
  clientSecretBasic,
  isTokenError,
  noAuthentication,
  type TokenError,
} from '../../lib/index.js';
import { type Answering, fakeServer } from '../support/fake-server.js';
import { attach, record, rejection } from '../support/world.js';
import { expectHidden, shown } from './shown.js';

// Whatever goes wrong, nothing that is printed of it shows the secret or a token.

const SECRET = 'hunter2+/=& "quoted" é\\ s3cr3t';
const TOKEN = 'opaque-token-0123456789';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl';
const PAIR = Buffer.from(`client:${SECRET}`).toString('base64');
const FORM_PAIR = Buffer.from(`client:${new URLSearchParams([['', SECRET]]).toString().slice(1)}`).toString('base64');
const HIDDEN = [SECRET, TOKEN, JWT, PAIR, FORM_PAIR];

interface Case {
  code: string;
  answering?: Answering;
  options?: Partial<ClientCredentialsOptions>;
}

const refuse =
  (text: string): Answering =>
  () => ({ status: 400, body: { error: 'invalid_client', error_description: text } });
const echo: Answering = ({ body, target, headers }) => ({
  status: 400,
  body: {
    error: `bad ${body}`,
    error_description: `${target} ${String(headers.authorization)} ${String(headers['x-key'])}`,
    error_uri: `https://x/?${body}`,
  },
});
const post = { request: { format: 'form' } } as const;

const cases: Record<string, Case> = {
  'a wrong secret': { code: 'ERR_TOKEN_ENDPOINT', answering: refuse('wrong') },
  'a description with the secret': { code: 'ERR_TOKEN_ENDPOINT', answering: refuse(`the secret ${SECRET} is wrong`) },
  'a description with a JWT': { code: 'ERR_TOKEN_ENDPOINT', answering: refuse(`the token ${JWT} is still valid`) },
  'an echo of the form': { code: 'ERR_TOKEN_ENDPOINT', answering: echo, options: post },
  'an echo of the JSON': { code: 'ERR_TOKEN_ENDPOINT', answering: echo, options: { request: { format: 'json' } } },
  'an echo of the query': { code: 'ERR_TOKEN_ENDPOINT', answering: echo, options: { request: { method: 'GET' } } },
  'an echo of HTTP Basic': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: echo,
    options: { clientAuth: clientSecretBasic() },
  },
  'an echo of raw HTTP Basic': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: echo,
    options: { clientAuth: clientSecretBasic({ encoding: 'raw' }) },
  },
  'an echo of a secret parameter': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: echo,
    options: { clientAuth: () => undefined, params: { api_key: SECRET } },
  },
  'an echo of a secret header': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: echo,
    options: { clientAuth: () => undefined, request: { headers: { 'X-Key': `k-${encodeURIComponent(SECRET)}` } } },
  },
  'an error code that is the secret': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: () => ({ status: 400, body: { error: SECRET } }),
  },
  'a redirect with the secret': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: ({ body }) => ({ status: 302, headers: { location: `https://evil.example/?${body}` } }),
  },
  'a page': {
    code: 'ERR_TOKEN_ENDPOINT',
    answering: () => ({ status: 500, body: `<html>${encodeURIComponent(SECRET)}</html>` }),
  },
  'broken JSON around a token': {
    code: 'ERR_TOKEN_RESPONSE',
    answering: () => ({ body: `{"access_token":"${TOKEN}"`, headers: { 'content-type': 'application/json' } }),
  },
  'a token elsewhere': { code: 'ERR_TOKEN_RESPONSE', answering: () => ({ body: { token: TOKEN, jwt: JWT } }) },
  'a token as a field name': { code: 'ERR_TOKEN_RESPONSE', answering: () => ({ body: { [JWT]: 1, [SECRET]: 2 } }) },
  'a token with a line break': {
    code: 'ERR_TOKEN_RESPONSE',
    answering: () => ({ body: { access_token: `${TOKEN}\n` } }),
  },
  'a connection that breaks, secret in the body': {
    code: 'ERR_TOKEN_NETWORK',
    answering: (_request, response) => void response.destroy(),
  },
  'a connection that breaks, secret in the URL': {
    code: 'ERR_TOKEN_NETWORK',
    answering: (_request, response) => void response.destroy(),
    options: { request: { method: 'GET' } },
  },
  'no answer in time, secret in the URL': {
    code: 'ERR_TOKEN_TIMEOUT',
    answering: () => new Promise(() => {}),
    options: { request: { method: 'GET' } },
  },
};

test.each(Object.entries(cases))('%s', async (_name, { code, answering, options }) => {
  const [endpoint, upstream] = await Promise.all([fakeServer(answering), fakeServer()]);
  const api = axios.create({ baseURL: upstream.url });
  const source = clientCredentials({
    tokenUrl: `${endpoint.url}/token`,
    clientId: 'client',
    clientSecret: SECRET,
    ...options,
  });
  const auth = attach(api, source, { tokenTimeoutMs: 150 }); // no time for another attempt
  const events = record(auth);
  const error = await rejection(api.get('/x'));
  expect(isTokenError(error)).toBe(true);
  expect((error as TokenError).code).toBe(code);
  expect(error).not.toHaveProperty('config');
  expect(error).not.toHaveProperty('response');
  expect(error).not.toHaveProperty('request');
  expectHidden(error, HIDDEN);
  expect(events.all.length).toBeGreaterThan(0);
  expectHidden(events.all, HIDDEN);
  expectHidden(auth.inspect(), HIDDEN);
  expectHidden(auth, HIDDEN);
  expectHidden(source, HIDDEN);
  expect(upstream.requests).toHaveLength(0);
});

test('a description with the token that is held', async () => {
  let count = 0;
  const endpoint = await fakeServer(() =>
    ++count === 1
      ? { body: { access_token: TOKEN } }
      : { status: 400, body: { error: 'invalid_request', error_description: `${TOKEN} is still valid` } },
  );
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const auth = attach(api, clientCredentials({ tokenUrl: endpoint.url, clientId: 'client', clientSecret: SECRET }));
  await auth.getToken();
  expectHidden(await rejection(auth.refresh()), HIDDEN);
});

test.each<[string, (url: string) => ClientCredentialsOptions]>([
  [
    'tokenUrl',
    (url) => ({ tokenUrl: `${url}/token?app_key=${encodeURIComponent(SECRET)}`, clientAuth: noAuthentication() }),
  ],
  [
    'a clientAuth',
    (url) => ({
      tokenUrl: `${url}/token`,
      clientSecret: SECRET,
      clientAuth: ({ tokenUrl, clientSecret = '' }) => {
        tokenUrl.searchParams.set('k', clientSecret);
      },
    }),
  ],
])('a secret in the query, put there by %s, and repeated by the endpoint', async (_what, options) => {
  const endpoint = await fakeServer(({ target }) => ({ status: 400, body: { error: 'e', error_description: target } }));
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const error = await rejection(attach(api, clientCredentials(options(endpoint.url))).getToken());
  expect(error).toMatchObject({ error: 'e', errorDescription: expect.stringContaining('[redacted]') });
  expectHidden(error, [SECRET]);
});

test('a refused connection, secret in the URL', async () => {
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const options = {
    tokenUrl: 'http://127.0.0.1:1/token',
    clientId: 'client',
    clientSecret: SECRET,
    request: { method: 'GET' },
  } as const;
  const auth = attach(api, clientCredentials(options), { tokenTimeoutMs: 150 });
  const error = await rejection(auth.getToken());
  expect((error as TokenError).code).toBe('ERR_TOKEN_NETWORK');
  expectHidden(error, HIDDEN);
});

test('what is left of an error still says what happened: it is not all hidden', async () => {
  const endpoint = await fakeServer(refuse(`the secret ${SECRET} is wrong`));
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const auth = attach(
    api,
    clientCredentials({ tokenUrl: `${endpoint.url}/token`, clientId: 'client', clientSecret: SECRET }),
  );
  const text = shown(await rejection(auth.getToken()));
  expect(text).toContain(
    `${endpoint.url}/token refused the token request: 400 invalid_client "the secret [redacted] is wrong"`,
  );
});

test("an API's own error after a refresh that failed shows no token and no secret, in its cause neither", async () => {
  const endpoint = await fakeServer(({ body }) =>
    granted
      ? { status: 400, body: { error: 'x', error_description: body } }
      : ((granted = true), { body: { access_token: TOKEN } }),
  );
  let granted = false;
  const upstream = await fakeServer(() => ({ status: 401 }));
  const api = axios.create({ baseURL: upstream.url });
  attach(api, clientCredentials({ tokenUrl: endpoint.url, clientId: 'client', clientSecret: SECRET }));
  const error = (await rejection(api.get('/x'))) as Error;
  expect(axios.isAxiosError(error)).toBe(true);
  expect(isTokenError(error.cause)).toBe(true);
  expectHidden(error.cause, HIDDEN);
  expect(JSON.stringify(error)).not.toContain(TOKEN);
});
