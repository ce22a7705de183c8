import axios from 'axios';
import { instrument } from '../../lib/opentelemetry/index.js';
import { SCOPE } from '../../lib/opentelemetry/names.js';
import { memoryStore } from '../../lib/testing/index.js';
import { attach, callsOf, rejection, sourceOf, startTimedWorld, startWorld } from '../support/world.js';
import { startMeasures } from './telemetry.js';

const name = 'things';

describe('token requests', () => {
  test('are counted by outcome and reason, and timed', async () => {
    const { meterProvider, read } = startMeasures();
    const { api, auth, server } = await startWorld();
    instrument(auth, { meterProvider, name });
    await callsOf(api, 3);
    server.revokeAll();
    await callsOf(api, 3);
    await auth.refresh();
    const rows = ['missing', 'rejected', 'forced'].map((reason) => ({
      attributes: { name, reason, outcome: 'issued' },
      value: 1,
    }));
    expect(await read('token.requests')).toMatchObject(rows);
    expect(await read('token.request.duration')).toMatchObject(rows);
    expect(await read('token.acquisition.duration')).toMatchObject(rows);
  });

  test('that fail are counted each, by an error of few values; the acquisition they belong to is timed once', async () => {
    const { meterProvider, read, value } = startMeasures();
    const { auth, clock, server } = await startTimedWorld();
    instrument(auth, { meterProvider, name });
    server.fail({ status: 503 }, 2);
    const token = auth.getToken();
    while (((await value('token.requests')) ?? 0) < 1) await clock.advance(0);
    await clock.advance(200);
    while (((await value('token.requests', { outcome: 'failed' })) ?? 0) < 2) await clock.advance(0);
    await clock.advance(400);
    await token;
    server.fail({ status: 400, error: 'invalid_scope' });
    await rejection(auth.refresh());
    server.fail({ status: 400, error: 'request 4711 is wrong' });
    auth.invalidate();
    await rejection(auth.getToken());
    const failed = { name, outcome: 'failed' };
    expect(await read('token.requests')).toMatchObject([
      {
        attributes: {
          ...failed,
          reason: 'missing',
          'error.type': 'ERR_TOKEN_ENDPOINT',
          'http.response.status_code': 503,
        },
        value: 2,
      },
      { attributes: { name, reason: 'missing', outcome: 'issued' }, value: 1 },
      {
        attributes: { ...failed, reason: 'forced', 'error.type': 'invalid_scope', 'http.response.status_code': 400 },
        value: 1,
      },
      {
        attributes: {
          ...failed,
          reason: 'missing',
          'error.type': 'ERR_TOKEN_ENDPOINT',
          'http.response.status_code': 400,
        },
        value: 1,
      },
    ]);
    expect((await read('token.acquisition.duration')).map(({ value: times }) => times)).toEqual([1, 1, 1]);
  });

  test('of a fleet: who asked, who was given, and how the store fared', async () => {
    const { meterProvider, read, value } = startMeasures();
    const store = memoryStore();
    const { auth, server, upstream } = await startWorld({ attach: { store } });
    const other = attach(axios.create({ baseURL: upstream.url }), sourceOf(server), { store });
    instrument(auth, { meterProvider, name: 'one' });
    instrument(other, { meterProvider, name: 'other' });
    await auth.getToken();
    await other.getToken();
    expect(await read('token.requests')).toMatchObject([
      { attributes: { name: 'one', outcome: 'issued' } },
      { attributes: { name: 'other', outcome: 'shared' } },
    ]);
    expect(await read('store.lease.duration')).toMatchObject([
      { attributes: { name: 'one', outcome: 'granted' }, value: 1 },
      { attributes: { name: 'other', outcome: 'shared' }, value: 1 },
    ]);
    const { lease } = store;
    store.lease = () => Promise.reject(new Error('out of order'));
    await other.refresh();
    expect(await value('store.errors', { name: 'other', operation: 'lease' })).toBe(1);
    expect(await value('store.lease.duration', { name: 'other', outcome: 'alone' })).toBe(1);
    store.lease = lease;
  });
});

describe('API requests', () => {
  test('whose token was refused are counted, and what became of them', async () => {
    const { meterProvider, read } = startMeasures();
    const { api, auth, server, upstream } = await startWorld();
    instrument(auth, { meterProvider, name });
    await api.get('/things');
    server.revokeAll();
    await api.get('/things');
    const careless = axios.create({ baseURL: upstream.url });
    attach(careless, auth, { retryRejected: false });
    server.revokeAll();
    await rejection(careless.get('/things'));
    expect(await read('token.rejections')).toMatchObject([
      { attributes: { name, 'http.response.status_code': 401 }, value: 2 },
    ]);
    expect(await read('api_request.retries')).toMatchObject([
      { attributes: { name, outcome: 'accepted', reason: 'rejected' }, value: 1 },
      { attributes: { name, outcome: 'skipped', reason: 'disabled' }, value: 1 },
    ]);
  });

  test('that go out without a token are counted by why', async () => {
    const { meterProvider, read } = startMeasures();
    const { api, auth } = await startWorld();
    instrument(auth, { meterProvider, name });
    await rejection(api.get('/things', { token: false }));
    await rejection(api.get('/things', { token: false }));
    await rejection(api.get('/things', { headers: { Authorization: 'Bearer own' } }));
    expect(await read('api_request.skips')).toMatchObject([
      { attributes: { name, reason: 'token-false' }, value: 2 },
      { attributes: { name, reason: 'own-credentials' }, value: 1 },
    ]);
  });
});

test('revocations are counted by how they went', async () => {
  const { meterProvider, read } = startMeasures();
  const { server, upstream } = await startWorld();
  const own = (): ReturnType<typeof attach> =>
    attach(axios.create({ baseURL: upstream.url }), sourceOf(server, { revocationUrl: server.revocationUrl }));
  const [one, other] = [own(), own()];
  for (const handle of [one, other]) {
    await handle.getToken();
    instrument(handle, { meterProvider, name });
  }
  await one.close({ revoke: true });
  await server.close();
  await other.close({ revoke: true });
  expect(await read('token.revocations')).toMatchObject([
    { attributes: { name, reason: 'closed', outcome: 'revoked' }, value: 1 },
    { attributes: { name, reason: 'closed', outcome: 'failed', 'error.type': 'ERR_TOKEN_NETWORK' }, value: 1 },
  ]);
});

describe('gauges', () => {
  test('show the age of the token, and the time until it expires', async () => {
    const { meterProvider, value } = startMeasures();
    const { auth, clock } = await startTimedWorld();
    instrument(auth, { meterProvider });
    const both = async (): Promise<unknown> => [await value('token.age'), await value('token.time_to_expiry')];
    expect(await both()).toEqual([0, 0]);
    await auth.getToken();
    await clock.advance(600_000);
    expect(await both()).toEqual([600, 3000]);
    await clock.advance(3_000_000);
    expect(await both()).toEqual([0, 0]);
    expect(await value('keys', { state: 'expired' })).toBe(1);
  });

  test('show how many calls wait, and which keys fail', async () => {
    const { meterProvider, value } = startMeasures();
    const { auth, server } = await startWorld();
    instrument(auth, { meterProvider });
    const hold = server.hold();
    const calls = Array.from({ length: 30 }, () => rejection(auth.getToken()));
    await hold.arrived();
    expect([await value('waiting_calls'), await value('failing_keys')]).toEqual([30, 0]);
    server.fail({ status: 401, error: 'invalid_client' });
    hold.release();
    await Promise.all(calls);
    expect([await value('waiting_calls'), await value('failing_keys')]).toEqual([0, 1]);
  });

  test('have as many rows for a hundred tenants as for one; age and expiry are of the tokens without a tenant', async () => {
    const { meterProvider, read, value } = startMeasures();
    const { auth, clock } = await startTimedWorld();
    instrument(auth, { meterProvider, name });
    const tokenOf = (tenant: number) => auth.getToken({ tenant: `tenant ${tenant}` });
    await tokenOf(0);
    const rows = await read();
    await Promise.all(Array.from({ length: 100 }, (_, tenant) => tokenOf(tenant)));
    await clock.advance(60_000);
    await auth.getToken();
    expect((await read()).map(({ metric, attributes }) => ({ metric, attributes }))).toEqual(
      rows.map(({ metric, attributes }) => ({ metric, attributes })),
    );
    expect(await value('keys', { state: 'fresh' })).toBe(101);
    expect([await value('token.age'), await value('token.time_to_expiry')]).toEqual([0, 3600]);
  });

  test('of handles of one name are one row, of others another; one that ends takes its part away', async () => {
    const { meterProvider, read, value } = startMeasures();
    const worlds = [await startWorld(), await startWorld(), await startWorld()];
    const names = ['shared', 'shared', 'own'];
    const ends = worlds.map(({ auth }, index) => instrument(auth, { meterProvider, name: names[index] }));
    await Promise.all(worlds.map(({ auth }) => auth.getToken()));
    const fresh = async (): Promise<unknown[]> =>
      (await read('keys'))
        .filter(({ attributes }) => attributes.state === 'fresh')
        .map(({ attributes, value: keys }) => [attributes.name, keys]);
    expect(await fresh()).toEqual([
      ['shared', 2],
      ['own', 1],
    ]);
    ends[0]!();
    ends[2]!();
    expect(await fresh()).toEqual([
      ['shared', 1],
      ['own', 0],
    ]);
    expect(await value('token.time_to_expiry', { name: 'own' })).toBe(0);
  });

  test('are not asked for any more once the last handle has ended', async () => {
    const { meterProvider, read } = startMeasures();
    const { auth } = await startWorld();
    const removed = jest.spyOn(meterProvider.getMeter(SCOPE.name, SCOPE.version), 'removeBatchObservableCallback');
    instrument(auth, { meterProvider })(); // nobody has seen it
    expect(removed).toHaveBeenCalledTimes(1);
    const end = instrument(auth, { meterProvider });
    await auth.getToken();
    expect((await read('keys')).map(({ value }) => value)).toEqual([0, 1, 0, 0, 0]);
    end();
    await read(); // says that nothing is left
    expect(removed).toHaveBeenCalledTimes(2);
    expect((await read('keys')).map(({ value }) => value)).toEqual([0, 0, 0, 0, 0]);
  });
});
