import type { Fault } from '../../lib/testing/index.js';
import { turn, until } from '../support/turn.js';
import { callsOf, rejection, startTimedWorld } from '../support/world.js';

const START = Date.UTC(2030, 0, 1);

test.each<{ what: string; fault: Fault }>([
  { what: 'answers 503', fault: { status: 503 } },
  { what: 'answers 429', fault: { status: 429, retryAfter: 30 } },
  { what: 'says invalid_client', fault: { status: 401, error: 'invalid_client' } },
  { what: 'drops the connection', fault: 'reset' },
  { what: 'answers with half a JSON', fault: 'malformed' },
  { what: 'hangs', fault: 'hang' },
])('the endpoint $what while a valid token is held: no call notices', async ({ fault }) => {
  const { api, server, upstream, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(80_000);
  server.fail(fault, Infinity);
  for (let second = 80; second < 94; second += 1) {
    await api.get('/things');
    if (fault !== 'hang') await until(() => auth.inspect()[0]?.refreshing === false);
    await clock.advance(1000);
  }
  expect(server.stats().faulted).toBeGreaterThanOrEqual(1);
  expect(upstream.stats()).toMatchObject({ requests: 15, rejected: 0 });
});

test('background refreshes that fail back off by 1, 2, 4 and 8 s, and then it recovers without help', async () => {
  const { api, server, auth, clock, events } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(80_000);
  server.fail({ status: 503 }, Infinity);
  for (let second = 80; second < 100; second += 1) {
    if (second === 90) server.heal();
    await api.get('/things');
    await until(() => auth.inspect()[0]?.refreshing === false);
    await clock.advance(1000);
  }
  expect(server.requests.map(({ receivedAt }) => (receivedAt - START) / 1000)).toEqual([0, 80, 81, 83, 87, 95]);
  expect(auth.inspect()).toMatchObject([{ state: 'fresh', failures: 0, retryAt: undefined, lastError: undefined }]);
  expect(events.of('token:failed').map(({ attempt, retryAt }) => [attempt, (retryAt! - START) / 1000])).toEqual([
    [1, 81],
    [1, 83],
    [1, 87],
    [1, 95],
  ]);
});

test('a cold start against a failing endpoint: three attempts, one flight for all, nothing sent, and retryAt says when', async () => {
  const { api, server, upstream, auth, clock, events } = await startTimedWorld();
  server.fail({ status: 503 }, Infinity);
  const calls = Promise.all(Array.from({ length: 10 }, (_, call) => rejection(api.get(`/things/${call}`))));
  for (let attempt = 1; attempt < 3; attempt += 1) {
    await until(() => events.of('token:failed').length === attempt);
    await clock.advance(200 * attempt);
  }
  for (const error of await calls)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 503, permanent: false, retryAt: START + 1600 });
  expect(server.stats().requests).toBe(3);
  expect(upstream.stats().requests).toBe(0);
  expect(auth.inspect()).toMatchObject([
    { state: 'empty', failures: 1, retryAt: START + 1600, lastError: 'ERR_TOKEN_ENDPOINT' },
  ]);
});

test('a call that comes in a short pause waits for the probe, and is served when the endpoint is back', async () => {
  const { api, server, clock } = await startTimedWorld();
  server.fail({ status: 503 }, 3);
  const first = rejection(api.get('/first'));
  for (const pause of [200, 400]) {
    await until(() => clock.pending === 2); // the deadline, and the pause before the next attempt
    await clock.advance(pause);
  }
  await first;
  const second = api.get('/second');
  await turn();
  expect(server.stats().requests).toBe(3);
  await clock.advance(1000);
  expect(await second).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(4);
});

test('calls inside the pause after a permanent failure fail at once with the same error, without a token request', async () => {
  const { api, server, auth } = await startTimedWorld();
  server.fail({ status: 400, error: 'unauthorized_client' });
  const first = await rejection(api.get('/first'));
  const second = await rejection(api.get('/second'));
  expect(second).toMatchObject({ error: 'unauthorized_client', permanent: true, retryAt: START + 1000 });
  expect(second).not.toBe(first);
  expect(server.stats().requests).toBe(1);

  auth.invalidate();
  await api.get('/third');
  expect(server.stats().requests).toBe(2);
});

test('the endpoint hangs: every caller settles within its own timeout, the others at tokenTimeoutMs; then it recovers', async () => {
  const { api, server, upstream, auth, clock } = await startTimedWorld();
  server.fail('hang', Infinity);
  const impatient = [50, 500, 2000].map((timeout) => rejection(api.get('/things', { timeout })));
  const patient = rejection(api.get('/things'));
  await until(() => auth.inspect()[0]?.waiting === 4);

  for (const [index, ms] of [50, 450, 1500].entries()) {
    await clock.advance(ms);
    expect(await impatient[index]).toMatchObject({ code: 'ECONNABORTED', name: 'AxiosError' });
    expect(auth.inspect()).toMatchObject([{ waiting: 3 - index, refreshing: true }]);
  }
  await clock.advance(8000);
  expect(await patient).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT', name: 'TokenTimeoutError' });
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats().requests).toBe(0);

  server.heal();
  await clock.advance(1000);
  expect(await callsOf(api, 5)).toHaveLength(5);
  expect(server.stats().requests).toBe(2);
});

test('the endpoint hangs past the end of the token: calls wait from there on, and are served by the next flight', async () => {
  const { api, server, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(94_000);
  server.fail('hang');
  await api.get('/stale');
  await clock.advance(6000);
  const waiting = rejection(api.get('/expired'));
  await until(() => auth.inspect()[0]?.waiting === 1);
  await clock.advance(4000);
  expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
  await clock.advance(1000);
  expect(await api.get('/later')).toMatchObject({ status: 200 });
});
