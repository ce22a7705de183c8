import type { TokenHandle } from '../../lib/index.js';
import { watchHealth } from '../../examples/bff/health.js';
import { createJournal } from '../../examples/bff/live/journal.js';
import { type Running, startBff } from '../../examples/bff/start.js';
import { tenants } from '../../examples/bff/tenants.js';
import { type Visitor, visitor } from './visitor.js';

// The example as a browser sees it, over HTTP. One server for all; each test has visitors of its own.

let bff: Running;
const visitors: Visitor[] = [];

beforeAll(async () => {
  bff = await startBff({ page: 'examples/bff/public', latencyMs: 5 });
  const probe = visit();
  while ((await probe.get('/healthz')).status !== 200);
});

afterEach(() => {
  for (const one of visitors.splice(0)) one.leave();
});

afterAll(() => bff.close());

function visit(): Visitor {
  const one = visitor(bff.url);
  visitors.push(one);
  return one;
}

async function signedIn(tenant: string): Promise<Visitor> {
  const one = visit();
  expect((await one.post('/session', { tenant })).status).toBe(200);
  return one;
}

const json = ({ body }: { body: string }): Record<string, unknown> => JSON.parse(body);

describe('sessions', () => {
  test('the cookie is signed, for this server alone, and out of reach of scripts', async () => {
    const one = visit();
    const { headers } = await one.post('/session', { tenant: 'acme' });
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^session=[\w-]{24}\.[\w%-]{43,}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
  });

  test('no cookie, a forged one and one of an ended session are nobody: 401', async () => {
    const one = await signedIn('acme');
    const ended = one.cookie;
    await one.post('/session', { tenant: 'globex' });
    const [id, signature] = one.cookie.split('.') as [string, string];
    const other = (await signedIn('acme')).cookie;
    const forged = [
      '',
      'session=acme',
      'session=',
      id,
      `${id}.`,
      `${id}.${signature.slice(0, -1)}`,
      `${other.split('.')[0]}.${signature}`,
      ended,
    ];
    for (const path of ['/api/orders', '/api/account', '/api/parcels', '/api/overview', '/live/events']) {
      for (const cookie of forged) {
        one.cookie = cookie;
        const { status, body } = await one.get(path);
        expect([path, cookie, status, body]).toEqual([path, cookie, 401, expect.stringContaining('signed_out')]);
      }
    }
    for (const path of ['/live/revoke', '/live/endpoint', '/live/burst']) {
      one.cookie = forged[6]!;
      expect((await one.post(path, { on: false })).status).toBe(401);
    }
    expect(bff.servers.power.on).toBe(true);
  });

  test('signing out ends the session on the server too, and takes the cookie back', async () => {
    const one = await signedIn('acme');
    const held = one.cookie;
    const { status, headers } = await one.send('DELETE', '/session');
    const taken = /^session=; Max-Age=0; Path=\/;/;
    expect([status, headers['set-cookie']]).toEqual([204, [expect.stringMatching(taken)]]);
    one.cookie = held;
    expect((await one.get('/api/orders')).status).toBe(401);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another subdomain or port', { 'sec-fetch-site': 'same-site' }],
    ['another origin, in an old browser', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame, in an old browser', { origin: 'null' }],
  ])('a page of %s changes nothing here, cookie or not: 403', async (_, headers) => {
    const one = await signedIn('acme');
    const before = bff.servers.secrets().length;
    for (const [method, path] of [
      ['POST', '/live/revoke'],
      ['POST', '/live/burst'],
      ['POST', '/session'],
      ['DELETE', '/session'],
    ] as const) {
      const { status, body } = await one.send(method, path, headers);
      expect([path, status, json({ body }).error]).toEqual([path, 403, 'foreign_page']);
    }
    expect((await one.get('/api/orders')).status).toBe(200); // neither signed out nor revoked
    expect(bff.servers.secrets()).toHaveLength(before);
  });

  test.each([['sec-fetch-site', 'same-origin'] as const, ['origin', 'its own'] as const])(
    'its own page may, by %s',
    async (name, value) => {
      const one = await signedIn('acme');
      const headers = { [name]: name === 'origin' ? bff.url : value };
      expect((await one.send('DELETE', '/session', headers)).status).toBe(204);
    },
  );

  test('the page opens a session for a browser without one, and keeps one that is good', async () => {
    const one = visit();
    one.cookie = 'session=forged';
    expect((await one.get('/')).headers['set-cookie']).toHaveLength(1);
    expect(json(await one.get('/api/overview')).tenant).toBe('acme');
    expect((await one.get('/')).headers['set-cookie']).toBeUndefined();
  });

  test.each([[{ tenant: 'nobody' }], [{ tenant: '__proto__' }], [{}], [{ tenant: ['acme'] }]])(
    'nobody signs in as %j',
    async (body) => {
      const { status, headers } = await visit().post('/session', body);
      expect([status, headers['set-cookie']]).toEqual([400, undefined]);
    },
  );
});

describe('tenants', () => {
  test('300 calls of three tenants at the same time: each gets what is its own', async () => {
    const names = Object.keys(tenants);
    const browsers = await Promise.all(names.map(signedIn));
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, nth) => {
        const whose = nth % names.length;
        const { status, body } = await browsers[whose]!.get(nth % 2 === 0 ? '/api/orders' : '/api/account');
        return { tenant: names[whose]!, status, body: JSON.parse(body) };
      }),
    );
    for (const { tenant, status, body } of answers) {
      const whose =
        'name' in body ? { name: tenants[tenant]!.user } : { orders: [1001, 1002, 1003].map((n) => `${tenant}-${n}`) };
      expect({ status, body }).toEqual({ status: 200, body: { tenant, ...whose } });
    }
  });

  test('the overview is made of three APIs: two dialects, the service and the user', async () => {
    const one = await signedIn('initech');
    expect(json(await one.get('/api/overview'))).toEqual({
      tenant: 'initech',
      name: 'Edsger',
      orders: ['initech-1001', 'initech-1002', 'initech-1003'],
      parcels: ['P-77', 'P-78'],
    });
  });

  test('a stream of events tells of the tokens of its own tenant and of those that all share, and ends with its session', async () => {
    const [acme, globex] = [await signedIn('acme'), await signedIn('globex')];
    const stream = await acme.events();
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await globex.get('/api/overview');
    const state = await stream.until(({ calls, tokens }) => calls > 3 && tokens.length === 3);
    expect(state.tenant).toBe('acme');
    expect(state.tokens.map(({ upstream }) => upstream)).toEqual(['orders', 'account', 'parcels']);
    await acme.post('/session', { tenant: 'globex' });
    await stream.ended;
  });

  test('what is answered is for one caller, and is what it says it is; there is no stream for HEAD', async () => {
    const one = await signedIn('acme');
    for (const path of ['/api/orders', '/healthz', '/nothing', '/page.css/../../main.ts']) {
      const { headers } = await one.get(path);
      expect([headers['cache-control'], headers['x-content-type-options']]).toEqual(['no-store', 'nosniff']);
    }
    expect(json(await one.get('/nothing'))).toEqual({ error: 'not_found', message: 'There is no such thing.' });
    expect((await one.send('HEAD', '/live/events')).status).toBe(404);
  });
});

test('the log of one tenant is not shown to another; the same within two seconds is one line', () => {
  let now = 1_000;
  const journal = createJournal(() => now);
  for (const tenant of ['acme', 'acme', 'globex']) {
    journal.note({ upstream: 'orders', tenant, kind: 'rejected' }, (count) => `${count} of ${tenant}`);
  }
  journal.note({}, 'for all');
  now += 2_000;
  journal.note({ upstream: 'orders', tenant: 'acme', kind: 'rejected' }, (count) => `${count} more of acme`);
  expect(journal.lines('acme').map(({ at, text }) => [at, text])).toEqual([
    [3_000, '1 more of acme'],
    [1_000, 'for all'],
    [1_000, '2 of acme'],
  ]);
  expect(journal.lines('globex').map(({ text }) => text)).toEqual(['for all', '1 of globex']);
});

describe('operations', () => {
  test('/healthz is ready with the tokens of all tenants, before the first call', async () => {
    const fresh = await startBff({ latencyMs: 0 });
    try {
      const one = visitor(fresh.url);
      visitors.push(one);
      let answer = await one.get('/healthz');
      while (answer.status !== 200) answer = await one.get('/healthz');
      expect(json(answer)).toEqual({
        live: true,
        ready: true,
        upstreams: {
          orders: { tokens: 3, failing: 0 },
          account: { tokens: 0, failing: 0 },
          parcels: { tokens: 1, failing: 0 },
        },
      });
      expect(json(await one.get('/healthz/live'))).toEqual({ live: true });
      expect((await one.get('/')).status).toBe(404); // without its page it is a BFF and nothing else
    } finally {
      await fresh.close();
    }
  });

  test('ready once each API can be called for somebody, and from then on as long as any can be', async () => {
    const rows = { orders: [true, false], account: [] as boolean[], parcels: [true] };
    const handle = (name: keyof typeof rows): TokenHandle =>
      ({ warmUp: async () => {}, inspect: () => rows[name].map((ok) => ({ ok })) }) as unknown as TokenHandle;
    const auth = { orders: handle('orders'), account: handle('account'), parcels: handle('parcels') };
    const health = watchHealth(auth, ['acme', 'globex']);
    expect(health().ready).toBe(false); // not before the tokens were asked for
    await new Promise(setImmediate);
    const readyWith = (changed: Partial<typeof rows>): boolean => {
      Object.assign(rows, changed);
      return health().ready;
    };
    expect(readyWith({ parcels: [false] })).toBe(false); // a new version that cannot call one of them
    expect(readyWith({ parcels: [true] })).toBe(true); // one tenant of two cannot be served
    expect(readyWith({ parcels: [false] })).toBe(true); // a partner's outage later on
    expect(readyWith({ orders: [false, false] })).toBe(false); // nobody has asked for the third
    expect(readyWith({ orders: [false, true] })).toBe(true);
  });

  test('without handles there is nothing to wait for', async () => {
    const health = watchHealth({}, ['acme']);
    await new Promise(setImmediate);
    expect(health()).toEqual({ live: true, ready: true, upstreams: {} });
  });

  test('/metrics tells Prometheus of every handle by the name of its API', async () => {
    await (await signedIn('acme')).get('/api/overview');
    const { headers, body } = await visit().get('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const sample =
      /^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\[\\"n])*",?)*\})? (NaN|[+-]Inf|-?[\d.]+(e[+-]?\d+)?)( \d+)?$/;
    expect(lines.filter((line) => !sample.test(line))).toEqual([]);
    expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(' ')))).size).toBe(lines.length); // each series once
    for (const name of ['orders', 'account', 'parcels']) {
      const issued = `^axios_client_credentials_token_requests_total{[^}]*name="${name}"[^}]*outcome="issued"[^}]*} [1-9]`;
      expect(body).toMatch(new RegExp(issued, 'm'));
    }
  });
});

test('through a revocation and an outage no call fails that a token is held for; then 503 says when to come back; no byte shows a secret', async () => {
  const one = await signedIn('globex');
  const stream = await one.events();
  await one.get('/');
  await one.get('/page.js');
  await one.get('/api/overview');

  await one.post('/live/revoke');
  const burst = json(await one.post('/live/burst'));
  expect(burst.said).toMatch(/^1000 calls at once: 1000 answered, 0 failed, [3-6] token requests, [\d.]+ s\.$/);
  const renewed = await stream.until(({ retries }) => retries > 3);
  expect(renewed.failed).toBe(0);

  await one.post('/live/endpoint', { on: false });
  for (let call = 0; call < 20; call++) expect((await one.get('/api/overview')).status).toBe(200);

  await one.post('/live/revoke');
  const others = await Promise.all(['acme', 'initech'].map(signedIn));
  const askOthers = others.flatMap((other) => ['/api/orders', '/api/account'].map(other.get));
  const answers = await Promise.all(['/api/orders', '/api/account', '/api/parcels'].map(one.get));
  for (const answer of [...answers, ...(await Promise.all(askOthers))]) {
    const { status, headers, body } = answer;
    const told = [status, json({ body }).error, headers['retry-after']];
    expect(told).toEqual([503, 'no_token', expect.stringMatching(/^\d+$/)]);
  }
  const dark = await stream.until(({ failed, running }) => failed > 0 && !running);
  expect(dark.lines.some(({ text }) => text.includes('the token endpoint cannot be reached'))).toBe(true);
  const { status, body: health } = await one.get('/healthz');
  expect([status, json({ body: health }).ready]).toEqual([503, false]);
  await one.get('/metrics');
  await one.post('/session', { tenant: 'nobody' });

  await one.post('/live/endpoint', { on: true });
  while ((await one.get('/api/overview')).status !== 200); // a call waits for the next try, if that is near
  expect((await one.get('/healthz')).status).toBe(200);

  const received = one.received();
  expect(received).toContain('globex-1001'); // it was listened to
  const secrets = bff.servers.secrets();
  expect(secrets.length).toBeGreaterThan(10);
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64url'),
    encodeURIComponent(secret),
  ]);
  expect(forms.filter((secret) => received.includes(secret))).toEqual([]);
});
