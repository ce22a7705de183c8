import axios from 'axios';
import { type Lineage, Lineages } from '../../lib/grants/lineage.js';
import { TokenNetworkError, type TokenRequest } from '../../lib/index.js';
import { turn, until } from '../support/turn.js';
import { attach, rejection } from '../support/world.js';
import { controlled } from './rotating-server.js';
import { A, R, scene } from './scene.js';

// One refresh token is never spent twice, whatever happens at the same time.

test('calls for different scopes take turns, each with the newest refresh token', async () => {
  const { server, auth, db } = await scene();
  const gate = controlled();
  server.until = gate.promise;
  const calls = Promise.all(['a', 'b', 'c', 'd'].map((scope) => auth.getToken({ scope })));
  await until(() => auth.inspect().length === 4 && server.sent.length === 1);
  for (let round = 0; round < 5; round += 1) await turn();
  expect(server.sent).toEqual([R(0)]); // the others wait for the answer
  gate.resolve();
  const tokens = await calls;
  expect(tokens.map(({ accessToken }) => accessToken)).toEqual(
    ['a', 'b', 'c', 'd'].map((scope, index) => `${A(index + 1)}-for-${scope}`),
  );
  expect(server.sent).toEqual([R(0), R(1), R(2), R(3)]);
  expect(server.stolen).toEqual([]);
  expect(db.rows.get('ada')).toEqual([R(0), R(1), R(2), R(3), R(4)]);
});

test('the next in line waits until the new refresh token is saved', async () => {
  const saving = controlled();
  let saves = 0;
  const { server, auth } = await scene({ source: { save: () => (saves++ === 0 ? saving.promise : undefined) } });
  const calls = Promise.all([auth.getToken({ scope: 'a' }), auth.getToken({ scope: 'b' })]);
  await until(() => saves === 1);
  for (let round = 0; round < 5; round += 1) await turn();
  expect(server.sent).toEqual([R(0)]);
  saving.resolve();
  await calls;
  expect(server.sent).toEqual([R(0), R(1)]);
});

test('a store that still names the spent one, such as a replica that lags behind: its successor is sent', async () => {
  const { server, auth } = await scene({ source: { refreshToken: () => R(0) } });
  for (let round = 0; round < 3; round += 1) await auth.refresh();
  expect(server.sent).toEqual([R(0), R(1), R(2)]);
  expect(server.stolen).toEqual([]);
});

test('a store that goes back by some: the newest is sent', async () => {
  const names = [R(0), R(1), R(1), R(0), R(2)];
  const { server, auth } = await scene({ source: { refreshToken: () => names.shift() } });
  for (let round = 0; round < 5; round += 1) await auth.refresh();
  expect(server.sent).toEqual([R(0), R(1), R(2), R(3), R(4)]);
});

test('a store that was read before the turn came: its successor is sent', async () => {
  const late = controlled<string>();
  const { server, auth } = await scene({
    source: { refreshToken: ({ scope }) => (scope === 'late' ? late.promise : R(0)) },
  });
  const slow = auth.getToken({ scope: 'late' });
  await auth.getToken({ scope: 'early' });
  late.resolve(R(0));
  expect((await slow).accessToken).toBe(`${A(2)}-for-late`);
  expect(server.sent).toEqual([R(0), R(1)]);
});

test('a new login in the meantime begins anew', async () => {
  const { server, auth, db } = await scene();
  await auth.getToken();
  db.rows.set('ada', [server.login('ada-again')]);
  expect((await auth.refresh()).accessToken).toBe(A(1, 'ada-again'));
});

test('other users do not wait in line', async () => {
  const { server, auth } = await scene({ users: ['ada', 'bob'] });
  const gate = controlled();
  server.until = gate.promise;
  const ada = auth.getToken({ tenant: 'ada' });
  await until(() => server.sent.length === 1);
  server.until = undefined;
  expect((await auth.getToken({ tenant: 'bob' })).accessToken).toBe(A(1, 'bob'));
  gate.resolve();
  await ada;
});

test('one source on two axios instances: still one line', async () => {
  const { server, auth, source, clock } = await scene();
  const other = attach(axios.create({ baseURL: 'https://other.example.com' }), source, { clock });
  await Promise.all([auth.getToken(), other.getToken()]);
  expect(server.sent).toEqual([R(0), R(1)]);
  expect(server.stolen).toEqual([]);
});

test('one that gives up its place in line leaves no gap, and sends nothing', async () => {
  const { server, auth, clock } = await scene({ attach: { tokenTimeoutMs: 1000 } });
  const gate = controlled();
  server.until = gate.promise;
  const first = rejection(auth.getToken({ scope: 'a' }));
  await until(() => server.sent.length === 1);
  await clock.advance(500);
  const third = auth.getToken({ scope: 'c' });
  void third.catch(() => undefined);
  await clock.advance(500); // the deadline of the first: its answer is lost
  expect(await first).toMatchObject({ name: 'TokenTimeoutError' });
  expect(await rejection(third)).toMatchObject({ permanent: true, message: expect.stringContaining('was lost') });
  expect(server.sent).toEqual([R(0)]);
  gate.resolve();
});

test('a secret that never comes holds up nobody behind it beyond its own deadline', async () => {
  const never = new Promise<string>(() => undefined);
  const secrets = [never];
  const { server, auth, clock } = await scene({
    source: { clientSecret: () => secrets.shift() ?? 'secret-of-the-backend' },
    attach: { tokenTimeoutMs: 1000 },
  });
  const stuck = rejection(auth.getToken({ scope: 'a' }));
  await until(() => secrets.length === 0);
  await clock.advance(500);
  const next = auth.getToken({ scope: 'b' });
  await clock.advance(500);
  expect(await stuck).toMatchObject({ name: 'TokenTimeoutError' });
  expect((await next).accessToken).toBe(`${A(1)}-for-b`);
  expect(server.sent).toEqual([R(0)]);
});

test('a secret that comes after the deadline sends nothing any more', async () => {
  const late = controlled<string>();
  const secrets = [late.promise];
  const { server, auth, clock } = await scene({
    source: { clientSecret: () => secrets.shift() ?? 'secret-of-the-backend' },
  });
  const stuck = rejection(auth.getToken());
  await until(() => secrets.length === 0);
  await clock.advance(10_000);
  await stuck;
  late.resolve('secret-of-the-backend');
  for (let round = 0; round < 5; round += 1) await turn();
  expect(server.sent).toEqual([]);
  await clock.advance(1000);
  expect((await auth.getToken()).accessToken).toBe(A(1)); // it was never sent, so it is not lost
});

const LOST = { error: new TokenNetworkError('lost'), by: { sentAt: 0, sentAtMonotonic: 0 } };

describe('what is remembered of spent ones', () => {
  test('leads from any of them to the newest', () => {
    const lineages = new Lineages();
    const lineage = lineages.of('r0');
    lineages.succeed(lineage, 'r1');
    lineages.succeed(lineage, 'r2');
    expect(['r0', 'r1', 'r2'].map((name) => lineages.of(name).current)).toEqual(['r2', 'r2', 'r2']);
    expect(lineages.of('other').current).toBe('other');
  });

  test('is bounded: the one that was not asked for longest is forgotten first', () => {
    const lineages = new Lineages(3);
    const known = ['a', 'b', 'c'].map((name) => lineages.of(name));
    lineages.of('a');
    lineages.of('d');
    expect(lineages.of('a')).toBe(known[0]);
    expect(lineages.of('c')).toBe(known[2]);
    expect(lineages.of('b')).not.toBe(known[1]);
  });

  test('of one lineage: the 10 newest, and those that are still asked for', () => {
    const lineages = new Lineages();
    const lineage = lineages.of('r0');
    for (let number = 1; number <= 30; number += 1) {
      expect(lineages.of('r0')).toBe(lineage); // as where `refreshToken` is a text
      lineages.succeed(lineage, `r${number}`);
    }
    expect(lineage.names.size).toBe(11);
    for (const name of ['r0', 'r22', 'r29', 'r30']) expect(lineages.of(name)).toBe(lineage);
    expect(lineages.of('r5')).not.toBe(lineage);
  });

  test('rotations of some push out nobody else', () => {
    const lineages = new Lineages(50);
    const ada = lineages.of('ada');
    const others = ['bob', 'cyd'].map((name) => lineages.of(name));
    for (let number = 0; number < 1000; number += 1)
      for (const other of others) lineages.succeed(other, `${other.current.slice(0, 3)}-${number}`);
    expect(lineages.of('ada')).toBe(ada);
  });

  test.each<[string, (lineage: Lineage) => void]>([
    ['whose answer was lost', (lineage) => (lineage.lost = LOST)],
    ['whose newest is written down nowhere', (lineage) => (lineage.isOnlyHere = true)],
  ])('a lineage %s is forgotten last, but bounded it is', (_what, endanger) => {
    const lineages = new Lineages(3);
    const dear = lineages.of('dear');
    endanger(dear);
    for (let number = 0; number < 10; number += 1) lineages.of(`other-${number}`);
    expect(lineages.of('dear')).toBe(dear);
    for (let number = 0; number < 10; number += 1) endanger(lineages.of(`another-${number}`));
    expect(lineages.of('dear')).not.toBe(dear);
  });

  test('a source that never saves keeps the memory of what it has spent before that of others', async () => {
    const { server, source } = await scene({ users: ['ada'], source: { save: false } });
    const signal = new AbortController().signal;
    const http = axios.create({ proxy: false });
    const ask = () => source.fetchToken({ reason: 'missing', signal, http } as unknown as TokenRequest);
    const lineages = jest.spyOn(Lineages.prototype, 'of');
    await ask();
    expect(lineages.mock.results[0]!.value).toMatchObject({ isOnlyHere: true, current: R(1) });
    lineages.mockRestore();
    expect(server.sent).toEqual([R(0)]);
  });

  test('never forgets one that is in use or not saved', async () => {
    const lineages = new Lineages(1);
    const gate = controlled();
    const used = lineages.of('used');
    const using = used.inTurn(new AbortController().signal, () => gate.promise);
    const unsaved = lineages.of('unsaved');
    unsaved.unsaved = { secrets: [], write: async () => undefined };
    for (const name of ['x', 'y', 'z']) lineages.of(name);
    expect(lineages.of('used')).toBe(used);
    expect(lineages.of('unsaved')).toBe(unsaved);
    gate.resolve();
    await using;
    await unsaved.save();
    for (const name of ['x', 'y', 'z']) lineages.of(name);
    expect(lineages.of('used')).not.toBe(used);
    expect(lineages.of('unsaved')).not.toBe(unsaved);
  });
});
