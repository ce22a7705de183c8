import axios from 'axios';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import type { ApiRequest } from '../../lib/testing/index.js';
import { callsOf, rejection } from '../support/world.js';
import { byPath, demandingWorld, hasScope, type Refusal, timedDemandingWorld, wantsScope } from './step-up-world.js';

// A step-up for what was stepped up to before: the token of it may be too old, revoked, or not worth asking for again.

describe('`max_age`', () => {
  const wantsNewer = (maxAge: number): Refusal => ({
    status: 401,
    challenge: `Bearer error="insufficient_user_authentication", max_age="${maxAge}"`,
  });

  /** An API that takes no token that is older than a minute. */
  async function ageingWorld() {
    const isOld = ({ token }: ApiRequest): boolean =>
      world.clock.now() - world.server.describe(token!)!.issuedAt > 60_000;
    const world = await timedDemandingWorld((_asked, request) => (isOld(request) ? wantsNewer(60) : undefined));
    return world;
  }

  test('the stepped-up token that is held is used while it is young enough, and renewed when it is not', async () => {
    const { api, asked, upstream, clock } = await ageingWorld();
    await api.get('/first');
    const requests: number[] = [];
    for (const seconds of [61, 30, 29, 61]) {
      await clock.advance(seconds * 1000);
      expect(await api.get('/things')).toMatchObject({ status: 200 });
      requests.push(asked('max_age').length);
    }
    expect(requests).toEqual([2, 2, 2, 3]);
    expect(asked('max_age')).toEqual([undefined, '60', '60']);
    expect(upstream.stats().requests).toBe(1 + 4 * 2);
  });

  test('20 calls at once with one that is too old: it is renewed once for all', async () => {
    const { api, asked, clock } = await ageingWorld();
    await api.get('/first');
    for (const requests of [2, 3]) {
      await clock.advance(61_000);
      expect((await callsOf(api, 20)).map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(asked('max_age')).toHaveLength(requests);
    }
  });

  test('of 0, which no held token meets: 50 token requests in five minutes, then the 401 surfaces', async () => {
    const used = new Set<string>();
    const { api, asked, upstream, events, clock } = await timedDemandingWorld(({ max_age }, { token }) => {
      if (max_age !== '0' || used.has(token!)) return wantsNewer(0);
      used.add(token!);
      return undefined;
    });
    for (let call = 1; call <= 50; call++) expect(await api.get('/pay')).toMatchObject({ status: 200 });
    for (let call = 51; call <= 60; call++) {
      expect(await rejection(api.get('/pay'))).toMatchObject({ response: { status: 401 } });
    }
    expect(asked('max_age')).toEqual([undefined, ...Array<string>(50).fill('0')]);
    expect(upstream.stats().requests).toBe(50 * 2 + 10);
    expect(events.of('request:retry-skipped')).toHaveLength(10);
    expect(events.of('request:retry-skipped')[0]).toMatchObject({ reason: 'paused', status: 401 });

    await clock.advance(5 * 60_000);
    expect(await api.get('/pay')).toMatchObject({ status: 200 });
  });
});

test('challenges that are no longer answered push no token of others out of the cache', async () => {
  const { api, asked, events } = await demandingWorld(byPath, { attach: { stepUp: true, maxKeys: 3 } });
  for (let call = 1; call <= 50; call++) await api.get(`/needs/s${call}`);
  const tenant = { token: { tenant: 'another' } };
  await api.get('/things', tenant);
  const before = asked('scope').length;
  for (let call = 51; call <= 60; call++) await rejection(api.get(`/needs/s${call}`));
  expect(events.of('request:retry-skipped').map(({ reason }) => reason)).toEqual(Array(10).fill('paused'));
  await api.get('/things', tenant);
  expect(asked('scope')).toHaveLength(before);
});

test('50 calls after all tokens were revoked: both of them are renewed, once, and every call is answered', async () => {
  const { api, server, asked } = await demandingWorld(byPath);
  await api.get('/admin');
  server.revokeAll();
  expect((await callsOf(api, 50, '/admin')).map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(asked('scope')).toEqual([undefined, 'admin', undefined, 'admin']);
});

describe('the caller leaves while a challenge is looked at', () => {
  test.each<[string, Refusal, () => unknown]>([
    ['that asks for nothing', { status: 403, challenge: 'Bearer error="insufficient_scope"' }, () => 'any body'],
    ['of a request that cannot be sent again', wantsScope('admin'), () => Readable.from(['once'])],
    ['that can be answered', wantsScope('admin'), () => 'any body'],
  ])('%s: the error shows no token, and none is asked for', async (_what, refusal, body) => {
    const leaving = new AbortController();
    const { api, upstream, events } = await demandingWorld(() => refusal, {
      source: {
        rejectedWhen: ({ status }) => {
          leaving.abort(); // the last that is asked before
          return status === 401;
        },
      },
    });
    const error = await rejection(api.post('/things', body(), { signal: leaving.signal }));
    expect(axios.isCancel(error)).toBe(true);
    const token = upstream.requests[0]!.token!;
    expect(token).toMatch(/^tok_/);
    const { config } = error as { config: object };
    // The caller's own stream knows what it was piped to.
    expect(inspect({ ...config, data: undefined }, { depth: 6 })).not.toContain(token);
    expect([events.of('token:requested').length, upstream.stats().requests]).toEqual([1, 1]);
  });
});

test('a resend that is challenged again was not accepted, and the event says so', async () => {
  const { api, events } = await demandingWorld((asked) => (hasScope(asked, 'a') ? wantsScope('b') : wantsScope('a')));
  expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 403 } });
  expect(events.of('request:retried')).toMatchObject([{ reason: 'step-up', status: 403, accepted: false }]);
});

test('events of a stepped-up token say what it was asked for with', async () => {
  const { api, events } = await demandingWorld(byPath);
  await api.get('/admin');
  await api.get('/admin', { token: { scope: 'write' } });
  await api.get('/admin', { token: { scope: ['read', 'write'] } });
  const scopes = [undefined, ['admin'], 'write', ['write', 'admin'], ['read', 'write'], ['read', 'write', 'admin']];
  expect(events.of('token:requested').map(({ scope }) => scope)).toEqual(scopes);
  expect(events.of('token:issued').map(({ scope }) => scope)).toEqual(scopes);
  expect(events.of('request:retried').map(({ scope }) => scope)).toEqual([scopes[1], scopes[3], scopes[5]]);
  expect(new Set(events.of('token:issued').map(({ key }) => key)).size).toBe(6);
});
