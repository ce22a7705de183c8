import axios, { type CreateAxiosDefaults } from 'axios';
import { attachToken, clientCredentials, TokenConfigError } from '../../lib/index.js';

// Each wrong option of `attachToken` is found at construction, by its name.

const source = clientCredentials({
  tokenUrl: 'https://auth.example.com/t',
  clientId: 'id',
  clientSecret: 'hunter2-secret',
});
const instance = (defaults: CreateAxiosDefaults = {}): ReturnType<typeof axios.create> =>
  axios.create({ baseURL: 'https://api.example.com', ...defaults });

function faultOf(make: () => unknown): TokenConfigError {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenConfigError);
    return error as TokenConfigError;
  }
  throw new Error('was accepted');
}

const attachTo = (api: unknown, given: unknown, options?: object): TokenConfigError =>
  faultOf(() => attachToken(api as never, given as never, options));
const attachWith = (options: object): TokenConfigError => attachTo(instance(), source, options);

describe('a wrong value', () => {
  test.each<[string, unknown, RegExp]>([
    ['allowedOrigins', 'https://api.example.com', /non-empty array .* got a string/],
    ['allowedOrigins', [], /non-empty array/],
    ['allowedOrigins', ['api.example.com'], /absolute http\(s\) origins/],
    ['allowedOrigins', ['*'], /absolute http\(s\) origins/],
    ['allowedOrigins', ['https://*.example.com'], /give a function/],
    ['allowedOrigins', [undefined], /absolute http\(s\) origins/],
    ['allowedOrigins', ['ftp://api.example.com'], /absolute http\(s\) origins/],
    ['allowedOrigins', ['http://api.example.com'], /plain http .*allowInsecureHttp: true/],
    ['allowInsecureHttp', 'yes', /true or false; got a string/],
    ['retryRejected', 1, /true or false; got a number/],
    ['refreshAheadMs', -1, /milliseconds from 0/],
    ['refreshAheadMs', '5000', /milliseconds.*got a string/],
    ['refreshAheadMs', NaN, /got NaN/],
    ['refreshAheadMs', Infinity, /got Infinity/],
    ['tokenTimeoutMs', 0, /milliseconds from 1/],
    ['tokenTimeoutMs', null, /got null/],
    ['tokenTimeoutMs', 2 ** 31, /milliseconds from 1 to 2147483647/],
    ['tokenRequests', 8, /must be an object/],
    ['tokenRequests.concurrency', { concurrency: 0 }, /whole number from 1/],
    ['tokenRequests.concurrency', { concurrency: 1.5 }, /whole number/],
    ['tokenRequests.intervalMs', { intervalMs: 0, maxPerInterval: 1 }, /milliseconds/],
    ['tokenRequests.maxPerInterval', { intervalMs: 1, maxPerInterval: 0 }, /whole number/],
    ['tokenRequests.intervalMs', { maxPerInterval: 1 }, /missing/],
    ['tokenRequests.maxPerInterval', { intervalMs: 1 }, /missing/],
    ['tokenParams', { scope: 'a' }, /must be a function; got an object/],
    ['maxKeys', 0, /whole number from 1/],
    ['maxKeys', Infinity, /got Infinity/],
    ['http', 'fetch', /axios instance or axios defaults/],
    ['http', () => undefined, /axios instance or axios defaults/],
    ['http', [], /axios instance or axios defaults/],
    ['clock', Date.now, /got a function/],
    ['clock', {}, /now|clock/],
    ['random', 0.5, /must be a function/],
  ])('%s: %p', (option, value, message) => {
    const error = attachWith({ [option.split('.')[0]!]: value });
    expect(error).toMatchObject({ code: 'ERR_TOKEN_CONFIG', option, message: expect.stringMatching(message) });
    expect(error.message).toContain(`\`${option}\``);
  });

  test.each([
    ['undefined', undefined],
    ['left out', {}],
  ])('%s is the default', (_what, options) => {
    expect(() => attachToken(instance(), source, options).detach()).not.toThrow();
    const names = [
      'allowedOrigins',
      'allowInsecureHttp',
      'retryRejected',
      'refreshAheadMs',
      'tokenTimeoutMs',
      'tokenRequests',
      'tokenParams',
      'maxKeys',
      'http',
      'clock',
      'random',
    ];
    const undefinedAll = Object.fromEntries(names.map((name) => [name, undefined]));
    expect(() => attachToken(instance(), source, undefinedAll).detach()).not.toThrow();
  });
});

describe('an unknown option: the nearest known one', () => {
  test.each([
    ['allowedOrigin', 'allowedOrigins'],
    ['allowedorigins', 'allowedOrigins'],
    ['retryReject', 'retryRejected'],
    ['tokenTimeout', 'tokenTimeoutMs'],
    ['refreshAhead', 'refreshAheadMs'],
    ['maxkey', 'maxKeys'],
    ['htpp', 'http'],
  ])('%s: did you mean %s?', (name, near) => {
    const error = attachWith({ [name]: 1 });
    expect(error).toMatchObject({
      option: name,
      message: expect.stringContaining(`unknown option \`${name}\`. Did you mean \`${near}\`?`),
    });
  });

  test('inside an option, with its path', () => {
    expect(attachWith({ tokenRequests: { concurency: 2 } }).message).toContain(
      '`tokenRequests.concurency`. Did you mean `tokenRequests.concurrency`?',
    );
  });

  test('far from all: all known ones', () => {
    expect(attachWith({ zzzzzzzzzz: 1 }).message).toMatch(/Known: allowedOrigins, .*random\./);
  });

  test.each(['__proto__', 'constructor', 'toString'])('%s is none either', (name) => {
    const options = JSON.parse(`{"${name}":1}`) as object;
    expect(attachWith(options).option).toBe(name);
  });
});

describe('the arguments', () => {
  test.each([[undefined], [null], ['axios'], [{}], [() => undefined]])('the first as %p', (api) => {
    expect(attachTo(api, source)).toMatchObject({
      option: 'axios',
      message: expect.stringContaining('must be an axios instance'),
    });
  });

  test.each([[undefined], [null], ['https://auth.example.com'], [{}], [{ tokenUrl: 'x' }], [[]]])(
    'the source as %p',
    (given) => {
      expect(attachTo(instance(), given)).toMatchObject({ option: 'source' });
    },
  );

  test.each<[string, object]>([
    ['id', { fetchToken: () => undefined }],
    ['id', { fetchToken: () => undefined, id: '' }],
    ['id', { fetchToken: () => undefined, id: 7 }],
    ['fetchToken', { fetchToken: 'x', id: 'x' }],
    ['fetchToken', { fetchToken: undefined, id: 'x' }],
    ['sendAs', { fetchToken: () => undefined, id: 'x', sendAs: 'bearer' }],
    ['rejectedWhen', { fetchToken: () => undefined, id: 'x', rejectedWhen: 401 }],
    ['reissue', { fetchToken: () => undefined, id: 'x', reissue: 'sometimes' }],
    ['baseURL', { fetchToken: () => undefined, id: 'x', baseURL: 'https://x' }],
    ['rejectedwhen', { fetchToken: () => undefined, id: 'x', rejectedwhen: () => true }],
  ])('a source with a wrong %s', (option, given) => {
    expect(attachTo(instance(), given)).toMatchObject({ option });
  });

  test.each([null, 'x', []])('options as %p', (options) => {
    expect(attachWith(options as never)).toMatchObject({ option: 'options' });
  });
});

describe('another handle as the source', () => {
  test.each(['refreshAheadMs', 'tokenTimeoutMs', 'tokenRequests', 'maxKeys', 'http', 'clock', 'random'])(
    '%s belongs to the first',
    (option) => {
      const values: Record<string, unknown> = {
        tokenRequests: {},
        http: {},
        clock: { now() {}, monotonic() {}, setTimeout() {}, clearTimeout() {} },
        random: () => 0,
      };
      const first = attachToken(instance(), source);
      const error = attachTo(instance(), first, { [option]: values[option] ?? 5 });
      expect(error).toMatchObject({ option, message: expect.stringContaining('set it where that handle was made') });
    },
  );

  test('a closed one is refused', async () => {
    const first = attachToken(instance(), source);
    await first.close();
    expect(attachTo(instance(), first)).toMatchObject({ option: 'source' });
  });
});

test('a message shows the type of a value, never the value', () => {
  for (const options of [
    { allowedOrigins: 'hunter2-secret' },
    { http: 'hunter2-secret' },
    { tokenTimeoutMs: 'hunter2-secret' },
  ]) {
    const error = attachWith(options);
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  }
});

test('a construction that fails leaves no interceptor behind', () => {
  const api = instance();
  attachTo(api, source, { maxKeys: 0 });
  attachTo(api, {});
  expect((api.interceptors.request as unknown as { handlers: unknown[] }).handlers.filter(Boolean)).toEqual([]);
});

describe('getToken() and refresh(): a rejection that names the parameter', () => {
  test.each<[string, object]>([
    ['scope', { scope: 1 }],
    ['scope', { scope: [1] }],
    ['audience', { audience: '' }],
    ['resource', { resource: {} }],
    ['tenant', { tenant: 5 }],
    ['params', { params: 'x' }],
    ['scopes', { scopes: 'a' }],
    ['params', { params: { call: () => 1 } }],
  ])('%s: %p', async (option, request) => {
    const handle = attachToken(instance(), source);
    for (const method of ['getToken', 'refresh'] as const)
      await expect(handle[method](request as never)).rejects.toMatchObject({ code: 'ERR_TOKEN_CONFIG', option });
  });
});

test('on() knows its events', () => {
  const handle = attachToken(instance(), source);
  expect(faultOf(() => handle.on('token:isued' as never, () => undefined)).message).toContain('token:issued');
});
