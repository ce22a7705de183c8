import {
  anyOf,
  bearer,
  bodyCode,
  clientCredentials,
  clientSecretBasic,
  errorAt,
  expiresAt,
  expiresIn,
  header,
  lifetime,
  queryParameter,
  responseHeader,
  status,
  type TokenConfigError,
} from '../../lib/index.js';
import { faultOf } from '../support/config-fault.js';
import { client } from './asking.js';

// Wrong words of a dialect are found when it is described, not when a token is due.

const describing = (options: object): TokenConfigError =>
  faultOf(() => clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, ...options }));

describe('options', () => {
  test.each<[string, object]>([
    ['request.metadataService', { request: { metadataService: 'yes' } }],
    ['request.metadataService', { request: { metadataService: 1 } }],
    ['request.metadataService', { request: { metadataService: null } }],
    ['request.names', { request: { names: 'appid' } }],
    ['request.names.scope', { request: { names: { scope: true } } }],
    ['request.names.scope', { request: { names: { scope: '' } } }],
    ['request.names.audience', { request: { names: { audience: 0 } } }],
    ['request.names.resource', { request: { names: { resource: ['r'] } } }],
    ['request.names.grantType', { request: { names: { grantType: false } } }],
    ['request.grantType', { request: { grantType: null } }],
    ['request.query', { request: { query: new Array(1) } }],
    ['request.headers', { request: { headers: 'X-A: 1' } }],
    ['request.body', { request: { body: { a: 1 } } }],
    ['response', { response: 'access_token' }],
    ['response.token', { response: { token: '' } }],
    ['response.token', { response: { token: ['data', 'token'] } }],
    ['response.expiry', { response: { expiry: 'expires_in' } }],
    ['response.error', { response: { error: ['errcode', 'errmsg'] } }],
    ['sendAs', { sendAs: { header: 'X-Token' } }],
    ['rejectedWhen', { rejectedWhen: [401] }],
  ])('%s: %p', (option, options) => {
    const error = describing(options);
    expect(error.option).toBe(option);
    expect(error.message).toContain(`\`${option}\``);
  });

  test.each<[string, object]>([
    ['request.metadataServices', { request: { metadataServices: true } }],
    ['request.names.audiences', { request: { names: { audiences: 'aud' } } }],
    ['response.tokens', { response: { tokens: 'data.token' } }],
    ['response.errors', { response: { errors: errorAt('code') } }],
  ])('%s is not known', (option, options) => {
    const error = describing(options);
    expect(error.option).toBe(option);
    expect(error.message).toContain(`Did you mean \`${option.slice(0, -1)}\`?`);
  });

  test('a name that is undefined, and false where it may be left out, are right', () => {
    const names = {
      clientId: undefined,
      clientSecret: undefined,
      scope: false,
      audience: false,
      resource: false,
    } as const;
    const request = { names, metadataService: undefined };
    expect(() => clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, request })).not.toThrow();
  });
});

describe('a helper that was not called', () => {
  test.each<[string, string, object]>([
    ['sendAs', 'header', { sendAs: header }],
    ['sendAs', 'queryParameter', { sendAs: queryParameter }],
    ['sendAs', 'bearer', { sendAs: bearer }],
    ['rejectedWhen', 'status', { rejectedWhen: status }],
    ['rejectedWhen', 'bodyCode', { rejectedWhen: bodyCode }],
    ['rejectedWhen', 'anyOf', { rejectedWhen: anyOf }],
  ])('%s: %s', (option, name, options) => {
    const error = describing(options);
    expect(error.option).toBe(option);
    expect(error.message).toContain(`\`${name}(…)\``);
  });
});

describe('arguments of helpers', () => {
  const wrong = (value: unknown): never => value as never;

  test.each<[string, () => unknown]>([
    ['name', () => header('')],
    ['name', () => header('X Token')],
    ['name', () => header('X-Token:')],
    ['name', () => header('X-Token\r\nX-Evil')],
    ['name', () => header(wrong(undefined))],
    ['scheme', () => header('X-Token', { scheme: 'Bear er' })],
    ['scheme', () => header('X-Token', { scheme: 'Bearer\n' })],
    ['options', () => header('X-Token', wrong('Bearer'))],
    ['name', () => queryParameter('')],
    ['name', () => queryParameter(wrong(undefined))],
    ['codes', () => status()],
    ['codes', () => status(wrong('401'))],
    ['codes', () => status(wrong([401]))],
    ['codes', () => bodyCode('', [1])],
    ['codes', () => bodyCode('code', [])],
    ['codes', () => bodyCode('code', wrong(42))],
    ['detectors', () => anyOf()],
    ['detectors', () => anyOf(wrong(401))],
    ['name', () => responseHeader('')],
    ['codePath', () => errorAt('')],
    ['codePath', () => errorAt(wrong(undefined))],
    ['textPath', () => errorAt('code', '')],
    ['textPath', () => errorAt('code', wrong({ transient: [1] }))],
    ['options', () => errorAt('code', 'text', wrong([1]))],
    ['transient', () => errorAt('code', 'text', { transient: wrong('-1') })],
    ['transient', () => errorAt('code', 'text', { transient: [wrong(true)] })],
    ['transients', () => errorAt('code', 'text', wrong({ transients: [1] }))],
    ['path', () => expiresIn(wrong(60))],
    ['unit', () => expiresIn('ttl', { unit: wrong('h') })],
    ['options', () => expiresIn('ttl', wrong('ms'))],
    ['path', () => expiresAt(wrong(new Date(0)))],
    ['ms', () => lifetime(0)],
    ['ms', () => lifetime(NaN)],
    ['ms', () => lifetime(Infinity)],
    ['ms', () => lifetime(401 * 86_400_000)],
    ['encoding', () => clientSecretBasic({ encoding: wrong('utf8') })],
    ['options', () => clientSecretBasic(wrong('raw'))],
  ])('a wrong %s in %s', (option, act) => {
    expect(faultOf(act).option).toBe(option);
  });
});
