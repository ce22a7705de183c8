import { until } from '../support/turn.js';
import { callsOf, startTimedWorld } from '../support/world.js';

test.each([
  { lifetimeSeconds: 2, stepMs: 100 },
  { lifetimeSeconds: 60, stepMs: 1000 },
  { lifetimeSeconds: 3600, stepMs: 60_000 },
])(
  'steady traffic over tokens of $lifetimeSeconds s: no call waits, and none carries a token past its life',
  async ({ lifetimeSeconds, stepMs }) => {
    const { api, server, upstream, auth, clock, events } = await startTimedWorld({ server: { lifetimeSeconds } });
    const spentAt: boolean[] = [];
    upstream.intercept(({ token }) => {
      spentAt.push(clock.now() >= server.describe(token!)!.expiresAt!);
    });
    await api.get('/warm-up');
    const calls = Math.ceil((4 * lifetimeSeconds * 1000) / stepMs);
    for (let call = 0; call < calls; call += 1) {
      await clock.advance(stepMs);
      const hold = server.hold(); // a call that waits for a token would never come back
      await api.get('/things');
      hold.release();
      await until(() => auth.inspect()[0]?.refreshing === false);
    }
    expect(upstream.stats()).toMatchObject({ requests: calls + 1, rejected: 0 });
    expect(spentAt).toEqual(Array(calls + 1).fill(false));
    const renewals = events.of('token:issued').slice(1);
    expect(renewals.length).toBeGreaterThanOrEqual(4);
    for (const renewal of renewals) expect(renewal).toMatchObject({ reason: 'expiring', waiting: 0 });
  },
);

test('a hundred calls in the stale window: one background refresh, and all of them go out with the old token', async () => {
  const { api, server, upstream, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(80_000);
  const hold = server.hold();
  await callsOf(api, 100);
  expect(hold.held).toBe(1);
  expect(auth.inspect()).toMatchObject([{ state: 'stale', refreshing: true, waiting: 0 }]);
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(1);
  hold.release();
  await until(() => auth.inspect()[0]?.state === 'fresh');
  expect(server.stats().requests).toBe(2);
});

test('near its end a token is waited for, two seconds at most, and then the old one still serves', async () => {
  const { api, server, upstream, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(95_000);
  const hold = server.hold();
  const call = api.get('/things');
  await hold.arrived();
  await clock.advance(1999);
  expect(upstream.stats().requests).toBe(1);
  await clock.advance(1);
  await call; // its refresh is still under way
  expect(auth.inspect()).toMatchObject([{ state: 'critical', refreshing: true }]);
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(1);
  hold.release();
  await until(() => auth.inspect()[0]?.state === 'fresh');
});

test('near its end a token that is renewed in time is not used any more', async () => {
  const { api, server, upstream, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(96_000);
  await api.get('/things');
  expect(server.stats().requests).toBe(2);
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(2);
});

test('past its end a token is not sent: calls wait for the next, with one token request', async () => {
  const { api, server, upstream, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(100_000);
  await callsOf(api, 20);
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats()).toMatchObject({ requests: 21, rejected: 0 });
});

test('past its end a token is not sent either while the endpoint takes its time', async () => {
  const { api, server, upstream, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(100_000);
  const hold = server.hold();
  const call = api.get('/things');
  await hold.arrived();
  await clock.advance(3000);
  expect(upstream.stats().requests).toBe(1);
  hold.release();
  await call;
  expect(upstream.stats()).toMatchObject({ requests: 2, rejected: 0 });
  expect(upstream.requests[1]!.token).not.toBe(upstream.requests[0]!.token);
});

test('a token that is past its end when it arrives serves the calls that waited for it, and starts no loop', async () => {
  const { api, server, upstream, clock } = await startTimedWorld({ server: { lifetimeSeconds: 1 } });
  const hold = server.hold();
  const calls = callsOf(api, 10);
  await hold.arrived();
  await clock.advance(5000); // the life counts from when the token was asked for
  hold.release();
  await calls;
  expect(server.stats().requests).toBe(1);
  await callsOf(api, 10);
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats()).toMatchObject({ requests: 20, rejected: 0 });
});

test('a token without an end is kept until an API refuses it', async () => {
  const { api, server, clock } = await startTimedWorld({ server: { lifetimeSeconds: () => undefined } });
  await api.get('/things');
  await clock.advance(365 * 24 * 3600_000);
  await api.get('/things');
  expect(server.stats().requests).toBe(1);
  server.revokeAll();
  await api.get('/things');
  expect(server.stats().requests).toBe(2);
});
