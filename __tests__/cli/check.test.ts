import type { ProtectedApi, TokenServer } from '../../lib/testing/index.js';
import { type Called, verdictOf } from '../../lib/cli/verdict.js';
import { fakeServer } from '../support/fake-server.js';
import { protectedApi, tokenServer } from '../support/world.js';
import { cli, type Ran } from './cli.js';

const env = { CLIENT_ID: 'test-client', CLIENT_SECRET: 'test-secret' };

interface Scene {
  server: TokenServer;
  api: ProtectedApi;
  check(path: string, options?: string): Promise<Ran>;
}

async function scene(): Promise<Scene> {
  const server = await tokenServer();
  const api = await protectedApi({ accepts: server });
  const check = async (path: string, options = ''): Promise<Ran> => {
    const url = path.startsWith('http') ? path : api.url + path;
    const ran = await cli(`check --token-url ${server.tokenUrl} --url ${url}${options}`, { env });
    expect(ran.stdout + ran.stderr).not.toMatch(/tok_|test-secret/);
    return ran;
  };
  return { server, api, check };
}

test('when all is well: the token, the call, the verdict, on stdout; exit code 0', async () => {
  const { server, api, check } = await scene();
  const { code, stdout, stderr } = await check('/things?limit=1', ' --scope read');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `Asking ${server.tokenUrl} …\nCalling ${api.url}/things …\n`,
  });
  expect(stdout).toBe(
    [
      `token    from ${server.tokenUrl}, lives 60 min, scope read`,
      `call     GET ${api.url}/things: 200 OK`,
      'verdict  The API takes the token.\n',
    ].join('\n'),
  );
  expect(api.requests.map(({ method, query }) => [method, query])).toEqual([['GET', { limit: '1' }]]);
});

describe('the API answers something else', () => {
  const away = (to: string): string => `/redirect?to=${encodeURIComponent(to)}`;
  const cases: [string, number, (api: ProtectedApi) => string, string[]][] = [
    [
      '401, twice',
      6,
      () => '/denied',
      [
        'The API refused the token. A new token was asked for and refused, too',
        '`--audience`',
        'It says: invalid_token "The access token',
      ],
    ],
    ['403 insufficient_scope', 6, () => '/forbidden', ['the API wants the scope `admin`', '`--scope "admin"`']],
    ['401 insufficient_scope', 6, () => '/denied-scope', ['the API wants the scope `admin`']],
    ['a wish for a user', 6, () => '/step-up', ['wants a user who has logged in']],
    ['403', 6, () => '/status/403', ['a permission or a role of the client']],
    ['404', 7, () => '/status/404', ['knows no such address for GET: check `--url`.']],
    ['429', 7, () => '/status/429', ['asked too often']],
    ['400', 7, () => '/status/400', ['does not like the request']],
    ['500', 7, () => '/status/500', ['a trouble of its own', 'It says: {"status":500}.']],
    [
      'a redirect to another origin',
      6,
      ({ url }) => away(url.replace('127.0.0.1', 'localhost')),
      ['redirects to http://localhost', 'the token is not sent there', '`allowedOrigins`'],
    ],
    ['a redirect to nowhere', 7, () => '/status/302', ['a redirect that leads nowhere']],
  ];

  test.each(cases)('%s: exit code %d, and what to change', async (_title, exit, path, words) => {
    const { server, api, check } = await scene();
    const { code, stdout, stderr } = await check(path(api));
    expect(code).toBe(exit);
    expect(stdout).toMatch(/^token {4}from .*\ncall {5}GET .*: \d{3} .*\n$/);
    const [paragraph, ...more] = stderr.split('\n').filter((line) => !/^(Asking|Calling) /.test(line));
    expect(more).toEqual(['']);
    for (const word of words) expect(paragraph).toContain(word);
    expect(server.stats().requests).toBe(path(api) === '/denied' ? 2 : 1);
  });

  test('a redirect inside the API is followed, with the token', async () => {
    const { api, check } = await scene();
    expect(await check(away(`${api.url}/things`))).toMatchObject({ code: 0 });
  });

  test('a redirect that never ends: exit code 7', async () => {
    const { api, check } = await scene();
    api.intercept((_request, response) => {
      response.writeHead(302, { location: '/again' }).end();
      return true;
    });
    expect(await check('/')).toMatchObject({ code: 7, stderr: expect.stringContaining('redirects again and again') });
  });

  test('a download is not waited for: exit code 7', async () => {
    const { check } = await scene();
    const { code, stderr } = await check('/stream?bytes=10500000');
    expect({ code, stderr }).toEqual({ code: 7, stderr: expect.stringContaining('more than 10 MiB') });
  });

  test('nobody listens: exit code 4, and the token is not to blame', async () => {
    const { api, check } = await scene();
    await api.close();
    const { code, stdout, stderr } = await check('/things');
    expect({ code, stdout }).toEqual({ code: 4, stdout: expect.stringMatching(/^token .*\n$/) });
    expect(stderr).toContain(`The token is there, but not the API: Nothing listens at ${api.url}/things`);
  });

  test('plain http to another machine: exit code 2, nothing is sent', async () => {
    const { server, check } = await scene();
    const { code, stderr } = await check('http://api.example.com/');
    expect({ code, requests: server.stats().requests }).toEqual({ code: 2, requests: 0 });
    expect(stderr).toContain('(`--url`). Use https, or give `--allow-insecure-http`');
  });
});

test('claims of a JWT and a clock that is off are shown', async () => {
  const { server, api } = await scene();
  const claims = { iss: 'https://auth.example.com', aud: ['a', 'b'], sub: 'me', scp: ['x', 'y'], exp: 4102444800 };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  server.fail({
    status: 200,
    headers: { date: new Date(Date.now() - 3_600_000).toUTCString() },
    body: JSON.stringify({ access_token: `${part({ alg: 'none' })}.${part(claims)}.c2ln` }),
  });
  api.intercept((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    return true;
  });
  const { code, stdout } = await cli(`check --token-url ${server.tokenUrl} --url ${api.url}/`, { env });
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^token {4}from .*, lives \d+ d$|^token {4}from .*, of an unknown life$/),
    '  iss    https://auth.example.com',
    '  sub    me',
    '  aud    a b',
    '  scope  x y',
    '  exp    2100-01-01T00:00:00.000Z',
    'clock    The clock here is 60 min ahead of that of the token endpoint: set it right.',
    expect.stringMatching(/^call {5}GET /),
    expect.stringContaining('The answer is a web page, though'),
    '',
  ]);
});

describe('what a refused token says of itself', () => {
  const now = Date.UTC(2026, 0, 1);
  const called = (claims: object | undefined, more: Partial<Called> = {}): Called => ({
    answer: { status: 401, headers: {}, body: undefined, text: '' },
    url: 'https://api.example.com/things',
    isRejected: true,
    wasResent: false,
    strayedTo: undefined,
    jwt: claims && { header: {}, claims: claims as Record<string, unknown> },
    asked: {},
    secrets: [],
    now,
    ...more,
  });
  const answer = (headers: Record<string, string>): Partial<Called> => ({ answer: { ...called({}).answer, headers } });

  test.each<[string, object | undefined, Partial<Called>, string]>([
    [
      'for another API',
      { aud: 'https://other.example' },
      {},
      'It is for `https://other.example` (`aud`): is that this API?',
    ],
    [
      'for another than asked for',
      { aud: 'x' },
      { asked: { audience: 'y' } },
      'It is for `x` (`aud`), and not for the `y` that was asked for',
    ],
    ['for nobody', {}, {}, 'It names no audience (`aud`). Many servers need to be told'],
    ['for this API', { aud: 'https://api.example.com/' }, {}, 'does the API trust this issuer (`iss`)'],
    ['ended', { exp: now / 1000 - 60 }, {}, 'It ended at 2025-12-31T23:59:00.000Z: some clock is off.'],
    ['not yet valid', { nbf: now / 1000 + 60 }, {}, 'It is valid from 2026-01-01T00:01:00.000Z only'],
    [
      'by another clock',
      undefined,
      answer({ date: new Date(now + 120_000).toUTCString() }),
      'The clock here is 2 min behind that of the API: set it right.',
    ],
    [
      'opaque, with an audience',
      undefined,
      { asked: { audience: 'y' } },
      'Compare `--audience` with what the API expects',
    ],
    ['for DPoP', {}, answer({ 'www-authenticate': 'DPoP algs="ES256"' }), 'The API wants `dpop` in place of `Bearer`.'],
    ['for Basic', {}, answer({ 'www-authenticate': 'Basic realm="x"' }), '`sendAs`'],
    ['for more claims', {}, answer({ 'www-authenticate': 'Bearer error="insufficient_claims"' }), 'stepUp: true'],
    [
      'with too little',
      { scope: 'read' },
      answer({ 'www-authenticate': 'Bearer error="insufficient_scope"' }),
      '(the token has `read`)',
    ],
  ])('%s', (_title, claims, more, words) => {
    const { exit, paragraph } = verdictOf(called(claims, more));
    expect(exit).toBe('apiRefused');
    expect(paragraph).toContain(words);
  });

  test('what an API says is shown without control characters and without the token', () => {
    const text = 'bad token s3cr3t-token\u001b[2J';
    const { paragraph } = verdictOf(
      called({}, { secrets: ['s3cr3t-token'], answer: { ...called({}).answer, body: { message: text } } }),
    );
    expect(paragraph).toMatch(/It says: bad token \[redacted\] \[2J\.$/);
  });

  test('an error inside a success is one, where the source knows it as such', () => {
    const { exit } = verdictOf(
      called({}, { answer: { status: 200, headers: {}, body: { errcode: 40001 }, text: '' } }),
    );
    expect(exit).toBe('apiRefused');
  });
});

test('an answer that never ends is given up after `--timeout`, whatever goes on in it: exit code 4', async () => {
  const { check } = await scene();
  const endless = await fakeServer((_request, response) => {
    const events = setInterval(() => response.write(': still here\n'), 10);
    response.on('close', () => {
      clearInterval(events);
    });
    return undefined;
  });
  const { code, stderr } = await check(`${endless.url}/events`, ' --timeout 1');
  expect(code).toBe(4);
  expect(stderr).toContain(`no complete answer of ${endless.url}/events came within 1 s`);
});

test('a redirect to where nothing listens: that address is named', async () => {
  const { check } = await scene();
  const { url } = await fakeServer(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/moved?a=1' } }));
  const { code, stderr } = await check(`${url}/old`);
  expect(code).toBe(4);
  expect(stderr).toContain('http://127.0.0.1:1/moved');
});
