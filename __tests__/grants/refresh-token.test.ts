import { refreshToken } from '../../lib/grants/index.js';
import { clientSecretBasic, noAuthentication, responseHeader, type TokenReader } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { handleOf } from '../source/asking.js';
import { type Answer, fakeServer, form, granted, tokenEndpoint } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { diagnosed } from './diagnostics.js';
import { CLIENT, controlled, rotatingServer } from './rotating-server.js';
import { A, R, scene } from './scene.js';

describe('what is sent', () => {
  test('the example of RFC 6749 §6, byte for byte', async () => {
    const endpoint = await tokenEndpoint();
    const source = refreshToken({
      tokenUrl: `${endpoint.url}/token`,
      clientId: 's6BhdRkqt3',
      clientSecret: 'gX1fBat3bV',
      clientAuth: clientSecretBasic(),
      refreshToken: 'tGzv3JOkF0XG5Qx2TlKWIA',
      save: false,
    });
    await handleOf(source).getToken();
    const [request] = endpoint.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/token' });
    expect(request!.headers).toMatchObject({
      authorization: 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(request!.body).toBe('grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA');
  });

  test('a public client names itself; scope and more parameters go along', async () => {
    const endpoint = await tokenEndpoint();
    const source = refreshToken({
      tokenUrl: endpoint.url,
      clientId: 'app',
      clientAuth: noAuthentication(),
      refreshToken: 'a-refresh-token',
      save: false,
      scope: 'read',
      params: { device: 'd1' },
    });
    await handleOf(source).getToken({ scope: ['a', 'b'] });
    expect(form(endpoint.requests[0]!.body)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'a-refresh-token',
      client_id: 'app',
      scope: 'a b',
      device: 'd1',
    });
  });

  test('another dialect: JSON, another grant type, the new refresh token elsewhere', async () => {
    const endpoint = await fakeServer(() => ({
      body: { data: { token: `at-${endpoint.requests.length}`, next: `rt-${endpoint.requests.length}`, ttl: 60 } },
    }));
    const saved: string[] = [];
    const source = refreshToken({
      tokenUrl: endpoint.url,
      ...CLIENT,
      refreshToken: 'rt-0',
      save: (next) => void saved.push(next),
      newRefreshToken: 'data.next',
      request: { format: 'json', grantType: 'renew' },
      response: { token: 'data.token' },
    });
    const auth = handleOf(source);
    const { response } = await auth.getToken();
    await auth.refresh();
    expect(endpoint.requests.map(({ body }) => JSON.parse(body))).toMatchObject([
      { grant_type: 'renew', refresh_token: 'rt-0' },
      { grant_type: 'renew', refresh_token: 'rt-1' },
    ]);
    expect(saved).toEqual(['rt-1', 'rt-2']);
    expect(response).toEqual({ data: { token: 'at-1', ttl: 60 } });
  });

  test('the new refresh token in a header', async () => {
    const endpoint = await fakeServer(() => ({ headers: { 'X-Next': 'rt-1' }, body: granted() }));
    const saved: string[] = [];
    const newRefreshToken = responseHeader('X-Next');
    const source = refreshToken({
      tokenUrl: endpoint.url,
      ...CLIENT,
      refreshToken: 'rt-0',
      save: (next) => void saved.push(next),
      newRefreshToken,
    });
    await handleOf(source).getToken();
    expect(saved).toEqual(['rt-1']);
  });
});

describe('the new refresh token', () => {
  test('is saved before any API gets the token that it came with', async () => {
    const saving = controlled();
    const started = controlled<string>();
    const { api, upstream } = await scene({
      source: {
        save: (next) => {
          started.resolve(next);
          return saving.promise;
        },
      },
    });
    const calls = Promise.all([api.get('/one'), api.get('/two')]);
    expect(await started.promise).toBe(R(1));
    expect(upstream.stats().requests).toBe(0);
    saving.resolve();
    await calls;
    expect(upstream.requests.map(({ token }) => token)).toEqual([A(1), A(1)]);
  });

  test('is saved with whose it is, what was spent for it, and the answer', async () => {
    const { server, auth, db } = await scene({ users: ['ada', 'bob'] });
    server.dress = (body) => ({ ...body, refresh_token_expires_in: 86_400 });
    await auth.getToken({ tenant: 'bob', scope: 'read' });
    expect(db.contexts).toEqual([
      {
        tenant: 'bob',
        scope: 'read',
        previous: R(0, 'bob'),
        response: expect.objectContaining({ refresh_token: R(1, 'bob'), refresh_token_expires_in: 86_400 }),
      },
    ]);
    expect(db.rows.get('ada')).toEqual([R(0)]);
  });

  test('is spent next: each once, in order', async () => {
    const { server, auth } = await scene();
    for (let round = 0; round < 4; round += 1) await auth.refresh();
    expect(server.sent).toEqual([R(0), R(1), R(2), R(3)]);
    expect(server.stolen).toEqual([]);
  });

  test('is spent next also where `refreshToken` is a text, and with `save: false`', async () => {
    const server = await rotatingServer();
    const text = server.login('ada');
    const auth = handleOf(refreshToken({ tokenUrl: server.tokenUrl, ...CLIENT, refreshToken: text, save: false }));
    await auth.getToken();
    await auth.refresh();
    expect(server.sent).toEqual([R(0), R(1)]);
  });

  test('is not in what the token hands on to everybody', async () => {
    const { auth } = await scene();
    const { response } = await auth.getToken();
    expect(response).toEqual({ access_token: A(1), token_type: 'Bearer', expires_in: 600 });
  });

  test.each<[string, Answer, TokenReader, unknown]>([
    [
      'a function that reads it',
      { body: { ...granted('at'), list: ['rt-new', { deep: 'rt-new' }, 'kept'], old: 'rt-old' } },
      () => 'rt-new',
      { ...granted('at'), list: [{}, 'kept'] },
    ],
    [
      'two places',
      { body: { ...granted('at'), refresh_token: 'rt-new', legacy: { refreshToken: 'rt-new' } } },
      'refresh_token',
      { ...granted('at'), legacy: {} },
    ],
    [
      'an answer that is no JSON',
      { headers: { 'content-type': 'text/plain' }, body: 'token at; refresh rt-new' },
      ({ text }) => text.split(' ').at(-1),
      'token at; refresh ',
    ],
  ])('is not there either for %s', async (_what, answer, newRefreshToken, expected) => {
    const endpoint = await fakeServer(() => answer);
    const saved: string[] = [];
    const source = refreshToken({
      tokenUrl: endpoint.url,
      ...CLIENT,
      refreshToken: 'rt-old',
      save: (next) => void saved.push(next),
      newRefreshToken,
      response: { token: () => 'at' },
    });
    expect((await handleOf(source).getToken()).response).toEqual(expected);
    expect(saved).toEqual(['rt-new']);
  });

  test('that is none: the old one is kept, and nothing is saved', async () => {
    const { server, auth, db } = await scene({ rotates: false });
    await auth.getToken();
    await auth.refresh();
    expect(server.sent).toEqual([R(0), R(0)]);
    expect(db.contexts).toEqual([]);
  });

  test('is saved also where a success has an empty `error` beside it', async () => {
    const { server, auth } = await scene();
    server.dress = (body) => ({ error: '', ...body });
    await auth.getToken();
    await auth.refresh();
    expect(server.sent).toEqual([R(0), R(1)]);
  });

  test('that is the old one again is not saved', async () => {
    const { server, auth, db } = await scene({ rotates: false });
    server.dress = (body) => ({ ...body, refresh_token: R(0) });
    await auth.getToken();
    await auth.refresh();
    expect(server.sent).toEqual([R(0), R(0)]);
    expect(db.contexts).toEqual([]);
  });
});

test('users have tokens of their own: no refresh token and no token is another’s', async () => {
  const users = ['ada', 'bob', 'cyd'];
  const { server, api, upstream, db } = await scene({ users });
  await Promise.all([...users, ...users].map((tenant) => api.get(`/${tenant}`, { token: { tenant } })));
  expect(server.sent.sort()).toEqual(users.map((user) => R(0, user)));
  for (const { path, token } of upstream.requests) expect(token).toBe(A(1, path.slice(1)));
  expect(Object.fromEntries(db.rows)).toEqual(
    Object.fromEntries(users.map((user) => [user, [R(0, user), R(1, user)]])),
  );
});

test('many calls whose token was rejected spend one refresh token', async () => {
  const { server, api, upstream } = await scene();
  await api.get('/warm-up');
  upstream.rejectNext(20);
  const hold = upstream.hold();
  const calls = Promise.all(Array.from({ length: 20 }, (_, index) => api.get(`/${index}`)));
  await hold.arrived(20);
  hold.release();
  await calls;
  expect(server.sent).toEqual([R(0), R(1)]);
});

describe('a server that ends the login when an access token is revoked: none is', () => {
  const given = { ...CLIENT, refreshToken: 'rt-0', save: false } as const;

  test('`revocationUrl` is refused, and it is said why', () => {
    const options = { tokenUrl: 'https://auth.example.com/token', ...given };
    const wrong = { ...options, revocationUrl: 'https://auth.example.com/revoke' };
    expect(() => refreshToken(wrong)).toThrow(
      expect.objectContaining({
        name: 'TokenConfigError',
        option: 'revocationUrl',
        message: expect.stringContaining('may end the refresh token, too'),
      }),
    );
  });

  test('an issuer whose metadata say where: `revokeReplaced` and `close({ revoke: true })` are refused', async () => {
    const source = refreshToken({ issuer: 'https://auth.example.com', ...given });
    expect(source).not.toHaveProperty('revokeToken');
    expect(() => handleOf(source, { revokeReplaced: true })).toThrow(
      expect.objectContaining({ name: 'TokenConfigError', option: 'revokeReplaced' }),
    );
    await expect(handleOf(source).close({ revoke: true })).rejects.toMatchObject({ name: 'TokenConfigError' });
  });
});

describe('a refusal', () => {
  test('invalid_grant: permanent, and the user must sign in again', async () => {
    const { server, api, db, upstream } = await scene();
    db.rows.set('ada', ['a-refresh-token-that-nobody-knows']);
    const error = await rejection(api.get('/things'));
    expect(error).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_grant',
      status: 400,
      permanent: true,
      message: expect.stringContaining('the user must sign in again'),
    });
    expectHidden(error, ['a-refresh-token-that-nobody-knows']);
    expect([server.sent.length, upstream.stats().requests]).toEqual([1, 0]);
  });

  test('a new login ends it, and slows nobody else down', async () => {
    const { server, auth, db, clock } = await scene({ users: ['ada', 'bob'] });
    db.rows.set('ada', ['gone']);
    await rejection(auth.getToken({ tenant: 'ada' }));
    expect((await auth.getToken({ tenant: 'bob' })).accessToken).toBe(A(1, 'bob'));
    db.rows.set('ada', [server.login('ada')]);
    await clock.advance(1000);
    expect((await auth.getToken({ tenant: 'ada' })).accessToken).toBe(A(1));
  });

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a number', 7],
  ])('a function that returns %s: TokenConfigError, nothing is sent', async (_what, value) => {
    const { server, api, upstream } = await scene({ source: { refreshToken: () => value as string } });
    expect(await rejection(api.get('/things'))).toMatchObject({
      name: 'TokenConfigError',
      option: 'refreshToken',
      message: expect.stringContaining('Is this user signed in'),
    });
    expect([server.sent.length, upstream.stats().requests]).toEqual([0, 0]);
  });

  test('a function that fails: its error is the cause, nothing is sent', async () => {
    const cause = new Error('database is down');
    const { server, auth } = await scene({ source: { refreshToken: () => Promise.reject(cause) } });
    expect(await rejection(auth.getToken())).toMatchObject({ code: 'ERR_TOKEN_SOURCE', permanent: false, cause });
    expect(server.sent).toEqual([]);
  });
});

test('no refresh token is in the id, the state, events, diagnostics or errors', async () => {
  await diagnosed(async (seen) => {
    const { server, api, auth, upstream, events, source, clock } = await scene();
    await api.get('/things');
    upstream.rejectNext();
    await api.get('/things');
    server.mishaps.push({ status: 400, body: { error: 'invalid_grant', error_description: `not ${R(2)}` } });
    auth.invalidate();
    const refused = await rejection(api.get('/things'));
    await clock.advance(1000);
    server.mishaps.push('reset');
    const lost = await rejection(api.get('/things'));
    await until(() => auth.inspect().every(({ refreshing }) => !refreshing));
    const shown = [refused, lost, auth.inspect(), events.all, seen, source.id, source, await rejection(api.get('/x'))];
    expect(seen.length).toBeGreaterThan(5);
    for (const one of shown) expectHidden(one, [R(0), R(1), R(2), R(3)]);
  });
});
