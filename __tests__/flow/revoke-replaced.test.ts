import axios from 'axios';
import { attachToken, type Token, type TokenSource } from '../../lib/index.js';
import { faultOf } from '../support/config-fault.js';
import { FakeClock } from '../support/fake-clock.js';
import { fakeServer } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { turn, until } from '../support/turn.js';
import { attach, manualClock, record, rejection, type WorldOptions } from '../support/world.js';
import { revocable, revocations, timedRevocable } from './revoking.js';

const GRACE = 30_000;

const replacing = ({ attach: attachOptions, ...options }: WorldOptions = {}) =>
  timedRevocable({ ...options, attach: { revokeReplaced: true, ...attachOptions } });

/** Whatever needs no time and no network has happened: the module is loaded, and its timer set. */
async function settled(clock: ManualClock, timers: number): Promise<void> {
  await until(() => clock.pending === timers);
  await turn();
}

describe('with `revokeReplaced`', () => {
  test('a token is revoked 30 s after a newer one replaced it, and not before', async () => {
    const { auth, server, clock, events } = await replacing();
    const old = await auth.getToken({ scope: 'read' });
    const current = await auth.refresh({ scope: 'read' });
    await settled(clock, 1);
    await clock.advance(GRACE - 1);
    expect(server.isActive(old.accessToken)).toBe(true);
    await clock.advance(1);
    await until(() => events.of('token:revoked').length === 1);
    expect(events.of('token:revoked')).toMatchObject([{ key: 'k1', scope: 'read', reason: 'replaced' }]);
    expect(revocations(server)).toEqual([old.accessToken]);
    expect([old, current].map(({ accessToken }) => server.isActive(accessToken))).toEqual([false, true]);
    expect(clock.pending).toBe(0);
  });

  test('also after an early refresh: calls that use the old one meanwhile are answered', async () => {
    const { api, server, upstream, clock, events } = await replacing({ server: { lifetimeSeconds: 600 } });
    await api.get('/first');
    await clock.advance(500_000); // stale
    const hold = upstream.hold();
    const slow = api.get('/slow'); // has the old one, and starts the refresh
    await until(() => events.of('token:issued').length === 2);
    await hold.arrived();
    hold.release();
    expect((await slow).status).toBe(200);
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => events.of('token:revoked').length === 1);
    expect(revocations(server)).toEqual([upstream.requests[0]!.token]);
  });

  test('each at its time, with one timer for all', async () => {
    const { auth, server, clock, events } = await replacing();
    const tenants = ['a', 'b', 'c'];
    const old: Token[] = [];
    for (const tenant of tenants) {
      old.push(await auth.getToken({ tenant }));
      await auth.refresh({ tenant });
      await settled(clock, 1);
      await clock.advance(10_000);
    }
    for (const count of [1, 2, 3]) {
      await until(() => events.of('token:revoked').length === count);
      expect(revocations(server)).toEqual(old.slice(0, count).map(({ accessToken }) => accessToken));
      if (count < 3) await clock.advance(10_000);
    }
    expect(clock.pending).toBe(0);
  });

  test.each<[string, (world: Awaited<ReturnType<typeof replacing>>) => Promise<unknown>]>([
    [
      'an API has rejected',
      async ({ api, upstream }) => {
        await api.get('/first');
        upstream.rejectNext();
        await api.get('/second');
      },
    ],
    [
      'was expired',
      async ({ auth, clock }) => {
        await auth.getToken();
        await clock.advance(3_600_000);
        await auth.getToken();
      },
    ],
    [
      'invalidate() has dropped',
      async ({ auth }) => {
        auth.invalidate(await auth.getToken());
        await auth.getToken();
      },
    ],
  ])('one that %s is let be', async (_what, replace) => {
    const world = await replacing();
    const { auth, server, clock, events } = world;
    await replace(world);
    const { accessToken } = await auth.getToken({ tenant: 'another' });
    await auth.refresh({ tenant: 'another' });
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => events.of('token:revoked').length === 1);
    await auth.close();
    expect(revocations(server)).toEqual([accessToken]);
    expect(server.stats().issued).toBe(4);
  });

  test('one that expires in the meantime is let be', async () => {
    const { auth, server, clock } = await replacing({ server: { lifetimeSeconds: 40 } });
    await auth.getToken();
    await clock.advance(15_000);
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(GRACE);
    expect(clock.pending).toBe(0);
    expect(revocations(server)).toEqual([]);
  });

  test.each(['same', 'extends', 'replaces'] as const)("with `reissue: '%s'` nothing is revoked", async (reissue) => {
    const { auth, server, clock, events } = await replacing({ server: { reissue }, source: { reissue } });
    await auth.getToken();
    await auth.refresh();
    await turn();
    await turn();
    expect(clock.pending).toBe(0);
    await auth.close();
    expect(revocations(server)).toEqual([]);
    expect(events.of('token:revoke-failed')).toEqual([]);
  });

  test('a token that the endpoint has given again is in use, and is let be', async () => {
    const { auth, server, clock } = await replacing({ server: { reissue: 'same' } });
    const [first, second] = [await auth.getToken(), await auth.refresh()];
    expect(first.accessToken).toBe(second.accessToken);
    await turn();
    await turn();
    expect(clock.pending).toBe(0);
    expect(revocations(server)).toEqual([]);
  });

  test('a token that another key still uses is let be, until that one has replaced it, too', async () => {
    const given = ['shared', 'shared', 'second', 'third'];
    const { auth, clock, revoked } = ownSource({ give: () => given.shift()! });
    await auth.getToken({ tenant: 'a' });
    await auth.getToken({ tenant: 'b' });
    await auth.refresh({ tenant: 'a' });
    await settled(clock, 1);
    await clock.advance(GRACE);
    expect(revoked).toEqual([]);
    await auth.refresh({ tenant: 'b' });
    await settled(clock, 1);
    await clock.advance(GRACE);
    expect(revoked).toEqual(['shared']);
  });

  test('a server that cannot be told is an event; calls do not hear of it', async () => {
    const revoking = await fakeServer(() => ({ status: 503 }));
    const { api, auth, clock, events } = await replacing({ source: { revocationUrl: revoking.url } });
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => events.of('token:revoke-failed').length === 1);
    expect(events.of('token:revoke-failed')).toMatchObject([{ reason: 'replaced', code: 'ERR_TOKEN_ENDPOINT' }]);
    expect((await api.get('/things')).status).toBe(200);
    await clock.advance(GRACE);
    expect(revoking.requests).toHaveLength(1);
  });

  test('one that hangs is given up after 5 s, and never has more than half of the places', async () => {
    const revoking = await fakeServer(() => undefined);
    const { auth, clock, events } = await replacing({ source: { revocationUrl: revoking.url } });
    const tenants = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const tenant of tenants) {
      await auth.getToken({ tenant });
      await auth.refresh({ tenant });
    }
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => revoking.requests.length === 4);
    await auth.getToken({ tenant: 'another' }); // there is room for what calls wait for
    expect(revoking.requests).toHaveLength(4);
    await clock.advance(5000);
    await until(() => revoking.requests.length === 6);
    await clock.advance(5000);
    await until(() => events.of('token:revoke-failed').length === 6);
    expect(new Set(events.of('token:revoke-failed').map(({ code }) => code))).toEqual(new Set(['ERR_TOKEN_TIMEOUT']));
    expect(clock.pending).toBe(0);
  });

  test('one that hangs holds up no call, also where token requests go one at a time', async () => {
    const revoking = await fakeServer(() => undefined);
    const { api, auth, server, clock } = await replacing({
      source: { revocationUrl: revoking.url },
      attach: { tokenRequests: { concurrency: 1 } },
    });
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => revoking.requests.length === 1);
    const call = api.get('/things', { token: { tenant: 'cold' } });
    await until(() => server.stats().issued === 3);
    expect(await call).toMatchObject({ status: 200 });
    expect(clock.pending).toBe(1); // the revocation still hangs
  });

  test('revocations are no token requests, and are not counted where those are limited', async () => {
    const { api, auth, server, clock, events } = await replacing({
      attach: { tokenRequests: { intervalMs: 600_000, maxPerInterval: 3 } },
    });
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => events.of('token:revoked').length === 1);
    const call = api.get('/things', { token: { tenant: 'cold' } });
    await until(() => server.stats().issued === 3);
    expect(await call).toMatchObject({ status: 200 });
  });

  test('a burst does not pile up: as many wait as the cache has keys, and the oldest is given up', async () => {
    let count = 0;
    const { auth, clock, revoked, events } = ownSource({ give: () => `token-${++count}` }, { maxKeys: 3 });
    await auth.getToken();
    for (let i = 0; i < 5; i++) await auth.refresh();
    await settled(clock, 1);
    expect(events.of('token:revoke-failed')).toMatchObject([
      { reason: 'replaced', code: 'ERR_TOKEN_TIMEOUT' },
      { reason: 'replaced', code: 'ERR_TOKEN_TIMEOUT' },
    ]);
    await clock.advance(GRACE);
    await until(() => revoked.length === 3);
    expect(revoked).toEqual(['token-3', 'token-4', 'token-5']);
  });

  test('after detach() what was replaced before is still revoked', async () => {
    const { auth, server, clock, events } = await replacing();
    const old = await auth.getToken();
    await auth.refresh();
    auth.detach();
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => events.of('token:revoked').length === 1);
    expect(revocations(server)).toEqual([old.accessToken]);
  });
});

describe('close()', () => {
  test('drops what waits', async () => {
    const { auth, server, clock, events } = await replacing();
    const old = await auth.getToken();
    await auth.refresh();
    await auth.close();
    expect(clock.pending).toBe(0);
    await clock.advance(GRACE);
    expect(server.isActive(old.accessToken)).toBe(true);
    expect(events.names().filter((name) => name.startsWith('token:revoke'))).toEqual([]);
  });

  test('aborts what is under way, and does not begin what waits', async () => {
    const { auth, server, clock, events } = await replacing();
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(1000);
    await auth.refresh();
    const hold = server.hold();
    await clock.advance(GRACE - 1000);
    await hold.arrived();
    await auth.close();
    expect(events.of('token:revoke-failed')).toMatchObject([{ reason: 'replaced', code: 'ERR_TOKEN_CLOSED' }]);
    expect(clock.pending).toBe(0);
    await until(() => server.stats().concurrent === 0);
    hold.release();
  });

  test('with `revoke: true` revokes them at once, after those that are held', async () => {
    const { auth, server, clock, events } = await replacing({ attach: { tokenRequests: { concurrency: 1 } } });
    const old = [await auth.getToken(), await auth.refresh()];
    const current = await auth.refresh();
    await auth.close({ revoke: true });
    expect(revocations(server)).toEqual([current, ...old].map(({ accessToken }) => accessToken));
    expect(events.of('token:revoked').map(({ reason }) => reason)).toEqual(['closed', 'replaced', 'replaced']);
    expect(clock.pending).toBe(0);
  });

  test('with `revoke: true` waits for what is under way, and aborts that with the rest', async () => {
    const revoking = await fakeServer(() => undefined);
    const { auth, clock, events } = await replacing({ source: { revocationUrl: revoking.url } });
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await clock.advance(GRACE);
    await until(() => revoking.requests.length === 1);
    let closed = false;
    const closing = auth.close({ revoke: true, timeoutMs: 1000 }).then(() => (closed = true));
    await until(() => revoking.requests.length === 2);
    expect(closed).toBe(false);
    await clock.advance(1000);
    await closing;
    expect(events.of('token:revoke-failed').map(({ reason, code }) => [reason, code])).toEqual([
      ['closed', 'ERR_TOKEN_TIMEOUT'],
      ['replaced', 'ERR_TOKEN_TIMEOUT'],
    ]);
    expect(clock.pending).toBe(0);
  });

  test('of a handle that shares the tokens drops nothing', async () => {
    const { auth, server, clock, events } = await replacing();
    const shared = attach(axios.create({ baseURL: 'https://api.example.com' }), auth);
    await auth.getToken();
    await auth.refresh();
    await settled(clock, 1);
    await shared.close();
    await shared.close({});
    await clock.advance(GRACE);
    await until(() => events.of('token:revoked').length === 1);
    expect(revocations(server)).toHaveLength(1);
  });
});

test('without `revokeReplaced` a token that was replaced lives on, also after close({ revoke: true })', async () => {
  const { auth, server } = await revocable();
  const old = await auth.getToken();
  const current = await auth.refresh();
  await auth.close({ revoke: true });
  expect(revocations(server)).toEqual([current.accessToken]);
  expect(server.isActive(old.accessToken)).toBe(true);
});

test('neither the timer nor the limit of a request keeps the process alive', async () => {
  const clock = new FakeClock();
  const revoking = await fakeServer(() => undefined);
  const { auth } = await revocable({
    attach: { revokeReplaced: true, clock },
    source: { revocationUrl: revoking.url },
  });
  await auth.getToken();
  await auth.refresh();
  await until(() => clock.pending === 1);
  expect(clock.keepingAlive).toBe(0);
  await clock.advance(GRACE);
  await until(() => revoking.requests.length === 1);
  expect([clock.keepingAlive, clock.pending]).toEqual([0, 1]);
  await auth.close();
  expect(clock.pending).toBe(0);
});

describe('`revokeReplaced` where nothing can be revoked', () => {
  const api = axios.create({ baseURL: 'https://api.example.com' });

  test('is a TokenConfigError that says what to set', () => {
    const error = faultOf(() => attachToken(api, async () => ({ accessToken: 'x' }), { revokeReplaced: true }));
    expect(error.option).toBe('revokeReplaced');
    expect(error.message).toMatch(/`revocationUrl`.*`issuer`.*`revokeToken`/);
  });

  test('is nothing when it is false', async () => {
    await attachToken(api, async () => ({ accessToken: 'x' }), { revokeReplaced: false }).close();
  });

  test('belongs to the token side: beside a handle it is refused', async () => {
    const auth = attach(api, {
      id: 'own',
      fetchToken: async () => ({ accessToken: 'x' }),
      revokeToken: async () => undefined,
    });
    const error = await rejection(
      Promise.resolve().then(() => attachToken(axios.create(), auth, { revokeReplaced: true })),
    );
    expect(error).toMatchObject({ option: 'revokeReplaced' });
  });
});

/** A source whose tokens a test chooses. */
function ownSource({ give }: { give: () => string }, attachOptions: { maxKeys?: number } = {}) {
  const clock = manualClock();
  const revoked: string[] = [];
  const source: TokenSource = {
    id: 'own',
    fetchToken: async () => ({ accessToken: give() }),
    revokeToken: async ({ accessToken }) => void revoked.push(accessToken),
  };
  const api = axios.create({ baseURL: 'https://api.example.com' });
  const auth = attach(api, source, { clock, random: () => 0, revokeReplaced: true, ...attachOptions });
  return { auth, clock, revoked, events: record(auth) };
}
