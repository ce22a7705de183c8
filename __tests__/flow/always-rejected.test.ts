import { Readable } from 'node:stream';
import axios from 'axios';
import {
  attach,
  callsOf,
  protectedApi,
  sendsByPath,
  sourceOf,
  startTimedWorld,
  startWorld,
  tokenServer,
} from '../support/world.js';

const START = Date.UTC(2030, 0, 1);
const never401 = { validateStatus: () => true };

test('an API that always says 401: two sends for the first call, then one each, and forced refreshes after 1, 2, 4 … 30 s', async () => {
  const { api, server, upstream, clock, events } = await startTimedWorld({ axios: never401 });
  const calls = 200;
  for (let call = 0; call < calls; call += 1) {
    expect(await api.get('/denied')).toMatchObject({ status: 401 });
    await clock.advance(500);
  }
  expect(server.requests.map(({ receivedAt }) => (receivedAt - START) / 1000)).toEqual([0, 0, 1, 3, 7, 15, 31, 61, 91]);
  expect(upstream.stats().requests).toBe(calls + 8);
  expect(events.of('request:retry-skipped').map(({ reason }) => reason)).toEqual(Array(calls - 8).fill('paused'));
  expect(events.of('request:retried').map(({ accepted }) => accepted)).toEqual(Array(8).fill(false));
});

test('a hundred calls at once to such an API: one forced refresh for all, two sends a call at most', async () => {
  const { api, server, upstream } = await startWorld({ axios: never401 });
  await api.get('/warm-up');
  const hold = upstream.hold();
  const calls = Promise.all(Array.from({ length: 100 }, (_, call) => api.get('/denied', { params: { call } })));
  await hold.arrived(100);
  hold.release();
  for (const { status } of await calls) expect(status).toBe(401);
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats().rejected).toBeLessThanOrEqual(200);
});

test('during the pause the token is kept, and ordinary successes do not end it', async () => {
  const { api, server, clock } = await startTimedWorld({ axios: never401 });
  await api.get('/denied');
  expect(server.stats().requests).toBe(2);
  for (let call = 0; call < 9; call += 1) {
    await clock.advance(100);
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(await api.get('/denied')).toMatchObject({ status: 401 });
  }
  expect(server.stats().requests).toBe(2);
});

test('a forced refresh whose resend is accepted ends the pauses: the next refusal is renewed at once', async () => {
  const { api, server, upstream, clock } = await startTimedWorld({ axios: never401 });
  await api.get('/denied');
  await clock.advance(1000);
  await api.get('/denied'); // the next pause is 2 s
  await clock.advance(2000);
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  server.resetStats();
  server.revokeAll();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(1);
});

test('an API that refuses everything does not slow the other one down that shares its tokens', async () => {
  const server = await tokenServer();
  const [first, second] = [await protectedApi({ accepts: server }), await protectedApi({ accepts: server })];
  const api = axios.create(never401);
  attach(api, sourceOf(server), { allowedOrigins: [first.url, second.url] });
  await api.get(`${first.url}/denied`);
  server.revokeAll();
  expect(await api.get(`${second.url}/things`)).toMatchObject({ status: 200 });
});

test.each([
  { what: 'retryRejected: false', attach: { retryRejected: false }, data: () => ({ a: 1 }), reason: 'disabled' },
  { what: 'bodies that cannot be sent twice', attach: {}, data: () => Readable.from(['x']), reason: 'body' },
])(
  'with $what each call is sent once, and token requests are damped all the same',
  async ({ attach: how, data, reason }) => {
    const { api, server, upstream, clock, events } = await startTimedWorld({ axios: never401, attach: how });
    for (let call = 0; call < 240; call += 1) {
      expect(await api.post('/denied', data())).toMatchObject({ status: 401 });
      await clock.advance(250);
    }
    expect(upstream.stats().requests).toBe(240);
    expect(server.stats().requests).toBeLessThanOrEqual(8); // as many as with resends in this minute
    expect(server.stats().requests).toBeGreaterThanOrEqual(3); // and it does go on trying
    expect(new Set(events.of('request:retry-skipped').map((event) => event.reason))).toEqual(new Set([reason]));
  },
);

test('with retryRejected: false the refused token is dropped: the next call gets a new one', async () => {
  const { api, server, upstream } = await startWorld({ axios: never401, attach: { retryRejected: false } });
  await api.get('/warm-up');
  server.revokeAll();
  expect(await api.get('/things')).toMatchObject({ status: 401 });
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
  expect(sendsByPath(upstream.requests).get('/things')).toBe(2);
});

test('with retryRejected: false many refusals of one token drop it once', async () => {
  const { api, server, upstream } = await startWorld({ axios: never401, attach: { retryRejected: false } });
  await api.get('/warm-up');
  server.revokeAll();
  const hold = upstream.hold();
  const calls = callsOf(api, 50);
  await hold.arrived(50);
  hold.release();
  await calls;
  await callsOf(api, 50);
  expect(server.stats().requests).toBe(2);
});
