import type { Fault } from '../../lib/testing/index.js';
import { ask, json, tokenServer } from './running.js';

describe('a scripted fault', () => {
  it('is used up by one token request each, in order', async () => {
    const server = await tokenServer();
    server.fail({ status: 503 }, 2);
    server.fail({ status: 400, error: 'invalid_grant' });
    await fetch(`${server.url}/elsewhere`);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ask(server)).status);
    expect(statuses).toEqual([503, 503, 400, 200]);
    expect(server.stats()).toMatchObject({ issued: 1, faulted: 3 });
  });

  it('given for ever lasts until heal()', async () => {
    const server = await tokenServer();
    server.fail({ status: 500 }, Infinity);
    for (let i = 0; i < 3; i += 1) expect((await ask(server)).status).toBe(500);
    server.heal();
    expect((await ask(server)).status).toBe(200);
  });

  it('with an error is the JSON of RFC 6749 with Retry-After and further headers', async () => {
    const server = await tokenServer();
    server.fail({
      status: 429,
      error: 'slow_down',
      errorDescription: 'too fast',
      retryAfter: 2,
      headers: { 'x-limit': '5' },
    });
    const response = await ask(server);
    expect([response.status, response.headers.get('retry-after'), response.headers.get('x-limit')]).toEqual([
      429,
      '2',
      '5',
    ]);
    expect(await json(response)).toEqual({ error: 'slow_down', error_description: 'too fast' });
  });

  it('with a body of its own is sent as it is', async () => {
    const server = await tokenServer();
    server.fail({ status: 502, body: '<h1>Bad gateway</h1>', contentType: 'text/html' });
    const response = await ask(server);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      502,
      'text/html',
      '<h1>Bad gateway</h1>',
    ]);
  });

  it.each<[Fault, string, string]>([
    ['malformed', 'application/json', '{"access_token":"tok_never_issued'],
    ['html', 'text/html; charset=utf-8', '<!doctype html>'],
    ['empty', 'application/json', ''],
  ])('%p is a 200 of %s', async (fault, type, start) => {
    const server = await tokenServer();
    server.fail(fault);
    const response = await ask(server);
    const body = await response.text();
    expect([response.status, response.headers.get('content-type'), body.slice(0, start.length)]).toEqual([
      200,
      type,
      start,
    ]);
    expect(() => JSON.parse(body) as unknown).toThrow();
  });

  it("'reset' destroys the connection before an answer", async () => {
    const server = await tokenServer();
    server.fail('reset');
    await expect(ask(server)).rejects.toThrow('fetch failed');
    expect(server.stats()).toMatchObject({ requests: 1, faulted: 1 });
  });

  it("'truncate' destroys it in the middle", async () => {
    const server = await tokenServer();
    server.fail('truncate');
    const response = await ask(server);
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '1000']);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it("'hang' never answers: the request stays until its client leaves, also after heal()", async () => {
    const server = await tokenServer();
    server.fail('hang');
    server.fail({ status: 500 }, Infinity);
    const hold = server.hold();
    const client = new AbortController();
    const hanging = ask(server, {}, { signal: client.signal });
    await hold.arrived();
    hold.release();
    expect((await ask(server)).status).toBe(500);
    server.heal();
    expect((await ask(server)).status).toBe(200);
    expect(server.stats()).toMatchObject({ issued: 1, faulted: 2, concurrent: 1 });
    client.abort();
    await expect(hanging).rejects.toThrow('aborted');
  });

  it('{ redirect } sends elsewhere, with 302 unless told otherwise', async () => {
    const server = await tokenServer();
    server.fail({ redirect: 'https://example.com/' });
    server.fail({ redirect: '/x', status: 307 });
    const [first, second] = [await ask(server), await ask(server)];
    expect([first.status, first.headers.get('location')]).toEqual([302, 'https://example.com/']);
    expect([second.status, second.headers.get('location')]).toEqual([307, '/x']);
  });

  it('{ oversized } is JSON of exactly that size with a token that was never issued', async () => {
    const server = await tokenServer();
    server.fail({ oversized: 2_000_000 });
    const body = await (await ask(server)).text();
    expect(body).toHaveLength(2_000_000);
    const { access_token } = JSON.parse(body) as { access_token: string };
    expect(server.isActive(access_token)).toBe(false);
  });

  it.each([['nonsense'], [{}], [{ status: 99 }], [{ oversized: 1 }], [null]])(
    'that is none (%p) is a TypeError',
    async (fault) => {
      const server = await tokenServer();
      expect(() => server.fail(fault as Fault)).toThrow(TypeError);
    },
  );

  it.each([0, -1, 1.5, NaN])('%p times is a TypeError', async (times) => {
    const server = await tokenServer();
    expect(() => server.fail('hang', times)).toThrow(TypeError);
  });
});
