import { TokenError, type TokenHandle } from '../../lib/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import type { Answer } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';
import { client, handleOf } from './asking.js';
import { answeringWith, authority, discovered, gate, inTime, OAUTH, OPENID, requestOf } from './discovering.js';

// How long a document is held, who reads it, and who waits for that.

const HOUR_MS = 60 * 60_000;

/** A token for each of these tenants, asked for at once: so many flights. */
function tenants(auth: TokenHandle, count: number): Promise<unknown[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => auth.getToken({ tenant: `tenant-${index}` })));
}

describe('held', () => {
  test('for an hour, then it is read anew', async () => {
    const { issuer, reads, asked } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    await clock.advance(HOUR_MS - 1);
    await auth.refresh();
    expect(reads()).toHaveLength(1);
    await clock.advance(1);
    await auth.refresh();
    expect([reads().length, asked('/token').length]).toEqual([2, 3]);
    await auth.refresh();
    expect(reads()).toHaveLength(2);
  });

  test('by the monotonic clock: one that is set changes nothing', async () => {
    const { issuer, reads } = await authority();
    const clock = manualClock();
    const { monotonic, setTimeout, clearTimeout } = clock;
    const set = { monotonic, setTimeout, clearTimeout, now: () => clock.now() + 10 * HOUR_MS };
    const directory = directoryOf({ issuer, ...client });
    await directory.find(requestOf({ clock }));
    await directory.find(requestOf({ clock: set }));
    expect(reads()).toHaveLength(1);
  });

  test('not at all when it could not be read', async () => {
    const { issuer, answers, reads } = await authority();
    const directory = directoryOf({ issuer, ...client });
    answers[OPENID] = () => ({ status: 503 });
    await rejection(directory.find(requestOf()));
    Reflect.deleteProperty(answers, OPENID);
    await directory.find(requestOf());
    expect(reads()).toHaveLength(2);
  });

  test('and changed by nobody: each gets addresses of his own', async () => {
    const { issuer, document } = await authority();
    const directory = directoryOf({ issuer, ...client });
    const first = await directory.find(requestOf());
    first.tokenUrl.searchParams.set('secret', '1');
    expect((await directory.find(requestOf())).tokenUrl.href).toBe(document.token_endpoint);
  });
});

describe('on a cold start', () => {
  test('50 calls: one document, one token request', async () => {
    const { issuer, server } = await authority();
    const auth = handleOf(discovered(issuer));
    await Promise.all(Array.from({ length: 50 }, () => auth.getToken()));
    expect(server.requests.map(({ path }) => path)).toEqual([OPENID, '/token']);
  });

  test('50 tenants of one issuer: one document, a token request each', async () => {
    const { issuer, reads, asked } = await authority();
    await tenants(handleOf(discovered(issuer), { tokenRequests: { concurrency: 50 } }), 50);
    expect([reads().length, asked('/token').length]).toEqual([1, 50]);
  });

  test('50 tenants with an issuer each: a document and a token request each', async () => {
    const { server, answers, document, reads, asked } = await authority();
    for (let index = 0; index < 50; index += 1) {
      const issuer = `${server.url}/tenant-${index}`;
      answers[`/tenant-${index}${OPENID}`] = () => ({
        body: { ...document, issuer, token_endpoint: `${issuer}/token` },
      });
    }
    await tenants(handleOf(discovered(({ tenant }) => `${server.url}/${tenant}`)), 50);
    expect([reads().length, asked('/token').length]).toEqual([50, 50]);
    expect(new Set(asked('/token').map(({ path }) => path)).size).toBe(50);
  });

  test('a failed reading fails all who wait for it, and each may try again', async () => {
    const { issuer, answers, reads } = await authority();
    const { opened, open } = gate();
    answers[OPENID] = async () => {
      await opened;
      return { status: 503 };
    };
    const directory = directoryOf({ issuer, ...client });
    const finds = [requestOf(), requestOf(), requestOf()].map((request) => rejection(directory.find(request)));
    await until(() => reads().length === 1);
    open();
    for (const error of await Promise.all(finds)) expect(error).toMatchObject({ status: 503 });
    expect(reads()).toHaveLength(1);
    await rejection(directory.find(requestOf()));
    expect(reads()).toHaveLength(2);
  });
});

describe('who leaves while the document is under way', () => {
  const slow = async () => {
    const { issuer, answers, document, reads, server } = await authority();
    const { opened, open } = gate();
    answers[OPENID] = async (): Promise<Answer> => {
      await opened;
      return { body: document };
    };
    return { issuer, reads, open, server };
  };

  test('a caller takes only himself away', async () => {
    const { issuer, reads, open } = await slow();
    const auth = handleOf(discovered(issuer));
    const leaving = new AbortController();
    const left = rejection(auth.getToken({ signal: leaving.signal }));
    const stays = auth.getToken();
    await until(() => reads().length === 1);
    leaving.abort(new Error('gone'));
    expect(await left).toMatchObject({ message: 'gone' });
    open();
    expect((await stays).accessToken).toBe('granted-token');
    expect(reads()).toHaveLength(1);
  });

  test('a flight that did not begin it leaves at once, and the others get it', async () => {
    const { issuer, reads, open } = await slow();
    const directory = directoryOf({ issuer, ...client });
    const [first, second] = [requestOf(), requestOf()];
    const stays = directory.find(first);
    const left = rejection(directory.find(second));
    await until(() => reads().length === 1);
    second.abort(new TokenError('over'));
    expect(await left).toMatchObject({ message: 'over' });
    open();
    expect((await stays).tokenUrl.pathname).toBe('/token');
    expect(reads()).toHaveLength(1);
  });

  test('the flight that began it takes the reading with it; one of the others begins it anew, for all', async () => {
    const { issuer, reads, open } = await slow();
    const directory = directoryOf({ issuer, ...client });
    const first = requestOf();
    const left = rejection(directory.find(first));
    await until(() => reads().length === 1);
    const stay = [requestOf(), requestOf(), requestOf()].map((request) => directory.find(request));
    first.abort(new TokenError('over'));
    expect(await left).toMatchObject({ message: 'over' });
    await until(() => reads().length === 2);
    open();
    for (const { tokenUrl } of await Promise.all(stay)) expect(tokenUrl.pathname).toBe('/token');
    expect(reads()).toHaveLength(2);
  });

  test('when all have left, nobody reads on', async () => {
    const { issuer, reads } = await slow();
    const directory = directoryOf({ issuer, ...client });
    const requests = [requestOf(), requestOf(), requestOf()];
    const finds = requests.map((request) => rejection(directory.find(request)));
    await until(() => reads().length === 1);
    for (const request of requests) request.abort(new TokenError('over'));
    for (const error of await Promise.all(finds)) expect(error).toMatchObject({ message: 'over' });
    expect(reads()).toHaveLength(1);
  });

  test('who has left before asks for nothing, and waits for nobody', async () => {
    const { issuer, reads, open } = await slow();
    const directory = directoryOf({ issuer, ...client });
    const request = requestOf();
    request.abort(new TokenError('over'));
    expect(await rejection(directory.find(request))).toMatchObject({ message: 'over' });
    expect(reads()).toEqual([]);
    const other = directory.find(requestOf());
    await until(() => reads().length === 1);
    expect(await rejection(directory.find(request))).toMatchObject({ message: 'over' });
    open();
    await other;
  });

  test('close() ends the reading', async () => {
    const { issuer, reads } = await slow();
    const auth = handleOf(discovered(issuer));
    const error = rejection(auth.getToken());
    await until(() => reads().length === 1);
    await auth.close({ timeoutMs: 0 });
    expect(await error).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });

  test('close() ends that of a newer document, too', async () => {
    const { issuer, answers } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    const seen = { begun: 0, ended: 0 };
    answers[OPENID] = (_count, response) => {
      seen.begun += 1;
      response.once('close', () => (seen.ended += 1));
      return undefined;
    };
    await clock.advance(HOUR_MS);
    const error = rejection(auth.refresh());
    await until(() => seen.begun === 1);
    await auth.close({ timeoutMs: 0 });
    expect(await error).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    await until(() => seen.ended === 1);
    expect(clock.pending).toBe(0);
  });

  test('a document that does not come ends with the deadline, as a timeout', async () => {
    const { issuer, reads } = await slow();
    const clock = manualClock();
    const error = rejection(handleOf(discovered(issuer), { clock }).getToken());
    await until(() => reads().length === 1);
    await clock.advance(10_000);
    expect(await error).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
  });
});

describe('when an old document cannot be replaced', () => {
  const faults: [string, () => Answer][] = [
    ['503', () => ({ status: 503 })],
    ['404', () => ({ status: 404 })],
    ['a web page', () => ({ headers: { 'content-type': 'text/html' }, body: '<html>' })],
    [
      'another issuer',
      () => ({ body: { issuer: 'https://evil.example.com', token_endpoint: 'https://evil.example.com' } }),
    ],
    ['no token endpoint', () => ({ body: {} })],
  ];

  test.each(faults)('(%s) it is used on, and the next try is 30 s later', async (_what, fault) => {
    const { issuer, answers, asked } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    answers[OPENID] = fault;
    await clock.advance(HOUR_MS);
    expect((await auth.refresh()).accessToken).toBe('granted-token');
    expect(asked(OPENID)).toHaveLength(2);
    await clock.advance(29_999);
    await auth.refresh();
    expect(asked(OPENID)).toHaveLength(2);
    await clock.advance(1);
    await auth.refresh();
    expect(asked(OPENID)).toHaveLength(3);
    expect(asked('/token')).toHaveLength(4);
  });

  test('and when it can, it holds for an hour again', async () => {
    const { issuer, answers, reads } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    answers[OPENID] = () => ({ status: 503 });
    await clock.advance(HOUR_MS);
    await auth.refresh();
    Reflect.deleteProperty(answers, OPENID);
    await clock.advance(30_000);
    await auth.refresh();
    await clock.advance(HOUR_MS - 1);
    await auth.refresh();
    expect(reads()).toHaveLength(3);
  });

  test('because the server does not answer, the token request waits no longer than 2 s', async () => {
    const { issuer, answers, asked, reads } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    const { opened, open } = gate();
    answers[OPENID] = async () => {
      await opened;
      return {};
    };
    await clock.advance(HOUR_MS);
    const many = tenants(auth, 5);
    await until(() => reads().length === 2);
    await clock.advance(1999);
    expect(asked('/token')).toHaveLength(1);
    await clock.advance(1);
    await many;
    expect([reads().length, asked('/token').length]).toEqual([2, 6]);
    open();
  });

  test('a new one that comes is used by all who waited', async () => {
    const { issuer, document, server, reads, asked } = await authority();
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    document.token_endpoint = `${server.url}/v2/token`;
    await clock.advance(HOUR_MS);
    await inTime(clock, tenants(auth, 20));
    expect([reads().length, asked('/v2/token').length]).toEqual([2, 20]);
  });
});

describe('for issuers out of a function', () => {
  test('one document each, however they are written', async () => {
    const { issuer, reads } = await authority();
    const ways = [issuer, `${issuer}/`, new URL(issuer)];
    const directory = directoryOf({ issuer: () => ways.shift()!, ...client });
    for (let count = 0; count < 3; count += 1) await directory.find(requestOf());
    expect(reads()).toHaveLength(1);
  });

  test('the least recently used of more than 1,000 is forgotten', async () => {
    const directory = directoryOf({ issuer: ({ tenant }) => `https://${tenant}.example.com`, ...client });
    const { http, asked } = answeringWith(({ origin }) => ({ issuer: origin, token_endpoint: `${origin}/token` }));
    const find = (tenant: string): Promise<unknown> => directory.find(requestOf({ tenant, http }));
    for (let index = 0; index < 1000; index += 1) await find(`t${index}`);
    await find('t0'); // used again
    await find('t1000'); // t1 goes
    expect(asked).toHaveLength(1001);
    await find('t0');
    await find('t2');
    expect(asked).toHaveLength(1001);
    await find('t1');
    expect(asked).toHaveLength(1002);
  });

  test("one tenant's trouble is none of the others'", async () => {
    const { server, answers, document } = await authority();
    const good = `${server.url}/good`;
    answers[`/good${OPENID}`] = () => ({ body: { ...document, issuer: good } });
    const auth = handleOf(discovered(({ tenant }) => `${server.url}/${tenant}`));
    const [bad, fine] = await Promise.allSettled([auth.getToken({ tenant: 'bad' }), auth.getToken({ tenant: 'good' })]);
    expect([bad.status, fine.status]).toEqual(['rejected', 'fulfilled']);
    expect((bad as PromiseRejectedResult).reason).toMatchObject({
      message: expect.stringContaining(`${OAUTH}/bad answered 404`),
    });
  });
});
