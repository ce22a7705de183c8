import { inspect } from 'node:util';
import {
  InsecureTransportError,
  isTokenError,
  TokenConfigError,
  TokenEndpointError,
  TokenError,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../../lib/index.js';
import { ownCopy } from '../../lib/errors.js';

const cause = Object.assign(new Error('why'), { secret: 'hunter2-hunter2' });
const all: [string, string, boolean, TokenError][] = [
  ['TokenError', 'ERR_TOKEN_SOURCE', false, new TokenError('m', { cause })],
  ['TokenConfigError', 'ERR_TOKEN_CONFIG', true, new TokenConfigError('m', { option: 'o', cause })],
  [
    'TokenEndpointError',
    'ERR_TOKEN_ENDPOINT',
    false,
    new TokenEndpointError('m', { status: 400, error: 'e', errorDescription: 'd', errorUri: 'u', retryAt: 5, cause }),
  ],
  ['TokenResponseError', 'ERR_TOKEN_RESPONSE', true, new TokenResponseError('m', { cause })],
  ['TokenNetworkError', 'ERR_TOKEN_NETWORK', false, new TokenNetworkError('m', { cause })],
  ['TokenTimeoutError', 'ERR_TOKEN_TIMEOUT', false, new TokenTimeoutError('m', { cause })],
  ['InsecureTransportError', 'ERR_INSECURE_TRANSPORT', true, new InsecureTransportError('m')],
];

describe.each(all)('%s', (name, code, permanent, error) => {
  test('has its name, its code, and is an Error', () => {
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.permanent, String(error)]).toEqual([name, code, permanent, `${name}: m`]);
    expect(Object.keys(error)).not.toContain('name');
  });

  test('is recognised', () => {
    expect(isTokenError(error)).toBe(true);
  });

  test('prints its own fields and of its cause the name and message alone, also with a field that was added', () => {
    const dressed = Object.assign(ownCopy(error) as TokenError, { config: { secret: 'hunter2-hunter2' } });
    for (const text of [
      JSON.stringify(dressed),
      inspect(dressed, { depth: 10 }),
      inspect({ deep: { dressed } }, { depth: 10 }),
    ]) {
      expect(text).toContain(code);
      expect(text).not.toContain('hunter2');
    }
    if (error.cause !== undefined)
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name, message: 'm', code, cause: 'Error: why' });
  });

  test('ownCopy(): another object, equal in every field, of the same class', () => {
    const copy = ownCopy(error) as TokenError;
    expect(copy).not.toBe(error);
    expect(copy.constructor).toBe(error.constructor);
    expect(Object.entries(copy)).toEqual(Object.entries(error));
    expect([copy.message, copy.cause, copy.stack, copy.name]).toEqual([error.message, error.cause, error.stack, name]);
  });
});

test('retryAt is printed as a date', () => {
  expect(JSON.parse(JSON.stringify(new TokenError('m', { retryAt: 0 })))).toMatchObject({
    retryAt: '1970-01-01T00:00:00.000Z',
  });
});

test('an error of another copy of the package is recognised by its brand', () => {
  let other: { isTokenError: typeof isTokenError; TokenTimeoutError: typeof TokenTimeoutError } | undefined;
  jest.isolateModules(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the second copy
    other = require('../../lib/errors.js');
  });
  const foreign = new other!.TokenTimeoutError('m');
  expect(foreign).not.toBeInstanceOf(TokenError);
  expect(isTokenError(foreign)).toBe(true);
  expect(other!.isTokenError(new TokenTimeoutError('m'))).toBe(true);
});

test.each([
  [undefined],
  [null],
  ['ERR_TOKEN_CONFIG'],
  [new Error('x')],
  [{ code: 'ERR_TOKEN_CONFIG', name: 'TokenError' }],
])('%p is none of ours, and ownCopy() leaves it alone', (value) => {
  expect(isTokenError(value)).toBe(false);
  expect(ownCopy(value)).toBe(value);
});
