import axios from 'axios';
import { TokenEndpointError } from '../../lib/index.js';
import { startTokenServer } from '../../lib/testing/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import { type Answer, fakeServer, type FakeServer, granted, tokenEndpoint } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { until } from '../support/turn.js';
import { attach, manualClock, record, type RecordedEvents, rejection } from '../support/world.js';
import { client, handleOf } from './asking.js';
import { type Authority, authority, discovered, gate, inTime, OPENID, requestOf } from './discovering.js';

// The token endpoint is elsewhere, and the document that is held does not know it yet.

interface Moving extends Authority {
  clock: ManualClock;
  call: () => Promise<unknown>;
  events: RecordedEvents;
  auth: ReturnType<typeof attach>;
  upstream: FakeServer;
}

/** An API whose calls have a token that ends after 20 s; the document is held, and is older than 10 s. */
async function moving(adapter: 'http' | 'fetch' = 'http', lifetime = 20): Promise<Moving> {
  const server = await authority();
  server.answers['/token'] = () => ({ body: { ...granted(), expires_in: lifetime } });
  const upstream = await fakeServer();
  const clock = manualClock();
  const api = axios.create({ baseURL: upstream.url, adapter, proxy: false });
  const auth = attach(api, discovered(server.issuer), { clock, random: () => 0 });
  const events = record(auth);
  await api.get('/x');
  await clock.advance(30_000);
  return { ...server, clock, call: () => api.get('/x'), events, auth, upstream };
}

/** From now on tokens come from there. */
async function moveTo({ document }: Authority, token = 'from-the-new-place'): Promise<FakeServer> {
  const place = await tokenEndpoint(granted(token));
  document.token_endpoint = `${place.url}/v2/token`;
  return place;
}

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test.each<[string, Answer]>([
    ['404', { status: 404 }],
    ['405', { status: 405 }],
    ['410', { status: 410 }],
    ['a redirect', { status: 301, headers: { location: '/elsewhere' } }],
  ])('an old endpoint that answers %s: no call fails', async (_what, answer) => {
    const server = await moving(adapter);
    const place = await moveTo(server);
    server.answers['/token'] = () => answer;
    await server.call();
    expect(server.upstream.requests.at(-1)!.headers.authorization).toBe('Bearer from-the-new-place');
    expect([server.reads().length, place.requests.length]).toEqual([2, 1]);
    expect(server.events.of('token:failed')).toEqual([]);
    await server.auth.refresh();
    expect([server.asked('/token').length, place.requests.length]).toEqual([2, 2]);
  });

  test('an old endpoint where nobody listens any more: no call fails', async () => {
    const server = await authority();
    const old = await startTokenServer();
    server.document.token_endpoint = old.tokenUrl;
    const clock = manualClock();
    const { clientId, clientSecret } = old;
    const source = discovered(server.issuer, { clientId, clientSecret });
    const auth = handleOf(source, { clock, random: () => 0, axios: { adapter } });
    const events = record(auth);
    await auth.getToken();
    await old.close();
    const place = await moveTo(server);
    await clock.advance(30_000);
    expect((await inTime(clock, auth.refresh())).accessToken).toBe('from-the-new-place');
    expect([server.reads().length, place.requests.length]).toEqual([2, 1]);
    expect(events.of('token:failed')).toEqual([]);
  });
});

describe('20 tenants that notice it at the same time', () => {
  test('one reading, and no call fails', async () => {
    const server = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(server.issuer), { clock, tokenRequests: { concurrency: 20 } });
    await auth.getToken();
    await clock.advance(10_000);
    const place = await moveTo(server);
    const { opened, open } = gate();
    server.answers['/token'] = async () => {
      await opened;
      return { status: 404 };
    };
    const calls = Promise.all(Array.from({ length: 20 }, (_, index) => auth.getToken({ tenant: `t${index}` })));
    await until(() => server.asked('/token').length === 21);
    open();
    for (const { accessToken } of await calls) expect(accessToken).toBe('from-the-new-place');
    expect([server.reads().length, place.requests.length]).toEqual([2, 20]);
  });

  test('one whose refusal comes late finds that it has been read', async () => {
    const { issuer, document, reads, server } = await authority();
    const clock = manualClock();
    const directory = directoryOf({ issuer, ...client });
    const [early, late] = [requestOf({ clock }), requestOf({ clock })];
    await directory.find(early);
    await directory.find(late);
    await clock.advance(10_000);
    document.token_endpoint = `${server.url}/v2/token`;
    const gone = await refusalOf(404);
    expect(await directory.moved(gone, early)).toBe(true);
    expect(await directory.moved(gone, late)).toBe(true);
    expect(reads()).toHaveLength(2);
  });
});

/** As the token endpoint's refusal arrives. */
async function refusalOf(status: number): Promise<unknown> {
  const endpoint = await tokenEndpoint(() => ({ status }));
  return rejection(handleOf(discoveredAt(endpoint)).getToken());
}

function discoveredAt({ url }: FakeServer): Parameters<typeof handleOf>[0] {
  return discovered(undefined, { tokenUrl: url });
}

test('a redirect that fetch keeps to itself (status 0) is a sign of it, too', async () => {
  const { issuer, document, server } = await authority();
  const clock = manualClock();
  const directory = directoryOf({ issuer, ...client });
  const request = requestOf({ clock });
  await directory.find(request);
  await clock.advance(10_000);
  document.token_endpoint = `${server.url}/v2/token`;
  expect(await directory.moved(new TokenEndpointError('x', { status: 0, permanent: true }), request)).toBe(true);
});

describe('an endpoint that is gone and nowhere else', () => {
  test('its own refusal is what the call ends in, and the document is read at most every 10 s', async () => {
    const server = await moving();
    server.answers['/token'] = () => ({ status: 404 });
    expect(await rejection(server.call())).toMatchObject({ name: 'TokenEndpointError', status: 404 });
    expect(server.reads()).toHaveLength(2);
    await server.clock.advance(5000);
    expect(await rejection(server.call())).toMatchObject({ status: 404 });
    expect(server.reads()).toHaveLength(2);
    await server.clock.advance(5000);
    expect(await rejection(server.call())).toMatchObject({ status: 404 });
    expect(server.reads()).toHaveLength(3);
    expect(server.asked('/token')).toHaveLength(4);
  });

  test('a document that has just been read is not read again; the next call has it read', async () => {
    const server = await authority();
    const clock = manualClock();
    server.answers['/token'] = () => ({ status: 404 });
    const auth = handleOf(discovered(server.issuer), { clock, random: () => 0 });
    expect(await rejection(auth.getToken())).toMatchObject({ status: 404 });
    expect(server.reads()).toHaveLength(1);
    const place = await moveTo(server);
    await clock.advance(10_000);
    expect((await auth.getToken()).accessToken).toBe('from-the-new-place');
    expect([server.reads().length, place.requests.length, server.asked('/token').length]).toEqual([2, 1, 1]);
  });

  test('the document cannot be read either: the refusal of the endpoint is what the call ends in', async () => {
    const server = await moving();
    server.answers['/token'] = () => ({ status: 404 });
    server.answers[OPENID] = () => ({ status: 503 });
    const error = await rejection(server.call());
    expect(error).toMatchObject({ status: 404, message: expect.stringContaining(`${server.issuer}/token`) });
  });

  test('the new place says no: that is what the call ends in, without a third request', async () => {
    const server = await moving();
    const place = await tokenEndpoint(() => ({ status: 404 }));
    server.document.token_endpoint = `${place.url}/v2/token`;
    server.answers['/token'] = () => ({ status: 410 });
    expect(await rejection(server.call())).toMatchObject({ status: 404 });
    expect([server.reads().length, place.requests.length]).toEqual([2, 1]);
  });
});

describe('a failure after which the token request may have been read', () => {
  test('a 503: it is not sent elsewhere at once, but the next attempt reads the document first', async () => {
    const server = await moving();
    const place = await moveTo(server);
    const asked = server.asked('/token').length;
    server.answers['/token'] = () => ({ status: 503 });
    await inTime(server.clock, server.call());
    expect(server.events.of('token:failed')).toMatchObject([
      { status: 503, attempt: 1, retryInMs: expect.any(Number) },
    ]);
    expect(server.upstream.requests.at(-1)!.headers.authorization).toBe('Bearer from-the-new-place');
    expect([server.asked('/token').length - asked, server.reads().length, place.requests.length]).toEqual([1, 2, 1]);
  });

  test('a web page: the same, with the next call', async () => {
    const server = await moving();
    const place = await moveTo(server);
    server.answers['/token'] = () => ({ headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect(await rejection(server.call())).toMatchObject({ code: 'ERR_TOKEN_RESPONSE' });
    expect(place.requests).toEqual([]);
    await server.clock.advance(2000);
    await server.call();
    expect([server.reads().length, place.requests.length]).toEqual([2, 1]);
  });

  test('a connection that breaks: the same, and no call fails', async () => {
    const server = await moving();
    const place = await moveTo(server);
    const asked = server.asked('/token').length;
    server.answers['/token'] = (_count, response) => {
      response.destroy();
      return undefined;
    };
    await inTime(server.clock, server.call());
    expect(server.upstream.requests.at(-1)!.headers.authorization).toBe('Bearer from-the-new-place');
    expect([server.asked('/token').length - asked, server.reads().length, place.requests.length]).toEqual([1, 2, 1]);
  });

  test('a timeout: the same', async () => {
    const server = await moving();
    const place = await moveTo(server);
    const { opened, open } = gate();
    const asked = server.asked('/token').length;
    server.answers['/token'] = async () => {
      await opened;
      return {};
    };
    const error = rejection(server.call());
    await until(() => server.asked('/token').length === asked + 1);
    await server.clock.advance(10_000);
    expect(await error).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
    expect(place.requests).toEqual([]);
    await server.clock.advance(2000);
    await server.call();
    expect([server.reads().length, place.requests.length]).toEqual([2, 1]);
    open();
  });

  test('of an older document says nothing about the one that is held now', async () => {
    const { issuer, document, reads, server } = await authority();
    const clock = manualClock();
    const directory = directoryOf({ issuer, ...client });
    const old = requestOf({ clock });
    await directory.find(old);
    document.token_endpoint = `${server.url}/v2/token`;
    await clock.advance(60 * 60_000);
    await directory.find(requestOf({ clock }));
    expect(await directory.moved(await refusalOf(503), old)).toBe(false);
    await clock.advance(10_000);
    await directory.find(requestOf({ clock }));
    expect(reads()).toHaveLength(2);
  });
});

describe('a refusal that has nothing to do with the address reads no document', () => {
  test.each([400, 401, 403, 429])('%s', async (status) => {
    const server = await moving();
    server.answers['/token'] = () => ({
      status,
      headers: { 'retry-after': '3600' },
      body: { error: 'invalid_client' },
    });
    expect(await rejection(server.call())).toMatchObject({ status });
    await server.clock.advance(30_000);
    await rejection(server.call());
    expect(server.reads()).toHaveLength(1);
  });

  test('neither does one of the document itself', async () => {
    const { issuer, answers, reads } = await authority();
    answers[OPENID] = () => ({ status: 503 });
    const directory = directoryOf({ issuer, ...client });
    const request = requestOf();
    const error = await rejection(directory.find(request));
    expect(await directory.moved(error, request)).toBe(false);
    expect(reads()).toHaveLength(1);
  });
});
