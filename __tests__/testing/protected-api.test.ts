import { createHash } from 'node:crypto';
import { call, json, protectedApi, tokenOf, tokenServer } from './running.js';

const sha256 = (body: string | Buffer): string => createHash('sha256').update(body).digest('hex');
const challengeOf = (response: Response): string | null => response.headers.get('www-authenticate');

describe('a request', () => {
  it('without a token gets 401 and a challenge without an error code', async () => {
    const api = await protectedApi({ realm: 'a "b"' });
    for (const authorization of ['Basic eA==', 'Bearer', 'Bearer ']) {
      const response = await call(api, '/', { headers: { authorization } });
      expect([response.status, challengeOf(response)]).toEqual([401, 'Bearer realm="a \\"b\\""']);
    }
  });

  it('with an unknown token gets 401 invalid_token, its body consumed', async () => {
    const api = await protectedApi();
    const body = 'x'.repeat(1_000_000);
    const response = await call(api, '/', { method: 'POST', body, headers: { authorization: 'Bearer bad' } });
    expect(response.status).toBe(401);
    expect(challengeOf(response)).toMatch(/^Bearer realm="api", error="invalid_token", error_description="[^"]+"$/);
    expect(await json(response)).toMatchObject({ error: 'invalid_token' });
    expect(api.requests[0]).toMatchObject({ method: 'POST', path: '/', token: 'bad', status: 401 });
    expect(api.requests[0]?.body).toHaveLength(1_000_000);
  });

  it('with a token of the token server gets through until that is revoked', async () => {
    const server = await tokenServer();
    const api = await protectedApi({ accepts: server });
    const authorization = `bearer ${await tokenOf(server)}`;
    expect((await call(api, '/', { headers: { authorization } })).status).toBe(200);
    server.revokeAll();
    expect((await call(api, '/', { headers: { authorization } })).status).toBe(401);
    expect(api.stats()).toEqual({ requests: 2, accepted: 1, rejected: 1, concurrent: 0, maxConcurrent: 1 });
    api.resetStats();
    expect(api.stats()).toEqual({ requests: 0, accepted: 0, rejected: 0, concurrent: 0, maxConcurrent: 0 });
    expect(api.requests).toHaveLength(0);
  });

  it('is echoed without its token', async () => {
    const api = await protectedApi();
    const echo = await json(
      await call(api, '/things/1?a=1&a=2&b=x', { method: 'PUT', body: 'grüezi', headers: { 'X-Trace': '7' } }),
    );
    expect(echo).toEqual({
      method: 'PUT',
      path: '/things/1',
      query: { a: ['1', '2'], b: 'x' },
      headers: expect.objectContaining({ authorization: 'Bearer [redacted]', 'x-trace': '7' }) as unknown,
      body: 'grüezi',
      bytes: 7,
      sha256: sha256('grüezi'),
    });
    expect(api.requests[0]).toMatchObject({ token: 'good', headers: { authorization: 'Bearer good' } });
  });
});

describe('the token is taken', () => {
  it('from a header of its own, and only from there', async () => {
    const api = await protectedApi({ tokenFrom: { header: 'X-Token' } });
    const response = await call(api, '/', { headers: { 'x-token': 'good' } });
    expect((await json(response)).headers).toMatchObject({
      'x-token': '[redacted]',
      authorization: 'Bearer [redacted]',
    });
    expect((await call(api, '/')).status).toBe(401);
  });

  it('after a scheme of its own, for which it is challenged', async () => {
    const api = await protectedApi({ tokenFrom: { header: 'authorization', scheme: 'DPoP' } });
    expect(challengeOf(await call(api, '/'))).toBe('DPoP realm="api"');
    const echo = await json(await call(api, '/', { headers: { authorization: 'dpop good' } }));
    expect(echo.headers).toMatchObject({ authorization: 'dpop [redacted]' });
  });

  it('from the query', async () => {
    const api = await protectedApi({ tokenFrom: { query: 'access_token' } });
    const echo = await json(await fetch(`${api.url}/x?access_token=good&a=1`));
    expect(echo).toMatchObject({ path: '/x', query: { access_token: '[redacted]', a: '1' } });
    expect((await fetch(`${api.url}/x`)).status).toBe(401);
  });
});

describe('the path', () => {
  it.each<[string, number, string | null]>([
    ['/status/418', 418, null],
    ['/status/204', 204, null],
    ['/status/401', 401, null],
    ['/forbidden', 403, 'Bearer realm="api", error="insufficient_scope", scope="admin"'],
    ['/denied-scope', 401, 'Bearer realm="api", error="insufficient_scope", scope="admin"'],
    ['/step-up', 401, 'Bearer realm="api", error="insufficient_user_authentication", acr_values="mfa"'],
    ['/redirect', 400, null],
    ['/redirect?to=/x&status=200', 400, null],
  ])('%s answers %d', async (path, status, challenge) => {
    const api = await protectedApi();
    const response = await call(api, path);
    expect([response.status, challengeOf(response)]).toEqual([status, challenge]);
    expect((await call(api, path, { headers: { authorization: '' } })).status).toBe(401);
  });

  it('/denied answers 401 invalid_token whatever the token', async () => {
    const api = await protectedApi();
    for (const authorization of ['Bearer good', 'Bearer bad', '']) {
      const response = await call(api, '/denied', { headers: { authorization } });
      expect([response.status, challengeOf(response)]).toEqual([401, expect.stringContaining('error="invalid_token"')]);
    }
  });

  it('/large-401 answers 401 with a body of that many bytes', async () => {
    const api = await protectedApi();
    const response = await call(api, '/large-401?bytes=100000');
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([401, 100_000]);
    expect(challengeOf(response)).toContain('invalid_token');
  });

  it('/redirect answers with that Location and status', async () => {
    const api = await protectedApi();
    const first = await call(api, `/redirect?to=${encodeURIComponent('https://example.com/a?b=c')}`);
    expect([first.status, first.headers.get('location')]).toEqual([302, 'https://example.com/a?b=c']);
    expect((await call(api, '/redirect?to=/x&status=308')).status).toBe(308);
  });

  it('/slow echoes after that time', async () => {
    const api = await protectedApi();
    const start = performance.now();
    expect(await json(await call(api, '/slow?ms=30'))).toMatchObject({ path: '/slow' });
    expect(performance.now() - start).toBeGreaterThanOrEqual(29);
  });

  it('/stream sends that many bytes in chunks, also to a client that leaves in the middle', async () => {
    const api = await protectedApi();
    const response = await call(api, '/stream?bytes=100001');
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expect((await response.arrayBuffer()).byteLength).toBe(100_001);
    const client = new AbortController();
    await call(api, '/stream?bytes=50000000', { signal: client.signal });
    client.abort();
    expect((await call(api, '/')).status).toBe(200);
  });

  it('/upload answers with length and hash of the body', async () => {
    const api = await protectedApi();
    const body = Buffer.alloc(300_000, 'ab');
    const response = await call(api, '/upload', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-test' },
    });
    expect(await json(response)).toEqual({ bytes: 300_000, sha256: sha256(body), contentType: 'application/x-test' });
  });

  it('/public needs no token', async () => {
    const api = await protectedApi();
    expect((await fetch(`${api.url}/public`)).status).toBe(200);
  });
});

describe('rejectNext()', () => {
  it('answers the next requests that need a token with 401, then no more', async () => {
    const api = await protectedApi();
    api.rejectNext();
    api.rejectNext(1, { 'x-reason': 'maintenance' });
    expect((await call(api, '/public')).status).toBe(200);
    const responses = [await call(api, '/'), await call(api, '/'), await call(api, '/')];
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(challengeOf(responses[0]!)).toContain('invalid_token');
    expect([challengeOf(responses[1]!), responses[1]!.headers.get('x-reason')]).toEqual([null, 'maintenance']);
  });

  it('with 0 takes back what is still due, and refuses nonsense', async () => {
    const api = await protectedApi();
    api.rejectNext(Infinity);
    expect((await call(api, '/')).status).toBe(401);
    api.rejectNext(0);
    expect((await call(api, '/')).status).toBe(200);
    expect(() => api.rejectNext(-1)).toThrow(TypeError);
  });
});

describe('intercept()', () => {
  it('answers before the token is looked at, or leaves the request to the API', async () => {
    const api = await protectedApi();
    api.intercept(({ path }, response) => {
      if (path !== '/mine') return false;
      response.statusCode = 202;
      response.end('mine');
      return true;
    });
    const response = await fetch(`${api.url}/mine`);
    expect([response.status, await response.text(), api.requests[0]?.status]).toEqual([202, 'mine', 202]);
    expect((await call(api, '/')).status).toBe(200);
    expect((await fetch(`${api.url}/`)).status).toBe(401);
    api.intercept();
    expect((await fetch(`${api.url}/mine`)).status).toBe(401);
    expect(api.stats()).toMatchObject({ accepted: 2, rejected: 2 });
  });

  it('that throws answers 500 with the message', async () => {
    const api = await protectedApi();
    api.intercept(() => {
      throw new Error('not what was expected');
    });
    const response = await call(api, '/');
    expect(response.status).toBe(500);
    expect((await json(response)).error_description).toContain('not what was expected');
  });
});

describe('the API', () => {
  it('closes while requests wait, and they fail', async () => {
    const api = await protectedApi();
    api.intercept(() => true);
    const hold = api.hold();
    const waiting = expect(call(api, '/')).rejects.toThrow('fetch failed');
    await hold.arrived();
    await api[Symbol.asyncDispose]();
    await waiting;
    expect(api.stats()).toMatchObject({ accepted: 0, rejected: 0 });
  });

  it('survives a client that leaves in the middle of its body', async () => {
    const api = await protectedApi();
    const client = new AbortController();
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(10));
        client.abort();
      },
    });
    await expect(
      call(api, '/', { method: 'POST', body, signal: client.signal, duplex: 'half' } as RequestInit),
    ).rejects.toThrow('aborted');
    expect((await call(api, '/')).status).toBe(200);
  });
});
