import axios from 'axios';
import type { Token, TokenHandle, TokenRequest, TokenSource } from '../../lib/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { fakeServer } from '../support/fake-server.js';
import { turn, until } from '../support/turn.js';
import { attach, protectedApi, record, rejection, startWorld } from '../support/world.js';
import { revocable, revocations, timedRevocable } from './revoking.js';

const plainSubject = {
  key: 'k1',
  scope: undefined,
  tenant: undefined,
  reason: 'closed',
  durationMs: expect.any(Number) as number,
};

const tokensOf = (auth: TokenHandle, tenants: string[]): Promise<Token[]> =>
  Promise.all(tenants.map((tenant) => auth.getToken({ tenant })));

describe('close({ revoke: true })', () => {
  test('revokes every token that is held: the API refuses them afterwards', async () => {
    const { api, auth, server, upstream, events } = await revocable();
    const [one, two] = await tokensOf(auth, ['one', 'two']);
    await api.get('/things');
    await auth.close({ revoke: true });

    const plain = upstream.requests[0]!.token!;
    expect(new Set(revocations(server))).toEqual(new Set([one!.accessToken, two!.accessToken, plain]));
    expect(revocations(server)).toHaveLength(3);
    for (const token of revocations(server)) expect(server.isActive(token)).toBe(false);
    const headers = { Authorization: `Bearer ${plain}` };
    expect(await rejection(axios.get(upstream.url, { headers }))).toMatchObject({ response: { status: 401 } });
    const event = { name: 'token:revoked', ...plainSubject };
    expect(events.of('token:revoked')).toHaveLength(3);
    expect(events.of('token:revoked')).toEqual(
      expect.arrayContaining([
        { ...event, tenant: 'one' },
        { ...event, key: 'k2', tenant: 'two' },
        { ...event, key: 'k3' },
      ]),
    );
    expect(events.of('token:revoke-failed')).toEqual([]);
  });

  test('a token that was revoked is not given out any more', async () => {
    const { auth } = await revocable();
    await auth.getToken();
    await auth.close({ revoke: true });
    expect(await rejection(auth.getToken())).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(auth.inspect()).toMatchObject([{ state: 'empty' }]);
  });

  test('without any token nothing is sent', async () => {
    const { auth, server, events } = await revocable();
    await auth.close({ revoke: true });
    expect(server.stats().requests).toBe(0);
    expect(events.all).toEqual([]);
  });

  test('an expired token is not worth a request', async () => {
    const world = await timedRevocable({ server: { lifetimeSeconds: 100 } });
    await world.auth.getToken({ tenant: 'early' });
    await world.clock.advance(60_000);
    await world.auth.getToken({ tenant: 'late' });
    await world.clock.advance(60_000);
    await world.auth.close({ revoke: true });
    expect(world.events.of('token:revoked')).toMatchObject([{ tenant: 'late' }]);
    expect(revocations(world.server)).toHaveLength(1);
  });

  test('one token under two keys is revoked once', async () => {
    const { auth, server } = await revocable({ server: { reissue: 'same' } });
    const [one, two] = [await auth.getToken({ tenant: 'one' }), await auth.getToken({ tenant: 'two' })];
    expect(one.accessToken).toBe(two.accessToken);
    await auth.close({ revoke: true });
    expect(revocations(server)).toEqual([one.accessToken]);
  });

  test('called twice, also with and without, it revokes once, and each call waits for that', async () => {
    const { auth, server } = await revocable();
    await auth.getToken();
    const hold = server.hold();
    const ended: string[] = [];
    const calls = [
      auth.close({ revoke: true }).then(() => ended.push('first')),
      auth.close({ revoke: true, timeoutMs: 1 }).then(() => ended.push('second')),
      auth.close().then(() => ended.push('third')),
    ];
    await hold.arrived();
    expect(ended).toEqual([]);
    hold.release();
    await Promise.all(calls);
    await auth.close({ revoke: true });
    expect(revocations(server)).toHaveLength(1);
  });

  test('after a close() without, the tokens are still known, and are revoked', async () => {
    const { auth, server } = await revocable();
    const { accessToken } = await auth.getToken();
    await auth.close();
    expect(server.isActive(accessToken)).toBe(true);
    await auth.close({ revoke: true });
    expect(server.isActive(accessToken)).toBe(false);
  });

  test('close() and [Symbol.asyncDispose] revoke nothing', async () => {
    const worlds = [await revocable(), await revocable()];
    for (const { auth } of worlds) await auth.getToken();
    await worlds[0]!.auth.close();
    await worlds[1]!.auth[Symbol.asyncDispose]();
    for (const { server } of worlds) expect(revocations(server)).toEqual([]);
  });

  test('no more are sent at once than `tokenRequests` allows', async () => {
    const { auth, server } = await revocable({ attach: { tokenRequests: { concurrency: 2 } } });
    await tokensOf(auth, ['a', 'b', 'c', 'd', 'e']);
    server.resetStats();
    const hold = server.hold();
    const closing = auth.close({ revoke: true });
    await hold.arrived(2);
    hold.release();
    await closing;
    expect(server.stats()).toMatchObject({ requests: 5, maxConcurrent: 2 });
  });

  test('calls that wait for a token fail first, and the token that is held is revoked', async () => {
    const { api, auth, server } = await revocable();
    const { accessToken } = await auth.getToken();
    server.fail('hang');
    const waiting = rejection(api.get('/things', { token: { tenant: 'another' } }));
    await until(() => server.stats().requests === 2);
    await auth.close({ revoke: true });
    expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(revocations(server)).toEqual([accessToken]);
    await until(() => server.stats().concurrent === 0);
  });

  test('new calls go out untouched from the first moment on', async () => {
    const { api, auth, server, upstream } = await revocable();
    await api.get('/with');
    const hold = server.hold();
    const closing = auth.close({ revoke: true });
    await hold.arrived();
    expect(await rejection(api.get('/without'))).toMatchObject({ response: { status: 401 } });
    expect(upstream.requests[1]!.token).toBeUndefined();
    hold.release();
    await closing;
  });
});

describe('a server that could not be told is an event, and close() resolves', () => {
  test.each([
    ['refuses', async () => (await fakeServer(() => ({ status: 403 }))).url, 'ERR_TOKEN_ENDPOINT'],
    ['has an outage', async () => (await fakeServer(() => ({ status: 503 }))).url, 'ERR_TOKEN_ENDPOINT'],
    ['hangs up', async () => (await fakeServer((_, response) => void response.destroy())).url, 'ERR_TOKEN_NETWORK'],
    ['is not there', async () => 'http://127.0.0.1:1/', 'ERR_TOKEN_NETWORK'],
    ['would be told over plain http', async () => () => 'http://auth.example.com/revoke', 'ERR_INSECURE_TRANSPORT'],
    [
      'has an address that cannot be one',
      async () => (request: TokenRequest) =>
        request.reason === 'forced' ? 'nowhere' : 'https://auth.example.com/revoke',
      'ERR_TOKEN_CONFIG',
    ],
  ])('one that %s', async (_what, url, code) => {
    const { auth, server, events } = await revocable({ source: { revocationUrl: await url() } });
    const { accessToken } = await auth.getToken();
    await auth.close({ revoke: true });
    expect(server.isActive(accessToken)).toBe(true);
    expect(events.of('token:revoked')).toEqual([]);
    expect(events.of('token:revoke-failed')).toMatchObject([{ ...plainSubject, name: 'token:revoke-failed', code }]);
    if (code !== 'ERR_TOKEN_SOURCE') expect(events.of('token:revoke-failed')[0]!.message).toMatch(/\w+/);
    expect(JSON.stringify(events.all)).not.toContain(accessToken);
  });

  test('the others are revoked all the same', async () => {
    const { auth, server, events } = await revocable({
      source: {
        clientSecret: async ({ tenant, reason }) => (tenant === 'b' && reason === 'forced' ? 'no' : 'test-secret'),
      },
    });
    const tokens = await tokensOf(auth, ['a', 'b', 'c']);
    await auth.close({ revoke: true });
    expect(tokens.map(({ accessToken }) => server.isActive(accessToken))).toEqual([false, true, false]);
    expect(events.of('token:revoke-failed')).toMatchObject([{ tenant: 'b', code: 'ERR_TOKEN_ENDPOINT' }]);
  });
});

describe('`timeoutMs`', () => {
  /** A server that takes connections and never answers. */
  const hanging = () => fakeServer(() => undefined);

  test('is 5 s by default, and the requests are aborted then', async () => {
    const revoking = await hanging();
    const { auth, clock, events } = await timedRevocable({ source: { revocationUrl: revoking.url } });
    await tokensOf(auth, ['a', 'b']);
    let closed = false;
    const closing = auth.close({ revoke: true }).then(() => (closed = true));
    await until(() => revoking.requests.length === 2);
    await clock.advance(4999);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(clock.pending).toBe(0);
    expect(events.of('token:revoke-failed')).toMatchObject([
      { code: 'ERR_TOKEN_TIMEOUT', durationMs: 5000 },
      { code: 'ERR_TOKEN_TIMEOUT', durationMs: 5000 },
    ]);
  });

  test('keeps the process alive, and nothing else does', async () => {
    const clock = new FakeClock();
    const revoking = await hanging();
    const { auth } = await revocable({ attach: { clock }, source: { revocationUrl: revoking.url } });
    await auth.getToken();
    const closing = auth.close({ revoke: true });
    await until(() => revoking.requests.length === 1);
    expect([clock.keepingAlive, clock.pending]).toEqual([1, 1]);
    await clock.advance(5000);
    await closing;
    expect(clock.pending).toBe(0);
  });

  test('is for all together, those included that wait for their turn', async () => {
    const revoking = await hanging();
    const { auth, clock, events } = await timedRevocable({
      source: { revocationUrl: revoking.url },
      attach: { tokenRequests: { concurrency: 1 } },
    });
    await tokensOf(auth, ['a', 'b', 'c']);
    const closing = auth.close({ revoke: true, timeoutMs: 700 });
    await until(() => revoking.requests.length === 1);
    await clock.advance(700);
    await closing;
    expect(revoking.requests).toHaveLength(1);
    expect(events.of('token:revoke-failed').map(({ code }) => code)).toEqual(Array(3).fill('ERR_TOKEN_TIMEOUT'));
  });

  test('does not hold up a close() that has nothing to wait for', async () => {
    const { auth, clock } = await timedRevocable({ source: { revocationUrl: 'http://127.0.0.1:1/' } });
    await auth.getToken();
    await auth.close({ revoke: true });
    expect(clock.pending).toBe(0);
  });

  test('a server that is slow, but in time, is heard', async () => {
    const { auth, events } = await revocable({ server: { latencyMs: 30 } });
    await auth.getToken();
    await auth.close({ revoke: true });
    expect(events.of('token:revoked')).toHaveLength(1);
  });

  test('an abort closes the connection: nothing is left at the server', async () => {
    const { auth, server } = await revocable();
    await auth.getToken();
    const hold = server.hold();
    await auth.close({ revoke: true, timeoutMs: 20 });
    await until(() => server.stats().concurrent === 0);
    hold.release();
  });
});

describe("a source of one's own", () => {
  const attached = async (source: Partial<TokenSource>, attachOptions = {}) => {
    const upstream = await protectedApi({ accepts: () => true });
    const api = axios.create({ baseURL: upstream.url });
    const whole = { id: 'own', fetchToken: async () => ({ accessToken: 'own-token' }), ...source };
    const auth = attach(api, whole, attachOptions);
    return { api, auth, events: record(auth) };
  };

  test('is given the token and what it was asked for with', async () => {
    const asked: unknown[] = [];
    const { auth } = await attached({
      revokeToken: async ({ accessToken }, { http, signal, ...request }) => {
        asked.push(accessToken, typeof http.post, signal.aborted, request);
      },
    });
    await auth.getToken({ scope: ['a', 'b'], tenant: 'acme' });
    await auth.close({ revoke: true });
    expect(asked).toEqual([
      'own-token',
      'function',
      false,
      expect.objectContaining({ scope: ['a', 'b'], tenant: 'acme', allowInsecureHttp: false }),
    ]);
    expect(Object.keys(asked[3] as object).sort()).toEqual(['allowInsecureHttp', 'clock', 'scope', 'tenant']);
  });

  test('may be an instance of a class', async () => {
    class Vault implements TokenSource {
      readonly id = 'vault';
      readonly #leases = new Set<string>();
      async fetchToken() {
        this.#leases.add('lease-1');
        return { accessToken: 'lease-1' };
      }
      async revokeToken({ accessToken }: Token) {
        this.#leases.delete(accessToken);
      }
      get leases(): number {
        return this.#leases.size;
      }
    }
    const vault = new Vault();
    const auth = attach(axios.create({ baseURL: 'https://api.example.com' }), vault);
    await auth.getToken();
    expect(vault.leases).toBe(1);
    await auth.close({ revoke: true });
    expect(vault.leases).toBe(0);
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
      'ERR_TOKEN_SOURCE',
    ],
    ['rejects with nothing', () => Promise.reject(), 'ERR_TOKEN_SOURCE'],
    ['passes on what its request has thrown', () => axios.get('http://127.0.0.1:1/'), 'ERR_TOKEN_NETWORK'],
  ])('one that %s: an event', async (_what, act, code) => {
    const { auth, events } = await attached({ revokeToken: act as TokenSource['revokeToken'] });
    await auth.getToken();
    await auth.close({ revoke: true });
    expect(events.of('token:revoke-failed')).toMatchObject([{ code }]);
  });

  test('one that passes on an answer of `http`: an event with its code', async () => {
    const refusing = await fakeServer(() => ({ status: 400 }));
    const { auth, events } = await attached({
      revokeToken: (_token, { http }) => http.post(refusing.url),
    });
    await auth.getToken();
    await auth.close({ revoke: true });
    expect(events.of('token:revoke-failed')).toMatchObject([{ code: 'ERR_TOKEN_ENDPOINT' }]);
  });

  test('a token that arrives while it is closed is revoked, too', async () => {
    let arrive: ((token: { accessToken: string }) => void) | undefined;
    const revoked: string[] = [];
    const { api, auth, events } = await attached({
      fetchToken: () => new Promise((resolve) => (arrive = resolve)), // does not listen to its signal
      revokeToken: async ({ accessToken }) => void revoked.push(accessToken),
    });
    const call = rejection(api.get('/things'));
    await until(() => arrive !== undefined);
    let closed = false;
    const closing = auth.close({ revoke: true }).then(() => (closed = true));
    expect(await call).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(closed).toBe(false);
    arrive!({ accessToken: 'late-token' });
    await closing;
    expect(revoked).toEqual(['late-token']);
    expect(events.of('token:revoked')).toHaveLength(1);
  });

  test('one that never brings it, and one that never ends: close() waits for `timeoutMs`, and what comes later is let be', async () => {
    let arrive: ((token: { accessToken: string }) => void) | undefined;
    const revoked: string[] = [];
    const fetchToken: TokenSource['fetchToken'] = ({ tenant }) =>
      tenant === undefined ? new Promise((resolve) => (arrive = resolve)) : Promise.resolve({ accessToken: tenant });
    const { auth, events } = await attached({
      fetchToken,
      revokeToken: ({ accessToken }) => {
        revoked.push(accessToken);
        return new Promise<never>(() => undefined);
      },
    });
    await auth.getToken({ tenant: 'held' });
    const waiting = rejection(auth.getToken());
    await until(() => arrive !== undefined);
    await auth.close({ revoke: true, timeoutMs: 20 });
    expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    arrive!({ accessToken: 'too-late' });
    await turn();
    await turn();
    expect(revoked).toEqual(['held']);
    expect(events.of('token:revoke-failed')).toMatchObject([{ tenant: 'held', code: 'ERR_TOKEN_TIMEOUT' }]);
  });
});

describe('what is refused, after the handle was closed all the same', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['a name that is none', { revok: true }, 'revok', /Did you mean `revoke`/],
    ['something else than a boolean', { revoke: 'yes' }, 'revoke', /must be true or false; got a string/],
    ['a time before now', { revoke: true, timeoutMs: -1 }, 'timeoutMs', /from 0 to/],
    ['a time without an end', { timeoutMs: Infinity }, 'timeoutMs', /from 0 to .*; got Infinity/],
    ['the name of a signal', 'SIGTERM', 'options', /must be an object; got a string/],
  ])('%s', async (_what, options, option, message) => {
    const { api, auth, upstream, server } = await revocable();
    await auth.getToken();
    expect(await rejection(auth.close(options as never))).toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      option,
      message: expect.stringMatching(message),
    });
    await rejection(api.get('/things'));
    expect(upstream.requests[0]!.token).toBeUndefined();
    expect(await rejection(auth.refresh())).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(revocations(server)).toEqual([]);
    await auth.close();
  });

  test('a source that cannot revoke: the message says what to set', async () => {
    const { auth } = await startWorld();
    await auth.getToken();
    const error = await rejection(auth.close({ revoke: true }));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'revoke' });
    expect(String(error)).toMatch(/`revocationUrl`.*`issuer`.*`revokeToken`/);
    expect(await rejection(auth.refresh())).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });

  test('a handle that shares the tokens of another: it is detached, and the other goes on', async () => {
    const { api, auth, server, upstream } = await revocable();
    const other = axios.create({ baseURL: upstream.url });
    const shared = attach(other, auth);
    await other.get('/shared');
    const error = await rejection(shared.close({ revoke: true }));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'revoke' });
    expect(String(error)).toMatch(/shares the tokens of another.*Close that one/);
    expect(await rejection(other.get('/detached'))).toMatchObject({ response: { status: 401 } });
    expect((await api.get('/things')).status).toBe(200);
    await shared.close();
    expect(revocations(server)).toEqual([]);
    await auth.close({ revoke: true });
    expect(revocations(server)).toHaveLength(1);
  });
});
