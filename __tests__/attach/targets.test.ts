import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import {
  attachToken,
  clientCredentials,
  header,
  queryParameter,
  TokenConfigError,
  type AttachTokenOptions,
  type TokenSource,
} from '../../lib/index.js';

// What the instance brings along: where tokens may go, and what would win over them.

const fetchToken = (): Promise<never> => Promise.reject(new Error('never asked'));
const plain: TokenSource = { id: 'x', fetchToken };

function faultOf(
  api: AxiosInstance,
  source: TokenSource = plain,
  options: AttachTokenOptions = {},
): TokenConfigError | undefined {
  try {
    attachToken(api, source, options).detach();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(TokenConfigError);
    return error as TokenConfigError;
  }
}

describe('something must say where tokens may go', () => {
  test.each([undefined, ''])('base URL %p and no allowedOrigins', (baseURL) => {
    expect(faultOf(axios.create(baseURL === undefined ? {} : { baseURL }))).toMatchObject({
      option: 'allowedOrigins',
      message: expect.stringMatching(/Set `baseURL` on the instance before attaching, or give `allowedOrigins`/),
    });
  });

  test.each<[string, CreateAxiosDefaults, Partial<TokenSource>, AttachTokenOptions]>([
    ['a base URL', { baseURL: 'https://api.example.com' }, {}, {}],
    ['a list', {}, {}, { allowedOrigins: ['https://api.example.com'] }],
    ['a function', {}, {}, { allowedOrigins: () => false }],
    ['a source with a base URL of its own', {}, { baseURL: () => 'https://pod.example' }, {}],
  ])('%s does', (_what, defaults, source, options) => {
    expect(faultOf(axios.create(defaults), { ...plain, ...source }, options)).toBeUndefined();
  });
});

describe('plain http that can be seen at once', () => {
  const post = (tokenUrl: string): TokenSource =>
    clientCredentials({ tokenUrl, clientId: 'id', clientSecret: 'hunter2-secret' });
  const http = 'http://internal.example';

  test.each<[string, string, CreateAxiosDefaults, TokenSource, AttachTokenOptions]>([
    ['baseURL', 'Tokens', { baseURL: `${http}/v1?key=hunter2` }, plain, {}],
    ['allowedOrigins', 'Tokens', {}, plain, { allowedOrigins: ['https://api.example.com', http] }],
    ['tokenUrl', 'Credentials', { baseURL: 'https://api.example.com' }, post(`${http}/token?key=hunter2`), {}],
  ])('%s: refused, unless allowInsecureHttp', (option, what, defaults, source, options) => {
    const error = faultOf(axios.create(defaults), source, options);
    expect(error).toMatchObject({
      option,
      message: expect.stringMatching(
        new RegExp(`${what} would travel over plain http to ${http}.*allowInsecureHttp: true`),
      ),
    });
    expect(error?.message).not.toContain('hunter2');
    expect(faultOf(axios.create(defaults), source, { ...options, allowInsecureHttp: true })).toBeUndefined();
  });

  test.each(['http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080', 'http://app.localhost'])(
    '%s is this machine',
    (baseURL) => {
      expect(faultOf(axios.create({ baseURL }), post(`${baseURL}/token`))).toBeUndefined();
    },
  );

  test('with allowedOrigins the base URL carries no tokens, and may be what it is', () => {
    expect(
      faultOf(axios.create({ baseURL: http }), plain, { allowedOrigins: ['https://api.example.com'] }),
    ).toBeUndefined();
  });
});

describe('defaults that would win over every token, silently', () => {
  const own: [string, (api: AxiosInstance) => void, TokenSource, string][] = [
    [
      'headers.common',
      (api) => (api.defaults.headers.common.Authorization = 'x'),
      plain,
      'defaults.headers.common.Authorization',
    ],
    [
      'headers.common in lower case',
      (api) => (api.defaults.headers.common.authorization = 'x'),
      plain,
      'defaults.headers.common.authorization',
    ],
    [
      'headers.common as null',
      (api) => (api.defaults.headers.common.Authorization = null),
      plain,
      'defaults.headers.common.Authorization',
    ],
    [
      'headers.get',
      (api) => (api.defaults.headers.get.Authorization = 'x'),
      plain,
      'defaults.headers.get.Authorization',
    ],
    [
      'headers themselves',
      (api) => (api.defaults.headers.Authorization = 'x'),
      plain,
      'defaults.headers.Authorization',
    ],
    ['auth', (api) => (api.defaults.auth = { username: 'u', password: 'hunter2' }), plain, 'defaults.auth'],
    [
      'userinfo in the base URL',
      (api) => (api.defaults.baseURL = 'https://u:hunter2@api.example.com'),
      plain,
      'defaults.baseURL',
    ],
    [
      'the header of the placement',
      (api) => (api.defaults.headers.common['x-token'] = 'hunter2'),
      { ...plain, sendAs: header('X-Token') },
      'defaults.headers.common.x-token',
    ],
    [
      'the parameter of the placement',
      (api) => (api.defaults.params = { t: 'hunter2' }),
      { ...plain, sendAs: queryParameter('t') },
      'defaults.params.t',
    ],
    [
      'the parameter in URLSearchParams',
      (api) => (api.defaults.params = new URLSearchParams('t=hunter2')),
      { ...plain, sendAs: queryParameter('t') },
      'defaults.params.t',
    ],
  ];
  test.each(own)('%s', (_what, spoil, source, where) => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    spoil(api);
    const error = faultOf(api, source);
    expect(error).toMatchObject({ option: where, message: expect.stringMatching(/Remove it\.$/) });
    expect(error?.message).not.toContain('hunter2');
  });

  test.each<[string, (api: AxiosInstance) => void, TokenSource]>([
    [
      'Authorization, where the token is elsewhere',
      (api) => (api.defaults.headers.common.Authorization = 'x'),
      { ...plain, sendAs: header('X-Token') },
    ],
    [
      'auth, where the token is elsewhere',
      (api) => (api.defaults.auth = { username: 'u', password: 'p' }),
      { ...plain, sendAs: queryParameter('t') },
    ],
    ['undefined', (api) => Object.assign(api.defaults.headers.common, { Authorization: undefined }), plain],
    ['other parameters', (api) => (api.defaults.params = { page: 1 }), { ...plain, sendAs: queryParameter('t') }],
  ])('%s is no hindrance', (_what, spoil, source) => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    spoil(api);
    expect(faultOf(api, source)).toBeUndefined();
  });
});

test('`http` that is the attached instance, the static axios too, is refused', () => {
  const api = axios.create({ baseURL: 'https://api.example.com' });
  expect(faultOf(api, plain, { http: api })).toMatchObject({
    option: 'http',
    message: expect.stringContaining('must not be the attached instance'),
  });
  expect(
    faultOf(axios as unknown as AxiosInstance, plain, { http: axios, allowedOrigins: ['https://api.example.com'] }),
  ).toMatchObject({ option: 'http' });
  expect(faultOf(api, plain, { http: axios.create() })).toBeUndefined();
});

test.each(['tokenUrl', 'issuer', 'revocationUrl'])(
  'a plain http `%s` is refused when it is attached, not when it is used',
  (option) => {
    const at = option === 'revocationUrl' ? { tokenUrl: 'https://auth.example.com/token' } : {};
    const source = clientCredentials({
      ...at,
      clientId: 'me',
      clientSecret: 'shhh',
      [option]: 'http://auth.example.com/x',
    });
    const api = axios.create({ baseURL: 'https://api.example.com' });
    expect(faultOf(api, source)).toMatchObject({
      option,
      message: expect.stringMatching(/^attachToken: Credentials would travel over plain http/),
    });
    attachToken(api, source, { allowInsecureHttp: true }).detach();
  },
);
