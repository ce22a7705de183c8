import axios, { AxiosHeaders, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { bearer, header, queryParameter, TokenConfigError, type TokenPlacement } from '../../lib/index.js';
import { hasOwnCredentials } from '../../lib/interceptor/placement.js';
import { createToken } from '../../lib/token.js';
import { fakeServer, type Received } from '../support/fake-server.js';
import { attach, record } from '../support/world.js';

const token = createToken({ accessToken: 'abc', issuedAt: 0 });

const config = (own: object = {}): InternalAxiosRequestConfig =>
  ({
    ...own,
    headers: AxiosHeaders.from((own as { headers?: object }).headers as never),
  }) as InternalAxiosRequestConfig;

describe('what is written', () => {
  test.each([
    ['bearer()', bearer(), 'Authorization', 'Bearer abc'],
    ['header(name)', header('X-Api-Token'), 'X-Api-Token', 'abc'],
    [
      'header(name, { scheme })',
      header('Authorization', { scheme: 'Zoho-oauthtoken' }),
      'Authorization',
      'Zoho-oauthtoken abc',
    ],
  ])('%s: one header', (_name, place, name, value) => {
    const request = config();
    void place(request, token);
    expect(request.headers.toJSON()).toEqual({ [name]: value });
    expect(place.header).toBe(name);
  });

  test.each([
    ['no parameters', undefined, { access_token: 'abc' }],
    ['an object', { page: 1 }, { page: 1, access_token: 'abc' }],
  ])('queryParameter() beside %s', (_name, params, expected) => {
    const request = config({ params });
    void queryParameter('access_token')(request, token);
    expect(request.params).toEqual(expected);
  });

  test("queryParameter() beside URLSearchParams, and the caller's own object is left alone", () => {
    const params = new URLSearchParams({ page: '1' });
    const request = config({ params });
    void queryParameter('t')(request, token);
    expect(String(request.params)).toBe('page=1&t=abc');
    expect(String(params)).toBe('page=1');
  });
});

describe("the caller's own value wins", () => {
  const all: [string, TokenPlacement, object, boolean][] = [
    ['nothing of his own', bearer(), {}, false],
    ['Authorization', bearer(), { headers: { Authorization: 'Mine' } }, true],
    ['authorization, in any case', bearer(), { headers: { authorization: 'Mine' } }, true],
    ['Authorization: null', bearer(), { headers: { Authorization: null } }, true],
    ['Authorization: false', bearer(), { headers: { Authorization: false } }, true],
    ['Authorization: undefined', bearer(), { headers: { Authorization: undefined } }, false],
    ['config.auth', bearer(), { auth: { username: 'u', password: 'p' } }, true],
    ['userinfo in the URL', bearer(), { url: 'https://u:p@api.example.com/x' }, true],
    ['userinfo in the base URL', bearer(), { baseURL: 'https://u:p@api.example.com' }, true],
    ['an @ in the path', bearer(), { url: '/users/@me', baseURL: 'https://api.example.com' }, false],
    ['an @ in the query', bearer(), { url: 'https://api.example.com/?mail=a@b' }, false],
    ['another header', bearer(), { headers: { 'X-Token': 'Mine' } }, false],
    [
      'config.auth, where the token goes elsewhere',
      header('X-Token'),
      { auth: { username: 'u', password: 'p' } },
      false,
    ],
    ['Authorization, where the token goes elsewhere', header('X-Token'), { headers: { Authorization: 'Mine' } }, false],
    ['the header itself', header('X-Token'), { headers: { 'x-token': 'Mine' } }, true],
    ['the parameter', queryParameter('t'), { params: { t: 'mine' } }, true],
    ['the parameter as null', queryParameter('t'), { params: { t: null } }, true],
    ['the parameter in URLSearchParams', queryParameter('t'), { params: new URLSearchParams('t=') }, true],
    ['the parameter in the URL', queryParameter('t'), { url: '/x?a=1&t=mine#frag' }, true],
    ['the name in the fragment only', queryParameter('t'), { url: '/x#?t=mine' }, false],
    ['the name in the path only', queryParameter('t'), { url: '/t=1' }, false],
    [
      'Authorization, where the token is a parameter',
      queryParameter('t'),
      { headers: { Authorization: 'Mine' } },
      false,
    ],
    ['anything, where a function says nothing of its place', () => {}, { headers: { Authorization: 'Mine' } }, false],
  ];
  test.each(all)('%s', (_what, placement, own, wins) => {
    expect(hasOwnCredentials(config(own), placement)).toBe(wins);
  });

  const sent = async (
    own: AxiosRequestConfig,
    sendAs?: TokenPlacement,
  ): Promise<{ request: Received; skipped: unknown[] }> => {
    const server = await fakeServer();
    const api = axios.create({ baseURL: server.url, proxy: false });
    const fetchToken = jest.fn(() => Promise.resolve({ accessToken: 'abc' }));
    const events = record(attach(api, { id: 'x', fetchToken, sendAs }));
    await api.get('/x', own);
    expect(fetchToken).toHaveBeenCalledTimes(0);
    return { request: server.requests[0]!, skipped: events.of('request:skipped') };
  };

  test.each([
    ['a header', { headers: { Authorization: 'Mine' } }, 'Mine'],
    ['null', { headers: { Authorization: null } }, undefined],
    ['config.auth', { auth: { username: 'u', password: 'p' } }, 'Basic dTpw'],
  ])('%s goes out as it is, no token is asked for, and an event says so', async (_what, own, expected) => {
    const { request, skipped } = await sent(own);
    expect(request.headers.authorization).toBe(expected);
    expect(skipped).toMatchObject([{ method: 'GET', reason: 'own-credentials' }]);
  });

  test('a parameter goes out as it is', async () => {
    const { request } = await sent({ params: { t: 'mine' } }, queryParameter('t'));
    expect(request.target).toBe('/x?t=mine');
  });

  test('token: false sends nothing, asks for nothing', async () => {
    const { request, skipped } = await sent({ token: false });
    expect(request.headers.authorization).toBeUndefined();
    expect(skipped).toMatchObject([{ method: 'GET', reason: 'token-false' }]);
  });
});

test.each([
  ['a header name with a space', () => header('X Token')],
  ['an empty header name', () => header('')],
  ['a header name that is none', () => header(undefined as never)],
  ['a line break in a header name', () => header('X\r\nY')],
  ['a scheme with a space', () => header('X', { scheme: 'a b' })],
  ['an empty scheme', () => header('X', { scheme: '' })],
  ['an empty parameter name', () => queryParameter('')],
  ['a parameter name that is none', () => queryParameter(1 as never)],
])('%s is a TokenConfigError', (_what, make) => {
  expect(make).toThrow(TokenConfigError);
});
