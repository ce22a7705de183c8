import axios from 'axios';
import { coreOf } from '../../lib/attach/core-of.js';
import { fakeServer } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { attach, rejection, startTimedWorld, startWorld } from '../support/world.js';
import { timedRevocable } from './revoking.js';

test('detach() while calls wait for a token: they are served, new calls go out untouched', async () => {
  const { api, server, upstream, auth } = await startWorld();
  const hold = server.hold();
  const waiting = api.get('/waiting');
  await hold.arrived();
  auth.detach();
  await api.get('/public');
  expect(upstream.requests.map(({ path, token }) => [path, token])).toEqual([['/public', undefined]]);
  hold.release();
  expect(await waiting).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(1);
});

test('a 401 that arrives after detach() surfaces: no flight is started', async () => {
  const { api, server, upstream, auth, events } = await startWorld();
  await api.get('/warm-up');
  const hold = upstream.hold();
  const call = rejection(api.get('/things'));
  await hold.arrived();
  server.revokeAll();
  auth.detach();
  hold.release();
  expect(await call).toMatchObject({ response: { status: 401 } });
  expect(server.stats().requests).toBe(1);
  expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'detached' }]);
});

test('after detach() a config that was bound before goes out untouched', async () => {
  const { api, upstream, auth } = await startWorld();
  const { config } = await api.get('/public');
  auth.detach();
  auth.detach();
  await api.request({ ...config, headers: {} });
  expect(upstream.requests.map(({ token }) => token !== undefined)).toEqual([true, false]);
});

test('after detach() the handle itself still gives the token it holds, and asks for none', async () => {
  const { api, server, auth } = await startWorld();
  await api.get('/warm-up');
  auth.detach();
  expect(await auth.getToken()).toMatchObject({ accessToken: expect.stringMatching(/^tok_/) });
  expect(await rejection(auth.refresh())).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  expect(server.stats().requests).toBe(1);
});

test('close() while calls wait for a token: they are served, and no call after them gets one', async () => {
  const { api, server, upstream, auth } = await startWorld();
  const hold = server.hold();
  const waiting = Promise.all([api.get('/one'), api.get('/two')]);
  await hold.arrived();
  const closed = auth.close();
  await api.get('/public');
  hold.release();
  await closed;
  expect(auth.inspect()).toMatchObject([{ refreshing: false, waiting: 0, state: 'fresh' }]);
  expect((await waiting).map(({ status }) => status)).toEqual([200, 200]);
  expect(upstream.requests.map(({ token }) => token !== undefined)).toEqual([false, true, true]);
  expect(server.stats().requests).toBe(1);
});

test('close() waits through the attempts of a token request that fails', async () => {
  const { api, server, auth, clock, events } = await startTimedWorld();
  server.fail({ status: 503 }, 1);
  const call = api.get('/things');
  await until(() => events.of('token:failed').length === 1);
  const closed = auth.close();
  await clock.advance(300);
  await closed;
  expect(await call).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
});

test.each([800, undefined])(
  'close() waits no longer than timeoutMs (%p): then the calls fail, and the token request is aborted',
  async (own) => {
    const { api, server, auth, clock } = await startTimedWorld();
    server.fail('hang');
    const waiting = rejection(api.get('/things'));
    await until(() => server.stats().requests === 1);
    const closed = auth.close(own === undefined ? undefined : { timeoutMs: own });
    await clock.advance((own ?? 5000) - 1);
    expect(auth.inspect()).toMatchObject([{ refreshing: true, waiting: 1 }]);
    await clock.advance(1);
    await closed;
    expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    await until(() => server.stats().concurrent === 0);
  },
);

test('close() with a timeoutMs of 0 while calls wait: they fail at once with ERR_TOKEN_CLOSED', async () => {
  const { api, server, upstream, auth } = await startWorld();
  server.fail('hang');
  const waiting = Promise.all([rejection(api.get('/one')), rejection(api.get('/two'))]);
  await until(() => server.stats().requests === 1);
  await auth.close({ timeoutMs: 0 });
  for (const error of await waiting) expect(error).toMatchObject({ code: 'ERR_TOKEN_CLOSED', permanent: true });
  await until(() => server.stats().concurrent === 0); // its connection is gone
  expect(upstream.stats().requests).toBe(0);
});

test('close() while an API call is in the air: it is answered as if nothing had happened', async () => {
  const { api, upstream, auth } = await startWorld();
  await api.get('/warm-up');
  const hold = upstream.hold();
  const call = api.get('/things');
  await hold.arrived();
  await auth.close();
  hold.release();
  expect(await call).toMatchObject({ status: 200 });
});

test('close() while a refused call waits for its new token: the 401 surfaces, with the closing as its cause', async () => {
  const { api, server, auth } = await startWorld();
  await api.get('/warm-up');
  server.revokeAll();
  server.fail('hang');
  const call = rejection(api.get('/things'));
  await until(() => auth.inspect()[0]?.waiting === 1);
  await auth.close({ timeoutMs: 0 });
  expect(await call).toMatchObject({ response: { status: 401 }, cause: { code: 'ERR_TOKEN_CLOSED' } });
});

test('close() without patience during a pause between attempts ends the wait', async () => {
  const { api, server, auth, events } = await startTimedWorld();
  server.fail({ status: 503 }, Infinity);
  const call = rejection(api.get('/things'));
  await until(() => events.of('token:failed').length === 1);
  await auth.close({ timeoutMs: 0 });
  expect(await call).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
});

test('close() may be called twice, and with a background refresh under way', async () => {
  const { api, server, auth, clock } = await startTimedWorld({ server: { lifetimeSeconds: 100 } });
  await api.get('/warm-up');
  await clock.advance(85_000);
  const hold = server.hold();
  await api.get('/things');
  await hold.arrived();
  const closed = Promise.all([auth.close(), auth.close()]);
  hold.release();
  await closed;
  expect(auth.inspect()).toMatchObject([{ refreshing: false }]);
});

test('a handle that shares the tokens of another one only detaches, also by close(); the last one to go ends it', async () => {
  const { api, server, upstream, auth } = await startWorld();
  const sharing = [1, 2].map(() => attach(axios.create({ baseURL: upstream.url }), auth));
  const ended = jest.fn();
  coreOf(auth)!.closed.add(ended);
  const hold = server.hold();
  const waiting = api.get('/things');
  await hold.arrived();
  await sharing[0]!.close({ timeoutMs: 0 });
  sharing[1]!.detach();
  hold.release();
  expect(await waiting).toMatchObject({ status: 200 });
  await auth.refresh();
  expect(ended).not.toHaveBeenCalled();
  await auth.close();
  expect(ended).toHaveBeenCalledTimes(1);
});

test('close() with `revoke`: timeoutMs is for all of it, half of that for token requests under way', async () => {
  const silent = await fakeServer(() => undefined);
  const { api, server, auth, clock } = await timedRevocable({ source: { revocationUrl: silent.url } });
  await auth.getToken({ scope: 'held' });
  server.fail('hang');
  const waiting = rejection(api.get('/things'));
  await until(() => server.stats().requests === 2);
  let isOver = false;
  const closed = auth.close({ revoke: true, timeoutMs: 1000 }).then(() => (isOver = true));
  await clock.advance(499);
  expect(auth.inspect().map(({ refreshing }) => refreshing)).toContain(true);
  await clock.advance(1);
  expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  await until(() => silent.requests.length === 1);
  await clock.advance(499);
  expect(isOver).toBe(false);
  await clock.advance(1);
  await closed;
});

test('[Symbol.dispose] detaches, [Symbol.asyncDispose] closes', async () => {
  const { api, upstream, auth } = await startWorld();
  auth[Symbol.dispose]();
  await api.get('/public');
  expect(upstream.requests[0]!.token).toBeUndefined();

  const other = await startWorld();
  const hold = other.server.hold();
  const waiting = other.api.get('/things');
  await hold.arrived();
  const disposed = other.auth[Symbol.asyncDispose]();
  hold.release();
  await disposed;
  expect(await waiting).toMatchObject({ status: 200 });
  expect(await rejection(other.auth.refresh())).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
});

test('what a call has asked for is let go when it is there: it would keep the async context of that call alive', async () => {
  const { auth, server } = await startWorld();
  const { asked, manager } = coreOf(auth)!;
  const hold = server.hold();
  const token = auth.getToken();
  await hold.arrived();
  const [entry] = manager.entries;
  expect(asked.has(entry!)).toBe(true); // `close({ revoke: true })` waits for it
  hold.release();
  await token;
  expect(asked.has(entry!)).toBe(false);
  server.fail({ status: 400, error: 'invalid_scope' });
  await rejection(auth.refresh());
  expect(asked.has(entry!)).toBe(false);
});
