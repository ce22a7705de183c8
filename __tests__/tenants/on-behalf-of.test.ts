import { AsyncLocalStorage } from 'node:async_hooks';
import axios, { type AxiosInstance } from 'axios';
import { tokenExchange } from '../../lib/grants/index.js';
import { clientCredentials, type TokenHandle } from '../../lib/index.js';
import { client } from '../source/asking.js';
import { fakeServer, type FakeServer, form, granted } from '../support/fake-server.js';
import { attach, protectedApi, rejection } from '../support/world.js';

// A BFF that calls one API for the users who are signed in, and for itself.

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const USERS = Array.from({ length: 100 }, (_, index) => `u${index}`);

const session = new AsyncLocalStorage<{ user: string; accessToken: string }>();
const loginOf = (user: string, number = 1): { user: string; accessToken: string } => ({
  user,
  accessToken: `login-${number}-of-${user}`,
});

interface Bff {
  endpoint: FakeServer;
  /** What the API was called with, by path. */
  received: Map<string, string[]>;
  refused: Set<string>;
  service: AxiosInstance;
  serviceAuth: TokenHandle;
  orders: AxiosInstance;
  /** Exchanges so far, as `user by actor`. */
  exchanges(): string[];
}

async function bff(): Promise<Bff> {
  let count = 0;
  const endpoint = await fakeServer(({ body }) => {
    const { grant_type, subject_token = '', actor_token } = form(body);
    if (grant_type !== EXCHANGE) return { body: granted(`service-${++count}`) };
    const user = subject_token.split('-of-')[1];
    if (user === 'signed-out') return { status: 400, body: { error: 'invalid_request' } };
    const type = 'urn:ietf:params:oauth:token-type:access_token';
    return { body: { ...granted(`for-${user}-by-${actor_token}-${++count}`), issued_token_type: type } };
  });
  const refused = new Set<string>();
  const upstream = await protectedApi({ accepts: (token) => !refused.has(token) });
  const received: Bff['received'] = new Map();
  upstream.intercept(({ path, token = '' }) => {
    received.set(path, [...(received.get(path) ?? []), token]);
  });

  const create = (): AxiosInstance => axios.create({ baseURL: upstream.url, proxy: false });
  const [service, orders] = [create(), create()];
  const options = { tokenUrl: `${endpoint.url}/token`, ...client };
  const serviceAuth = attach(service, clientCredentials(options));
  attach(orders, tokenExchange({ ...options, actorToken: async () => (await serviceAuth.getToken()).accessToken }), {
    tokenParams: () => {
      const login = session.getStore();
      if (!login) throw new Error('nobody is signed in');
      return { subjectToken: login.accessToken };
    },
  });
  const exchanges = (): string[] =>
    endpoint.requests
      .map(({ body }) => form(body))
      .filter(({ grant_type }) => grant_type === EXCHANGE)
      .map(({ subject_token, actor_token }) => `${subject_token} by ${actor_token}`);
  return { endpoint, received, refused, service, serviceAuth, orders, exchanges };
}

test('100 users at once beside the service itself: each call with its own user’s token, one exchange each, one token of the service', async () => {
  const { endpoint, received, service, orders, exchanges } = await bff();
  await Promise.all(
    [...USERS, ...USERS].map((user) =>
      session.run(loginOf(user), () => Promise.all([orders.get(`/orders/${user}`), service.get(`/stock/${user}`)])),
    ),
  );
  for (const user of USERS) {
    const [first, second] = received.get(`/orders/${user}`)!;
    expect(first).toMatch(new RegExp(`^for-${user}-by-service-1-`));
    expect(second).toBe(first);
    expect(received.get(`/stock/${user}`)).toEqual(['service-1', 'service-1']);
  }
  expect(exchanges().sort()).toEqual(USERS.map((user) => `login-1-of-${user} by service-1`).sort());
  expect(endpoint.requests).toHaveLength(101);
});

test('a user whose login is not accepted fails alone; so does a call that nobody is signed in for, and nothing of it is sent', async () => {
  const { received, service, orders, exchanges } = await bff();
  const outcomes = await Promise.all([
    rejection(session.run(loginOf('signed-out'), () => orders.get('/orders/signed-out'))),
    rejection(orders.get('/orders/nobody')),
    session.run(loginOf('ada'), () => orders.get('/orders/ada')),
    service.get('/stock'),
  ]);
  expect(outcomes).toMatchObject([
    { error: 'invalid_request' },
    { message: 'nobody is signed in' },
    { status: 200 },
    { status: 200 },
  ]);
  expect([...received.keys()].sort()).toEqual(['/orders/ada', '/stock']);
  expect(exchanges()).toHaveLength(2);
});

test('a token of one user that the API refuses is exchanged anew; those of other users and of the service stay', async () => {
  const { endpoint, received, refused, service, orders, exchanges } = await bff();
  const all = (): Promise<unknown> =>
    Promise.all([
      ...['ada', 'grace'].map((user) => session.run(loginOf(user), () => orders.get(`/orders/${user}`))),
      service.get('/stock'),
    ]);
  await all();
  refused.add(received.get('/orders/ada')![0]!);
  await all();
  expect(exchanges().sort()).toEqual([
    'login-1-of-ada by service-1',
    'login-1-of-ada by service-1',
    'login-1-of-grace by service-1',
  ]);
  expect(endpoint.requests).toHaveLength(4);
  expect(new Set(received.get('/orders/grace')).size).toBe(1);
  expect(received.get('/stock')).toEqual(['service-1', 'service-1']);
});

test('who signs in again gets a token for the new login', async () => {
  const { received, orders, exchanges } = await bff();
  await session.run(loginOf('ada', 1), () => orders.get('/orders/ada'));
  await session.run(loginOf('ada', 2), () => orders.get('/orders/ada'));
  expect(exchanges()).toEqual(['login-1-of-ada by service-1', 'login-2-of-ada by service-1']);
  expect(new Set(received.get('/orders/ada')).size).toBe(2);
});

test('the service’s own token ends: the next exchange is made by the new one', async () => {
  const { orders, serviceAuth, exchanges } = await bff();
  await session.run(loginOf('ada'), () => orders.get('/orders/ada'));
  serviceAuth.invalidate();
  await session.run(loginOf('grace'), () => orders.get('/orders/grace'));
  await session.run(loginOf('ada'), () => orders.get('/orders/ada')); // still has hers
  expect(exchanges()[0]).toBe('login-1-of-ada by service-1');
  expect(exchanges()[1]).toMatch(/^login-1-of-grace by service-[^1]/);
  expect(exchanges()).toHaveLength(2);
});
