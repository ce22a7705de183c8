import fc from 'fast-check';
import {
  InsecureTransportError,
  TokenConfigError,
  TokenEndpointError,
  TokenError,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../../lib/errors.js';
import { createToken } from '../../lib/token.js';
import { failureFrom, failureText, tokenFrom, tokenText } from '../../lib/token/shared.js';

// Tokens and failures as texts: what comes out is what went in, or nothing.

const issuedAt = Date.UTC(2030, 0, 1);
const life = { issuedAt, lifetimeMs: 60_000 };
const textOf = (response: unknown, accessToken = 'a'): string | undefined =>
  tokenText(createToken({ accessToken, issuedAt, lifetimeMs: 5, response }));
const responseOf = (response: unknown): unknown => tokenFrom(textOf(response), life)!.response;

describe('a token', () => {
  it('comes out with all that came with it; its life is what the store says', () => {
    const response = {
      access_token: 'a',
      instance_url: 'https://eu.example.com',
      scope: 'read write',
      nested: { list: [1, 'two', null, true] },
    };
    const token = tokenFrom(textOf(response), life)!;
    expect(token.accessToken).toBe('a');
    expect(token.response).toEqual(response);
    expect([token.issuedAt, token.expiresAt]).toEqual([issuedAt, issuedAt + 60_000]);
  });

  it('without an end has none', () => {
    expect(tokenFrom(textOf({}), { issuedAt, lifetimeMs: undefined })!.expiresAt).toBeUndefined();
  });

  it.each([[undefined], [null], ['access_token=a&instance_url=x'], [7], [[{ token: 'a' }]]])(
    'comes out with the response %p',
    (response) => {
      expect(responseOf(response)).toEqual(response);
    },
  );

  it.each(['refresh_token', 'refreshToken', 'RefreshToken', 'REFRESH_TOKEN', 'refreshtoken'])(
    'leaves %s at home, at any depth',
    (name) => {
      const response = {
        [name]: 's3cret',
        data: [{ [name]: 's3cret', kept: 1, deeper: { [name]: { of: 's3cret' } } }],
      };
      expect(textOf(response)).not.toContain('s3cret');
      expect(responseOf(response)).toEqual({ data: [{ kept: 1, deeper: {} }] });
      expect(response.data[0]![name]).toBe('s3cret'); // what this process holds is as it was
    },
  );

  it('keeps what only sounds like a refresh token', () => {
    const response = { refresh_token_expires_in: 5, refresh: 1, token: 'b' };
    expect(responseOf(response)).toEqual(response);
  });

  it('whose response is no plain data cannot be shared', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const thrower = {
      toJSON() {
        throw new Error('not me');
      },
    };
    expect([circle, { big: 1n }, thrower].map((response) => textOf(response))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is not read from anything else', () => {
    const text = textOf({ x: 1 })!;
    const foreign = [
      undefined,
      '',
      'null',
      '[]',
      '7',
      '"a"',
      'true',
      '{}',
      'hello',
      text.slice(1),
      `${text}x`,
      text.replace('"format":1', '"format":2'),
      text.replace('"format":1', '"format":"1"'),
      text.replace('"format":1,', ''),
      text.replace('"a"', '""'),
      text.replace('"a"', '7'),
      text.replace('"a"', 'null'),
      text.replace('"a"', '{"toString":"a"}'),
      text.replace('"a"', '"a b"'),
      text.replace('"a"', '"a\\r\\nX-Evil: 1"'),
      text.replace('"a"', '"tökén"'),
    ];
    expect(foreign.map((one) => tokenFrom(one, life))).toEqual(foreign.map(() => undefined));
  });

  it('cut off anywhere is nothing', () => {
    const text = textOf({ instance_url: 'https://eu.example.com' })!;
    for (let end = 0; end < text.length; end += 1) expect(tokenFrom(text.slice(0, end), life)).toBeUndefined();
  });

  it('of any legal text and any plain response goes there and back', () => {
    const visible = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
    fc.assert(
      fc.property(visible, fc.jsonValue(), (accessToken, response) => {
        const token = tokenFrom(textOf(response, accessToken), life)!;
        expect(token.accessToken).toBe(accessToken);
        expect(token.response).toEqual(JSON.parse(JSON.stringify(response)));
      }),
    );
  });

  it('is never made of arbitrary text, nor does that throw', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.base64String());
    fc.assert(
      fc.property(anything, (text) => {
        expect(tokenFrom(text, life)).toBeUndefined();
        expect(failureFrom(text, issuedAt)).toBeUndefined();
      }),
    );
  });

  it('in which anything was changed is a legal token or none', () => {
    const text = textOf({ instance_url: 'https://eu.example.com' })!;
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, sign) => {
        const token = tokenFrom(text.slice(0, at) + sign + text.slice(at + 1), life);
        expect(token?.accessToken ?? 'none').toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });
});

describe('a failure', () => {
  const retryAt = issuedAt + 5000;
  const shared = (error: TokenError, count = 3): ReturnType<typeof failureFrom> =>
    failureFrom(failureText({ error, count, until: 99 })!, retryAt);

  it('of the endpoint comes out with all that it says, and holds for everybody', () => {
    const error = new TokenEndpointError('invalid_client', {
      status: 401,
      error: 'invalid_client',
      errorDescription: 'unknown client',
      errorUri: 'https://auth.example.com/e/1',
      permanent: true,
      retryAt: 1,
      cause: new Error('s3cret'),
    });
    const { error: out, ...rest } = shared(error)!;
    expect(rest).toEqual({ count: 3, isAnswer: true });
    expect(out).toBeInstanceOf(TokenEndpointError);
    expect(out).toMatchObject({
      name: 'TokenEndpointError',
      code: 'ERR_TOKEN_ENDPOINT',
      message: 'invalid_client',
      status: 401,
      error: 'invalid_client',
      errorDescription: 'unknown client',
      errorUri: 'https://auth.example.com/e/1',
      permanent: true,
      retryAt,
    });
    expect(out.cause).toBeUndefined();
    expect(failureText({ error, count: 1, until: 0 })).not.toContain('s3cret');
  });

  it.each<[string, TokenError, boolean]>([
    ['TokenEndpointError', new TokenEndpointError('busy', { status: 503 }), true],
    ['TokenResponseError', new TokenResponseError('no token in it'), true],
    ['TokenResponseError', new TokenResponseError('later perhaps', { permanent: false }), true],
    ['TokenNetworkError', new TokenNetworkError('connection reset'), false],
    ['TokenTimeoutError', new TokenTimeoutError('no answer'), false],
  ])('%s keeps its class, and whether it is permanent; an answer: %p', (name, error, isAnswer) => {
    const out = shared(error)!;
    expect(out.isAnswer).toBe(isAnswer);
    expect(out.error.constructor).toBe(error.constructor);
    expect(out.error).toMatchObject({ name, message: error.message, permanent: error.permanent, retryAt });
  });

  it.each([
    new TokenConfigError('clientSecret is missing'),
    new TokenError('The token source failed.'),
    new TokenError('closed', { code: 'ERR_TOKEN_CLOSED' }),
    new InsecureTransportError('plain http'),
  ])('of this process alone is not told: $name $code', (error) => {
    expect(failureText({ error, count: 1, until: 0 })).toBeUndefined();
  });

  it('is not read from anything else', () => {
    const text = failureText({ error: new TokenNetworkError('reset'), count: 1, until: 0 })!;
    const foreign = [
      '',
      'null',
      '{}',
      '7',
      text.slice(0, -1),
      text.replace('"format":1', '"format":2'),
      text.replace('ERR_TOKEN_NETWORK', 'ERR_TOKEN_CONFIG'),
      text.replace('ERR_TOKEN_NETWORK', 'toString'),
      text.replace('"count":1', '"count":"1"'),
      text.replace('"count":1', '"count":null'),
      text.replace('"count":1', '"count":1e999'),
      text.replace('"count":1', '"count":0'),
      text.replace('"count":1', '"count":-3'),
      text.replace('"count":1', '"count":0.5'),
      text.replace('"reset"', '7'),
      text.replace('"reset"', '{}'),
      text.replace('"message":"reset",', ''),
    ];
    expect(foreign.filter((one) => one === text)).toEqual([]);
    expect(foreign.map((one) => failureFrom(one, retryAt))).toEqual(foreign.map(() => undefined));
  });

  it('is permanent only where that was said', () => {
    const text = failureText({ error: new TokenNetworkError('reset'), count: 1, until: 0 })!;
    const permanence = ['true', 'false', '"no"', '1', 'null'].map(
      (said) => failureFrom(text.replace('"permanent":false', `"permanent":${said}`), retryAt)!.error.permanent,
    );
    expect(permanence).toEqual([true, false, false, false, false]);
  });

  it('brings nothing along that it was not made with', () => {
    const text = failureText({ error: new TokenNetworkError('reset'), count: 1, until: 0 })!;
    const out = failureFrom(text.replace('{', '{"cause":{"a":1},"code2":1,"stack":"at evil","retryAt":1,'), retryAt)!;
    expect(out.error.cause).toBeUndefined();
    expect(out.error).toMatchObject({ retryAt, stack: expect.not.stringContaining('evil') });
  });

  it('cut off anywhere is nothing', () => {
    const text = failureText({ error: new TokenEndpointError('no', { status: 400 }), count: 1, until: 0 })!;
    for (let end = 0; end < text.length; end += 1) expect(failureFrom(text.slice(0, end), retryAt)).toBeUndefined();
  });
});
