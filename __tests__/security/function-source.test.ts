import axios from 'axios';
import { type FetchToken, isTokenError } from '../../lib/index.js';
import { type Answering, fakeServer } from '../support/fake-server.js';
import { attach, record, rejection } from '../support/world.js';
import { expectHidden } from './shown.js';

// A function of the user's own sends the secret by request.http; what it throws is made safe.

const echo: Answering = ({ body, target, headers }) => ({
  status: 400,
  body: {
    error: 'invalid_client',
    error_description: `${body} ${target} ${String(headers.authorization)} ${String(headers['x-key'])}`,
  },
});

async function errorOf(
  fetchToken: (url: string) => FetchToken,
  answering: Answering = echo,
): Promise<{ error: unknown; events: unknown }> {
  const endpoint = await fakeServer(answering);
  const api = axios.create({ baseURL: 'https://api.example.com', proxy: false });
  const auth = attach(api, fetchToken(endpoint.url), { tokenTimeoutMs: 150 });
  const events = record(auth);
  return { error: await rejection(auth.getToken()), events: events.all };
}

describe.each([
  ['plain', 's3cr3t-of-the-client'],
  ['with signs that separate things', 'a=b&c:d,e"f{g}h i'],
])('an endpoint that repeats the secret (%s)', (_kind, secret) => {
  const ways: [string, (url: string) => FetchToken][] = [
    [
      'in a form',
      (url) =>
        ({ http }) =>
          http.post(url, new URLSearchParams({ client_secret: secret })),
    ],
    [
      'in JSON',
      (url) =>
        ({ http }) =>
          http.post(url, { auth: { client_secret: secret } }),
    ],
    [
      'in params',
      (url) =>
        ({ http }) =>
          http.get(url, { params: { client_secret: secret } }),
    ],
    [
      'in the query of the URL',
      (url) =>
        ({ http }) =>
          http.get(`${url}/?client_secret=${encodeURIComponent(secret)}`),
    ],
    [
      'in a header',
      (url) =>
        ({ http }) =>
          http.post(url, '', { headers: { 'X-Key': secret } }),
    ],
    [
      'in config.auth',
      (url) =>
        ({ http }) =>
          http.post(url, '', { auth: { username: 'client', password: secret } }),
    ],
  ];
  test.each(ways)('%s', async (_where, fetchToken) => {
    const { error, events } = await errorOf(fetchToken);
    const pair = Buffer.from(`client:${secret}`).toString('base64');
    expect(isTokenError(error) && error.code).toBe('ERR_TOKEN_ENDPOINT');
    expectHidden(error, [secret, pair]);
    expectHidden(events, [secret, pair]);
  });
});

test('an AxiosError of another axios: its config, with the secret in it, is gone', async () => {
  const secret = 's3cr3t-of-the-client';
  const { error } = await errorOf(
    (url) => () => axios.post(url, { secret }, { headers: { Authorization: `Basic ${btoa(secret)}` } }),
  );
  expect(isTokenError(error) && error.code).toBe('ERR_TOKEN_ENDPOINT');
  expectHidden(error, [secret]);
});

test('a broken connection: the config with the secret in it is gone', async () => {
  const secret = 's3cr3t-of-the-client';
  const { error } = await errorOf(
    (url) =>
      ({ http }) =>
        http.get(`${url}/?s=${secret}`, { headers: { 'X-Key': secret } }),
    (_request, response) => void response.destroy(),
  );
  expect(isTokenError(error) && error.code).toBe('ERR_TOKEN_NETWORK');
  expectHidden(error, [secret]);
});

test("broken JSON around a token, parsed by the function itself: the parser's message quotes it, ours does not", async () => {
  const token = 'tok-98765';
  const { error, events } = await errorOf(
    () => () => Promise.resolve(JSON.parse(token) as never), // what fetch's response.json() does with a bare token
  );
  expect(isTokenError(error) && error.code).toBe('ERR_TOKEN_SOURCE');
  expectHidden(isTokenError(error) ? [error.toJSON(), error.message, error.stack] : error, [token]);
  expectHidden(events, [token]);
});
