import axios, { AxiosError } from 'axios';
import {
  type FetchToken,
  isTokenError,
  type TokenRequest,
  TokenEndpointError,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../../lib/index.js';
import { fakeServer, tokenEndpoint } from '../support/fake-server.js';
import { attach, rejection } from '../support/world.js';
import { handleOf, SECRET } from './asking.js';

const HOUR = 3_600_000;

async function callThrough(fetchToken: FetchToken): Promise<{ error: unknown; sent: number }> {
  const upstream = await fakeServer();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  attach(api, fetchToken, { tokenTimeoutMs: 150 }); // no time for another attempt
  return { error: await rejection(api.get('/x')), sent: upstream.requests.length };
}

describe('what it returns', () => {
  test.each([
    ['a relative life', { expiresInMs: HOUR }, HOUR],
    ['an absolute end', { expiresAt: Date.UTC(2030, 0, 1) }, 'absolute'],
    ['an absolute end as a Date', { expiresAt: new Date(Date.UTC(2030, 0, 1)) }, 'absolute'],
    ['both: the relative one counts', { expiresInMs: HOUR, expiresAt: Date.UTC(2030, 0, 1) }, HOUR],
    ['no life', {}, undefined],
    ['a life that is none', { expiresInMs: NaN, expiresAt: new Date(NaN) }, undefined],
    ['a life of text', { expiresInMs: '3600' as unknown as number }, undefined],
    ['a negative life', { expiresInMs: -5 }, undefined],
  ])('%s', async (_what, life, expected) => {
    const now = Date.UTC(2030, 0, 1) - HOUR;
    const clock = { now: () => now, monotonic: () => 0, setTimeout, clearTimeout: clearTimeout as never };
    const token = await handleOf(() => Promise.resolve({ accessToken: 'tok', ...life }), { clock }).getToken();
    expect(token.expiresAt).toBe(
      expected === 'absolute' ? now + HOUR : expected === undefined ? undefined : now + Number(expected),
    );
  });

  test('a token of another handle is taken as it is', async () => {
    const first = handleOf(() => Promise.resolve({ accessToken: 'tok', expiresInMs: HOUR }));
    const token = await first.getToken();
    expect(await handleOf(() => first.getToken()).getToken()).toBe(token);
  });

  test.each([
    ['undefined', undefined, /got undefined/],
    ['null', null, /got null/],
    ['a bare string', 'tok-123', /got a string/],
    ['no token', {}, /must return \{ accessToken, expiresInMs\?/],
    ['a life under another name', { accessToken: 'tok-123', expiresIn: 10 }, /returned \{ accessToken, expiresIn \}/],
    ['an empty token', { accessToken: '' }, /an empty string/],
    ['a token that is a number', { accessToken: 12345 }, /a number/],
    ['the scheme, too', { accessToken: 'Bearer tok-123' }, /more than the token/],
    ['a line break', { accessToken: 'tok-123\n' }, /line breaks/],
    ["the endpoint's own answer", { access_token: 'tok-123' }, /returned \{ access_token \}; it must return/],
  ])('%s: TokenResponseError, and nothing is sent', async (_what, value, message) => {
    const { error, sent } = await callThrough(() => Promise.resolve(value as never));
    expect(error).toBeInstanceOf(TokenResponseError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('tok-123');
    expect(sent).toBe(0);
  });
});

describe('AxiosErrors of request.http are classified, and do not surface', () => {
  test.each([
    [400, { error: 'invalid_client' }, { status: 400, error: 'invalid_client', permanent: true }],
    [401, {}, { status: 401, permanent: true }],
    [429, {}, { status: 429, permanent: false }],
    [503, {}, { status: 503, permanent: false }],
    [302, {}, { status: 302, permanent: true }],
  ])('status %d', async (status, body, expected) => {
    const endpoint = await tokenEndpoint(() => ({ status, body, headers: { location: 'http://127.0.0.1:1/' } }));
    const { error, sent } = await callThrough(({ http }) => http.post(endpoint.url, { secret: SECRET }));
    expect(error).toBeInstanceOf(TokenEndpointError);
    expect(error).toMatchObject(expected);
    expect([axios.isAxiosError(error), sent]).toEqual([false, 0]);
    expect(error).not.toHaveProperty('config');
    expect(error).not.toHaveProperty('response');
  });

  test('a connection that breaks: TokenNetworkError', async () => {
    const endpoint = await fakeServer((_request, response) => void response.destroy());
    const { error } = await callThrough(({ http }) => http.post(endpoint.url));
    expect(error).toBeInstanceOf(TokenNetworkError);
    expect(error).toMatchObject({ permanent: false, cause: { code: 'ECONNRESET' } });
  });

  test('a timeout of its own: TokenTimeoutError', async () => {
    const { error } = await callThrough(() =>
      Promise.reject(new AxiosError('timeout of 5ms exceeded', 'ECONNABORTED')),
    );
    expect(error).toBeInstanceOf(TokenTimeoutError);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT', permanent: false });
  });

  test('it parses JSON, and rejects what is not 2xx', async () => {
    const endpoint = await tokenEndpoint({ token: 'tok' });
    const handle = handleOf(async ({ http }) => ({
      accessToken: (await http.get<{ token: string }>(endpoint.url)).data.token,
    }));
    expect((await handle.getToken()).accessToken).toBe('tok');
  });
});

describe('any other error', () => {
  test('is wrapped as ERR_TOKEN_SOURCE, transient between flights, not tried again inside one', async () => {
    const cause = new RangeError('no such key');
    const source = jest.fn(() => Promise.reject(cause));
    const { error, sent } = await callThrough(source);
    expect(isTokenError(error) && error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', permanent: false, cause });
    expect(error).toMatchObject({
      message: 'The token source failed: RangeError: no such key',
      retryAt: expect.any(Number),
    });
    expect([source.mock.calls.length, sent]).toEqual([1, 0]);
  });

  test.each([
    ['a text', 'oops'],
    ['nothing', undefined],
    ['an object', { secret: SECRET }],
  ])('%s thrown is wrapped, and not printed', async (_what, thrown) => {
    const { error } = await callThrough(() => Promise.reject(thrown));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_SOURCE' });
    expect(JSON.stringify(error)).not.toContain(SECRET);
    expect(JSON.stringify(error)).not.toContain('oops');
  });

  test('a function that throws at once is one that rejects', async () => {
    const { error } = await callThrough(() => {
      throw new Error('at once');
    });
    expect(error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', message: expect.stringContaining('at once') });
  });

  test('a TokenError of its own goes through', async () => {
    const own = new TokenEndpointError('no', { status: 400, error: 'x', permanent: true });
    expect((await callThrough(() => Promise.reject(own))).error).toMatchObject({
      status: 400,
      error: 'x',
      permanent: true,
    });
  });
});

test('what it is given: the reason, the last token, the parameters, a signal, an axios', async () => {
  const asked: TokenRequest[] = [];
  const handle = handleOf((request) => {
    asked.push(request);
    return Promise.resolve({ accessToken: `tok-${asked.length}` });
  });
  const first = await handle.getToken({ scope: 'a', tenant: 't', params: { p: 1 } });
  await handle.refresh({ scope: 'a', tenant: 't', params: { p: 1 } });
  expect(asked[0]).toMatchObject({ reason: 'missing', previous: undefined, scope: 'a', tenant: 't', params: { p: 1 } });
  expect(asked[1]).toMatchObject({ reason: 'forced', previous: first });
  expect(asked[0]?.signal).toBeInstanceOf(AbortSignal);
  expect(asked[0]?.http.defaults.maxRedirects).toBe(0);
});

test('close() aborts the signal that it was given', async () => {
  let signal: AbortSignal | undefined;
  const handle = handleOf((request) => {
    signal = request.signal;
    return new Promise(() => {});
  });
  const waiting = rejection(handle.getToken());
  await handle.close();
  expect(signal?.aborted).toBe(true);
  expect(await waiting).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
});
