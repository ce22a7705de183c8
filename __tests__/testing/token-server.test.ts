import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { ask, basic, json, tokenOf, tokenServer } from './running.js';

const grant = { grant_type: 'client_credentials' };

describe('a token request', () => {
  it('with the secret in the body gets a token', async () => {
    const server = await tokenServer();
    const response = await ask(server);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await json(response)).toEqual({
      access_token: expect.stringMatching(/^tok_[\x21-\x7e]{20,}$/),
      token_type: 'Bearer',
      expires_in: 3600,
    });
  });

  it('with HTTP Basic, each part form-urlencoded, gets a token', async () => {
    const server = await tokenServer({ clients: [{ clientId: 'a:b', clientSecret: 'p w+%é' }] });
    const encode = (part: string): string => new URLSearchParams([['', part]]).toString().slice(1);
    const headers = { authorization: basic(`${encode('a:b')}:${encode('p w+%é')}`) };
    const response = await fetch(server.tokenUrl, { method: 'POST', headers, body: new URLSearchParams(grant) });
    expect(response.status).toBe(200);
    expect(server.requests[0]?.clientId).toBe('a:b');
  });

  it('of a public client gets a token without a secret, and none with one', async () => {
    const server = await tokenServer({ clients: [{ clientId: 'public' }] });
    const send = (more: Record<string, string>): Promise<Response> =>
      fetch(server.tokenUrl, { method: 'POST', body: new URLSearchParams({ ...grant, client_id: 'public', ...more }) });
    expect((await send({})).status).toBe(200);
    expect((await send({ client_secret: 'guess' })).status).toBe(401);
    expect(server.clientSecret).toBe('');
  });

  it('is granted the scope it asks for, or all of the client without one', async () => {
    const server = await tokenServer({ clients: [{ clientId: 'c', clientSecret: 's', scopes: ['read', 'write'] }] });
    expect(await json(await ask(server, { scope: 'write' }))).toMatchObject({ scope: 'write' });
    expect(await json(await ask(server))).toMatchObject({ scope: 'read write' });
  });

  it('may repeat resource, and is recorded as it came', async () => {
    const server = await tokenServer({ now: () => 5_000 });
    const body = `grant_type=client_credentials&client_id=test-client&client_secret=test-secret&resource=urn:a&resource=urn:b&scope=`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'X-Trace': '1' };
    expect((await fetch(server.tokenUrl, { method: 'POST', headers, body })).status).toBe(200);
    expect(server.requests).toEqual([
      {
        method: 'POST',
        path: '/oauth2/token',
        headers: expect.objectContaining({ 'x-trace': '1' }) as unknown,
        rawBody: body,
        parameters: { ...grant, client_id: 'test-client', client_secret: 'test-secret', resource: 'urn:a urn:b' },
        receivedAt: 5_000,
        clientId: 'test-client',
      },
    ]);
  });
});

describe('a token request is refused with', () => {
  const client = { client_id: 'test-client', client_secret: 'test-secret' };
  const form = (parameters: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  });

  it.each<[string, number, string, RequestInit]>([
    ['invalid_client for a wrong secret', 401, 'invalid_client', form({ ...grant, ...client, client_secret: 'no' })],
    ['invalid_client for an unknown client', 401, 'invalid_client', form({ ...grant, ...client, client_id: 'no' })],
    ['invalid_client without credentials', 401, 'invalid_client', form(grant)],
    ['invalid_request without a grant type', 400, 'invalid_request', form(client)],
    [
      'unsupported_grant_type for another grant',
      400,
      'unsupported_grant_type',
      form({ ...client, grant_type: 'password' }),
    ],
    [
      'invalid_scope for a scope it may not have',
      400,
      'invalid_scope',
      form({ ...grant, ...client, scope: 'read admin' }),
    ],
    [
      'invalid_scope for a scope in a wrong syntax',
      400,
      'invalid_scope',
      form({ ...grant, ...client, scope: 'read  read' }),
    ],
    [
      'invalid_request for JSON',
      400,
      'invalid_request',
      { method: 'POST', body: JSON.stringify({ ...grant, ...client }) },
    ],
    [
      'invalid_request for a repeated parameter',
      400,
      'invalid_request',
      {
        ...form({}),
        body: new URLSearchParams([
          ['scope', 'a'],
          ['scope', 'b'],
        ]),
      },
    ],
    [
      'invalid_request for two logins',
      400,
      'invalid_request',
      form({ ...grant, ...client }, { authorization: basic('test-client:test-secret') }),
    ],
    [
      'invalid_request for two client ids',
      400,
      'invalid_request',
      form({ ...grant, client_id: 'x' }, { authorization: basic('test-client:test-secret') }),
    ],
    ['405 for another method', 405, 'invalid_request', { method: 'GET' }],
  ])('%s', async (_title, status, error, init) => {
    const server = await tokenServer({
      clients: [{ clientId: 'test-client', clientSecret: 'test-secret', scopes: ['read'] }],
    });
    const response = await fetch(server.tokenUrl, init);
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await json(response)).toEqual({ error, error_description: expect.any(String) });
    expect(server.stats()).toMatchObject({ requests: 1, issued: 0, refused: 1 });
  });

  it.each(['Basic !', basic('no colon'), basic('%zz:test-secret'), basic('test-client:wrong'), 'Bearer x'])(
    'a Basic challenge when the Authorization header is %p',
    async (authorization) => {
      const server = await tokenServer();
      const response = await fetch(server.tokenUrl, form(grant, { authorization }));
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    },
  );

  it('404 at another path', async () => {
    const server = await tokenServer({ path: '/token' });
    expect((await fetch(`${server.url}/oauth2/token`, { method: 'POST' })).status).toBe(404);
    expect((await ask(server)).status).toBe(200);
  });
});

describe('the token server', () => {
  it('hands the answer to `answer`, which has the last say', async () => {
    const server = await tokenServer({
      tokenType: 'DPoP',
      answer: (request, token) => ({ data: token, for: request.clientId }),
    });
    expect(await json(await ask(server))).toMatchObject({
      data: { token_type: 'DPoP', expires_in: 3600 },
      for: 'test-client',
    });
    const text = await tokenServer({ answer: () => 'not json' });
    expect(await (await ask(text)).text()).toBe('not json');
  });

  it('answers 500 with the message of a function that throws', async () => {
    const server = await tokenServer({
      answer: () => {
        throw new Error('boom');
      },
    });
    const response = await ask(server);
    expect(response.status).toBe(500);
    expect(await json(response)).toEqual({ error: 'server_error', error_description: 'Error: boom' });
  });

  it('reads the clients anew for each request, so that a secret can be rotated', async () => {
    const clients = [{ clientId: 'c', clientSecret: 'old' }];
    const server = await tokenServer({ clients });
    clients[0]!.clientSecret = 'new';
    expect(server.clientSecret).toBe('new');
    expect((await ask(server)).status).toBe(200);
    expect((await ask(server, { client_secret: 'old' })).status).toBe(401);
  });

  it('counts, and counts from zero after resetStats()', async () => {
    const server = await tokenServer();
    server.fail({ status: 500 });
    await ask(server);
    await ask(server);
    await ask(server, { client_id: 'nobody' });
    expect(server.stats()).toEqual({ requests: 3, issued: 1, refused: 1, faulted: 1, concurrent: 0, maxConcurrent: 1 });
    server.resetStats();
    expect(server.stats()).toEqual({ requests: 0, issued: 0, refused: 0, faulted: 0, concurrent: 0, maxConcurrent: 0 });
    expect(server.requests).toHaveLength(0);
  });

  it('takes as long as latencyMs says', async () => {
    let asked = 0;
    const server = await tokenServer({ latencyMs: () => (asked += 30) });
    const start = performance.now();
    await ask(server);
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
    expect(asked).toBe(30);
  });

  it('is out of reach of fake timers', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    try {
      const server = await tokenServer({ latencyMs: 5, lifetimeSeconds: 1 });
      const response = await new Promise<number | undefined>((resolve, reject) => {
        request(server.tokenUrl, { agent: false }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
      expect(response).toBe(405);
      await server.close();
    } finally {
      jest.useRealTimers();
    }
  });

  it('closes in the middle of everything: the requests fail, no server stays, closing twice is fine', async () => {
    const listening = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = listening();
    const slow = await tokenServer({ latencyMs: 60_000 });
    const held = await tokenServer();
    const hold = held.hold();
    held.fail('hang');
    const requests = [ask(slow), ask(held)].map((request) => expect(request).rejects.toThrow('fetch failed'));
    await hold.arrived();
    await Promise.all([slow.close(), held.close(), held.close()]);
    await Promise.all(requests);
    await expect(ask(held)).rejects.toThrow('fetch failed');
    expect(held.stats()).toMatchObject({ issued: 0, faulted: 0, concurrent: 0 });
    expect(listening()).toBeLessThanOrEqual(before);
  });

  it('closes a connection that never sent a request', async () => {
    const server = await tokenServer();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    await ask(server);
    await Promise.all([once(socket, 'close'), server.close()]);
  });

  it('is closed by `await using`', async () => {
    let tokenUrl: string;
    {
      await using server = await tokenServer();
      ({ tokenUrl } = server);
      expect(server.isActive(await tokenOf(server))).toBe(true);
    }
    await expect(fetch(tokenUrl)).rejects.toThrow('fetch failed');
  });
});
