import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import axios from 'axios';
import axiosRetry from 'axios-retry';
import { dpop } from '../../lib/dpop/index.js';
import { refreshToken, type RefreshTokenOptions } from '../../lib/grants/index.js';
import { Spending, wasNeverSent } from '../../lib/grants/spending.js';
import { errorAt, InsecureTransportError, isTokenError, type TokenRequest } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { handleOf } from '../source/asking.js';
import { type Answer, fakeServer, form, granted } from '../support/fake-server.js';
import { turn, until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';
import { CLIENT, controlled, LOSSES } from './rotating-server.js';
import { A, R, scene, type Scene } from './scene.js';

// A refresh token went out, and no answer came back. Was it spent?

/** An answer that was read and is of no use is another thing than none of the server's own. */
const UNUSABLE = ['html', 'empty', 'no token'];

describe.each(LOSSES)('an answer that is lost (%s)', (loss) => {
  test('is reported, and not repeated: one request, also while others wait', async () => {
    const { server, auth, upstream, api } = await scene();
    server.mishaps.push(loss);
    const errors = await Promise.all([rejection(api.get('/1')), rejection(api.get('/2')), rejection(auth.getToken())]);
    for (const error of errors) {
      expect(isTokenError(error) && error).toMatchObject({
        name: UNUSABLE.includes(loss) ? 'TokenResponseError' : 'TokenNetworkError',
        permanent: true,
        message: expect.stringMatching(/was lost: .*Nobody knows whether .* spent.*sign in again.*gracePeriodMs/s),
      });
      expectHidden(error, [R(0), R(1)]);
    }
    expect([server.sent, upstream.stats().requests]).toEqual([[R(0)], 0]);
  });

  test('later calls fail without a request, for any scope, however much time has passed', async () => {
    const { server, auth, clock } = await scene();
    server.mishaps.push(loss);
    await rejection(auth.getToken());
    for (const wait of [0, 1000, 60_000, 24 * 3_600_000]) {
      await clock.advance(wait);
      expect(await rejection(auth.getToken())).toMatchObject({ permanent: true });
      expect(await rejection(auth.getToken({ scope: `after-${wait}` }))).toMatchObject({
        message: expect.stringContaining('was lost'),
      });
    }
    expect(server.sent).toEqual([R(0)]);
  });

  test('a new login ends it', async () => {
    const { server, auth, clock, db } = await scene();
    server.mishaps.push(loss);
    await rejection(auth.getToken());
    db.rows.set('ada', [server.login('ada-again')]);
    await clock.advance(1000);
    expect((await auth.getToken()).accessToken).toBe(A(1, 'ada-again'));
  });

  test('asked for on purpose it is sent once more: the server takes it for stolen, and that is said', async () => {
    const { server, auth, clock } = await scene();
    server.mishaps.push(loss);
    await rejection(auth.getToken());
    auth.invalidate();
    expect(await rejection(auth.refresh())).toMatchObject({
      error: 'invalid_grant',
      message: expect.stringContaining('must sign in again'),
    });
    expect([server.sent, server.stolen]).toEqual([[R(0), R(0)], [R(0)]]);
    await clock.advance(1000);
    expect(await rejection(auth.getToken())).toMatchObject({ error: 'invalid_grant' }); // no doubt any more
  });

  test('asked for on purpose, from a server that does not rotate: all is well again', async () => {
    const { server, auth } = await scene({ rotates: false });
    server.mishaps.push(loss);
    await rejection(auth.getToken());
    auth.invalidate();
    await auth.refresh();
    expect((await auth.getToken({ scope: 'read' })).accessToken).toBe(`${A(3)}-for-read`);
  });

  test('a grace period: it is tried again at once while somebody waits', async () => {
    const { server, auth, clock } = await scene({ rotates: false, source: { gracePeriodMs: 30_000 } });
    server.mishaps.push(loss);
    const token = auth.getToken();
    await until(() => clock.pending === 2); // the deadline, and the pause before the second attempt
    await clock.advance(200);
    expect((await token).accessToken).toBe(A(2));
    expect(server.sent).toEqual([R(0), R(0)]);
  });
});

describe('a grace period', () => {
  test('counts from the first time, and ends: then nothing is sent any more', async () => {
    const { server, auth, clock } = await scene({ rotates: false, source: { gracePeriodMs: 500 } });
    server.mishaps.push('reset', 'reset');
    const call = rejection(auth.getToken());
    await until(() => server.sent.length === 1 && clock.pending === 2);
    await clock.advance(200);
    await until(() => server.sent.length === 2 && clock.pending === 2);
    await clock.advance(400); // 600 ms after the first time
    expect(await call).toMatchObject({ name: 'TokenNetworkError', permanent: true });
    expect(server.sent).toEqual([R(0), R(0)]);
  });

  test('Infinity: for a server that never gives a new one', async () => {
    const { server, auth, clock } = await scene({
      rotates: false,
      source: { gracePeriodMs: Infinity, save: false },
    });
    server.mishaps.push('reset', 'truncated', 'html');
    const call = rejection(auth.getToken());
    for (const [pause, sent] of [
      [200, 2],
      [400, 3],
    ] as const) {
      await until(() => clock.pending === 2);
      await clock.advance(pause);
      await until(() => server.sent.length === sent);
    }
    expect(await call).toMatchObject({ permanent: false });
    await clock.advance(24 * 3_600_000);
    expect((await auth.getToken()).accessToken).toBe(A(4));
  });

  test.each([
    ['asleep: only the wall clock went on', 3_600_000, 1000],
    ['set back: only the monotonic one did', -3_600_000, 3_600_000],
  ])('ends also for a machine that was %s', async (_what, wall, monotonic) => {
    const still = manualClock();
    const moved = { wall: 0, monotonic: 0 };
    const clock = {
      setTimeout: still.setTimeout.bind(still),
      clearTimeout: still.clearTimeout.bind(still),
      now: () => still.now() + moved.wall,
      monotonic: () => still.monotonic() + moved.monotonic,
    };
    const { server, source } = await scene({ source: { gracePeriodMs: 10_000 } });
    server.mishaps.push('reset');
    const ended = new AbortController();
    const asked = { reason: 'missing', http: axios.create({ proxy: false }), clock, allowInsecureHttp: false } as const;
    const ask = () => source.fetchToken({ ...asked, signal: ended.signal });
    expect(await rejection(ask())).toMatchObject({ permanent: false });
    Object.assign(moved, { wall, monotonic });
    expect(await rejection(ask())).toMatchObject({ permanent: true, message: expect.stringContaining('was lost') });
    expect(server.sent).toEqual([R(0)]);
  });
});

describe('no answer in time', () => {
  test('the deadline: the call ends by it, and the refresh token is not sent again', async () => {
    const { server, auth, clock } = await scene();
    const never = controlled();
    server.until = never.promise;
    const call = rejection(auth.getToken());
    await until(() => server.sent.length === 1);
    await clock.advance(10_000);
    expect(await call).toMatchObject({ name: 'TokenTimeoutError' });
    await clock.advance(1000);
    expect(await rejection(auth.getToken())).toMatchObject({
      name: 'TokenTimeoutError',
      permanent: true,
      message: expect.stringContaining('was lost'),
    });
    expect(server.sent).toEqual([R(0)]);
    never.resolve();
  });

  test('close(): what is under way is lost, also for another handle on the same source', async () => {
    const { server, auth, source, clock } = await scene();
    const never = controlled();
    server.until = never.promise;
    const call = rejection(auth.getToken());
    await until(() => server.sent.length === 1);
    await auth.close({ timeoutMs: 0 });
    expect(await call).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    expect(await rejection(handleOf(source, { clock }).getToken())).toMatchObject({
      permanent: true,
      message: expect.stringContaining('was lost'),
    });
    expect(server.sent).toEqual([R(0)]);
    never.resolve();
  });

  test('an axios of one’s own that does not listen: what comes late is saved, and used', async () => {
    const answer = controlled<object>();
    let sent = 0;
    const http = Object.assign(axios.create(), {
      request: async () => {
        sent += 1;
        return { data: await answer.promise, status: 200, headers: {} };
      },
    });
    const saved: string[] = [];
    const clock = manualClock();
    const source = refreshToken({
      tokenUrl: 'https://auth.example.com/token',
      ...CLIENT,
      refreshToken: 'rt-0',
      save: (next) => void saved.push(next),
    });
    const auth = handleOf(source, { http, clock });
    const call = rejection(auth.getToken());
    await until(() => sent === 1);
    await clock.advance(10_000);
    await call;
    answer.resolve({ ...granted('late-token'), refresh_token: 'rt-1' });
    await until(() => saved.length === 1);
    await turn();
    await clock.advance(1000);
    expect((await auth.getToken()).accessToken).toBe('late-token');
    expect([saved, sent]).toEqual([['rt-1'], 1]);
  });
});

describe('a call that ends while its request is under way', () => {
  test.each<[string, (stage: Scene) => Promise<void>]>([
    ['by its deadline', ({ clock }) => clock.advance(10_000)],
    ['by close()', ({ auth }) => auth.close({ timeoutMs: 0 })],
  ])('%s: the request goes on, and the new refresh token is saved', async (_how, end) => {
    const stage = await scene();
    const { server, auth, source, db } = stage;
    const gate = controlled();
    server.until = gate.promise;
    const call = rejection(auth.getToken());
    await until(() => server.sent.length === 1);
    await end(stage);
    await call;
    gate.resolve();
    await until(() => db.contexts.length === 1);
    expect(db.rows.get('ada')).toEqual([R(0), R(1)]);
    expect((await handleOf(source).getToken()).accessToken).toBe(A(1)); // the one that came with it
    expect([server.sent, server.stolen]).toEqual([[R(0)], []]);
  });

  test('a refusal that comes late: it was not spent, and is sent again', async () => {
    const gate = controlled();
    const endpoint = await fakeServer(async () => {
      if (endpoint.requests.length > 1) return { body: granted('at') };
      await gate.promise;
      return { status: 503 };
    });
    const clock = manualClock();
    const auth = handleOf(refreshToken({ tokenUrl: endpoint.url, ...CLIENT, refreshToken: 'rt-0', save: false }), {
      clock,
    });
    const call = rejection(auth.getToken());
    await until(() => endpoint.requests.length === 1);
    await clock.advance(10_000);
    await call;
    gate.resolve();
    await until(() => {
      void clock.advance(1000);
      void auth.getToken().catch(() => undefined); // as long as it is not known
      return endpoint.requests.length > 1;
    });
    expect((await auth.getToken()).accessToken).toBe('at');
    expect(endpoint.requests).toHaveLength(2);
  });

  test('sent twice in a grace period: the newest refresh token is that of the later request, whichever answer is first', async () => {
    for (const firstToAnswer of [0, 1]) {
      const gates = [controlled(), controlled()];
      const sent: string[] = [];
      const endpoint = await fakeServer(async ({ body }) => {
        const count = sent.push(form(body).refresh_token!);
        await gates[count - 1]?.promise;
        return { body: { ...granted(`at-${count}`), refresh_token: `rt-${count}` } };
      });
      const saved: string[] = [];
      const clock = manualClock();
      const save = (next: string): void => void saved.push(next);
      const given = { tokenUrl: endpoint.url, ...CLIENT, refreshToken: 'rt-0', save, gracePeriodMs: 60_000 };
      const auth = handleOf(refreshToken(given), { clock });
      const first = rejection(auth.getToken());
      await until(() => sent.length === 1);
      await clock.advance(10_000);
      await first;
      await clock.advance(1000);
      const second = auth.getToken();
      await until(() => sent.length === 2);
      gates[firstToAnswer]!.resolve();
      await until(() => saved.length === 1);
      if (firstToAnswer === 1) await second;
      gates[1 - firstToAnswer]!.resolve();
      await second;
      await auth.refresh();
      await auth.refresh({ scope: 'other' });
      expect(sent.slice(0, 3)).toEqual(['rt-0', 'rt-0', 'rt-2']);
      expect(saved.at(firstToAnswer === 1 ? 0 : 1)).toBe('rt-2');
    }
  });
});

test('an axios of one’s own with axios-retry: it does not repeat what was lost', async () => {
  const http = axios.create({ proxy: false });
  axiosRetry(http, { retries: 3, retryCondition: () => true });
  const { server, auth } = await scene({ attach: { http } });
  server.mishaps.push('reset');
  expect(await rejection(auth.getToken())).toMatchObject({ message: expect.stringContaining('was lost') });
  expect([server.sent, server.stolen]).toEqual([[R(0)], []]);
});

test('a client authentication that asks a vault with the axios of the request: the answer of the server is still seen', async () => {
  const vault = await fakeServer(() => ({ body: { secret: CLIENT.clientSecret } }));
  const { server, auth, db } = await scene({
    source: {
      clientAuth: async ({ parameters, clientId, tokenRequest }) => {
        const { data } = await tokenRequest!.http.request<{ secret: string }>({ url: vault.url });
        Object.assign(parameters, { client_id: clientId, client_secret: data.secret });
      },
    },
  });
  expect((await auth.getToken()).accessToken).toBe(A(1));
  expect(db.rows.get('ada')).toEqual([R(0), R(1)]);
  await auth.refresh();
  expect([server.sent, server.stolen]).toEqual([[R(0), R(1)], []]);
});

describe('a success with an access token and no new refresh token, whose token is of no use', () => {
  test.each<[string, object, Partial<RefreshTokenOptions>, string]>([
    ['characters', { access_token: 'two words' }, {}, 'characters that cannot be sent'],
    [
      'a token that is not bound',
      { access_token: 'at', token_type: 'Bearer' },
      { dpop: dpop() },
      'not bound to the key',
    ],
  ])('(%s): that is said; the refresh token is still good', async (_what, body, options, message) => {
    const endpoint = await fakeServer(() => ({ body: { expires_in: 60, ...body } }));
    const clock = manualClock();
    const given = { tokenUrl: endpoint.url, ...CLIENT, refreshToken: 'rt-0', save: (): void => undefined };
    const auth = handleOf(refreshToken({ ...given, ...options }), { clock });
    const error = await rejection(auth.getToken());
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(error).toMatchObject({ message: expect.not.stringContaining('was lost') });
    await clock.advance(1000);
    await rejection(auth.getToken());
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe('what was certainly not spent is tried again as usual', () => {
  test.each<Answer>([
    { status: 503 },
    { status: 503, body: '<html>come back later</html>', headers: { 'retry-after': '0' } },
    { status: 429 },
    { status: 408 },
    { status: 500, body: { error: 'server_error' } },
    { status: 502, body: { error: 'temporarily_unavailable' } },
    { status: 599, body: { error: 'server_error' } },
  ])('%j', async (answer) => {
    const { server, auth, clock } = await scene();
    server.mishaps.push(answer);
    const token = auth.getToken();
    await until(() => clock.pending === 2);
    await clock.advance(200);
    expect((await token).accessToken).toBe(A(1));
    expect(server.sent).toEqual([R(0), R(0)]);
  });

  test.each([
    ['a port that nobody listens at', async () => `http://127.0.0.1:${await closedPort()}/token`],
    ['a name that does not exist', async () => 'https://nobody.invalid/token'],
  ])('%s', async (_what, address) => {
    const refused = await address();
    const addresses = [refused];
    const { server, auth, clock } = await scene({ source: { tokenUrl: () => addresses.shift() ?? server.tokenUrl } });
    const token = auth.getToken();
    await until(() => clock.pending === 2);
    await clock.advance(200);
    expect((await token).accessToken).toBe(A(1));
    expect(server.sent).toEqual([R(0)]);
  });

  test('with the fetch adapter, too, which hides the cause one step deeper', async () => {
    const addresses = [`http://127.0.0.1:${await closedPort()}/token`];
    const { server, auth, clock } = await scene({
      source: { tokenUrl: () => addresses.shift() ?? server.tokenUrl },
      attach: { http: { adapter: 'fetch' } },
    });
    const token = auth.getToken();
    await until(() => clock.pending === 2);
    await clock.advance(200);
    expect((await token).accessToken).toBe(A(1));
  });

  test('plain http to somebody else: nothing is sent, nothing is lost', async () => {
    const addresses = ['http://auth.example.com/token'];
    const { server, auth, clock } = await scene({ source: { tokenUrl: () => addresses.shift() ?? server.tokenUrl } });
    expect(await rejection(auth.getToken())).toMatchObject({ name: 'InsecureTransportError' });
    await clock.advance(1000);
    expect((await auth.getToken()).accessToken).toBe(A(1));
  });
});

describe('what sends a token request again does not do so after a lost answer', () => {
  test('a secret that rotates: only after a refusal', async () => {
    const secrets = ['old-secret', 'secret-of-the-backend', 'other-secret'];
    const { server, auth } = await scene({ source: { clientSecret: () => secrets.shift() } });
    server.mishaps.push({ status: 401, body: { error: 'invalid_client' } }, 'reset');
    expect(await rejection(auth.getToken())).toMatchObject({ message: expect.stringContaining('was lost') });
    expect(server.sent).toEqual([R(0), R(0)]);
    expect(secrets).toEqual(['other-secret']);
  });

  test('an error inside HTTP 200 is a refusal: the rotated secret is tried with the same refresh token', async () => {
    const secrets = ['old-secret', 'secret-of-the-backend'];
    const { server, auth } = await scene({
      source: { clientSecret: () => secrets.shift(), response: { error: errorAt('errcode') } },
    });
    server.mishaps.push({ body: { errcode: 40125 } });
    expect((await auth.getToken()).accessToken).toBe(A(1));
    expect(server.sent).toEqual([R(0), R(0)]);
  });

  test('an issuer whose token endpoint moves at the same moment', async () => {
    const token = { old: 0, new: 0 };
    let tokenEndpoint = 'old';
    const issuer = await fakeServer(({ path }, response) => {
      if (path === '/old') {
        token.old += 1;
        tokenEndpoint = 'new';
        response.destroy();
        return undefined;
      }
      if (path === '/new') {
        token.new += 1;
        return { body: granted() };
      }
      return { body: { issuer: issuer.url, token_endpoint: `${issuer.url}/${tokenEndpoint}` } };
    });
    const clock = manualClock();
    const source = refreshToken({ issuer: issuer.url, ...CLIENT, refreshToken: 'rt-0', save: false });
    const auth = handleOf(source, { clock });
    for (let round = 0; round < 3; round += 1) {
      expect(await rejection(auth.getToken())).toMatchObject({ message: expect.stringContaining('was lost') });
      await clock.advance(31_000);
    }
    expect(token).toEqual({ old: 1, new: 0 });
  });

  test('an issuer whose old token endpoint is closed: the request goes to the new one, with the same refresh token', async () => {
    const { server } = await scene();
    const endpoints = [`http://127.0.0.1:${await closedPort()}/token`];
    const issuer = await fakeServer(() => ({
      body: { issuer: issuer.url, token_endpoint: endpoints.shift() ?? server.tokenUrl },
    }));
    const clock = manualClock();
    const given = { ...CLIENT, refreshToken: R(0), save: false } as const;
    const auth = handleOf(refreshToken({ issuer: issuer.url, ...given }), { clock });
    const call = rejection(auth.getToken());
    for (const pause of [200, 400]) {
      await until(() => clock.pending === 2);
      await clock.advance(pause);
    }
    expect(await call).toMatchObject({ name: 'TokenNetworkError', permanent: false });
    expect(server.sent).toEqual([]);
    await clock.advance(30_000); // metadata are read anew no sooner than so
    expect((await auth.getToken()).accessToken).toBe(A(1));
    expect([server.sent, server.stolen]).toEqual([[R(0)], []]);
  });
});

describe('whoever sends a token request again', () => {
  /** What an exchange with an endpoint is known by. */
  const EXCHANGE: object = { isExchange: true };

  /** A refresh token that is sent by an axios of which this becomes. */
  function spending(outcome: (...args: unknown[]) => Promise<object>): Spending {
    const http = Object.assign(axios.create(), { request: outcome });
    const request = { http, signal: new AbortController().signal, reason: 'missing', allowInsecureHttp: false };
    const granted = (): void => undefined;
    return new Spending({
      refreshToken: 'rt',
      request: request as unknown as TokenRequest,
      response: undefined,
      granted,
    });
  }

  test.each<[string, () => Promise<object>]>([
    ['refused', async () => ({ status: 400, headers: {}, data: '{}' })],
    ['refused', async () => ({ status: 200, headers: {}, data: '{"error":"invalid_client"}' })],
    ['refused', () => Promise.reject(Object.assign(new Error(), { response: { status: 503 } }))],
    ['unsent', () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' }))],
  ])('gets the refresh token while it is %s', async (state, outcome) => {
    const one = spending(outcome);
    expect(one.take()).toBe('rt');
    await one.request.http.request(EXCHANGE).catch(() => undefined);
    expect(one.state).toBe(state);
    expect(one.take()).toBe('rt');
  });

  test.each<[string, () => Promise<object>]>([
    ['lost', () => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' }))],
    ['lost', async () => ({ data: 'an answer without a status' })],
    ['lost', async () => ({ status: 503, headers: {}, data: 'upstream connect error, reset before headers' })],
    ['lost', async () => ({ status: 520, headers: {}, data: '<html>' })],
    ['lost', async () => ({ status: 522, headers: {}, data: '' })],
    ['lost', async () => ({ status: 504, headers: {}, data: '{"status":504,"error":"Gateway Timeout"}' })],
    ['lost', () => Promise.reject(Object.assign(new Error(), { response: { status: 524, data: 'late' } }))],
    ['granted', async () => ({ status: 200, headers: {}, data: '<html>' })],
    ['under way', () => new Promise(() => undefined)],
  ])('does not get it when it is %s', async (state, outcome) => {
    const one = spending(outcome);
    one.take();
    const sent = one.request.http.request(EXCHANGE).catch(() => undefined);
    if (state !== 'under way') await sent;
    expect(one.state).toBe(state);
    expect(() => one.take()).toThrow('not sent again');
  });

  test('is not taken for it when it asks somebody else in between, such as a vault', async () => {
    const seen: object[] = [];
    const one = spending(async (...args: unknown[]) => {
      seen.push(args[0] as object);
      return { status: 200, headers: {}, data: '{"access_token":"at"}' };
    });
    one.take();
    const vault = { url: 'https://vault.example.com/secret' };
    await one.request.http.request(vault);
    expect([one.state, seen]).toEqual(['unsent', [vault]]); // and nothing of it was changed
    await one.request.http.request(EXCHANGE);
    expect(one.state).toBe('granted');
  });

  test('is not taken for it when it sends something else, such as a request for metadata', async () => {
    const one = spending(() => Promise.reject(Object.assign(new Error(), { code: 'ECONNRESET' })));
    await one.request.http.request(EXCHANGE).catch(() => undefined);
    expect(one.state).toBe('unsent');
  });
});

test.each<[boolean, string, unknown]>([
  [true, 'a refused connection', { code: 'ECONNREFUSED' }],
  [true, 'a name that is not found', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }],
  [true, 'a name that cannot be looked up now', { code: 'EAI_AGAIN' }],
  [true, 'a connection that was not made in time', { code: 'ETIMEDOUT', syscall: 'connect' }],
  [true, 'a network that is not there', { code: 'ENETUNREACH', syscall: 'connect' }],
  [true, 'the same one step deeper', { code: 'ERR_NETWORK', cause: { cause: { code: 'ECONNREFUSED' } } }],
  [
    true,
    'all addresses refused',
    { code: 'ECONNREFUSED', errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }] },
  ],
  [true, 'a certificate of somebody else', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  [true, 'a certificate that is too old', { code: 'CERT_HAS_EXPIRED' }],
  [
    true,
    'a connection that ended before TLS',
    { code: 'ECONNRESET', message: 'Client network socket disconnected before secure TLS connection was established' },
  ],
  [true, 'plain http, refused here', new InsecureTransportError('no')],
  [false, 'a reset', { code: 'ECONNRESET', syscall: 'read' }],
  [false, 'a broken pipe', { code: 'EPIPE', syscall: 'write' }],
  [false, 'a connection that went silent', { code: 'ETIMEDOUT', syscall: 'read' }],
  [false, 'a network that went away', { code: 'ENETUNREACH', syscall: 'read' }],
  [false, 'a timeout of axios', { code: 'ECONNABORTED' }],
  [false, 'an abort', { code: 'ERR_CANCELED' }],
  [false, 'an answer that is too long', { code: 'ERR_BAD_RESPONSE' }],
  [false, 'one address refused, one reset', { errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNRESET' }] }],
  [false, 'an error that says nothing', new Error('socket hang up')],
  [false, 'no error', undefined],
])('certainly not sent: %s for %s', (expected, _what, error) => {
  expect(wasNeverSent(error)).toBe(expected);
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
