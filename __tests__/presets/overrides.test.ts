import { bearer, clientSecretPost, lifetime, type TokenSource, unauthorized } from '../../lib/index.js';
import * as presets from '../../lib/presets/index.js';
import { rejection } from '../support/world.js';
import { lenient, parametersOf, rowOf } from './lenient.js';
import { CLIENT, play, sourceOf } from './play.js';
import type { PresetName, Provider } from './provider.js';

// A caller's own options over what a preset says.

const POSTED = { client_id: '{clientId}', client_secret: '{clientSecret}' };
const GRANT = { grant_type: 'client_credentials' };
const BEARER: Provider['sentAs'] = { headers: { authorization: 'Bearer {token}' } };

/** Calls once, through a strict fake that expects the preset's row but for `changes`. */
async function expectPlayed(preset: PresetName, options: object, changes: Partial<Provider> = {}) {
  const row = rowOf(preset);
  const request = { ...row.request, ...changes.request };
  const stage = await play({ ...row, ...changes, request }, { options: options as Record<string, unknown> });
  const { status } = await stage.api.get('/things', { validateStatus: () => true });
  expect(stage.faults).toEqual([]);
  expect({ status, addresses: stage.addresses }).toEqual({ status: 200, addresses: [request.url] });
  return stage;
}

const request = (preset: PresetName, changes: Partial<Provider['request']>): Partial<Provider> => ({
  request: { ...rowOf(preset).request, ...changes },
});

describe('replace what the preset says', () => {
  test.each<[string, PresetName, object, Partial<Provider>]>([
    ['scope', 'healthwise', { scope: 'narrow' }, request('healthwise', { form: { ...GRANT, scope: 'narrow' } })],
    [
      'clientAuth',
      'battleNet',
      { clientAuth: clientSecretPost() },
      { request: { url: 'https://oauth.battle.net/token', basic: undefined as never, form: { ...GRANT, ...POSTED } } },
    ],
    ['sendAs', 'shopify', { sendAs: bearer() }, { sentAs: BEARER }],
    [
      'tokenUrl',
      'auth0',
      { tokenUrl: 'https://login.acme.test/token' },
      request('auth0', { url: 'https://login.acme.test/token' }),
    ],
  ])('%s', async (_option, preset, options, changes) => {
    await expectPlayed(preset, options, changes);
  });

  test('tokenUrl: the parts of the address are not needed then, nor looked at', async () => {
    const tokenUrl = 'https://login.acme.test/token';
    await expectPlayed('auth0', { tokenUrl, domain: undefined }, request('auth0', { url: tokenUrl }));
    await expectPlayed('auth0', { tokenUrl, domain: 'no host/at all' }, request('auth0', { url: tokenUrl }));
  });

  test('tokenUrl as a function', async () => {
    const tokenUrl = 'https://login.acme.test/token';
    await expectPlayed(
      'auth0',
      { tokenUrl: async () => Promise.resolve(tokenUrl) },
      request('auth0', { url: tokenUrl }),
    );
  });

  test('rejectedWhen', async () => {
    const { api, endpoint, live } = await expectPlayed('safaricomDaraja', { rejectedWhen: unauthorized() });
    live.clear();
    expect(await rejection(api.get('/things'))).toMatchObject({ response: { status: 404 } });
    expect(endpoint.requests).toHaveLength(1);
  });

  test('reissue', () => {
    expect(sourceOf(rowOf('wso2'), { reissue: 'replaces' }).reissue).toBe('replaces');
  });

  test.each<PresetName>(['salesforce', 'salesforceMarketingCloud', 'zoho'])('baseURL: %s', (preset) => {
    const source = sourceOf(rowOf(preset), { baseURL: () => 'https://desk.acme.test' });
    expect(source.baseURL?.({ response: {} } as never)).toBe('https://desk.acme.test');
  });
});

describe('undefined leaves it', () => {
  const ALL = [
    'tokenUrl',
    'clientAuth',
    'audience',
    'params',
    'request',
    'response',
    'sendAs',
    'rejectedWhen',
    'reissue',
    'baseURL',
    'dangerouslyAllowBrowser',
  ];

  test.each<[PresetName, ...string[]]>([
    ['healthwise', 'scope'],
    ['hcp'],
    ['vimeo'],
    ['marketo'],
    ['wechat'],
    ['shopify', 'scope', 'resource'],
    ['walmart', 'scope', 'resource'],
    ['mtnMomo', 'scope', 'resource'],
    ['salesforceMarketingCloud', 'scope', 'resource'],
    ['googleMetadata', 'clientId', 'scope', 'resource'],
    ['ibmCloud', 'clientId', 'clientSecret', 'scope', 'resource'],
    ['azureImds', 'clientId', 'scope'],
    ['googleServiceAccount', 'clientId', 'resource'],
    ['fedEx', 'childKey', 'childSecret', 'sandbox'],
  ])('%s', async (preset, ...more) => {
    const options = Object.fromEntries([...ALL, ...more].map((option) => [option, undefined]));
    const { api, live } = await expectPlayed(preset, options);
    live.clear();
    expect(await api.get('/things')).toMatchObject({ status: 200 }); // rejected in the provider's own way, and sent again
  });

  test.each<[PresetName, string[]]>([
    ['okta', ['authorizationServerId']],
    ['entraId', ['authorityHost']],
    ['entraIdV1', ['authorityHost']],
    ['feishu', ['domain']],
    ['googleMetadata', ['serviceAccount']],
    ['azureImds', ['clientId', 'objectId', 'msiResId']],
    ['amadeus', ['hostname']],
    ['payPal', ['sandbox']],
    ['ebay', ['sandbox']],
    ['safaricomDaraja', ['sandbox']],
    ['auth0', ['organization']],
  ])("a provider's own name, where there is a default: %s", async (preset, names) => {
    await expectPlayed(preset, Object.fromEntries(names.map((name) => [name, undefined])));
  });
});

describe('`params`, `request` and `response` merge one level deep', () => {
  const dadi = { clientId: '{clientId}', secret: '{clientSecret}' };

  test.each<[string, PresetName, object, Partial<Provider['request']>]>([
    [
      'params: what is not named stays',
      'zoom',
      { params: { index: 1 } },
      { query: { grant_type: 'account_credentials', account_id: 'acme-account', index: '1' } },
    ],
    [
      'params: what is named is replaced',
      'zoom',
      { params: { account_id: 'other' } },
      { query: { grant_type: 'account_credentials', account_id: 'other' } },
    ],
    [
      'params: one that is undefined is left out',
      'cloudFoundryUaa',
      { params: { response_type: undefined } },
      { form: { ...GRANT, ...POSTED } },
    ],
    [
      'params, where the preset has none: a lifetime for healthwise, in seconds',
      'healthwise',
      { params: { expiration: 86_400 } },
      { form: { ...GRANT, scope: '*', expiration: '86400' } },
    ],
    [
      'request: what is not named stays',
      'dadi',
      { request: { query: { v: 1 }, headers: { 'X-A': 'b' } } },
      { query: { v: '1' }, headers: { 'x-a': 'b' }, json: dadi },
    ],
    [
      'request: what is named is replaced',
      'dadi',
      { request: { grantType: 'client_credentials' } },
      { json: { ...dadi, ...GRANT } },
    ],
    [
      'request, and not deeper: names given anew are all the names',
      'dadi',
      { request: { names: { clientId: 'app' } } },
      { json: { app: '{clientId}', client_secret: '{clientSecret}' } },
    ],
    [
      'request, and not deeper: headers given anew are all the headers',
      'vimeo',
      { request: { headers: { 'X-A': 'b' } } },
      { headers: { 'x-a': 'b' } },
    ],
  ])('%s', async (_what, preset, options, changes) => {
    await expectPlayed(preset, options, request(preset, changes));
  });

  test('response: the life is replaced; where token and error are stays', async () => {
    const options = { response: { expiry: lifetime(60_000) } };
    const { auth } = await expectPlayed('feishu', options);
    const { issuedAt, expiresAt } = await auth.getToken();
    expect(expiresAt! - issuedAt).toBe(60_000);
    const { tells, ...tokenAnswer } = rowOf('feishu').error;
    const { api } = await play(rowOf('feishu'), { options, tokenAnswer });
    expect(await rejection(api.get('/things'))).toMatchObject({ name: 'TokenEndpointError', ...tells });
  });

  test('response: the place of the token is replaced; where the life is stays', async () => {
    const { auth } = await expectPlayed(
      'dadi',
      { response: { token: 'data.key' } },
      { answer: { body: { data: { key: '{token}' }, expiresIn: 60 } } },
    );
    const { issuedAt, expiresAt } = await auth.getToken();
    expect(expiresAt! - issuedAt).toBe(60_000);
  });

  test.each<[PresetName, object]>([
    ['dadi', { request: { format: undefined, names: undefined, grantType: undefined } }],
    ['dadi', { response: { token: undefined, expiry: undefined } }],
    ['googleMetadata', { request: { method: undefined, headers: undefined, metadataService: undefined } }],
  ])('an inner option that is undefined leaves what the preset says: %s, %j', async (preset, options) => {
    await expectPlayed(preset, options);
  });
});

test('params of one request join those of the preset', async () => {
  const { auth, endpoint } = await lenient(presets.zoom({ ...CLIENT, accountId: 'acme' }));
  await auth.getToken({ params: { index: 2 } });
  expect(parametersOf(endpoint.requests[0]!)).toEqual({
    grant_type: 'account_credentials',
    account_id: 'acme',
    index: '2',
  });
});

describe('what is wrong is said at construction', () => {
  const make =
    (preset: PresetName, options: object): (() => TokenSource) =>
    () =>
      sourceOf(rowOf(preset), { ...options });

  test.each<[PresetName, object, string]>([
    ['pokitdok', { scopes: 'x' }, 'Did you mean `scope`?'],
    ['auth0', { organisation: 'x' }, 'organisation'],
    ['entraId', { request: { formt: 'json' } }, 'Did you mean'],
    ['okta', { response: { expires: lifetime(1000) } }, 'expires'],
  ])('misspelt: %s, %j', (preset, options, hint) => {
    expect(make(preset, options)).toThrow(expect.objectContaining({ name: 'TokenConfigError' }));
    expect(make(preset, options)).toThrow(hint);
  });

  test('dadi has no address of its own: without tokenUrl a TokenConfigError that names it', () => {
    expect(() => presets.dadi({ ...CLIENT } as never)).toThrow(
      expect.objectContaining({ name: 'TokenConfigError', option: 'tokenUrl' }),
    );
  });

  test.each([
    ['http://api.example.com:80/token', 'http://api.example.com/token'],
    ['https://api.example.com:443/token', 'https://api.example.com/token'],
    ['https://api.example.com:8443/token', 'https://api.example.com:8443/token'],
  ])("dadi takes the address of one's own API: %s", (tokenUrl, expected) => {
    expect(presets.dadi({ ...CLIENT, tokenUrl }).id).toContain(`"${expected}"`);
  });
});
