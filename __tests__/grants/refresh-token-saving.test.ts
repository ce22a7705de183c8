import { Lineage } from '../../lib/grants/lineage.js';
import { isTokenError } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { controlled } from './rotating-server.js';
import { A, R, scene, type Scene, type SceneOptions } from './scene.js';

// What happens when the callback that saves a new refresh token does not do it, or not yet.

type Outcome = 'works' | 'fails' | Promise<void>;

/** A callback that does what the test says, save by save; then it works. */
async function saving(outcomes: Outcome[], options: SceneOptions = {}): Promise<Scene & { saves: string[] }> {
  const saves: string[] = [];
  const stage: Scene = await scene({
    ...options,
    source: {
      ...options.source,
      save: async (next, context) => {
        saves.push(next);
        const outcome = outcomes.shift() ?? 'works';
        if (outcome === 'fails')
          throw Object.assign(new Error(`cannot write '${next}'`), { code: 'EROFS', query: next });
        if (outcome !== 'works') await outcome;
        await stage.db.save(next, context);
      },
    },
  });
  return { ...stage, saves };
}

const PAUSE_MS = 1000; // after a failure

test('a callback that fails: the call fails and says why, nothing is sent to the API', async () => {
  const { api, upstream, db } = await saving(['fails']);
  const error = await rejection(api.get('/things'));
  expect(isTokenError(error) && error).toMatchObject({
    code: 'ERR_TOKEN_SOURCE',
    permanent: false,
    message: expect.stringMatching(/^`save` failed.*cannot write.*kept in memory.*saved again/s),
    cause: { code: 'EROFS' },
  });
  expectHidden(error, [R(0), R(1), A(1)]);
  expect(upstream.stats().requests).toBe(0);
  expect(db.rows.get('ada')).toEqual([R(0)]);
});

test('the next call saves first, and uses the token that came with it: no refresh token is spent for that', async () => {
  const { server, api, upstream, db, clock, saves } = await saving(['fails', 'fails']);
  await rejection(api.get('/one'));
  await clock.advance(PAUSE_MS);
  await rejection(api.get('/two'));
  expect(upstream.stats().requests).toBe(0);
  await clock.advance(2 * PAUSE_MS);
  await api.get('/three');
  expect(saves).toEqual([R(1), R(1), R(1)]);
  expect(server.sent).toEqual([R(0)]);
  expect(db.rows.get('ada')).toEqual([R(0), R(1)]);
  expect(upstream.requests.map(({ token }) => token)).toEqual([A(1)]);
});

test('what was kept has its own life: after its end the next refresh token is spent, once it is saved', async () => {
  const { server, auth, clock, saves } = await saving(['fails']);
  await rejection(auth.getToken());
  await clock.advance(600_000);
  const token = await auth.getToken();
  expect(token.accessToken).toBe(A(2));
  expect(saves).toEqual([R(1), R(1), R(2)]);
  expect(server.sent).toEqual([R(0), R(1)]);
});

test('the life of a token that was kept began when it was asked for', async () => {
  const { auth, clock } = await saving(['fails']);
  const askedAt = clock.now();
  await rejection(auth.getToken());
  await clock.advance(300_000);
  expect(await auth.getToken()).toMatchObject({ accessToken: A(1), issuedAt: askedAt, expiresAt: askedAt + 600_000 });
});

test('a call for another scope saves first, too, and then spends the new one', async () => {
  const { server, auth, saves, db } = await saving(['fails']);
  await rejection(auth.getToken({ scope: 'read' }));
  expect((await auth.getToken({ scope: 'write' })).accessToken).toBe(`${A(2)}-for-write`);
  expect(saves).toEqual([R(1), R(1), R(2)]);
  expect(db.rows.get('ada')).toEqual([R(0), R(1), R(2)]);
  expect(server.stolen).toEqual([]);
});

test('while it fails, no refresh token is spent for any scope', async () => {
  const { server, auth } = await saving(['fails', 'fails', 'fails']);
  for (const scope of ['a', 'b', 'c']) await rejection(auth.getToken({ scope }));
  expect(server.sent).toEqual([R(0)]);
});

test('one that throws at once is like one that rejects', async () => {
  let fails = true;
  const { server, auth, clock } = await scene({
    source: {
      save: () => {
        if (fails) throw new Error('no disk');
      },
    },
  });
  expect(await rejection(auth.getToken())).toMatchObject({ message: expect.stringContaining('no disk') });
  fails = false;
  await clock.advance(PAUSE_MS);
  expect((await auth.getToken()).accessToken).toBe(A(1));
  expect(server.sent).toEqual([R(0)]);
});

test.each([
  ['an object without anything', Object.create(null) as object, 'an object'],
  ['nothing', undefined, 'undefined'],
  ['a text', `cannot write ${R(1)}`, 'cannot write [redacted]'],
])('one that throws %s: still a TokenError that says what it can', async (_what, thrown, said) => {
  const { auth } = await scene({
    source: {
      save: () => {
        throw thrown;
      },
    },
  });
  const error = await rejection(auth.getToken());
  expect(error).toMatchObject({ name: 'TokenError', message: expect.stringContaining(`written down: ${said}.`) });
});

test('a newer one that comes while an older one is being saved is saved after it', async () => {
  const lineage = new Lineage('r0');
  const saved: string[] = [];
  const slow = controlled();
  lineage.unsaved = { secrets: [], write: () => slow.promise.then(() => void saved.push('r1')) };
  const first = lineage.save();
  lineage.unsaved = { secrets: [], write: async () => void saved.push('r2') };
  slow.resolve();
  await Promise.all([first, lineage.save()]);
  expect([saved, lineage.unsaved]).toEqual([['r1', 'r2'], undefined]);
});

describe('a callback that hangs', () => {
  test('the call ends at its deadline; the next one waits for the same save, there is never a second beside it', async () => {
    const hanging = controlled();
    const { server, auth, clock, saves } = await saving([hanging.promise]);
    const first = rejection(auth.getToken());
    await until(() => saves.length === 1);
    await clock.advance(10_000);
    expect(await first).toMatchObject({ name: 'TokenTimeoutError' });
    await clock.advance(PAUSE_MS);
    const second = auth.getToken();
    await until(() => auth.inspect()[0]?.refreshing === true);
    hanging.resolve();
    expect((await second).accessToken).toBe(A(1));
    expect(saves).toEqual([R(1)]);
    expect(server.sent).toEqual([R(0)]);
  });

  test('and fails late: the next call saves again', async () => {
    const hanging = controlled();
    const { server, auth, clock, saves } = await saving([hanging.promise]);
    const first = rejection(auth.getToken());
    await until(() => saves.length === 1);
    await clock.advance(10_000);
    await first;
    hanging.reject(new Error('connection closed'));
    await clock.advance(PAUSE_MS);
    expect((await auth.getToken()).accessToken).toBe(A(1));
    expect(saves).toEqual([R(1), R(1)]);
    expect(server.sent).toEqual([R(0)]);
  });
});

test('close() does not stop a save that is under way: what was granted is not lost', async () => {
  const slow = controlled();
  const { server, auth, db, saves } = await saving([slow.promise]);
  const call = rejection(auth.getToken());
  await until(() => saves.length === 1);
  await auth.close({ timeoutMs: 0 });
  expect(await call).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  slow.resolve();
  await until(() => db.rows.get('ada')?.length === 2);
  expect(db.rows.get('ada')).toEqual([R(0), R(1)]);
  expect(server.sent).toEqual([R(0)]);
});

test('an answer whose token is unusable: the new refresh token is saved all the same, and spent next', async () => {
  const { server, auth, clock, db } = await saving([]);
  server.dress = (body) => ({ ...body, access_token: 42 });
  expect(await rejection(auth.getToken())).toMatchObject({ name: 'TokenResponseError' });
  expect(db.rows.get('ada')).toEqual([R(0), R(1)]);
  server.dress = (body) => body;
  await clock.advance(PAUSE_MS);
  expect((await auth.getToken()).accessToken).toBe(A(2));
  expect(server.stolen).toEqual([]);
});
