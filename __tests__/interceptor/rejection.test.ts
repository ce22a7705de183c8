import { AxiosHeaders, type AxiosResponse } from 'axios';
import { Readable } from 'node:stream';
import { anyOf, bodyCode, type EndpointAnswer, status, TokenConfigError, unauthorized } from '../../lib/index.js';
import { isRejected, LARGEST_BODY } from '../../lib/interceptor/rejection.js';

const response = (code: number, data: unknown = '', headers: Record<string, string> = {}): AxiosResponse =>
  ({ status: code, data, headers: AxiosHeaders.from(headers) }) as unknown as AxiosResponse;

const rejected = isRejected;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the detectors', () => {
  test.each([200, 400, 403, 500])('unauthorized(): %d is no rejection', (code) => {
    expect(rejected(response(code), unauthorized())).toBe(false);
  });

  test('unauthorized(): 401 is', () => {
    expect(rejected(response(401), unauthorized())).toBe(true);
  });

  test.each([
    [401, true],
    [403, true],
    [419, false],
  ])('status(401, 403) on %d: %p', (code, is) => {
    expect(rejected(response(code), status(401, 403))).toBe(is);
  });

  const body: [string, unknown, boolean][] = [
    ['the number', { errcode: 40001 }, true],
    ['the number as text', { errcode: '40001' }, true],
    ['another number', { errcode: 0 }, false],
    ['no code', { ok: true }, false],
    ['an array that has it', [{ other: 1 }, { errcode: 40001 }], true],
    ['an array that does not', [{ errcode: 1 }], false],
    ['an empty array', [], false],
    ['null', null, false],
    ['a text', 'errcode', false],
  ];
  test.each(body)('bodyCode() finds %s, in a success too', (_what, data, is) => {
    const detector = bodyCode('errcode', [40001, 42001]);
    expect(rejected(response(200, JSON.stringify(data)), detector)).toBe(is);
  });

  test('bodyCode() reads a path', () => {
    const answer = response(400, '{"error":{"code":190}}');
    expect(rejected(answer, bodyCode('error.code', ['190']))).toBe(true);
    expect(rejected(answer, bodyCode('error', ['190']))).toBe(false);
  });

  test('bodyCode() reads a path through an array', () => {
    const answer = response(200, '{"success":false,"errors":[{"code":"610"},{"code":"602"}]}');
    expect(rejected(answer, bodyCode('errors.code', [601, 602]))).toBe(true);
    expect(rejected(answer, bodyCode('errors.code', [601]))).toBe(false);
  });

  test.each([
    [401, 0, true],
    [200, 7, true],
    [200, 0, false],
  ])('anyOf(): %d with code %d: %p', (code, inBody, is) => {
    const detector = anyOf(unauthorized(), bodyCode('c', [7]));
    expect(rejected(response(code, `{"c":${inBody}}`), detector)).toBe(is);
  });

  test.each([
    ['status() without codes', () => status()],
    ['status() of a text', () => status('401' as never)],
    ['bodyCode() without codes', () => bodyCode('a', [])],
    ['bodyCode() without a path', () => bodyCode('', [1])],
    ['bodyCode() without a list', () => bodyCode('a', 1 as never)],
    ['anyOf() of nothing', () => anyOf()],
    ['anyOf() of no function', () => anyOf({} as never)],
  ])('%s is a TokenConfigError', (_what, make) => {
    expect(make).toThrow(TokenConfigError);
  });
});

describe('what a detector sees', () => {
  const seen = (answer: AxiosResponse): EndpointAnswer => {
    let found: EndpointAnswer | undefined;
    isRejected(answer, ({ status: code, headers, body, text }) => {
      found = { status: code, headers, body, text };
      return false;
    });
    return found!;
  };
  const json = '{"code":7}';
  const exact = JSON.stringify({ code: 7, padding: 'x'.repeat(LARGEST_BODY - 23) });

  const kinds: [string, unknown, unknown, string][] = [
    ['text', json, { code: 7 }, json],
    ['a Buffer', Buffer.from(json), { code: 7 }, json],
    ['an ArrayBuffer', bytes(json).buffer, { code: 7 }, json],
    [
      'a Uint8Array over a part of a buffer',
      Buffer.from(`xx${json}xx`).subarray(2, 2 + json.length),
      { code: 7 },
      json,
    ],
    ['an object that is parsed already', { code: 7 }, { code: 7 }, ''],
    ['an array that is parsed already', [1], [1], ''],
    ['a page', '<html>{"code":7}</html>', undefined, '<html>{"code":7}</html>'],
    ['broken JSON', '{"code":', undefined, '{"code":'],
    ['an empty body', '', undefined, ''],
    ['no body', undefined, undefined, ''],
    ['64 KiB', exact, JSON.parse(exact), exact],
    ['a byte more', `${exact} `, undefined, ''],
    ['64 KiB and a byte in a Buffer', Buffer.from(`${exact} `), undefined, ''],
  ];
  test.each(kinds)('%s', (_what, data, body, text) => {
    expect(typeof data === 'string' && data.length > 100 ? data.length : LARGEST_BODY).toBeLessThanOrEqual(
      LARGEST_BODY + 1,
    );
    expect(seen(response(200, data))).toEqual({ status: 200, headers: {}, body, text });
  });

  test.each([
    ['a Node stream', () => Readable.from(['{"code":7}'])],
    ['a web stream', () => new Response('{"code":7}').body],
    ['a Blob', () => new Blob(['{"code":7}'])],
  ])('nothing of %s, which stays untouched', async (_what, make) => {
    const data = make();
    expect(seen(response(200, data))).toMatchObject({ body: undefined, text: '' });
    expect(await new Response(data as BodyInit).text()).toBe('{"code":7}');
  });

  test('headers in lower case, repeated ones joined', () => {
    const answer = { status: 200, data: '', headers: { 'X-A': 'b', 'Set-Cookie': ['a=1', 'b=2'] } };
    expect(seen(answer as unknown as AxiosResponse).headers).toEqual({ 'x-a': 'b', 'set-cookie': 'a=1, b=2' });
  });

  test('a body is not parsed for a detector that looks at the status only', () => {
    const data = jest.fn(() => json);
    isRejected(
      Object.defineProperty({ status: 401, headers: {} }, 'data', { get: data }) as AxiosResponse,
      unauthorized(),
    );
    expect(data).not.toHaveBeenCalled();
  });
});

describe('a challenge that asks for more than a fresh token', () => {
  test.each([
    ['invalid_token', 'Bearer error="invalid_token"', true],
    ['no error', 'Bearer realm="api"', true],
    ['insufficient_scope', 'Bearer error="insufficient_scope", scope="admin"', false],
    ['step-up', 'Bearer error="insufficient_user_authentication", acr_values="mfa"', false],
    ['insufficient_scope in the second challenge', 'Basic realm="x", Bearer error=insufficient_scope', false],
    [
      'both: the token is refused all the same',
      'Bearer error="insufficient_scope", Bearer error="invalid_token"',
      true,
    ],
    ['the word in a description', 'Bearer error="invalid_token", error_description="not insufficient_scope"', true],
    ['no challenge at all', undefined, true],
  ])('%s', (_what, challenge, is) => {
    const headers: Record<string, string> = challenge === undefined ? {} : { 'WWW-Authenticate': challenge };
    expect(rejected(response(401, '', headers), unauthorized())).toBe(is);
    expect(rejected(response(403, '', headers), status(403))).toBe(is);
  });
});
