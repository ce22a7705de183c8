import axios from 'axios';
import { header } from '../../lib/index.js';
import { plain, withHeaders } from '../../lib/presets/with-headers.js';
import { fakeServer } from '../support/fake-server.js';
import { attach, rejection } from '../support/world.js';

const source = (headers: Record<string, string | undefined>, placement?: ReturnType<typeof header>) => ({
  id: 'test',
  fetchToken: async () => ({ accessToken: 'the-token' }),
  sendAs: withHeaders(headers, placement),
});

test('beside the token go the headers; one that is undefined does not', async () => {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url });
  attach(api, source({ 'X-Api-Key': 'key', 'X-Org': undefined }));
  await api.get('/x');
  const { headers } = upstream.requests[0]!;
  expect(headers).toMatchObject({ authorization: 'Bearer the-token', 'x-api-key': 'key' });
  expect(headers).not.toHaveProperty('x-org');
});

test("the caller's own value of such a header stays", async () => {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, headers: { 'x-api-key': 'mine' } });
  attach(api, source({ 'X-Api-Key': 'key' }));
  await api.get('/x');
  expect(upstream.requests[0]!.headers['x-api-key']).toBe('mine');
});

test('with another placement', async () => {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url });
  attach(api, source({ 'Client-Id': 'me' }, header('X-Token')));
  await api.get('/x');
  expect(upstream.requests[0]!.headers).toMatchObject({ 'x-token': 'the-token', 'client-id': 'me' });
  expect(upstream.requests[0]!.headers.authorization).toBeUndefined();
});

test("the caller's own Authorization wins: nothing is added", async () => {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url });
  attach(api, source({ 'X-Api-Key': 'key' }));
  await api.get('/x', { headers: { Authorization: 'Basic mine' } });
  expect(upstream.requests[0]!.headers.authorization).toBe('Basic mine');
  expect(upstream.requests[0]!.headers['x-api-key']).toBeUndefined();
});

test('an error of the API shows neither the token nor the headers', async () => {
  const upstream = await fakeServer(() => ({ status: 500 }));
  const api = axios.create({ baseURL: upstream.url });
  attach(api, source({ 'X-Api-Key': 'secret-key' }));
  const text = JSON.stringify(await rejection(api.get('/x')));
  expect(text).not.toContain('the-token');
  expect(text).not.toContain('secret-key');
});

test('without any header it is the placement itself', () => {
  const placement = header('X-Token');
  expect(withHeaders({ 'X-Org': undefined }, placement)).toBe(placement);
});

test.each([undefined, '', () => 'id'])('plain(): %p cannot go into every request', (value) => {
  expect(() => plain('twitch', 'clientId', value)).toThrow('twitch: `clientId`');
  expect(plain('twitch', 'clientId', 'id')).toBe('id');
});
