import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import axios from 'axios';
import { privateKeyJwt } from '../../lib/client-auth/index.js';
import { dpop } from '../../lib/dpop/index.js';
import { TokenEndpointError } from '../../lib/index.js';
import { newPair } from '../client-auth/keys.js';
import { type Answer, type FakeServer, fakeServer, granted } from '../support/fake-server.js';
import { callsOf, rejection, sendsByPath } from '../support/world.js';
import { accessTokenIn, type DpopWorld, noncesIn, startDpopWorld, statuses } from './parties.js';
import { readProof } from './proofs.js';

const sends = ({ server, upstream }: DpopWorld): number[] => [server.requests.length, upstream.requests.length];

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  const start = (setting: Parameters<typeof startDpopWorld>[0] = {}): Promise<DpopWorld> =>
    startDpopWorld({ axios: { adapter }, ...setting });

  test('the nonce of the token endpoint is sent in a second request, and in every later one at once', async () => {
    const world = await start();
    world.server.nonce = 'as-1';
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
    expect(noncesIn(world.server)).toEqual([undefined, 'as-1']);
    await world.auth.refresh();
    expect(noncesIn(world.server)).toEqual([undefined, 'as-1', 'as-1']);
    expect(noncesIn(world.upstream)).toEqual([undefined]); // which is the nonce of somebody else
  });

  test('the nonce of an API is sent in a second request with the same token, and in every later one at once', async () => {
    const world = await start();
    world.upstream.nonce = 'api-1';
    expect(await world.api.post('/things', { a: 1 })).toMatchObject({ status: 200 });
    expect(await world.api.get('/more')).toMatchObject({ status: 200 });
    expect(noncesIn(world.upstream)).toEqual([undefined, 'api-1', 'api-1']);
    expect(new Set(world.upstream.requests.map(accessTokenIn)).size).toBe(1);
    expect(world.upstream.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}', '']);
    expect(world.server.requests).toHaveLength(1);
    expect(world.events.of('request:retried')).toMatchObject([{ reason: 'nonce', status: 200 }]);
    expect(world.events.of('token:rejected')).toEqual([]);
  });

  test('one that comes with a success is sent from then on', async () => {
    const world = await start();
    world.server.announce = () => 'as-from-200';
    world.upstream.announce = () => 'api-from-200';
    await world.api.get('/things');
    world.server.nonce = 'as-from-200';
    world.upstream.nonce = 'api-from-200';
    await world.auth.refresh();
    expect(await world.api.get('/more')).toMatchObject({ status: 200 });
    expect(sends(world)).toEqual([2, 2]);
  });

  test('one that comes with an error is sent from then on', async () => {
    const world = await start();
    world.upstream.announce = () => 'with-500';
    world.upstream.answering = () => ({ status: 500 });
    await rejection(world.api.get('/things'));
    Object.assign(world.upstream, { nonce: 'with-500', answering: () => undefined });
    expect(await world.api.get('/more')).toMatchObject({ status: 200 });
    expect(sends(world)).toEqual([1, 2]);
  });

  test('a nonce that is replaced is learned in the same way', async () => {
    const world = await start();
    for (const nonce of ['first', 'second', 'third']) {
      world.server.nonce = `as-${nonce}`;
      world.upstream.nonce = `api-${nonce}`;
      await world.auth.refresh();
      expect(await world.api.get('/things')).toMatchObject({ status: 200 });
    }
    expect(noncesIn(world.server)).toEqual([undefined, 'as-first', 'as-first', 'as-second', 'as-second', 'as-third']);
    expect(noncesIn(world.upstream)).toEqual([
      undefined,
      'api-first',
      'api-first',
      'api-second',
      'api-second',
      'api-third',
    ]);
  });

  test('20 calls on a cold cache, both servers want nonces: two token requests, two sends each, all get through', async () => {
    const world = await start({
      before: ({ server, upstream }) => {
        server.nonce = 'as';
        upstream.nonce = 'api';
      },
    });
    expect(statuses(await callsOf(world.api, 20))).toEqual([200]);
    expect(world.server.requests).toHaveLength(2);
    expect(Math.max(...sendsByPath(world.upstream.requests as never).values())).toBe(2);
    expect(statuses(await callsOf(world.api, 20))).toEqual([200]);
    expect(world.server.requests).toHaveLength(2);
  });

  test('20 calls under way when the nonce is replaced: each is sent once more, with the new one', async () => {
    const world = await start();
    world.upstream.nonce = 'old';
    await world.api.get('/warm-up');
    let arrived = 0;
    // The first 20 were all signed before the first answer.
    world.upstream.announce = () => ((arrived += 1), 'new');
    world.upstream.nonce = 'new';
    world.upstream.proofs.length = 0;
    expect(statuses(await callsOf(world.api, 20))).toEqual([200]);
    const counts = [...sendsByPath(world.upstream.requests.slice(2) as never).values()];
    expect(counts.every((count) => count <= 2)).toBe(true);
    expect(arrived).toBe(counts.reduce((sum, count) => sum + count));
    expect(noncesIn(world.upstream).filter((nonce) => nonce === 'new')).toHaveLength(20);
    expect(world.server.requests).toHaveLength(1);
  });

  test('an API that wants another nonce every time gets each call exactly twice; its answer surfaces, the token is kept', async () => {
    const world = await start();
    let count = 0;
    world.upstream.nonce = 'never';
    world.upstream.announce = () => `n-${(count += 1)}`;
    for (let call = 1; call <= 3; call += 1) {
      const error = await rejection(world.api.get('/things'));
      expect(error).toMatchObject({ response: { status: 401 } });
      expect(world.upstream.requests).toHaveLength(2 * call);
    }
    expect(noncesIn(world.upstream)).toEqual([undefined, 'n-1', 'n-2', 'n-3', 'n-4', 'n-5']);
    expect(world.server.requests).toHaveLength(1);
  });

  test('a token endpoint that wants another nonce every time is asked twice; the error says so', async () => {
    const world = await start();
    let count = 0;
    world.server.nonce = 'never';
    world.server.announce = () => `n-${(count += 1)}`;
    const error = await rejection(world.api.get('/things'));
    expect(error).toBeInstanceOf(TokenEndpointError);
    expect(error).toMatchObject({
      error: 'use_dpop_nonce',
      permanent: true,
      message: expect.stringContaining('It wants a DPoP proof with a nonce'),
    });
    expect(sends(world)).toEqual([2, 0]);
  });
});

describe('nonces that are good for one use, 20 requests at once', () => {
  const COUNT = 20;

  /** Something that all of them come to before the first goes on. */
  function meeting(): () => Promise<void> {
    const waiting: (() => void)[] = [];
    return () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === COUNT) for (const goOn of waiting) goOn();
      });
  }

  interface OneTimeServer extends FakeServer {
    /** By the path: the nonce that a request was told to send. */
    told: Map<string, string>;
    /** By the path: the nonces that came. */
    came: Map<string, (string | undefined)[]>;
  }

  /** Gives every path a nonce of its own, once all have been sent without one, and takes each nonce once. */
  async function oneTimeServer(
    good: Answer,
    refuse: (nonce: string, response: ServerResponse) => Answer | undefined,
  ): Promise<OneTimeServer> {
    const told: OneTimeServer['told'] = new Map();
    const came: OneTimeServer['came'] = new Map();
    const unspent = new Set<string>();
    const allHere = meeting();
    const server = await fakeServer(async ({ path, headers }, response) => {
      const { nonce } = (await readProof(headers.dpop!)).claims;
      came.set(path, [...(came.get(path) ?? []), nonce]);
      if (nonce !== undefined && unspent.delete(nonce)) return good;
      if (nonce === undefined) await allHere();
      const next = `for${path.replace(/\W/g, '-')}`;
      told.set(path, next);
      unspent.add(next);
      return refuse(next, response) as Answer; // `undefined`: it has answered by itself
    });
    return { ...server, told, came };
  }

  /** Each was told a nonce, and came with that one. */
  function expectEachItsOwn({ told, came }: OneTimeServer): void {
    expect(told.size).toBe(COUNT);
    expect(Object.fromEntries(came)).toEqual(
      Object.fromEntries([...told].map(([path, nonce]) => [path, [undefined, nonce]])),
    );
  }

  test.each(['http', 'fetch'] as const)(
    'of an API whose refusals are streamed: each is sent once more with the nonce that it was told (%s)',
    async (adapter) => {
      const unfinished: ServerResponse[] = [];
      const server = await oneTimeServer({ body: { ok: true } }, (nonce, response) => {
        const challenge = 'DPoP error="use_dpop_nonce"';
        response.writeHead(401, { 'DPoP-Nonce': nonce, 'WWW-Authenticate': challenge }).write('{');
        unfinished.push(response);
        return undefined;
      });
      const binding = dpop();
      const { resendFor } = binding.sendAs;
      let heard = 0;
      // No refusal ends, and no resend begins, before all of them have been heard.
      binding.sendAs.resendFor = (answer, origin) => {
        heard += 1;
        if (heard === COUNT) for (const response of unfinished) response.end('}');
        return resendFor!(answer, origin);
      };
      const { api, auth } = await startDpopWorld({
        binding,
        axios: { baseURL: server.url, adapter, responseType: 'stream' },
      });
      await auth.getToken();
      expect(statuses(await callsOf(api, COUNT))).toEqual([200]);
      expectEachItsOwn(server);
    },
  );

  test('of a token endpoint, with a key that takes its time: each is sent once more with the nonce that it was told', async () => {
    const refusal = { status: 400, body: { error: 'use_dpop_nonce' } };
    const server = await oneTimeServer({ body: { ...granted(), token_type: 'DPoP' } }, (nonce) => ({
      ...refusal,
      headers: { 'DPoP-Nonce': nonce },
    }));
    const { privateKey } = newPair('ES256');
    const allHeard = meeting();
    let asked = 0;
    const key = async (): Promise<typeof privateKey> => {
      asked += 1;
      if (asked > COUNT) await allHeard();
      return privateKey;
    };
    const { auth } = await startDpopWorld({
      source: {
        tokenUrl: ({ tenant }) => `${server.url}/${tenant!}/token`,
        clientSecret: undefined,
        clientAuth: privateKeyJwt({ key, algorithm: 'ES256' }),
      },
      attach: { tokenRequests: { concurrency: COUNT } },
    });
    const tenants = Array.from({ length: COUNT }, (_, index) => `tenant-${index}`);
    const tokens = await Promise.all(tenants.map((tenant) => auth.getToken({ tenant })));
    expect(tokens).toHaveLength(COUNT);
    expectEachItsOwn(server);
  });
});

describe('the budgets of a call are apart', () => {
  test('a nonce, then a token that is refused: three sends', async () => {
    const world = await startDpopWorld();
    await world.api.get('/warm-up');
    world.upstream.nonce = 'api';
    world.server.tokens.clear();
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
    expect(noncesIn(world.upstream).slice(1)).toEqual([undefined, 'api', 'api']);
    expect(sends(world)).toEqual([2, 4]);
    expect(world.events.of('request:retried').map(({ reason }) => reason)).toEqual(['nonce', 'rejected']);
  });

  test('a token that is refused, then a nonce: three sends', async () => {
    const world = await startDpopWorld();
    await world.api.get('/warm-up');
    world.server.tokens.clear();
    // From the second send on, a nonce is wanted as well.
    world.upstream.announce = ({ path }) => {
      if (path === '/things') world.upstream.nonce ??= 'api';
      return world.upstream.requests.length > 2 ? world.upstream.nonce : undefined;
    };
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
    expect(noncesIn(world.upstream).slice(1)).toEqual([undefined, undefined, 'api']);
    expect(sends(world)).toEqual([2, 4]);
    // An event tells how a resend ended: the one inside the other comes first.
    expect(world.events.of('request:retried').map(({ reason }) => reason)).toEqual(['nonce', 'rejected']);
  });

  test('a nonce, a token that is refused, and another nonce: three sends, the last answer surfaces', async () => {
    const world = await startDpopWorld();
    await world.api.get('/warm-up');
    world.upstream.nonce = 'api-1';
    world.server.tokens.clear();
    world.upstream.announce = () => {
      const { nonce } = world.upstream;
      if (world.upstream.requests.length === 3) world.upstream.nonce = 'api-2';
      return nonce;
    };
    expect(await rejection(world.api.get('/things'))).toMatchObject({
      response: { status: 401, headers: { 'www-authenticate': expect.stringContaining('use_dpop_nonce') } },
    });
    expect(noncesIn(world.upstream).slice(1)).toEqual([undefined, 'api-1', 'api-1']);
    expect(sends(world)).toEqual([2, 4]);
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
  });
});

describe('what is no nonce is not sent, and nothing is sent again for it', () => {
  test.each([
    ['with a space', 'a b'],
    ['two in one', 'first, second'],
    ['with a quote', 'a"b'],
    ['with a backslash', 'a\\b'],
    ['not ASCII', 'nönce'],
    ['longer than 2048 characters', 'x'.repeat(2049)],
    ['empty', ''],
  ])('%s', async (_what, nonce) => {
    const world = await startDpopWorld();
    world.upstream.announce = () => nonce;
    world.upstream.nonce = 'wanted';
    expect(await rejection(world.api.get('/things'))).toMatchObject({ response: { status: 401 } });
    world.upstream.nonce = undefined;
    await world.api.get('/things');
    expect(noncesIn(world.upstream)).toEqual([undefined, undefined]);
    expect(world.server.requests).toHaveLength(1);
  });

  test.each(['!#[]~,;=', 'x'.repeat(2048), 'eyJ7S_zG.eyJH0-Z.HX4w-7v'])('%s is one', async (nonce) => {
    const world = await startDpopWorld();
    world.upstream.nonce = nonce;
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
  });

  test('a challenge that comes without one surfaces after one send', async () => {
    const world = await startDpopWorld();
    Object.assign(world.upstream, { nonce: 'wanted', announce: () => undefined });
    expect(await rejection(world.api.get('/things'))).toMatchObject({ response: { status: 401 } });
    expect(sends(world)).toEqual([1, 1]);
  });

  test.each([
    ['a 401 for the token', 401, 'DPoP error="invalid_token"', 2],
    ['a 401 for the proof', 401, 'DPoP error="invalid_dpop_proof"', 1],
    ['a challenge of another scheme', 401, 'Bearer error="use_dpop_nonce"', 1],
    ['a 403', 403, 'DPoP error="use_dpop_nonce"', 1],
    ['a 200', 200, 'DPoP error="use_dpop_nonce"', 1],
  ])('%s is not asked again for its nonce', async (_what, status, challenge, expected) => {
    const world = await startDpopWorld({ axios: { validateStatus: () => true } });
    world.upstream.announce = () => 'api';
    world.upstream.answering = () => ({ status, headers: { 'WWW-Authenticate': challenge } });
    expect(await world.api.get('/things')).toMatchObject({ status });
    expect(world.upstream.requests).toHaveLength(expected);
    expect(world.events.of('request:retried').filter(({ reason }) => reason === 'nonce')).toEqual([]);
  });

  test('a challenge among others is found', async () => {
    const world = await startDpopWorld();
    const challenge =
      'Bearer realm="a, DPoP", error="invalid_request", dpop algs="ES256 RS256",  ERROR = use_dpop_nonce';
    world.upstream.announce = () => 'api';
    world.upstream.answering = () =>
      world.upstream.requests.length > 1 ? undefined : { status: 401, headers: { 'WWW-Authenticate': challenge } };
    expect(await world.api.get('/things')).toMatchObject({ status: 200 });
    expect(sends(world)).toEqual([1, 2]);
  });
});

describe('nonces are kept apart', () => {
  const answer = (nonce: string) => ({ status: 200, headers: { 'dpop-nonce': nonce }, body: undefined, text: '' });
  const nonceIn = (proof: string): unknown =>
    (JSON.parse(Buffer.from(proof.split('.')[1]!, 'base64url').toString()) as { nonce?: string }).nonce;
  const asked = async (binding: ReturnType<typeof dpop>, origin: string): Promise<unknown> =>
    nonceIn(await binding.proof({ url: new URL(`${origin}/token`), method: 'POST' }));

  test('an origin that is both: that of the token endpoint is not the one of the API', async () => {
    const binding = dpop();
    const origin = 'https://both.example.com';
    binding.resendFor(answer('as'), origin);
    binding.sendAs.resendFor?.(answer('api'), origin);
    expect(await asked(binding, origin)).toBe('as');
    const headers = new axios.AxiosHeaders();
    const config = { url: `${origin}/x`, headers };
    await binding.sendAs(config as never, { accessToken: 'x' } as never);
    expect(nonceIn(String(headers.DPoP))).toBe('api');
  });

  test('of more than 100 origins the one that has been silent for longest is forgotten', async () => {
    const binding = dpop();
    const origin = (index: number): string => `https://as-${index}.example.com`;
    for (let index = 0; index < 100; index += 1) binding.resendFor(answer(`n-${index}`), origin(index));
    binding.resendFor(answer('again'), origin(0));
    binding.resendFor(answer('one-more'), origin(100));
    expect(await asked(binding, origin(0))).toBe('again');
    expect(await asked(binding, origin(1))).toBeUndefined();
    expect(await asked(binding, origin(2))).toBe('n-2');
    expect(await asked(binding, origin(100))).toBe('one-more');
  });

  test('each API has its own', async () => {
    const first = await startDpopWorld();
    const second = await startDpopWorld();
    first.api.defaults.baseURL = first.upstream.url;
    first.upstream.nonce = 'first';
    second.upstream.nonce = 'second';
    await Promise.all([callsOf(first.api, 5), callsOf(second.api, 5)]);
    expect(new Set(noncesIn(first.upstream))).toEqual(new Set([undefined, 'first']));
    expect(new Set(noncesIn(second.upstream))).toEqual(new Set([undefined, 'second']));
  });
});

describe('a body that cannot be sent twice', () => {
  test('the challenge surfaces, and the next call has the nonce', async () => {
    const world = await startDpopWorld();
    world.upstream.nonce = 'api';
    const upload = (): Promise<unknown> => world.api.post('/upload', Readable.from([Buffer.from('once')]));
    expect(await rejection(upload())).toMatchObject({ response: { status: 401 } });
    expect(sends(world)).toEqual([1, 1]);
    expect(await upload()).toMatchObject({ status: 200 });
    expect(sends(world)).toEqual([1, 2]);
    expect(world.upstream.requests.map(({ body }) => body)).toEqual(['once', 'once']);
  });

  test.each(['http', 'fetch'] as const)('a streamed challenge is read before the next send (%s)', async (adapter) => {
    const world = await startDpopWorld({ axios: { adapter, responseType: 'stream' } });
    world.upstream.nonce = 'api';
    const { status, data } = await world.api.get('/things');
    let text = '';
    for await (const chunk of data as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
    expect([status, JSON.parse(text)]).toEqual([200, { ok: true, path: '/things' }]);
  });
});

test('another call has used the nonce meanwhile: the resend carries the newest', async () => {
  const unspent = new Set<string>();
  let count = 0;
  let held: ServerResponse | undefined;
  const server = await fakeServer(async ({ headers }, response) => {
    const { nonce } = (await readProof(headers.dpop!)).claims;
    const next = `n-${(count += 1)}`;
    const good = nonce !== undefined && unspent.delete(nonce);
    unspent.add(next);
    if (good) return { headers: { 'DPoP-Nonce': next }, body: 'ok' };
    response.writeHead(401, { 'DPoP-Nonce': next, 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"' }).write('{');
    if (held) response.end('}');
    else held = response;
    return undefined as never;
  });
  const binding = dpop();
  const { resendFor } = binding.sendAs;
  let other: Promise<unknown> | undefined;
  binding.sendAs.resendFor = (answer, origin) => {
    const again = resendFor!(answer, origin);
    other ??= world.api.get('/b').then(() => held!.end('}'));
    return again;
  };
  const world = await startDpopWorld({ binding, axios: { baseURL: server.url, responseType: 'stream' } });
  const { status } = await world.api.get('/a');
  await other;
  expect(status).toBe(200);
});
