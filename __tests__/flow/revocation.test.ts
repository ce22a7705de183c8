import { park } from '../support/parked.js';
import { until } from '../support/turn.js';
import { callsOf, sendsByPath, startTimedWorld, startWorld } from '../support/world.js';

test('a first call ever that is answered with 401 and then 200 succeeds, with one forced refresh', async () => {
  const { api, server, upstream, events } = await startWorld();
  upstream.rejectNext();
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
  expect(upstream.requests.map(({ status }) => status)).toEqual([401, 200]);
  expect(events.names()).toEqual([
    'token:requested',
    'token:issued',
    'token:rejected',
    'token:requested',
    'token:issued',
    'request:retried',
  ]);
  expect(events.of('token:rejected')).toMatchObject([{ status: 401, method: 'GET', origin: upstream.url }]);
  expect(events.of('token:requested')[1]).toMatchObject({ reason: 'rejected', attempt: 1 });
  expect(events.of('request:retried')).toMatchObject([{ status: 200, accepted: true }]);
});

test('500 calls in the air when all tokens are revoked: one token request, each call sent exactly twice', async () => {
  const { api, server, upstream } = await startWorld();
  await api.get('/warm-up');
  server.revokeAll();
  server.resetStats();
  upstream.resetStats();

  const hold = upstream.hold();
  const calls = callsOf(api, 500);
  await hold.arrived(500);
  hold.release();
  const answers = await calls;

  expect(answers.map(({ status }) => status)).toEqual(Array(500).fill(200));
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats().requests).toBe(1000);
  expect([...sendsByPath(upstream.requests).values()]).toEqual(Array(500).fill(2));
});

test('a late 401 for a token that somebody else has replaced: resent with the current one, no token request', async () => {
  const { api, server, upstream, events } = await startWorld();
  await api.get('/warm-up');
  const parked = park(upstream, ['/late']);
  const late = api.get('/late');
  await parked.arrived(1);
  server.revokeAll();
  await api.get('/other');
  expect(server.stats().requests).toBe(2);

  parked.reject('/late');
  expect(await late).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
  expect(events.of('request:retried')).toHaveLength(2);
  const [old, current] = upstream.requests.filter(({ path }) => path === '/late').map(({ token }) => token);
  expect(server.isActive(current!)).toBe(true);
  expect(current).not.toBe(old);
});

test('50 late 401s that trickle in one after the other: one token request', async () => {
  const { api, server, upstream } = await startWorld();
  await api.get('/warm-up');
  const paths = Array.from({ length: 50 }, (_, index) => `/late/${index}`);
  const parked = park(upstream, paths);
  const calls = paths.map((path) => api.get(path));
  await parked.arrived(50);
  server.revokeAll();
  server.resetStats();
  for (const [index, path] of paths.entries()) {
    parked.reject(path);
    expect(await calls[index]).toMatchObject({ status: 200 });
  }
  expect(server.stats().requests).toBe(1);
});

test('an early refresh and a 401 at the same moment share one flight', async () => {
  const { api, server, upstream, auth, clock, events } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(85_000); // stale
  server.revokeAll();
  server.resetStats();

  const hold = server.hold();
  const call = api.get('/things');
  await hold.arrived(); // the early refresh …
  await until(() => auth.inspect()[0]?.waiting === 1); // … and the refused call waits for it
  hold.release();
  expect(await call).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(1);
  expect(events.of('token:requested').map(({ reason }) => reason)).toEqual(['missing', 'expiring']);
  expect(upstream.requests.map(({ status }) => status)).toEqual([200, 401, 200]);
});

test('a call that comes while a 401 refresh is under way waits for that one', async () => {
  const { api, server, upstream, auth } = await startWorld();
  await api.get('/warm-up');
  server.revokeAll();
  server.resetStats();
  const hold = server.hold();
  const refused = api.get('/refused');
  await hold.arrived();
  const next = api.get('/next');
  await until(() => auth.inspect()[0]?.waiting === 2);
  hold.release();
  await Promise.all([refused, next]);
  expect(server.stats().requests).toBe(1);
  expect(sendsByPath(upstream.requests).get('/next')).toBe(1);
});

test('a refresh that fails: the 401 surfaces with the reason as its cause', async () => {
  const { api, server, upstream, events } = await startWorld();
  await api.get('/warm-up');
  server.revokeAll();
  server.fail({ status: 400, error: 'unauthorized_client' });
  await expect(api.get('/things')).rejects.toMatchObject({
    response: { status: 401 },
    cause: { code: 'ERR_TOKEN_ENDPOINT', error: 'unauthorized_client' },
  });
  expect(upstream.stats().requests).toBe(2);
  expect(events.of('request:retry-skipped')).toMatchObject([
    { reason: 'refresh-failed', code: 'ERR_TOKEN_ENDPOINT', status: 401 },
  ]);
});

test('an endpoint that gives the refused token again: the 401 surfaces, and nothing is sent twice', async () => {
  const { api, server, upstream, events } = await startWorld({ server: { reissue: 'same' } });
  await api.get('/warm-up');
  upstream.rejectNext();
  await expect(api.get('/things')).rejects.toMatchObject({ response: { status: 401 } });
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats().requests).toBe(2);
  expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'same-token' }]);
});
