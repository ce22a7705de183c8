import type { AxiosRequestConfig } from 'axios';
import { bearer, header, type TokenSource } from '../../lib/index.js';
import * as presets from '../../lib/presets/index.js';
import { expectHidden } from '../security/shown.js';
import { fakeServer } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { lenient, parametersOf, rowOf } from './lenient.js';
import { CLIENT, play, sourceOf } from './play.js';
import type { Answer, PresetName, Provider } from './provider.js';
import { providers } from './providers.js';

// What a preset can do beside what its row shows: each own option, each way to be rejected, each kind of error.

const POSTED = { client_id: '{clientId}', client_secret: '{clientSecret}' };
const GRANT = { grant_type: 'client_credentials' };
const BEARER: Provider['sentAs'] = { headers: { authorization: 'Bearer {token}' } };
const APIKEY = 'urn:ibm:params:oauth:grant-type:apikey';

interface Variant {
  preset: PresetName;
  what: string;
  /** Over those of the row. */
  options: Record<string, unknown>;
  /** Over what the row expects. */
  request?: Partial<Provider['request']>;
  credentials?: Provider['credentials'];
  sentAs?: Provider['sentAs'];
  /** Headers that the API request must not have. */
  absent?: string[];
}

const imds = { 'api-version': '2018-02-01', resource: 'https://management.azure.com/' };
const google = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts';
const sfmc = { ...GRANT, ...POSTED };

const variants: Variant[] = [
  {
    preset: 'adobeIms',
    what: 'one scope as a text, no organization',
    options: { scope: 'openid', orgId: undefined },
    request: { form: { ...GRANT, ...POSTED, scope: 'openid' } },
    sentAs: { headers: { authorization: 'Bearer {token}', 'x-api-key': '{clientId}' } },
    absent: ['x-gw-ims-org-id'],
  },
  {
    preset: 'amadeus',
    what: 'production',
    options: { hostname: 'production' },
    request: { url: 'https://api.amadeus.com/v1/security/oauth2/token' },
  },
  {
    preset: 'amadeus',
    what: 'test, by its name',
    options: { hostname: 'test' },
    request: { url: 'https://test.api.amadeus.com/v1/security/oauth2/token' },
  },
  {
    preset: 'amazonSpApi',
    what: 'grantless: a scope of the source, no seller',
    options: { refreshToken: undefined, scope: 'sellingpartnerapi::notifications' },
    request: { form: { ...GRANT, scope: 'sellingpartnerapi::notifications', ...POSTED } },
  },
  {
    preset: 'amazonSpApi',
    what: 'a scope of the source beside a seller: grantless, and the refresh token stays here',
    options: { scope: 'sellingpartnerapi::notifications' },
    request: { form: { ...GRANT, scope: 'sellingpartnerapi::notifications', ...POSTED } },
  },
  {
    preset: 'apigee',
    what: 'a proxy that wants the grant type in the body',
    options: { request: { grantType: 'client_credentials', query: {} } },
    request: { query: {}, form: GRANT },
  },
  {
    preset: 'auth0',
    what: 'an organization',
    options: { organization: 'org_1' },
    request: { json: { ...GRANT, ...POSTED, audience: 'https://api.acme.test/', organization: 'org_1' } },
  },
  {
    preset: 'azureAppService',
    what: 'the system-assigned identity',
    options: {},
    credentials: 'none',
    request: { query: { 'api-version': '2019-08-01', resource: 'https://vault.azure.net' } },
  },
  {
    preset: 'azureImds',
    what: 'clientId',
    options: {},
    credentials: 'clientId',
    request: { query: { ...imds, client_id: '{clientId}' } },
  },
  {
    preset: 'azureImds',
    what: 'objectId',
    options: { objectId: 'object-1' },
    request: { query: { ...imds, object_id: 'object-1' } },
  },
  {
    preset: 'azureImds',
    what: 'msiResId',
    options: { msiResId: '/subscriptions/1/x' },
    request: { query: { ...imds, msi_res_id: '/subscriptions/1/x' } },
  },
  {
    preset: 'box',
    what: 'a user',
    options: { boxSubjectType: 'user', boxSubjectId: '7' },
    request: { form: { ...GRANT, ...POSTED, box_subject_type: 'user', box_subject_id: '7' } },
  },
  {
    preset: 'crowdStrike',
    what: 'the first cloud',
    options: { cloud: undefined },
    request: { url: 'https://api.crowdstrike.com/oauth2/token' },
  },
  {
    preset: 'ebay',
    what: 'sandbox',
    options: { sandbox: true },
    request: { url: 'https://api.sandbox.ebay.com/identity/v1/oauth2/token' },
  },
  {
    preset: 'ebay',
    what: 'several scopes',
    options: { scope: ['a', 'b'] },
    request: { form: { ...GRANT, scope: 'a b' } },
  },
  {
    preset: 'entraId',
    what: 'a national cloud',
    options: { authorityHost: 'login.microsoftonline.us' },
    request: { url: 'https://login.microsoftonline.us/acme.onmicrosoft.com/oauth2/v2.0/token' },
  },
  {
    preset: 'entraIdV1',
    what: 'a national cloud',
    options: { authorityHost: 'login.partner.microsoftonline.cn' },
    request: { url: 'https://login.partner.microsoftonline.cn/acme.onmicrosoft.com/oauth2/token' },
  },
  {
    preset: 'fedEx',
    what: 'sandbox',
    options: { sandbox: true },
    request: { url: 'https://apis-sandbox.fedex.com/oauth/token' },
  },
  {
    preset: 'fedEx',
    what: 'a partner, with the key and the secret of a customer',
    options: { childKey: 'key-7', childSecret: 'secret-7', request: { grantType: 'csp_credentials' } },
    request: { form: { grant_type: 'csp_credentials', ...POSTED, child_Key: 'key-7', child_secret: 'secret-7' } },
  },
  {
    preset: 'feishu',
    what: 'Lark',
    options: { domain: 'open.larksuite.com' },
    request: { url: 'https://open.larksuite.com/open-apis/auth/v3/tenant_access_token/internal' },
  },
  {
    preset: 'googleMetadata',
    what: 'no scopes',
    options: { scopes: undefined },
    request: { query: {} },
  },
  {
    preset: 'googleMetadata',
    what: 'another service account, one scope',
    options: { serviceAccount: 'reader@acme.iam.gserviceaccount.com', scopes: 'a' },
    request: { url: `${google}/reader%40acme.iam.gserviceaccount.com/token`, query: { scopes: 'a' } },
  },
  {
    preset: 'googleMetadata',
    what: 'a list of scopes by their standard name',
    options: { scopes: undefined, scope: ['a', 'b'] },
    request: { query: { scopes: 'a,b' } },
  },
  {
    preset: 'ibmCloud',
    what: 'a clientId is not sent',
    options: { clientId: 'service-7' },
    request: { form: { grant_type: APIKEY, response_type: 'cloud_iam', apikey: '{clientSecret}' } },
  },
  {
    preset: 'infobip',
    what: 'the whole of the base URL',
    options: { baseUrl: 'https://acme1.api.infobip.com/' },
    request: { url: 'https://acme1.api.infobip.com/auth/1/oauth2/token' },
  },
  {
    preset: 'mtnMomo',
    what: 'another product',
    options: { product: 'disbursement' },
    request: { url: 'https://proxy.momoapi.mtn.com/disbursement/token/' },
  },
  {
    preset: 'okta',
    what: 'another authorization server',
    options: { authorizationServerId: 'aus9x', scope: ['a', 'b'] },
    request: { url: 'https://acme.okta.com/oauth2/aus9x/v1/token', form: { ...GRANT, scope: 'a b' } },
  },
  {
    preset: 'payPal',
    what: 'sandbox',
    options: { sandbox: true },
    request: { url: 'https://api-m.sandbox.paypal.com/v1/oauth2/token' },
  },
  {
    preset: 'payPal',
    what: 'sandbox: false',
    options: { sandbox: false },
    request: { url: 'https://api-m.paypal.com/v1/oauth2/token' },
  },
  {
    preset: 'safaricomDaraja',
    what: 'sandbox',
    options: { sandbox: true },
    request: { url: 'https://sandbox.safaricom.co.ke/oauth/v1/generate' },
  },
  {
    preset: 'salesforce',
    what: 'a sandbox',
    options: { domain: 'acme--test.sandbox' },
    request: { url: 'https://acme--test.sandbox.my.salesforce.com/services/oauth2/token' },
  },
  {
    preset: 'salesforceMarketingCloud',
    what: 'no accountId',
    options: { accountId: undefined },
    request: { json: sfmc },
  },
  {
    preset: 'salesforceMarketingCloud',
    what: 'accountId as a number',
    options: { accountId: 12_345 },
    request: { json: { ...sfmc, account_id: 12_345 } },
  },
  {
    preset: 'sophos',
    what: 'no id',
    options: { tenantId: undefined },
    sentAs: BEARER,
    absent: ['x-tenant-id', 'x-partner-id', 'x-organization-id'],
  },
  {
    preset: 'sophos',
    what: 'partner and organization',
    options: { tenantId: undefined, partnerId: 'p-1', organizationId: 'o-1' },
    sentAs: { headers: { authorization: 'Bearer {token}', 'x-partner-id': 'p-1', 'x-organization-id': 'o-1' } },
    absent: ['x-tenant-id'],
  },
  { preset: 'twilio', what: 'no accountSid', options: { accountSid: undefined }, request: { query: {} } },
  {
    preset: 'ups',
    what: 'sandbox, no merchantId',
    options: { sandbox: true, merchantId: undefined },
    request: { url: 'https://wwwcie.ups.com/security/v1/oauth/token', headers: {} },
  },
  {
    preset: 'wso2',
    what: 'the life that the application is set to',
    options: { validityPeriod: undefined, scope: undefined },
    request: { form: GRANT },
  },
  {
    preset: 'wso2',
    what: 'the endpoint of an older version',
    options: { tokenUrl: 'https://apim.acme.test:8243/token' },
    request: { url: 'https://apim.acme.test:8243/token' },
  },
  { preset: 'xsuaa', what: 'no zoneId', options: { zoneId: undefined }, request: { headers: {} } },
  {
    preset: 'zoho',
    what: 'the default data centre',
    options: { dc: undefined },
    request: { url: 'https://accounts.zoho.com/oauth/v2/token' },
  },
  {
    preset: 'zoho',
    what: 'a data centre with two labels, scopes as a list',
    options: { dc: 'com.au', scope: ['a', 'b'] },
    request: {
      url: 'https://accounts.zoho.com.au/oauth/v2/token',
      form: { grant_type: 'refresh_token', refresh_token: '{clientSecret}-r', scope: 'a,b', ...POSTED },
    },
  },
];

function varied({ preset, options, request, credentials, sentAs }: Variant): Provider {
  const row = rowOf(preset);
  return {
    ...row,
    options: { ...row.options, ...options },
    request: { ...row.request, ...request },
    ...(credentials && { credentials }),
    ...(sentAs && { sentAs }),
  };
}

test.each(variants.map((one) => [one.preset, one.what, one] as const))('%s, %s', async (_preset, _what, variant) => {
  const row = varied(variant);
  const { api, upstream, addresses, faults } = await play(row);
  const { status } = await api.get('/things', { validateStatus: () => true });
  expect(faults).toEqual([]);
  expect({ status, addresses }).toEqual({ status: 200, addresses: [row.request.url] });
  const names = Object.keys(upstream.requests[0]!.headers);
  expect(names.filter((name) => variant.absent?.includes(name))).toEqual([]);
});

describe('the id of a source', () => {
  const secrets = [CLIENT.clientSecret, `${CLIENT.clientId}:${CLIENT.clientSecret}`, 'secret-7', 'acme-collection-key'];

  test.each([
    ...providers.map((row) => [row.preset, 'its row', row] as const),
    ...variants.map((one) => [one.preset, one.what, varied(one)] as const),
  ])('holds no secret: %s, %s', (_preset, _what, row) => {
    const { id } = sourceOf(row);
    expectHidden(id, secrets);
    expect(id).not.toContain('PRIVATE KEY');
  });
});

// An API rejects the token, beside the way that the row shows.

const PAGE = '<!doctype html><html><body><p>Invalid access token.</p></body></html>';
const html = { 'content-type': 'text/html;charset=utf-8' };
const binary: AxiosRequestConfig = { responseType: 'arraybuffer' };
const expired = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];
const marketo = (code: unknown): Answer => ({ body: { success: false, errors: [{ code, message: 'x' }] } });

test.each<[PresetName, string, Answer, AxiosRequestConfig?]>([
  ['amazonSpApi', '401', { status: 401, body: { errors: [{ code: 'Unauthorized' }] } }],
  ['amazonSpApi', '403, in binary', rowOf('amazonSpApi').rejection, binary],
  ['baidu', '111', { body: { error_code: 111, error_msg: 'Access token expired' } }],
  ['baidu', '110 as a text', { body: { error_code: '110' } }],
  ['baidu', '111, in binary', { body: { error_code: 111 } }, binary],
  ['databricks', '401', { status: 401 }],
  ['databricks', '403 with an error page', { status: 403, headers: html, body: PAGE }],
  ['databricks', '403 with an error page, in binary', { status: 403, headers: html, body: PAGE }, binary],
  ['databricks', '403, in binary', rowOf('databricks').rejection, binary],
  ['databricks', '403, as text', rowOf('databricks').rejection, { responseType: 'text' }],
  ['dingTalk', '401', { status: 401 }],
  ['dingTalkClassic', '42001', { body: { errcode: 42_001 } }],
  ['dingTalkClassic', '88 with sub_code 40014', { body: { errcode: 88, sub_code: '40014' } }],
  ['dingTalkClassic', '88 with sub_code 42001', { body: { errcode: 88, sub_code: 42_001 } }],
  ['feishu', '401', { status: 401 }],
  ['feishu', 'its code with 200', { body: { code: 99_991_663 } }],
  ['marketo', '601 as a number', marketo(601)],
  ['marketo', '601 as a text', marketo('601')],
  ['marketo', '602, in binary', marketo('602'), binary],
  ['marketo', '401', { status: 401 }],
  ['safaricomDaraja', '401', { status: 401 }],
  ['salesforce', '401', { status: 401, body: expired }],
  ['salesforce', '401 without a body', { status: 401 }],
  ['salesforce', '500', { status: 500, body: expired }],
  ['salesforce', '403, in binary', { status: 403, body: expired }, binary],
  ['tiktok', '401 without a code', { status: 401 }],
  ['usps', '401 without a body', { status: 401 }],
  ['wechat', '40014', { body: { errcode: 40_014 } }],
  ['wechat', '42001', { body: { errcode: 42_001 } }],
  ['wechatStableToken', '40001', { body: { errcode: 40_001 } }],
  ['wechatStableToken', '40014', { body: { errcode: 40_014 } }],
  ['weCom', '42001', { body: { errcode: 42_001 } }],
  ['zoho', '401 of another kind', { status: 401, body: { code: 'AUTHENTICATION_FAILURE' } }],
])('rejected: %s by %s', async (preset, _what, answer, config = {}) => {
  const { api, endpoint, upstream, faults, live } = await play({ ...rowOf(preset), rejection: answer });
  await api.get('/things', config);
  live.clear();
  expect(await api.get('/things', config)).toMatchObject({ status: 200 });
  expect(faults).toEqual([]);
  expect([endpoint.requests.length, upstream.requests.length]).toEqual([2, 3]);
});

test.each<[PresetName, string, Answer, AxiosRequestConfig?]>([
  ['amazonSpApi', 'Unauthorized with 400', { status: 400, body: { errors: [{ code: 'Unauthorized' }] } }],
  ['amazonSpApi', '403 with an error page', { status: 403, headers: html, body: PAGE }],
  ['databricks', '403 with another page', { status: 403, headers: html, body: '<html>Not on the list.</html>' }],
  ['databricks', '403 for a missing right, in binary', { status: 403, body: { message: 'No.' } }, binary],
  ['dingTalkClassic', '88 without a sub_code', { body: { errcode: 88 } }],
  ['marketo', 'a code of a record', { body: { success: true, result: [{ reasons: [{ code: '601' }] }] } }],
  ['salesforce', '500', { status: 500, body: [{ errorCode: 'UNKNOWN_EXCEPTION' }] }],
  ['salesforce', 'a record whose field says so', { body: { records: [{ errorCode: 'INVALID_SESSION_ID' }] } }],
  ['tiktok', '401 for a missing scope, in binary', rowOf('tiktok').lookAlikes![0]!, binary],
  ['usps', '401 for the payment token, in binary', rowOf('usps').lookAlikes![0]!, binary],
  ['wechat', '40013, a wrong appid', { body: { errcode: 40_013 } }],
  ['weCom', '40001, a wrong secret', { body: { errcode: 40_001 } }],
  ['zoho', '401 for a missing scope, in binary', rowOf('zoho').lookAlikes![0]!, binary],
])('not rejected: %s by %s surfaces, and the token is kept', async (preset, _what, apiAnswer, config = {}) => {
  const { api, endpoint, upstream } = await play(rowOf(preset), { apiAnswer });
  for (let call = 0; call < 2; call += 1) {
    const { status } = await api.get('/things', { ...config, validateStatus: () => true });
    expect(status).toBe(apiAnswer.status ?? 200);
  }
  expect([endpoint.requests.length, upstream.requests.length]).toEqual([1, 2]);
});

// The token endpoint says no, beside the way that the row shows.

const fault = (errorcode: string): object => ({ fault: { faultstring: 'No.', detail: { errorcode } } });
const busy = { errcode: -1, errmsg: 'system error' };

test.each<[PresetName, string, Answer, { error?: string | undefined; errorDescription?: string; permanent: boolean }]>([
  [
    'apigee',
    'a wrong client id, as the gateway tells it',
    { status: 500, body: fault('oauth.v2.InvalidClientIdentifier') },
    { error: 'oauth.v2.InvalidClientIdentifier', errorDescription: 'No.', permanent: true },
  ],
  [
    'apigee',
    'an outage',
    { status: 503, body: fault('messaging.adaptors.http.flow.ServiceUnavailable') },
    { error: 'messaging.adaptors.http.flow.ServiceUnavailable', permanent: false },
  ],
  [
    'azureImds',
    'an update',
    { status: 404, body: { error: 'not_found', error_description: 'updating' } },
    { error: 'not_found', errorDescription: 'updating', permanent: false },
  ],
  ['azureImds', 'an update, 410', { status: 410, body: { error: 'gone' } }, { error: 'gone', permanent: false }],
  ['azureImds', 'an update without words', { status: 410 }, { error: 'updating', permanent: false }],
  ['azureImds', '429', { status: 429 }, { permanent: false }],
  ['crowdStrike', 'the wrong cloud', { status: 308, headers: { location: '/elsewhere' } }, { permanent: true }],
  ['dingTalkClassic', 'busy', { body: busy }, { error: '-1', permanent: false }],
  ['feishu', 'its code, with a 400', { status: 400, body: { code: 10_003 } }, { error: '10003', permanent: true }],
  [
    'fedEx',
    'an outage',
    { status: 503, body: { errors: [{ code: 'X', message: 'm' }] } },
    { error: 'X', permanent: false },
  ],
  [
    'serviceNow',
    'an outage',
    { status: 500, body: { error: 'server_error' } },
    { error: 'server_error', permanent: false },
  ],
  ['serviceNow', '401 without words', { status: 401 }, { permanent: true }],
  ['safaricomDaraja', 'an outage', { status: 500, body: { errorCode: '500.1' } }, { error: '500.1', permanent: false }],
  [
    'sophos',
    '400',
    { status: 400, body: { errorCode: 'customer.validation' } },
    { error: 'customer.validation', permanent: true },
  ],
  [
    'twitch',
    '400',
    { status: 400, body: { status: 400, message: 'invalid client' } },
    { error: '400', permanent: true },
  ],
  [
    'ups',
    '429',
    { status: 429, body: { response: { errors: [{ code: '10429' }] } } },
    { error: '10429', permanent: false },
  ],
  ['wechat', 'busy', { body: busy }, { error: '-1', errorDescription: 'system error', permanent: false }],
  ['wechatStableToken', 'busy', { body: busy }, { error: '-1', permanent: false }],
  ['weCom', 'busy', { body: busy }, { error: '-1', permanent: false }],
  [
    'xAppOnly',
    'an unknown client',
    { status: 403, body: { errors: [{ code: 99 }] } },
    { error: '99', permanent: true },
  ],
])('refused: %s, %s', async (preset, _what, tokenAnswer, tells) => {
  const { api, faults, upstream } = await play(rowOf(preset), { tokenAnswer, tokenTimeoutMs: 100 });
  const error = await rejection(api.get('/things'));
  expect(faults).toEqual([]);
  expect(error).toMatchObject({ name: 'TokenEndpointError', status: tokenAnswer.status ?? 200, ...tells });
  expect(upstream.requests).toEqual([]);
});

test.each<[PresetName, Answer]>([
  ['azureImds', { status: 404, body: { error: 'not_found' } }],
  ['azureImds', { status: 410 }],
  ['wechat', { body: busy }],
])('tried again: %s after %j', async (preset, tokenAnswer) => {
  const script: Parameters<typeof play>[1] = { tokenAnswer };
  const { api, auth, clock, endpoint } = await play(rowOf(preset), script);
  let failed = false;
  auth.on('token:failed', () => (failed = true));
  const call = api.get('/things');
  await until(() => failed);
  delete script.tokenAnswer;
  await clock.advance(200);
  expect(await call).toMatchObject({ status: 200 });
  expect(endpoint.requests).toHaveLength(2);
});

// What API requests carry beside the token.

describe('headers beside the token', () => {
  test.each<[PresetName, string]>([
    ['adobeIms', 'x-api-key'],
    ['adobeIms', 'x-gw-ims-org-id'],
    ['mtnMomo', 'ocp-apim-subscription-key'],
    ['reddit', 'user-agent'],
    ['sophos', 'x-tenant-id'],
    ['twitch', 'client-id'],
    ['walmart', 'wm_svc.name'],
    ['walmart', 'wm_qos.correlation_id'],
  ])("%s: the caller's own %s wins", async (preset, name) => {
    const row = rowOf(preset);
    const sentAs = { headers: { ...row.sentAs.headers, [name]: 'mine' } };
    const { api } = await play({ ...row, sentAs });
    expect(await api.get('/things', { headers: { [name]: 'mine' } })).toMatchObject({ status: 200 });
  });

  const nobody = (): string => 'from a function';

  test.each<[PresetName, string]>([
    ['adobeIms', 'clientId'],
    ['mtnMomo', 'subscriptionKey'],
    ['reddit', 'userAgent'],
    ['twitch', 'clientId'],
    ['walmart', 'clientId'],
    ['walmart', 'clientSecret'],
  ])('%s: %s as a function is refused, unless the caller says how the token is sent', (preset, option) => {
    const given = { [option]: nobody, orgId: undefined };
    if (preset !== 'adobeIms') delete (given as { orgId?: unknown }).orgId;
    expect(() => sourceOf(rowOf(preset), given)).toThrow(
      expect.objectContaining({
        name: 'TokenConfigError',
        option,
        message: expect.stringContaining('sendAs') as string,
      }),
    );
    expect(() => sourceOf(rowOf(preset), { ...given, sendAs: bearer() })).not.toThrow();
  });

  test('mtnMomo: with a placement of the caller, a function is asked for the token request', async () => {
    const row = rowOf('mtnMomo');
    const options = { sendAs: bearer(), subscriptionKey: () => 'acme-collection-key' };
    const { api, faults } = await play({ ...row, sentAs: BEARER }, { options });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect(faults).toEqual([]);
  });
});

test('x: id and secret are percent-encoded, not as a form has it', async () => {
  const { auth, endpoint } = await lenient(presets.xAppOnly(CLIENT));
  await auth.getToken();
  const text = 'client%2Bid%25:s%26c%20r%2Fe%3Dt%252B';
  expect(endpoint.requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from(text).toString('base64')}`);
});

// One source for many customers.

const ofTenant = ({ tenant }: { tenant?: string | undefined }): string | undefined => tenant;

test.each<[PresetName, Record<string, unknown>, string]>([
  ['amazonSpApi', { refreshToken: ofTenant }, 'refresh_token'],
  ['auth0', { organization: ofTenant }, 'organization'],
  ['box', { boxSubjectId: ofTenant }, 'box_subject_id'],
  ['crowdStrike', { params: { member_cid: ofTenant } }, 'member_cid'],
  ['fedEx', { childKey: ofTenant, childSecret: ofTenant }, 'child_secret'],
  ['ibmCloud', { apikey: ofTenant }, 'apikey'],
  ['salesforceMarketingCloud', { accountId: ofTenant }, 'account_id'],
  ['twilio', { accountSid: ofTenant }, 'account_sid'],
  ['zoho', { refreshToken: ofTenant }, 'refresh_token'],
])('%s, %j: two tenants, two tokens', async (preset, options, name) => {
  const { auth, endpoint } = await lenient(sourceOf(rowOf(preset), options));
  const tokens = [];
  for (const tenant of ['acme', 'globex', 'acme']) tokens.push((await auth.getToken({ tenant })).accessToken);
  expect(tokens).toEqual(['token-1', 'token-2', 'token-1']);
  expect(endpoint.requests.map((request) => parametersOf(request)[name])).toEqual(['acme', 'globex']);
});

describe('amazonSpApi', () => {
  const seller = { ...CLIENT, refreshToken: 'of-the-seller' };
  const scope = 'sellingpartnerapi::notifications';

  test('a scope for one request: a token of the seller and a grantless one, side by side', async () => {
    const { api, endpoint, upstream } = await lenient(presets.amazonSpApi(seller));
    await api.get('/orders');
    await api.get('/destinations', { token: { scope } });
    await api.get('/orders');
    const client = { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret };
    expect(endpoint.requests.map(parametersOf)).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'of-the-seller', ...client },
      { grant_type: 'client_credentials', scope, ...client },
    ]);
    expect(upstream.requests.map(({ headers }) => headers['x-amz-access-token'])).toEqual([
      'token-1',
      'token-2',
      'token-1',
    ]);
  });

  test('a function of tenant is not asked for a grantless token', async () => {
    const refreshToken = jest.fn(() => undefined);
    const { auth } = await lenient(presets.amazonSpApi({ ...CLIENT, refreshToken }));
    await auth.getToken({ scope });
    expect(refreshToken).not.toHaveBeenCalled();
  });

  test.each([{}, { refreshToken: undefined }, { refreshToken: '' }, { scope: '' }, { scope: [] }])(
    'with %j there is neither a seller nor a scope: a TokenConfigError',
    (options) => {
      expect(() => presets.amazonSpApi({ ...CLIENT, ...options })).toThrow(
        expect.objectContaining({ name: 'TokenConfigError', option: 'refreshToken' }),
      );
    },
  );

  test('a function of tenant that knows none: a TokenConfigError at the call', async () => {
    const { auth, endpoint } = await lenient(presets.amazonSpApi({ ...CLIENT, refreshToken: ofTenant }));
    expect(await rejection(auth.getToken())).toMatchObject({ name: 'TokenConfigError', option: 'refreshToken' });
    expect(endpoint.requests).toEqual([]);
  });
});

describe('ibmCloud with a key that is rotated', () => {
  const refused = { status: 400, body: { errorCode: 'BXNIM0415E', errorMessage: 'No such key.' } };

  test('after a refusal the function is asked again, and the new key is tried at once', async () => {
    const keys = ['old-key', 'new-key'];
    const { auth, endpoint } = await lenient(presets.ibmCloud({ apikey: () => keys.shift() ?? 'new-key' }), {
      token: (request, count) =>
        parametersOf(request).apikey === 'new-key' ? { body: { access_token: `token-${count}` } } : refused,
    });
    expect(await auth.getToken()).toMatchObject({ accessToken: 'token-2' });
    expect(endpoint.requests.map((request) => parametersOf(request).apikey)).toEqual(['old-key', 'new-key']);
  });

  test('the same key is not tried twice, and not told', async () => {
    const { auth, endpoint } = await lenient(presets.ibmCloud({ apikey: () => 'old-key' }), { token: () => refused });
    const error = await rejection(auth.getToken());
    expect(error).toMatchObject({ error: 'BXNIM0415E', permanent: true });
    expectHidden(error, ['old-key']);
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe('walmart', () => {
  const CORRELATION = 'wm_qos.correlation_id';
  const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
  const basic = Buffer.from(`${CLIENT.clientId}:${CLIENT.clientSecret}`).toString('base64');

  test('each API request has a correlation id of its own, and so has the resend', async () => {
    const { api, upstream, endpoint } = await lenient(presets.walmart(CLIENT), {
      api: (_request, count) => (count === 2 ? { status: 401 } : {}),
    });
    await api.get('/orders');
    await api.get('/orders');
    await api.get('/orders');
    expect([endpoint.requests.length, upstream.requests.length]).toEqual([2, 4]);
    const ids = [...endpoint.requests, ...upstream.requests].map(({ headers }) => headers[CORRELATION]);
    for (const id of ids) expect(id).toMatch(UUID);
    expect(new Set(ids).size).toBe(6);
  });

  test('the JSON of a failed call shows nothing of ours', async () => {
    const { api, upstream } = await lenient(presets.walmart(CLIENT), { api: () => ({ status: 500 }) });
    const failed = await rejection(api.get('/orders'));
    expect(upstream.requests[0]!.headers.authorization).toBe(`Basic ${basic}`);
    const text = JSON.stringify(failed);
    expect(text).toContain('/orders');
    for (const ours of ['token-1', basic, CLIENT.clientSecret, 'Walmart Marketplace']) expect(text).not.toContain(ours);
  });

  test('a redirect to another host takes nothing along', async () => {
    const other = await fakeServer();
    const { api, upstream } = await lenient(presets.walmart(CLIENT), {
      api: ({ target }) => ({ status: 302, headers: { location: other.url + target } }),
    });
    await api.get('/orders', { headers: { 'X-Mine': 'stays' } });
    expect(upstream.requests[0]!.headers).toMatchObject({ 'wm_sec.access_token': 'token-1' });
    const { headers } = other.requests[0]!;
    expect(headers['x-mine']).toBe('stays');
    expect(Object.keys(headers).filter((name) => name === 'authorization' || name.startsWith('wm_'))).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain(basic);
  });

  test('with a placement of the caller, id and secret may be functions', async () => {
    const { api, endpoint, upstream } = await lenient(
      presets.walmart({
        clientId: () => CLIENT.clientId,
        clientSecret: () => CLIENT.clientSecret,
        sendAs: header('WM_SEC.ACCESS_TOKEN'),
      }),
    );
    await api.get('/orders');
    expect(endpoint.requests[0]!.headers.authorization).toBe(`Basic ${basic}`);
    expect(upstream.requests[0]!.headers).toMatchObject({ 'wm_sec.access_token': 'token-1' });
  });
});

// What a preset cannot do without.

test.each<[PresetName, Record<string, unknown>]>([
  ...(['ebay', 'fedEx', 'payPal', 'safaricomDaraja', 'ups'] as const).map(
    (preset) => [preset, { sandbox: 'false' }] as [PresetName, Record<string, unknown>],
  ),
  ['amadeus', { hostname: 'live' }],
  ['adobeIms', { orgId: '' }],
  ['sophos', { tenantId: '' }],
  ['sophos', { partnerId: 7 }],
  ['fedEx', { childSecret: 'only' }],
  ['fedEx', { childKey: 'only' }],
  ['okta', { authorizationServerId: '' }],
  ['entraId', { authorityHost: 'login.acme.test/x' }],
  ['zoho', { dc: 'eu/x' }],
  ['crowdStrike', { cloud: 'eu-1/x' }],
  ['feishu', { domain: 'http://open.feishu.cn' }],
  ['googleMetadata', { serviceAccount: '..' }],
])('%s refuses %j', (preset, options) => {
  const wrong = Object.keys(options)[0]!;
  const option = { childKey: 'childSecret', childSecret: 'childKey' }[wrong] ?? wrong;
  expect(() => sourceOf(rowOf(preset), options)).toThrow(expect.objectContaining({ name: 'TokenConfigError', option }));
});

type OptionsOf<Name extends PresetName> = (typeof presets)[Name] extends (options: infer Options) => TokenSource
  ? NonNullable<Options>
  : never;
type Mandatory<Options> = {
  [Name in keyof Options]-?: object extends Pick<Options, Name> ? never : Name;
}[keyof Options];

/** Every own option that the types demand; `false`: it goes into every API request, and may be no function. */
const mandatory: {
  [Name in PresetName as [Mandatory<OptionsOf<Name>>] extends [never] ? never : Name]: Record<
    Mandatory<OptionsOf<Name>>,
    boolean
  >;
} = {
  apigee: { tokenUrl: true },
  auth0: { domain: true },
  azureAppService: { identityEndpoint: true, identityHeader: true, resource: true },
  azureImds: { resource: true },
  box: { boxSubjectType: true, boxSubjectId: true },
  cloudFoundryUaa: { url: true },
  cognito: { domain: true, region: true },
  commercetools: { region: true },
  dadi: { tokenUrl: true },
  databricks: { host: true },
  duende: { authority: true },
  entraId: { tenant: true, scope: true },
  entraIdV1: { tenant: true, resource: true },
  genesysCloud: { region: true },
  googleServiceAccount: { credentials: true, scope: true },
  hydra: { url: true },
  ibmCloud: { apikey: true },
  infobip: { baseUrl: true },
  jamf: { url: true },
  keycloak: { url: true, realm: true },
  marketo: { munchkinId: true },
  mtnMomo: { product: true, subscriptionKey: false },
  okta: { domain: true, scope: true },
  reddit: { userAgent: false },
  salesforce: { domain: true },
  salesforceMarketingCloud: { subdomain: true },
  serviceNow: { instance: true },
  shopify: { shop: true },
  wso2: { url: true },
  xsuaa: { subdomain: true, region: true },
  zoho: { refreshToken: true },
  zoom: { accountId: true },
};

const demanded = providers.flatMap(({ preset, credentials }) => {
  const own = Object.entries((mandatory as Record<string, Record<string, boolean>>)[preset] ?? {});
  const client = (credentials ?? 'both') === 'both' ? ['clientId', 'clientSecret'] : [];
  const plain = { adobeIms: ['clientId'], twitch: ['clientId'], walmart: client }[preset as string] ?? [];
  return [...own, ...client.map((name) => [name, !plain.includes(name)] as const)].map(
    ([option, mayBeFunction]) => [preset, option, mayBeFunction] as const,
  );
});

describe.each([undefined, ''])('without a mandatory option (%j): a TokenConfigError that names it', (value) => {
  test.each(demanded)('%s: %s', (preset, option) => {
    const make = (): TokenSource => sourceOf(rowOf(preset), { [option]: value });
    expect(make).toThrow(expect.objectContaining({ name: 'TokenConfigError', option }));
  });
});

describe('a function that knows no value: a TokenConfigError at the call that names the option; nothing is sent', () => {
  test.each(demanded)('%s: %s', async (preset, option, mayBeFunction) => {
    const more = mayBeFunction ? {} : { sendAs: bearer() };
    const { auth, endpoint } = await lenient(sourceOf(rowOf(preset), { [option]: () => undefined, ...more }));
    expect(await rejection(auth.getToken())).toMatchObject({ name: 'TokenConfigError', option });
    expect(endpoint.requests).toEqual([]);
  });
});
