import axios, { type AxiosRequestConfig } from 'axios';
import { header, queryParameter } from '../../lib/index.js';
import { attach, protectedApi, rejection, sourceOf, startWorld, tokenServer } from '../support/world.js';

const basic = `Basic ${Buffer.from('me:pw').toString('base64')}`;

test.each<[string, AxiosRequestConfig, string | undefined]>([
  ['an Authorization', { headers: { Authorization: 'Bearer own' } }, 'Bearer own'],
  ['an authorization in lower case', { headers: { authorization: 'Bearer own' } }, 'Bearer own'],
  ['Authorization: null', { headers: { Authorization: null } }, undefined],
  ['Authorization: false', { headers: { Authorization: false } }, undefined],
  ['config.auth', { auth: { username: 'me', password: 'pw' } }, basic],
])('%s of the caller wins: no token, no token request, no resend', async (_what, options, expected) => {
  const { api, server, upstream, events } = await startWorld();
  expect(await rejection(api.get('/denied', options))).toMatchObject({ response: { status: 401 } });
  expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([expected]);
  expect(server.stats().requests).toBe(0);
  expect(events.all).toEqual([
    { name: 'request:skipped', method: 'GET', origin: undefined, reason: 'own-credentials' },
  ]);
});

test('a user and a password in the URL win', async () => {
  const { api, server, upstream } = await startWorld();
  await rejection(api.get(upstream.url.replace('//', '//me:pw@') + '/denied'));
  expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([basic]);
  expect(server.stats().requests).toBe(0);
});

test('an at sign further on in the URL is no user', async () => {
  const { api, upstream } = await startWorld();
  await api.get(`${upstream.url}/users/me@example.com?mail=a@b`);
  await api.get('/users/me@example.com');
  expect(upstream.requests.map(({ token }) => typeof token)).toEqual(['string', 'string']);
});

test('with a header of its own for the token, an Authorization beside it is the caller’s, and both go out', async () => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server, tokenFrom: { header: 'X-Token' } });
  const api = axios.create({ baseURL: upstream.url, auth: { username: 'me', password: 'pw' } });
  attach(api, sourceOf(server, { sendAs: header('X-Token') }));
  upstream.rejectNext();
  await api.get('/things');
  expect(upstream.requests.map(({ headers, token }) => [headers.authorization, server.isActive(token!)])).toEqual(
    Array(2).fill([basic, true]),
  );
});

test.each<[string, AxiosRequestConfig]>([
  ['params', { url: '/denied', params: { access_token: 'own' } }],
  ['URLSearchParams', { url: '/denied', params: new URLSearchParams({ access_token: 'own' }) }],
  ['the URL', { url: '/denied?access_token=own' }],
])('for a query parameter, a value of the caller in %s wins', async (_what, options) => {
  const server = await tokenServer();
  const upstream = await protectedApi({ accepts: server, tokenFrom: { query: 'access_token' } });
  const api = axios.create({ baseURL: upstream.url });
  attach(api, sourceOf(server, { sendAs: queryParameter('access_token') }));
  await rejection(api.request(options));
  expect(upstream.requests.map(({ query }) => query.access_token)).toEqual(['own']);
  expect(server.stats().requests).toBe(0);
});
