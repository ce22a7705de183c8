import { inspect } from 'node:util';
import axios from 'axios';
import { expectHidden } from '../security/shown.js';
import { type Answer, fakeServer, form, granted } from '../support/fake-server.js';
import { faultOf } from '../support/config-fault.js';
import { manualClock, rejection } from '../support/world.js';
import { client, handleOf, SECRET } from './asking.js';
import { authority, discovered, inTime, OAUTH, OPENID } from './discovering.js';

// Where the metadata are looked for, and what is said where there are none.

const page: Answer = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Welcome</title>' };

describe('the document of OpenID Connect is behind the whole issuer', () => {
  test.each([
    ['', OPENID],
    ['/', OPENID],
    ['/realms/things', `/realms/things${OPENID}`],
    ['/realms/things/', `/realms/things${OPENID}`],
    ['//odd', `//odd${OPENID}`],
  ])('of an issuer with the path "%s" at %s', async (path, at) => {
    const { issuer, server, document } = await authority(path, at);
    document.issuer = issuer;
    expect((await handleOf(discovered(issuer)).getToken()).accessToken).toBe('granted-token');
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([`GET ${at}`, 'POST /token']);
  });
});

describe('else that of RFC 8414 is before its path', () => {
  test.each([
    ['', OAUTH],
    ['/realms/things', `${OAUTH}/realms/things`],
    ['/realms/things/', `${OAUTH}/realms/things`],
  ])('of an issuer with the path "%s" at %s', async (path, at) => {
    const { issuer, reads } = await authority(path, at);
    expect((await handleOf(discovered(issuer)).getToken()).accessToken).toBe('granted-token');
    expect(reads().map((read) => read.path)).toEqual([`${path.replace(/\/$/, '')}${OPENID}`, at]);
  });

  test.each<[string, Answer]>([
    ...[400, 401, 403, 404, 405, 410].map((status): [string, Answer] => [`is a ${status}`, { status }]),
    ['is a 404, whatever is in it', { status: 404, body: { issuer: 'https://evil.example.com' } }],
    ['is a web page', page],
    ['is JSON without an issuer', { body: { welcome: true } }],
    ['is JSON that is no object', { body: [] }],
    ['is broken JSON', { headers: { 'content-type': 'application/json' }, body: '{"issuer":' }],
    ['is empty', {}],
    ['is a redirect, to a login for example', { status: 302, headers: { location: '/login' } }],
    ['is larger than 1 MiB', { body: { issuer: 'x'.repeat(1024 * 1024) } }],
  ])('asked for where the answer to the first %s', async (_what, answer) => {
    const { issuer, answers, asked } = await authority('', OAUTH);
    answers[OPENID] = () => answer;
    expect((await handleOf(discovered(issuer)).getToken()).accessToken).toBe('granted-token');
    expect([asked(OPENID).length, asked(OAUTH).length, asked('/login').length]).toEqual([1, 1, 0]);
  });

  test('and it is asked for first from then on', async () => {
    const { issuer, reads } = await authority('', OAUTH);
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    await clock.advance(60 * 60_000);
    await auth.refresh();
    expect(reads().map(({ path }) => path)).toEqual([OPENID, OAUTH, OAUTH]);
  });

  test('until it is gone from there and in the first place', async () => {
    const { issuer, answers, document, reads } = await authority('', OAUTH);
    const clock = manualClock();
    const auth = handleOf(discovered(issuer), { clock });
    await auth.getToken();
    answers[OAUTH] = () => ({ status: 404 });
    answers[OPENID] = () => ({ body: document });
    await clock.advance(60 * 60_000);
    await auth.refresh();
    await clock.advance(60 * 60_000);
    await auth.refresh();
    expect(reads().map(({ path }) => path)).toEqual([OPENID, OAUTH, OAUTH, OPENID, OPENID]);
  });
});

describe.each(['http', 'fetch'] as const)('with the %s adapter', (adapter) => {
  test('no credentials go to the metadata, and the token request is as always', async () => {
    const { issuer, reads, asked } = await authority();
    await handleOf(discovered(issuer, { scope: 'read' }), { axios: { adapter } }).getToken();
    expect(reads()).toMatchObject([{ method: 'GET', body: '', headers: { accept: 'application/json' } }]);
    expectHidden(reads()[0], [client.clientId, SECRET]);
    expect(reads()[0]!.headers).not.toHaveProperty('authorization');
    expect(form(asked('/token')[0]!.body)).toEqual({
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: SECRET,
      scope: 'read',
    });
  });

  test('a redirect is not followed', async () => {
    const { issuer, answers, asked } = await authority();
    answers[OPENID] = () => ({ status: 301, headers: { location: '/elsewhere' } });
    const error = await rejection(handleOf(discovered(issuer), { axios: { adapter } }).getToken());
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'issuer' });
    expect((error as Error).message).toMatch(/configuration answered with a redirect.*, which is not followed, and/);
    expect(asked('/elsewhere')).toEqual([]);
  });

  test('a server that is not there is a network error', async () => {
    const { url } = await fakeServer();
    const nobody = url.replace(/\d+$/, '1'); // a port that nobody listens on
    const clock = manualClock();
    const auth = handleOf(discovered(nobody), { axios: { adapter }, clock });
    expect(await rejection(inTime(clock, auth.getToken()))).toMatchObject({
      code: 'ERR_TOKEN_NETWORK',
      permanent: false,
      message: expect.stringContaining(`${nobody}${OPENID}`),
    });
  });
});

test("the instance's proxy is asked for the metadata, too", async () => {
  const { document } = await authority();
  const issuer = 'https://auth.example.com';
  const proxy = await fakeServer(({ target }) => {
    if (!target.includes('/.well-known/')) return { body: granted('by-the-proxy') };
    return {
      body: { ...document, issuer: 'http://auth.example.com', token_endpoint: 'http://auth.example.com/token' },
    };
  });
  const token = await handleOf(discovered(issuer.replace('https', 'http')), {
    allowInsecureHttp: true,
    axios: { proxy: { host: '127.0.0.1', port: proxy.port, protocol: 'http' } },
  }).getToken();
  expect(token.accessToken).toBe('by-the-proxy');
  expect(proxy.requests.map(({ target }) => target)).toEqual([
    `http://auth.example.com${OPENID}`,
    'http://auth.example.com/token',
  ]);
});

test('an axios of the user is used for both', async () => {
  const { issuer, server } = await authority();
  const seen: string[] = [];
  const http = axios.create({ proxy: false });
  http.interceptors.request.use((config) => {
    seen.push(config.url!);
    return config;
  });
  await handleOf(discovered(issuer), { http }).getToken();
  expect(seen).toEqual([`${server.url}${OPENID}`, `${server.url}/token`]);
});

describe('where there are none', () => {
  test('the error names both addresses, asks about the path, and stays', async () => {
    const { issuer, reads, asked } = await authority('/realms/things');
    const auth = handleOf(discovered(`${issuer}s`));
    const error = await rejection(auth.getToken());
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'issuer', permanent: true });
    expect((error as Error).message).toBe(
      `No metadata of the issuer ${issuer}s were found: ${issuer}s${OPENID} answered 404, and ` +
        `${new URL(issuer).origin}${OAUTH}/realms/thingss answered 404. Is its path right? Give \`issuer\` exactly as the server writes it, ` +
        'often with a tenant or realm in it; or `tokenUrl` in its place.',
    );
    expectHidden(error, [SECRET]);
    await rejection(auth.getToken());
    expect([reads().length, asked('/token').length]).toEqual([2, 0]);
  });

  test('what the server says about it is passed on, and a page is described, not quoted', async () => {
    const { issuer, answers } = await authority();
    answers[OPENID] = () => ({ status: 400, body: { error: 'invalid_tenant', error_description: 'No such\ntenant.' } });
    answers[OAUTH] = () => page;
    const error = (await rejection(handleOf(discovered(issuer)).getToken())) as Error;
    expect(error.message).toContain(
      `${issuer}${OPENID} answered 400 (invalid_tenant: No such tenant.), and ${issuer}${OAUTH} answered 200, but no metadata: the body (text/html, 37 characters) could not be read.`,
    );
  });

  test('a redirect is named without its query', async () => {
    const { issuer, answers } = await authority();
    answers[OPENID] = () => ({ status: 302, headers: { location: 'https://login.example.com/in?session=s3ss10n' } });
    const error = (await rejection(handleOf(discovered(issuer)).getToken())) as Error;
    expect(error.message).toContain('answered with a redirect to https://login.example.com/in, which is not followed');
    expect(inspect(error)).not.toContain('s3ss10n');
  });
});

describe('a server that is in trouble is asked again, and not in the other place', () => {
  test.each([
    [429, { 'retry-after': '0' }],
    [503, { 'retry-after': '0' }],
    [500, {}],
  ])('%s', async (status, headers) => {
    const { issuer, answers, document, reads } = await authority();
    answers[OPENID] = (count) => (count < 3 ? { status, headers } : { body: document });
    const clock = manualClock();
    await inTime(clock, handleOf(discovered(issuer), { clock, random: () => 0 }).getToken());
    expect(reads().map(({ path }) => path)).toEqual([OPENID, OPENID, OPENID]);
  });

  test('and when it stays so, the error says what it was, and when to come again', async () => {
    const { issuer, answers } = await authority();
    answers[OPENID] = () => ({ status: 503, headers: { 'retry-after': '60' } });
    const clock = manualClock();
    const error = await rejection(handleOf(discovered(issuer), { clock, random: () => 0 }).getToken());
    expect(error).toMatchObject({
      name: 'TokenEndpointError',
      status: 503,
      permanent: false,
      retryAt: clock.now() + 60_000,
      message: `${issuer}${OPENID}, where the server's metadata should be, answered 503.`,
    });
  });
});

describe('an issuer that cannot be one', () => {
  const wrong: [string, string, RegExp][] = [
    ['a query', 'https://auth.example.com?tenant=a', /query or a fragment \(RFC 8414 §2\)/],
    ['an empty query', 'https://auth.example.com/?', /query or a fragment/],
    ['a fragment', 'https://auth.example.com#a', /fragment/],
    ['a name', 'https://me@auth.example.com', /must not hold credentials/],
    ['credentials', 'https://me:s3cr3t-of-the-client@auth.example.com', /must not hold credentials/],
    ['the address of its metadata', `https://auth.example.com${OPENID}`, /leave out `\/\.well-known\/…`/],
  ];

  test.each(wrong)('%s is refused at construction', (_what, issuer, message) => {
    const error = faultOf(() => discovered(issuer));
    expect(error).toMatchObject({ option: 'issuer', message: expect.stringMatching(message) });
    expectHidden(error, [SECRET]);
  });

  test.each([...wrong, ['no address', 'auth.example.com', /must be an absolute http\(s\) URL/] as const])(
    '%s out of a function is refused before anything is sent',
    async (_what, issuer, message) => {
      const error = await rejection(handleOf(discovered(() => issuer)).getToken());
      expect(error).toMatchObject({ option: 'issuer', message: expect.stringMatching(message) });
      expectHidden(error, [SECRET]);
    },
  );

  test('plain http is refused at construction', () => {
    expect(() => handleOf(discovered('http://auth.example.com'))).toThrow(/plain http to http:\/\/auth\.example\.com/);
    expect(() => handleOf(discovered('http://auth.example.com'), { allowInsecureHttp: true })).not.toThrow();
  });

  test('plain http out of a function is refused before anything is sent', async () => {
    const proxy = await fakeServer();
    const auth = handleOf(
      discovered(() => 'http://auth.example.com'),
      { axios: { proxy: { host: '127.0.0.1', port: proxy.port } } },
    );
    expect(await rejection(auth.getToken())).toMatchObject({
      name: 'InsecureTransportError',
      message: expect.stringMatching(/The metadata of http:\/\/auth\.example\.com\/ would be read over plain http/),
    });
    expect(proxy.requests).toEqual([]);
  });
});
