import axios from 'axios';
import { attachToken } from '../../lib/index.js';
import { memoryStore } from '../../lib/testing/index.js';
import { faultOf } from '../support/config-fault.js';
import { until } from '../support/turn.js';
import { attach, callsOf, rejection, sourceOf, startTimedWorld, startWorld, tokenServer } from '../support/world.js';

describe('warmUp()', () => {
  test('the first call finds its token there', async () => {
    const { api, server, auth, events } = await startWorld();
    await auth.warmUp();
    await callsOf(api, 10);
    expect(server.stats().requests).toBe(1);
    expect(events.of('token:awaited')).toHaveLength(1); // itself
  });

  test('again, as a probe does: nothing is asked while the token is valid', async () => {
    const { server, auth } = await startWorld();
    await Promise.all([auth.warmUp(), auth.warmUp()]);
    await auth.warmUp();
    expect(server.stats().requests).toBe(1);
  });

  test('shortly before the end of the token: it waits for the next one', async () => {
    const { server, auth, clock, events } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
    await auth.warmUp();
    await clock.advance(96_000);
    await auth.warmUp();
    expect(auth.inspect()).toMatchObject([{ state: 'fresh' }]);
    expect(server.stats().requests).toBe(2);
    expect(events.of('token:awaited')).toMatchObject([{ flight: 1 }, { flight: 2 }]);
  });

  test('with a list: all of them, each key once', async () => {
    const { server, auth } = await startWorld();
    await auth.warmUp([{ scope: 'read' }, { scope: 'write' }, { scope: 'read' }]);
    expect(server.requests.map(({ parameters }) => parameters.scope).sort()).toEqual(['read', 'write']);
    expect(auth.inspect().map(({ state }) => state)).toEqual(['fresh', 'fresh']);
  });

  test('with an empty list: nothing', async () => {
    const { server, auth } = await startWorld();
    await auth.warmUp([]);
    expect(server.stats().requests).toBe(0);
  });

  test('one that cannot be had rejects it, with an error that says why; the others are there', async () => {
    const { server, auth } = await startWorld();
    server.fail({ status: 400, error: 'invalid_scope' });
    const error = await rejection(auth.warmUp([{ scope: 'one' }, { scope: 'two' }]));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_scope' });
    await until(() => auth.inspect().every(({ refreshing }) => !refreshing));
    expect(server.stats().requests).toBe(2);
    expect(
      auth
        .inspect()
        .map(({ ok }) => ok)
        .sort(),
    ).toEqual([false, true]);
  });

  test('a signal ends the wait, not the token request', async () => {
    const { server, auth } = await startWorld();
    const hold = server.hold();
    const controller = new AbortController();
    const warm = rejection(auth.warmUp({ signal: controller.signal }));
    await hold.arrived();
    controller.abort(new Error('the probe has timed out'));
    expect(await warm).toMatchObject({ message: 'the probe has timed out' });
    hold.release();
    await auth.warmUp();
    expect(server.stats().requests).toBe(1);
  });

  test('a signal that has ended already: nothing is asked', async () => {
    const { server, auth } = await startWorld();
    expect(await rejection(auth.warmUp({ signal: AbortSignal.abort(new Error('too late')) }))).toMatchObject({
      message: 'too late',
    });
    expect(server.stats().requests).toBe(0);
  });

  test('what is misspelt is said', async () => {
    const { auth } = await startWorld();
    expect(await rejection(auth.warmUp({ scop: 'read' } as never))).toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      message: expect.stringMatching(/^warmUp: .*`scope`/),
    });
  });

  test('with a store: what another process has warmed is taken from there', async () => {
    const store = memoryStore();
    const { server, auth, upstream } = await startWorld({ attach: { store } });
    await auth.warmUp();
    const other = attach(axios.create({ baseURL: upstream.url }), sourceOf(server), { store });
    await other.warmUp();
    expect(other.inspect()).toMatchObject([{ state: 'fresh', store: 'shared' }]);
    expect(server.stats().requests).toBe(1);
  });

  test('with a store, while a failure is remembered: a probe fails with that, and waits for no token request', async () => {
    const { server, auth, events } = await startWorld({ attach: { store: memoryStore() } });
    server.fail({ status: 401, error: 'invalid_client' });
    for (let probes = 0; probes < 3; probes += 1)
      expect(await rejection(auth.warmUp())).toMatchObject({ error: 'invalid_client' });
    expect(events.of('token:awaited')).toHaveLength(1);
    expect(server.stats().requests).toBe(1);
  });

  test.each(['read', null, 5, [null]])('%p is no request: a TokenConfigError says so', async (request) => {
    const { auth } = await startWorld();
    expect(await rejection(auth.warmUp(request as never))).toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      message: expect.stringMatching(/^`warmUp` must be an object such as/),
    });
    expect(await rejection(auth.getToken([request] as never))).toMatchObject({ code: 'ERR_TOKEN_CONFIG' });
  });

  test('a handle that shares another one warms the same token', async () => {
    const { server, auth, upstream } = await startWorld();
    const second = attach(axios.create({ baseURL: upstream.url }), auth);
    await second.warmUp();
    await auth.warmUp();
    expect(server.stats().requests).toBe(1);
  });
});

describe('keepWarm', () => {
  const hourly = { server: { lifetimeSeconds: 3600 } };

  test('true: a token is always there, without a call', async () => {
    const { server, auth, clock, upstream, api } = await startTimedWorld({ ...hourly, attach: { keepWarm: true } });
    await auth.warmUp();
    for (let renewals = 1; renewals <= 3; renewals += 1) {
      await until(() => auth.inspect()[0]?.state === 'fresh' && clock.pending === 1);
      await clock.advance(55 * 60_000);
      await until(() => server.stats().requests === 1 + renewals);
    }
    await until(() => auth.inspect()[0]?.state === 'fresh');
    await api.get('/things');
    expect(upstream.stats()).toMatchObject({ requests: 1, rejected: 0 });
    expect(server.stats().requests).toBe(4);
  });

  test('{ idleMs }: until nobody has used it for so long', async () => {
    const { server, auth, clock } = await startTimedWorld({ ...hourly, attach: { keepWarm: { idleMs: 60_000 } } });
    await auth.warmUp();
    await until(() => clock.pending === 1);
    await clock.advance(55 * 60_000);
    expect(clock.pending).toBe(0);
    expect(server.stats().requests).toBe(1);
  });

  test('false is as good as nothing', async () => {
    const { auth, clock } = await startTimedWorld({ ...hourly, attach: { keepWarm: false } });
    await auth.warmUp();
    expect(clock.pending).toBe(0);
  });

  test.each([0, -1, 'true', {}, { idleMs: 0 }, { idleMs: '5' }, { idleMs: NaN }, { idleMS: 5 }, null])(
    '%p is refused',
    async (keepWarm) => {
      const server = await tokenServer();
      const api = axios.create({ baseURL: 'https://api.example.com' });
      expect(faultOf(() => attachToken(api, sourceOf(server), { keepWarm } as never))).toMatchObject({
        option: expect.stringMatching(/^keepWarm/),
        message: expect.stringMatching(
          /must be true, false or \{ idleMs \}|`keepWarm\.\w+` must be|Did you mean `keepWarm\.idleMs`/,
        ),
      });
    },
  );

  test('belongs to the token side: a handle that shares another one cannot set it', async () => {
    const { auth } = await startWorld();
    const api = axios.create({ baseURL: 'https://api.example.com' });
    expect(faultOf(() => attachToken(api, auth, { keepWarm: true }))).toMatchObject({ option: 'keepWarm' });
  });
});
