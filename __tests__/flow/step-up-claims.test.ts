import axios from 'axios';
import { Readable } from 'node:stream';
import type { FetchToken, TokenRequest } from '../../lib/index.js';
import { attach, callsOf, protectedApi, rejection } from '../support/world.js';
import { type Demanding, demandingWorld, type Refusal } from './step-up-world.js';

const NBF = { access_token: { nbf: { essential: true, value: '1604106651' } } };
const CAPABLE = { access_token: { xms_cc: { values: ['cp1'] } } };

function wantsClaims(claims: unknown): Refusal {
  const encoded = Buffer.from(JSON.stringify(claims)).toString('base64');
  const uri = 'https://login.microsoftonline.com/common/oauth2/authorize';
  return {
    status: 401,
    challenge: `Bearer realm="", authorization_uri="${uri}", error="insufficient_claims", claims="${encoded}"`,
  };
}

/** Wants an `nbf` among the claims that the token was asked for with, as after a revocation. */
const revoked: Demanding = ({ claims }, { path }) =>
  path.startsWith('/public') || claims?.includes('nbf') ? undefined : wantsClaims(NBF);

const parsed = (texts: (string | undefined)[]): unknown[] =>
  texts.map((text) => (text === undefined ? undefined : (JSON.parse(text) as unknown)));

describe('insufficient_claims (Microsoft Entra)', () => {
  test('the claims go into the token request, and the call is resent once', async () => {
    const { api, upstream, events, asked } = await demandingWorld(revoked);
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(asked('claims')).toEqual([undefined, JSON.stringify(NBF)]);
    expect(upstream.stats().requests).toBe(2);
    expect(events.of('request:retried')).toMatchObject([{ reason: 'step-up', status: 200, accepted: true }]);
    expect(events.of('token:rejected')).toMatchObject([{ status: 401, method: 'GET', origin: upstream.url }]);
  });

  test('the token that was refused is dropped: the next call that needs no claims has a new one', async () => {
    const { api, asked, upstream } = await demandingWorld(revoked);
    await api.get('/public-holidays');
    await api.get('/things');
    await api.get('/public-holidays');
    const [first, refused, , next] = upstream.requests.map(({ token }) => token);
    expect(first).toBe(refused);
    expect(next).not.toBe(first);
    expect(asked('claims')).toEqual([undefined, JSON.stringify(NBF), undefined]);
  });

  test('20 calls at once: one token request with the claims', async () => {
    const { api, server, asked } = await demandingWorld(revoked);
    const hold = server.hold();
    const calls = callsOf(api, 20);
    await hold.arrived();
    hold.release();
    expect((await calls).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(asked('claims')).toEqual([undefined, JSON.stringify(NBF)]);
  });

  test('a body that cannot be sent twice: the 401 surfaces, and the token is dropped all the same', async () => {
    const { api, upstream, events } = await demandingWorld(revoked);
    await api.get('/public-holidays');
    expect(await rejection(api.post('/things', Readable.from(['once'])))).toMatchObject({ response: { status: 401 } });
    expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'body', status: 401 }]);
    await api.get('/public-holidays');
    const [first, refused, next] = upstream.requests.map(({ token }) => token);
    expect(first).toBe(refused);
    expect(next).not.toBe(first);
  });

  test('with retryRejected: false the claims are answered all the same, and another refusal is not', async () => {
    const { api, server, asked } = await demandingWorld(revoked, {
      attach: { stepUp: true, retryRejected: false },
    });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    await api.get('/public-holidays');
    server.revokeAll();
    expect(await rejection(api.get('/public-holidays'))).toMatchObject({ response: { status: 401 } });
    expect(asked('claims')).toEqual([undefined, JSON.stringify(NBF), undefined]);
  });

  test('not opted in to, it is a refused token like any other: renewed and resent once, without the claims', async () => {
    const { api, asked, upstream } = await demandingWorld(revoked, { attach: {} });
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(asked('claims')).toEqual([undefined, undefined]);
    expect(upstream.stats().requests).toBe(2);
  });

  test.each<[string, string]>([
    ['not Base64', '{"access_token":{}}'],
    ['not JSON', Buffer.from('claims').toString('base64')],
    ['no object', Buffer.from('[]').toString('base64')],
  ])('claims that are %s are not passed on: renewed and resent without them', async (_what, claims) => {
    const challenge = `Bearer error="insufficient_claims", claims="${claims.replace(/"/g, '\\"')}"`;
    const { api, asked } = await demandingWorld(() => ({ status: 401, challenge }));
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(asked('claims')).toEqual([undefined, undefined]);
  });

  describe('beside claims of the source', () => {
    const both = { access_token: { ...CAPABLE.access_token, ...NBF.access_token } };

    test.each<[string, unknown]>([
      ['a text', JSON.stringify(CAPABLE)],
      ['an object', CAPABLE],
      ['a function', () => JSON.stringify(CAPABLE)],
      ['an asynchronous function', () => Promise.resolve(CAPABLE)],
    ])('given as %s, both are asked for', async (_what, claims) => {
      const { api, asked } = await demandingWorld(revoked, { source: { params: { claims: claims as object } } });
      expect(await api.get('/things')).toMatchObject({ status: 200 });
      expect(parsed(asked('claims'))).toEqual([CAPABLE, both]);
    });

    test('which function is asked once for each token request, by its own request', async () => {
      const requests: (string | undefined)[] = [];
      const claims = ({ params }: TokenRequest): string => {
        requests.push(params?.claims as string | undefined);
        return JSON.stringify(CAPABLE);
      };
      const { api } = await demandingWorld(revoked, { source: { params: { claims } } });
      await api.get('/things');
      expect(requests).toEqual([undefined, JSON.stringify(NBF)]);
    });

    test.each<[string, unknown]>([
      ['no JSON', 'of another kind'],
      ['nothing, by a function', () => undefined],
    ])('that are %s, those of the challenge are asked for', async (_what, claims) => {
      const { api, asked } = await demandingWorld(revoked, { source: { params: { claims: claims as object } } });
      expect(await api.get('/things')).toMatchObject({ status: 200 });
      expect(asked('claims')[1]).toBe(JSON.stringify(NBF));
    });

    test('those of the request join them', async () => {
      const { api, asked } = await demandingWorld(revoked, { source: { params: { claims: CAPABLE } } });
      await api.get('/things', { token: { params: { claims: { id_token: { auth_time: null } } } } });
      expect(parsed(asked('claims'))).toEqual([
        { ...CAPABLE, id_token: { auth_time: null } },
        { ...both, id_token: { auth_time: null } },
      ]);
    });

    test('in a JSON body as in a form', async () => {
      const { api, server } = await demandingWorld(
        (_asked, { token }) => (token === 'good' ? undefined : wantsClaims(NBF)),
        {
          source: { params: { claims: CAPABLE }, request: { format: 'json' } },
          upstream: { accepts: (token) => token === 'good' },
        },
      );
      server.fail({ status: 200, body: '{"access_token":"first","expires_in":60}' });
      server.fail({ status: 200, body: '{"access_token":"good","expires_in":60}' });
      expect(await api.get('/things')).toMatchObject({ status: 200 });
      const bodies = server.requests.map(({ rawBody }) => JSON.parse(rawBody) as { claims: unknown });
      expect(bodies.map(({ claims }) => claims)).toEqual([CAPABLE, JSON.stringify(both)]);
    });
  });

  test('a function as the source is told the claims', async () => {
    const upstream = await protectedApi({ accepts: () => true });
    upstream.intercept(({ token }, response) => {
      if (token !== 'plain') return false;
      response.writeHead(401, { 'www-authenticate': wantsClaims(NBF).challenge }).end();
      return true;
    });
    const told: unknown[] = [];
    const source: FetchToken = ({ params }) => {
      told.push(params);
      return Promise.resolve({ accessToken: params ? 'more' : 'plain', expiresInMs: 60_000 });
    };
    const api = axios.create({ baseURL: upstream.url });
    attach(api, source, { stepUp: ['insufficient_claims'] });
    await api.get('/things');
    expect(told).toEqual([undefined, { claims: JSON.stringify(NBF) }]);
  });
});

describe('insufficient_user_authentication (RFC 9470)', () => {
  const wants = (rest: string): Refusal => ({
    status: 401,
    challenge: `Bearer error="insufficient_user_authentication", error_description="x", ${rest}`,
  });

  test('the example for another level: acr_values go into the token request', async () => {
    const { api, upstream, events, asked } = await demandingWorld(({ acr_values }) =>
      acr_values === 'myACR' ? undefined : wants('acr_values="myACR"'),
    );
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(asked('acr_values')).toEqual([undefined, 'myACR']);
    expect(asked('max_age')).toEqual([undefined, undefined]);
    expect(upstream.stats().requests).toBe(2);
    expect(events.of('token:rejected')).toEqual([]);
  });

  test('the example for a more recent one: max_age goes into the token request', async () => {
    const { api, asked } = await demandingWorld(({ max_age }) => (max_age === '5' ? undefined : wants('max_age="5"')));
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(asked('max_age')).toEqual([undefined, '5']);
    expect(asked('acr_values')).toEqual([undefined, undefined]);
  });

  test('one of them leaves the other as the source has it, and each combination has a token of its own', async () => {
    const { api, asked } = await demandingWorld(
      ({ acr_values, max_age }, { path }) =>
        path === '/strict' && max_age !== '5'
          ? wants('max_age=5')
          : path === '/high' && acr_values !== 'high'
            ? wants('acr_values="high"')
            : undefined,
      { source: { params: { acr_values: 'low' } } },
    );
    for (const path of ['/strict', '/high', '/strict', '/high', '/things']) await api.get(path);
    expect(asked('acr_values')).toEqual(['low', 'low', 'high']);
    expect(asked('max_age')).toEqual([undefined, '5', undefined]);
  });

  test('neither of them: the 401 surfaces, the token stays', async () => {
    const { api, asked, upstream } = await demandingWorld((_asked, { path }) =>
      path === '/high' ? wants('realm="x"') : undefined,
    );
    expect(await rejection(api.get('/high'))).toMatchObject({ response: { status: 401 } });
    await api.get('/things');
    expect(asked('scope')).toHaveLength(1);
    expect(upstream.stats().requests).toBe(2);
  });
});
