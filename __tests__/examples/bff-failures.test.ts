import type { FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../examples/bff/app.js';
import { createMetrics } from '../../examples/bff/metrics.js';
import { type Servers, startServers } from '../../examples/bff/servers.js';
import { createSessions } from '../../examples/bff/sessions.js';
import { connectUpstreams, type Upstreams } from '../../examples/bff/upstreams.js';
import { type Visitor, visitor } from './visitor.js';

// What a browser is told when an API fails: a server that answers as the test wants stands in for the shop.

let answer: RequestListener;
const shop = createServer((request, response) => answer(request, response));
let servers: Servers;
let upstreams: Upstreams;
let app: FastifyInstance;
let one: Visitor;

beforeAll(async () => {
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
  servers = await startServers({ latencyMs: 0 });
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  upstreams = connectUpstreams({ ...servers.credentials, shop: { url } });
  app = await createApp({
    upstreams,
    sessions: createSessions(),
    cookieSecret: 'for tests',
    signIn: () => 'a login that has ended',
    metrics: createMetrics(upstreams.auth),
    logLevel: 'silent',
  });
  one = visitor(await app.listen({ host: '127.0.0.1', port: 0 }));
  await one.post('/session', { tenant: 'acme' });
});

afterAll(async () => {
  one.leave();
  await app.close();
  await servers.close();
  shop.closeAllConnections();
  shop.close();
});

const failing =
  (status: number, headers = {}): RequestListener =>
  ({ headers: { authorization = '' } }, response) =>
    void response.writeHead(status, headers).end(`what the API thinks of ${authorization}`);

const busy = [503, 'upstream_busy', 'An API is too busy. Try again later.'] as const;
const failed = [502, 'upstream', 'An API has failed.'] as const;

test.each<[string, RequestListener, readonly [number, string, string], string | undefined]>([
  ['500', failing(500), failed, undefined],
  ['403', failing(403), failed, undefined],
  ['a redirect in a circle', failing(302, { location: '/orders' }), failed, undefined],
  ['a connection that ends', (request) => void request.socket.destroy(), failed, undefined],
  ['404', failing(404), [404, 'not_found', 'There is no such thing.'], undefined],
  ['429 and when to come back', failing(429, { 'retry-after': '7' }), busy, '7'],
  ['503', failing(503), busy, undefined],
  ['nothing, in time', () => {}, [504, 'upstream_timeout', 'An API did not answer in time.'], undefined],
])('an API answers %s: the browser is told in its own words', async (_, listener, told, retryAfter) => {
  answer = listener;
  upstreams.api.orders.defaults.timeout = told[0] === 504 ? 50 : 15_000;
  const { status, headers, body } = await one.get('/api/orders');
  const { error, message, ...more } = JSON.parse(body) as Record<string, unknown>;
  expect([[status, error, message], headers['retry-after'], more]).toEqual([told, retryAfter, {}]);
});

test("a user's token that is good for nothing any more: 401, sign in again", async () => {
  const { status, body } = await one.get('/api/account');
  expect([status, JSON.parse(body)]).toEqual([401, { error: 'signed_out', message: 'Sign in again.' }]);
});

test('a fault of the server itself says nothing about it: 500', async () => {
  upstreams.api.parcels.defaults.adapter = () => Promise.reject(new Error('a password, by mistake'));
  const { status, body } = await one.get('/api/parcels');
  expect([status, JSON.parse(body)]).toEqual([500, { error: 'internal', message: 'Something is wrong here.' }]);
});
