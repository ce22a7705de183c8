import { gzipSync } from 'node:zlib';
import {
  clientCredentials,
  errorAt,
  responseHeader,
  TokenEndpointError,
  TokenNetworkError,
  TokenResponseError,
  wholeBody,
} from '../../lib/index.js';
import { fakeServer, granted } from '../support/fake-server.js';
import { protectedApi, rejection, sourceOf, tokenServer } from '../support/world.js';
import axios from 'axios';
import { attach } from '../support/world.js';
import { type AnswerOf, answering } from './asking.js';

type Options = Parameters<typeof answering>[1];

describe('where a token is found', () => {
  const found: [string, AnswerOf, Options, string][] = [
    ['access_token', { body: granted('tok') }, {}, 'tok'],
    ['with status 201', { status: 201, body: granted('tok') }, {}, 'tok'],
    [
      'behind a byte order mark',
      { body: `\ufeff${JSON.stringify(granted('tok'))}`, headers: { 'content-type': 'application/json' } },
      {},
      'tok',
    ],
    [
      'in JSON that says it is text',
      { body: JSON.stringify(granted('tok')), headers: { 'content-type': 'text/html' } },
      {},
      'tok',
    ],
    [
      'in a form',
      { body: 'access_token=t%2Bk&expires_in=60', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      {},
      't+k',
    ],
    [
      'in a form that says it is text',
      { body: 'access_token=tok&token_type=bearer', headers: { 'content-type': 'text/plain' } },
      {},
      'tok',
    ],
    ['under another name', { body: { accessToken: 'tok' } }, { response: { token: 'accessToken' } }, 'tok'],
    ['in a path', { body: { data: [{ token: 'tok' }] } }, { response: { token: 'data.0.token' } }, 'tok'],
    [
      'in a response header',
      { headers: { 'X-Subject-Token': 'tok' } },
      { response: { token: responseHeader('x-subject-token') } },
      'tok',
    ],
    ['in the whole body', { body: ' tok\n' }, { response: { token: wholeBody() } }, 'tok'],
    ['in the whole body, with quotes', { body: '"tok"' }, { response: { token: wholeBody() } }, 'tok'],
    ['by a function', { body: { a: 'tok' } }, { response: { token: ({ body }) => (body as { a: string }).a } }, 'tok'],
  ];
  test.each(found)('%s', async (_what, answer, options, expected) => {
    const { auth, api, call } = await answering(answer, options);
    expect((await auth.getToken()).accessToken).toBe(expected);
    await call();
    expect(api.requests[0]?.headers.authorization).toBe(`Bearer ${expected}`);
  });

  test('the whole answer is kept for what comes with a token', async () => {
    const body = { ...granted(), instance_url: 'https://pod.example' };
    const { auth } = await answering({ body });
    expect((await auth.getToken()).response).toEqual(body);
  });
});

describe('a success without a usable token: TokenResponseError, permanent, and nothing is sent to the API', () => {
  const useless: [string, AnswerOf, Options, RegExp][] = [
    ['another field', { body: { token: 'tok-123', ttl: 5 } }, {}, /looked at `access_token`.*the body has token, ttl/],
    ['an empty token', { body: { access_token: '' } }, {}, /found an empty string/],
    ['a number', { body: { access_token: 12345 } }, {}, /found a number/],
    ['null', { body: { access_token: null } }, {}, /found null/],
    ['an object', { body: { access_token: {} } }, {}, /found an object/],
    ['an empty object', { body: {} }, {}, /empty object/],
    ['an array', { body: [] }, {}, /an array/],
    ['an empty body', { body: '' }, {}, /the body is empty/],
    [
      'a page',
      { body: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } },
      {},
      /\(text\/html, 20 characters\) could not be read/,
    ],
    [
      'broken JSON',
      { body: '{"access_token":"tok-123', headers: { 'content-type': 'application/json' } },
      {},
      /could not be read|is no valid JSON/,
    ],
    [
      'a token with a line break',
      { body: { access_token: 'tok-123\r\nX-Evil: 1' } },
      {},
      /characters that cannot be sent/,
    ],
    ['a token with a space', { body: { access_token: 'Bearer tok-123' } }, {}, /more than the token/],
    ['a token that is not ASCII', { body: { access_token: 'tok-123-é' } }, {}, /non-ASCII/],
    [
      'no such header',
      { body: granted('tok-123') },
      { response: { token: responseHeader('x-token') } },
      /looked by response\.token/,
    ],
    [
      'nothing by a function',
      { body: granted('tok-123') },
      { response: { token: () => undefined } },
      /looked by response\.token/,
    ],
  ];
  test.each(useless)('%s', async (_what, answer, options, message) => {
    const { api, call, endpoint } = await answering(answer, options);
    const error = await rejection(call());
    expect(error).toBeInstanceOf(TokenResponseError);
    expect(error).toMatchObject({
      code: 'ERR_TOKEN_RESPONSE',
      permanent: true,
      message: expect.stringMatching(message),
    });
    expect(String(error)).not.toContain('tok-123');
    expect([endpoint.requests.length, api.requests.length]).toEqual([1, 0]);
  });

  const bytes = (...parts: (string | number[])[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part)));
  const json = { 'content-type': 'application/json' };
  const unreadable: [string, Buffer, Record<string, string>, RegExp][] = [
    ['a token in Latin-1', bytes('{"access_token":"tok-123-', [0xe9], '"}'), json, /non-ASCII/],
    [
      'JSON in UTF-16',
      Buffer.from('{"access_token":"tok-123"}', 'utf16le'),
      json,
      /could not be read|is no valid JSON/,
    ],
    ['bytes that are no text at all', bytes([0xff, 0xfe, 0x80, 0x00]), json, /could not be read|is no valid JSON/],
    ['a byte order mark and nothing else', bytes([0xef, 0xbb, 0xbf]), json, /the body is empty/],
    ['white space and nothing else', bytes(' \r\n\t'), json, /could not be read|is no valid JSON/],
    ['a page that says it is JSON', bytes('<!doctype html><p>tok-123'), json, /A web page came/],
    [
      'JSON that ends in the middle of a character',
      bytes('{"access_token":"tok-123', [0xc3]),
      json,
      /could not be read|is no valid JSON/,
    ],
    [
      'more than 1 MiB',
      bytes(`{"access_token":"tok-123","x":"${'x'.repeat(1024 * 1024)}"}`),
      json,
      /more than 1048576/,
    ],
    [
      'more than 1 MiB in a few bytes of gzip',
      gzipSync(`{"access_token":"tok-123","x":"${'x'.repeat(2 * 1024 * 1024)}"}`),
      { ...json, 'content-encoding': 'gzip' },
      /more than 1048576/,
    ],
    ...['\t', '\0', '\u001b', '\u007f', '\n', '\u2028', '\u00a0'].map(
      (character): [string, Buffer, Record<string, string>, RegExp] => [
        `a token with ${JSON.stringify(character)}`,
        Buffer.from(JSON.stringify({ access_token: `tok-123${character}` })),
        json,
        /characters that cannot be sent/,
      ],
    ),
  ];
  test.each(unreadable)('%s', async (_what, body, headers, message) => {
    const endpoint = await fakeServer((_request, response) => {
      response.writeHead(200, headers).end(body);
      return undefined;
    });
    const upstream = await fakeServer();
    const api = axios.create({ baseURL: upstream.url, proxy: false });
    attach(api, clientCredentials({ tokenUrl: endpoint.url, clientId: 'id', clientSecret: 'secret' }));
    const error = await rejection(api.get('/x'));
    expect(error).toBeInstanceOf(TokenResponseError);
    expect(error).toMatchObject({ permanent: true, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('tok-123');
    expect([endpoint.requests.length, upstream.requests.length]).toEqual([1, 0]);
  });

  test('an answer that breaks off is a TokenNetworkError', async () => {
    const server = await tokenServer();
    const upstream = await protectedApi({ accepts: server });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, sourceOf(server), { tokenTimeoutMs: 100 }); // no time for another attempt
    server.fail('truncate', Infinity);
    expect(await rejection(api.get('/x'))).toBeInstanceOf(TokenNetworkError);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('an error inside HTTP 200', () => {
  const error: [string, object, Options, object][] = [
    [
      'error and no token',
      { error: 'unauthorized_client', error_description: 'no' },
      {},
      { error: 'unauthorized_client', errorDescription: 'no', permanent: true },
    ],
    [
      'a code that errorAt() finds, beside a token',
      { errcode: 40013, errmsg: 'bad appid', access_token: 'tok' },
      { response: { error: errorAt('errcode', 'errmsg') } },
      { error: '40013', errorDescription: 'bad appid', permanent: true },
    ],
    [
      'a code as text',
      { status: { code: 'E7' } },
      { response: { error: errorAt('status.code') } },
      { error: 'E7', permanent: true },
    ],
    [
      'a code of those that may pass',
      { errcode: -1, errmsg: 'system busy' },
      { response: { error: errorAt('errcode', 'errmsg', { transient: [-1] }) } },
      { error: '-1', errorDescription: 'system busy', permanent: false },
    ],
    [
      'a code of those that may pass is another',
      { errcode: 40013 },
      { response: { error: errorAt('errcode', 'errmsg', { transient: [-1] }) } },
      { error: '40013', permanent: true },
    ],
    [
      'a code that is none of those that mean success',
      { code: 40101, msg: 'no' },
      { response: { error: errorAt('code', 'msg', { success: [200, 'SUCCESS'] }) } },
      { error: '40101', errorDescription: 'no', permanent: true },
    ],
    [
      'the text that belongs to the code',
      {
        errors: [
          { code: 'FINE', message: 'fine' },
          { code: 'BAD', message: 'why' },
        ],
      },
      { response: { error: errorAt('errors.code', 'errors.message', { success: ['FINE'] }) } },
      { error: 'BAD', errorDescription: 'why', permanent: true },
    ],
    [
      'codes in an array',
      { success: false, errors: [{ code: '0' }, { code: '601', message: 'no' }] },
      { response: { error: errorAt('errors.code', 'errors.message') } },
      { error: '601', errorDescription: 'no', permanent: true },
    ],
    [
      'a function that says it is transient',
      { busy: true },
      { response: { error: () => ({ error: 'busy', permanent: false, retryAfterMs: 60_000 }) } },
      { error: 'busy', permanent: false, retryAt: expect.any(Number) },
    ],
  ];
  test.each(error)('%s: TokenEndpointError', async (_what, body, options, expected) => {
    const { call, api } = await answering({ body }, options, { tokenTimeoutMs: 1 }); // no time to try again
    const refused = await rejection(call());
    expect(refused).toBeInstanceOf(TokenEndpointError);
    expect(refused).toMatchObject({ status: 200, ...expected });
    expect(api.requests).toHaveLength(0);
  });

  test('errorAt() that may pass is tried again', async () => {
    const { auth, clock, endpoint } = await answering(
      (count) => ({ body: count === 1 ? { errcode: -1 } : { errcode: 0, ...granted('tok') } }),
      { response: { error: errorAt('errcode', 'errmsg', { transient: [-1] }) } },
    );
    const token = auth.getToken();
    while (endpoint.requests.length < 2) await clock.advance(100);
    expect((await token).accessToken).toBe('tok');
  });

  test.each([[{ transient: -1 }], [{ transient: [null] }], [{ retry: [] }]])(
    'errorAt(…, %j): a TokenConfigError',
    (wrong) => {
      expect(() => errorAt('errcode', 'errmsg', wrong as never)).toThrow(
        expect.objectContaining({ name: 'TokenConfigError' }),
      );
    },
  );

  test.each([200, '200', 'SUCCESS', 0])('errorAt(…, { success }): %p is no error', async (code) => {
    const { auth } = await answering(
      { body: { code, ...granted('tok') } },
      { response: { error: errorAt('code', 'msg', { success: [200, 'SUCCESS'] }) } },
    );
    expect((await auth.getToken()).accessToken).toBe('tok');
  });

  test('errorAt(…, { permanent }): such a code is not tried again, even with 500', async () => {
    const { auth, endpoint } = await answering(
      { status: 500, body: { error: 'wrong_password' } },
      { response: { error: errorAt('error', undefined, { permanent: ['wrong_password'] }) } },
    );
    expect(await rejection(auth.getToken())).toMatchObject({ status: 500, permanent: true });
    expect(endpoint.requests).toHaveLength(1);
  });

  test.each([0, '0', '', 'ok', 'OK', null, false, undefined])('errorAt(): %p is no error', async (errcode) => {
    const { auth } = await answering(
      { body: { errcode, ...granted('tok') } },
      { response: { error: errorAt('errcode') } },
    );
    expect((await auth.getToken()).accessToken).toBe('tok');
  });

  test('an `error` field beside a token is no error by itself', async () => {
    const { auth } = await answering({ body: { error: '', ...granted('tok') } });
    expect((await auth.getToken()).accessToken).toBe('tok');
  });
});
