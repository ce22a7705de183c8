import { once } from 'node:events';
import { createServer } from 'node:net';
import { detect } from '../../../lib/cli/detect/index.js';
import { certificateFor } from '../../client-auth/certificate.js';
import { newPair, pemOf } from '../../client-auth/keys.js';
import { type Answer, type Answering, fakeServer, type FakeServer } from '../../support/fake-server.js';
import { ManualClock } from '../../support/manual-clock.js';
import { basicOf, CLIENT, type Detected, detecting } from './detecting.js';

// Searches that end without a token: after how many requests, and what is said.

async function against(answering: Answering): Promise<Detected & { server: FakeServer }> {
  const server = await fakeServer(answering);
  return { ...(await detecting(`${server.url}/oauth2/token`)), server };
}

const answer = (status: number, body: string | object = '', headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers,
});

describe('a sign that the client could be locked out is the last answer', () => {
  test.each<[string, Answer]>([
    ['429', answer(429)],
    ['423', answer(423, { error: 'locked' })],
    ['Retry-After on any refusal', answer(401, { error: 'invalid_client' }, { 'retry-after': '30' })],
    ['a locked account', answer(400, { error: 'invalid_grant', error_description: 'The account is locked.' })],
    ['too many attempts, in HTTP 200', answer(200, { errcode: 45_009, errmsg: 'reach max api daily limit' })],
    ['attempts that are counted', answer(401, { message: 'Invalid credentials, 2 attempts remaining' })],
    ['a captcha', answer(401, { captcha_token: 'c4ptcha-9', message: 'solve the captcha' })],
    [
      'a page of a firewall',
      answer(403, '<html><title>Attention Required!</title></html>', { 'content-type': 'text/html' }),
    ],
    ['a 403 that speaks no OAuth', answer(403, { message: 'Forbidden' })],
    [
      'a disabled application',
      answer(401, { error: 'invalid_client', error_description: 'AADSTS7000112: Application is disabled.' }),
    ],
    ['slow_down', answer(400, { error: 'slow_down' })],
  ])('%s', async (_name, refusal) => {
    const { outcome, exit, reason, server, code } = await against(() => refusal);
    expect([outcome, exit, server.requests.length, code]).toEqual(['stopped', 'refused', 1, undefined]);
    expect(reason).toContain(`answered ${refusal.status}`);
    expect(reason).toContain('this was the last one');
  });

  test('also after a token: the dialect is found, what asking again does is not', async () => {
    let count = 0;
    const granted = answer(200, { access_token: 'token-1', expires_in: 60 });
    const { outcome, exit, rows, server } = await against(() => (++count === 1 ? granted : answer(429)));
    expect([outcome, exit, server.requests.length]).toEqual(['found', 'ok', 2]);
    expect(rows['asking again']).toBe('cannot be told: the second request failed (429)');
  });
});

describe('a wrong secret is not tried again in other clothes', () => {
  const metadata = (listed: string[]) => (url: string) =>
    answer(200, { issuer: url, token_endpoint: `${url}/oauth2/token`, token_endpoint_auth_methods_supported: listed });

  async function refusing(methods: string[]): Promise<Detected & { server: FakeServer }> {
    const server: FakeServer = await fakeServer(({ method }) =>
      method === 'GET' ? metadata(methods)(server.url) : answer(401, { error: 'invalid_client' }),
    );
    return { ...(await detecting(`${server.url}/oauth2/token`)), server };
  }

  test('invalid_client in the body and by Basic: two requests with credentials, one without', async () => {
    const { outcome, exit, reason, server } = await refusing(['client_secret_basic', 'client_secret_post']);
    expect([outcome, exit]).toEqual(['stopped', 'refused']);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /oauth2/token',
      'POST /oauth2/token',
      'GET /.well-known/openid-configuration',
    ]);
    const lookedUp = server.requests[2]!;
    expect([basicOf(lookedUp), lookedUp.target, lookedUp.body]).toEqual([
      undefined,
      '/.well-known/openid-configuration',
      '',
    ]);
    expect(reason).toMatch(
      /does not take the credentials: 401 invalid_client.*Check the client id and the secret.*client_secret_basic, client_secret_post\.$/,
    );
  });

  test('where the metadata want a signature, that is said', async () => {
    const { reason } = await refusing(['private_key_jwt', 'tls_client_auth']);
    expect(reason).toContain('authenticates with private_key_jwt, tls_client_auth, not with a secret in the request');
  });

  test('Basic refused by a server that names Basic, without a word of OAuth', async () => {
    const { exit, server } = await against(({ method }) =>
      method === 'GET' ? answer(404) : answer(401, 'Unauthorized', { 'www-authenticate': 'Basic realm="tokens"' }),
    );
    expect([exit, server.requests.length]).toEqual(['refused', 3]);
  });

  test('a secret that is said to have ended: one request', async () => {
    const said = 'AADSTS7000222: The provided client secret keys are expired.';
    const { reason, server } = await against(({ method }) =>
      method === 'GET' ? answer(404) : answer(401, { error: 'invalid_client', error_description: said }),
    );
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(reason).toContain('AADSTS7000222');
  });

  test('a bare 401 to everything: six requests at most', async () => {
    const { outcome, exit, server, reason } = await against(() => answer(401));
    expect([outcome, exit, server.requests.length]).toEqual(['nothing', 'refused', 6]);
    expect(reason).toContain('No dialect was found in 6 requests');
  });
});

describe('a request that is understood is not the dialect’s fault', () => {
  test.each<[string, Answer, RegExp]>([
    [
      'a missing audience',
      answer(400, { error: 'invalid_request', error_description: "Parameter 'audience' is required" }),
      /wants the parameter `audience`.*--audience/,
    ],
    [
      'a missing scope, as Entra says it',
      answer(400, {
        error: 'invalid_request',
        error_description: "AADSTS900144: The request body must contain the following parameter: 'scope'.",
      }),
      /wants the parameter `scope`/,
    ],
    ['a missing parameter of its own', answer(400, { message: 'account_id is missing' }), /`account_id`.*--param/],
    ['a scope that it does not give', answer(400, { error: 'invalid_scope' }), /not for this scope/],
    ['a client that may not', answer(400, { error: 'unauthorized_client' }), /grant enabled for this client/],
  ])('%s', async (_name, refusal, words) => {
    const { outcome, exit, reason, server } = await against(() => refusal);
    expect([outcome, exit, server.requests.length]).toEqual(['stopped', 'refused', 1]);
    expect(reason).toMatch(words);
  });
});

describe('what is no token endpoint', () => {
  test('a redirect is told, and not followed', async () => {
    const other = await fakeServer();
    const { exit, reason, server } = await against(() => answer(307, '', { location: `${other.url}/token?code=1` }));
    expect([exit, server.requests.length, other.requests.length]).toEqual(['refused', 1, 0]);
    expect(reason).toContain(`redirects to ${other.url}/token. `);
  });

  test('a web page: the metadata beside it name the right address, which is told and not asked', async () => {
    const elsewhere = await fakeServer();
    const { exit, reason, server } = await against(({ method }) =>
      method === 'GET'
        ? answer(200, { token_endpoint: `${elsewhere.url}/real/token` })
        : answer(200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
    );
    expect([exit, server.requests.length, elsewhere.requests.length]).toEqual(['unusable', 2, 0]);
    expect(reason).toContain('a web page: this is not a token endpoint');
    expect(reason).toContain(`name the token endpoint ${elsewhere.url}/real/token`);
  });

  test('404', async () => {
    const { exit, reason, server } = await against(() => answer(404, 'Cannot POST /oauth2/token'));
    expect([exit, server.requests.length]).toEqual(['refused', 2]);
    expect(reason).toContain('There is no token endpoint at');
  });

  test('a success without a token', async () => {
    const { exit, reason } = await against(() => answer(200, { hello: 'world' }));
    expect([exit, reason]).toEqual(['unusable', expect.stringContaining('no token was recognised')]);
  });

  test('an answer of more than 1 MiB', async () => {
    const { exit, reason, server } = await against(() => answer(200, `{"access_token":"${'x'.repeat(1024 * 1024)}"}`));
    expect([exit, server.requests.length]).toEqual(['unusable', 1]);
    expect(reason).toContain('more than 1048576 bytes');
  });

  test('one in trouble', async () => {
    const { outcome, exit, server } = await against(() => answer(502, '<html>Bad Gateway</html>'));
    expect([outcome, exit, server.requests.length]).toEqual(['stopped', 'refused', 1]);
  });
});

describe('what cannot be reached', () => {
  test('nobody listens', async () => {
    const vacant = createServer().listen(0, '127.0.0.1');
    await once(vacant, 'listening');
    const { port } = vacant.address() as { port: number };
    vacant.close();
    await once(vacant, 'close');
    const { outcome, exit, reason, rows } = await detecting(`http://127.0.0.1:${port}/token`);
    expect([outcome, exit, rows.requests]).toEqual(['stopped', 'unreachable', '1 of at most 6']);
    expect(reason).toMatch(/Nothing listens at .*the connection was refused/);
  });

  test('a certificate that nobody knows: nothing is sent, and what to do is said', async () => {
    const own = newPair('ES256');
    const server = await fakeServer(() => answer(200), {
      key: pemOf(own.privateKey),
      cert: certificateFor(own, 'alone'),
    });
    const { exit, reason } = await detecting(`${server.url}/token`);
    expect([exit, server.requests.length]).toEqual(['unreachable', 0]);
    expect(reason).toMatch(/signed itself.*NODE_EXTRA_CA_CERTS/);
  });

  test('no answer within ten seconds', async () => {
    const clock = new ManualClock();
    const server = await fakeServer(() => {
      void clock.advance(10_000);
      return undefined;
    });
    const { exit, reason } = await detecting(`${server.url}/token`, { clock });
    expect([exit, server.requests.length, clock.pending]).toEqual(['unreachable', 1, 0]);
    expect(reason).toContain('did not answer within 10 s');
  });

  test('plain http to another machine: nothing is sent', async () => {
    const { outcome, exit, reason, said } = await detecting('http://auth.example.com/token');
    expect([outcome, exit, said]).toEqual(['stopped', 'usage', []]);
    expect(reason).toContain('plain http');
  });
});

test('an abort ends it at once, with the reason of the signal', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const server = await fakeServer(() => {
    controller.abort(reason);
    return undefined;
  });
  const search = detect({
    tokenUrl: new URL(`${server.url}/token`),
    ...CLIENT,
    say: () => {},
    signal: controller.signal,
  });
  await expect(search).rejects.toBe(reason);
  expect(server.requests).toHaveLength(1);
});

test.each(['https://user:pw@auth.example.com/token', 'ftp://auth.example.com/token'])(
  '%s is refused before anything is sent',
  async (address) => {
    const said: string[] = [];
    const search = detect({
      tokenUrl: new URL(address),
      ...CLIENT,
      say: (line) => said.push(line),
      signal: new AbortController().signal,
    });
    await expect(search).rejects.toMatchObject({ name: 'TokenConfigError', option: 'tokenUrl' });
    expect(said).toEqual([]);
  },
);

test('what a server repeats of the request is not repeated here', async () => {
  const secret = 'pa55word&more="of it"';
  const server = await fakeServer(({ body, headers, method }) =>
    method === 'GET'
      ? answer(404)
      : answer(400, {
          error: 'bad',
          error_description: `got ${body} ${headers.authorization} ${secret} ${JSON.stringify(secret)}`,
        }),
  );
  const { said, reason } = await detecting(`${server.url}/token`, {
    clientSecret: secret,
    params: { api_key: 'k3y-of-the-caller' },
  });
  const shown = [...said, reason].join('\n');
  expect(shown).toContain('[redacted]');
  for (const form of [secret, encodeURIComponent(secret), 'pa55word', 'k3y-of-the-caller'])
    expect(shown).not.toContain(form);
});
