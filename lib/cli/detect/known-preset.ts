import type { Reissue } from '../../contract.js';
import type { Dialect } from './dialect.js';

// Endpoints for which there is a preset, by their address.

export interface KnownPreset {
  /** The function's name in `axios-client-credentials/presets`. */
  preset: string;
  /** What is known of its dialect beyond the standard's; `false`: it takes something else than an id and a secret. */
  dialect: Partial<Dialect> | false;
  reissue?: Reissue | undefined;
}

export function knownPreset({ hostname, pathname }: URL): KnownPreset | undefined {
  const address = hostname + pathname.replace(/(?<=.)\/$/, '');
  const [, preset, dialect = {}, reissue] = TABLE.find(([pattern]) => pattern.test(address)) ?? [];
  return preset === undefined ? undefined : { preset, dialect, reissue };
}

const BASIC: Partial<Dialect> = { auth: 'basic-raw' };
const JSON_BODY: Partial<Dialect> = { format: 'json' };
const GET: Partial<Dialect> = { method: 'GET', format: 'query' };
const login = (clientId: string, clientSecret: string): Partial<Dialect> => ({
  grantType: false,
  names: { clientId, clientSecret },
});

const TABLE: [address: RegExp, preset: string, dialect?: Partial<Dialect> | false, reissue?: Reissue][] = [
  [/^auth\.actigraphcorp\.com\/connect\/token$/, 'actigraph'],
  [/^ims-na1\.adobelogin\.com\/ims\/token\/v3$/, 'adobeIms'],
  [/^(test\.)?(travel\.)?api\.amadeus\.com\/v1\/security\/oauth2\/token$/, 'amadeus'],
  [/^api\.amazon\.com\/auth\/o2\/token$/, 'amazonSpApi', false],
  [/^[^/]+\.apigee\.net\/oauth\/client_credential\/accesstoken$/, 'apigee', { ...BASIC, format: 'query' }],
  [/^auth\.atlassian\.com\/oauth\/token$/, 'atlassian', JSON_BODY],
  [/^[^/]+\.auth0\.com\/oauth\/token$/, 'auth0', JSON_BODY],
  [/^169\.254\.169\.254\/metadata\/identity\/oauth2\/token$/, 'azureImds', false, 'same'],
  [/^169\.254\.\d+\.\d+\/msi\/token$/, 'azureAppService', false, 'same'],
  [/^aip\.baidubce\.com\/oauth\/2\.0\/token$/, 'baidu', { format: 'query' }],
  [/^(oauth|\w+)\.(battle\.net|battlenet\.com\.cn)\/(oauth\/)?token$/, 'battleNet', BASIC, 'same'],
  [/^bitbucket\.org\/site\/oauth2\/access_token$/, 'bitbucket', BASIC],
  [/^login\.bol\.com\/token$/, 'bolCom', { ...BASIC, format: 'query' }],
  [/^api\.box\.com\/oauth2\/token$/, 'box'],
  [/^[^/]+\.authentication\.[\w.-]+\.hana\.ondemand\.com\/oauth\/token$/, 'xsuaa'],
  [/^uaa\.[^/]+\/oauth\/token$/, 'cloudFoundryUaa'],
  [/^[^/]+\.auth\.[\w-]+\.amazoncognito\.com\/oauth2\/token$/, 'cognito', BASIC],
  [/^auth\.[\w.-]+\.commercetools\.com\/oauth\/token$/, 'commercetools', BASIC],
  [/^api\.([\w-]+\.)?crowdstrike\.com\/oauth2\/token$/, 'crowdStrike'],
  [/^[^/]+(\.databricks\.(com|us)|\.azuredatabricks\.net)\/oidc(\/accounts\/[^/]+)?\/v1\/token$/, 'databricks', BASIC],
  [/^api(-sandbox)?\.dhlecs\.com\/auth\/v4\/accesstoken$/, 'dhlEcommerce'],
  [
    /^api\.dingtalk\.com\/v1\.0\/oauth2\/accessToken$/,
    'dingTalk',
    { ...JSON_BODY, ...login('appKey', 'appSecret') },
    'extends',
  ],
  [/^oapi\.dingtalk\.com\/gettoken$/, 'dingTalkClassic', { ...GET, ...login('appkey', 'appsecret') }, 'extends'],
  [/^api\.(sandbox\.)?ebay\.com\/identity\/v1\/oauth2\/token$/, 'ebay', BASIC],
  [/^login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/[^/]+\/oauth2\/v2\.0\/token$/, 'entraId'],
  [/^login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/[^/]+\/oauth2\/token$/, 'entraIdV1'],
  [/^apis(-sandbox)?\.fedex\.com\/oauth\/token$/, 'fedEx'],
  [
    /^open\.(feishu\.cn|larksuite\.com)\/open-apis\/auth\/v3\/tenant_access_token\/internal$/,
    'feishu',
    { ...JSON_BODY, ...login('app_id', 'app_secret') },
    'same',
  ],
  [/^login\.[\w.-]*(mypurecloud|pure\.cloud)[\w.]*\/oauth\/token$/, 'genesysCloud', BASIC],
  [
    /^bankaccountdata\.gocardless\.com\/api\/v2\/token\/new$/,
    'gocardlessBankData',
    { ...JSON_BODY, ...login('secret_id', 'secret_key') },
  ],
  [
    /^metadata\.google\.internal\/computeMetadata\/v1\/instance\/service-accounts\/[^/]+\/token$/,
    'googleMetadata',
    false,
    'same',
  ],
  [/^oauth2\.googleapis\.com\/token$/, 'googleServiceAccount', false],
  [/^auth\.idp\.hashicorp\.com\/oauth2\/token$/, 'hcp'],
  [/^auth\.healthwise\.net\/oauth2\/token$/, 'healthwise', BASIC],
  [/^iam\.cloud\.ibm\.com\/identity\/token$/, 'ibmCloud', false],
  [/^[^/]+\.api\.infobip\.com\/auth\/1\/oauth2\/token$/, 'infobip'],
  [/^[^/]+\.jamfcloud\.com\/api\/oauth\/token$/, 'jamf'],
  [/^services\.sentinel-hub\.com\/auth\/realms\/main\/protocol\/openid-connect\/token$/, 'sentinelHub'],
  [/\/realms\/[^/]+\/protocol\/openid-connect\/token$/, 'keycloak'],
  [/^api\.line\.me\/oauth2\/v3\/token$/, 'line'],
  [/^[^/]+\.mktorest\.com\/identity\/oauth\/token$/, 'marketo', GET, 'same'],
  [/^(proxy|sandbox)\.momo(api|developer)\.mtn\.com\/[^/]+\/token$/, 'mtnMomo', { ...BASIC, grantType: false }],
  [/^[^/]+\.okta(preview|-emea)?\.com\/oauth2\/[^/]+\/v1\/token$/, 'okta', { auth: 'basic' }],
  [/^api-m\.(sandbox\.)?paypal\.com\/v1\/oauth2\/token$/, 'payPal', BASIC, 'same'],
  [/^platform\.pokitdok\.com\/oauth2\/token$/, 'pokitdok', BASIC],
  [/^www\.reddit\.com\/api\/v1\/access_token$/, 'reddit', BASIC],
  [/^(api|sandbox)\.safaricom\.co\.ke\/oauth\/v1\/generate$/, 'safaricomDaraja', { ...BASIC, ...GET }],
  [/^[^/]+\.my\.salesforce\.com\/services\/oauth2\/token$/, 'salesforce'],
  [/^[^/]+\.auth\.marketingcloudapis\.com\/v2\/token$/, 'salesforceMarketingCloud', JSON_BODY],
  [/^[^/]+\.service-now\.com\/oauth_token\.do$/, 'serviceNow', {}, 'extends'],
  [/^[^/]+\.myshopify\.com\/admin\/oauth\/access_token$/, 'shopify'],
  [/^id\.sophos\.com\/api\/v2\/oauth2\/token$/, 'sophos'],
  [/^accounts\.spotify\.com\/api\/token$/, 'spotify', BASIC],
  [/^app\.surveysphere\.co\.uk\/connect\/token$/, 'surveysphere'],
  [
    /^open\.tiktokapis\.com\/v2\/oauth\/token$/,
    'tiktok',
    { names: { clientId: 'client_key', clientSecret: 'client_secret' } },
  ],
  [/^api\.trustpilot\.com\/v1\/oauth\/oauth-business-users-for-applications\/accesstoken$/, 'trustpilot', BASIC],
  [/^oauth\.twilio\.com\/v2\/token$/, 'twilio'],
  [/^id\.twitch\.tv\/oauth2\/token$/, 'twitch'],
  [/^(onlinetools|wwwcie)\.ups\.com\/security\/v1\/oauth\/token$/, 'ups', BASIC],
  [/^apis(-tem)?\.usps\.com\/oauth2\/v3\/token$/, 'usps'],
  [/^api\.vimeo\.com\/oauth\/authorize\/client$/, 'vimeo', { ...BASIC, ...JSON_BODY }],
  [/^(marketplace|sandbox)\.walmartapis\.com\/v3\/token$/, 'walmart', BASIC],
  [
    /^api\.weixin\.qq\.com\/cgi-bin\/token$/,
    'wechat',
    { ...GET, grantType: 'client_credential', names: { clientId: 'appid', clientSecret: 'secret' } },
    'replaces',
  ],
  [
    /^api\.weixin\.qq\.com\/cgi-bin\/stable_token$/,
    'wechatStableToken',
    { ...JSON_BODY, grantType: 'client_credential', names: { clientId: 'appid', clientSecret: 'secret' } },
    'same',
  ],
  [/^qyapi\.weixin\.qq\.com\/cgi-bin\/gettoken$/, 'weCom', { ...GET, ...login('corpid', 'corpsecret') }, 'same'],
  [/^api\.(x|twitter)\.com\/oauth2\/token$/, 'xAppOnly', { auth: 'basic' }, 'same'],
  [/^identity\.xero\.com\/connect\/token$/, 'xero', BASIC],
  [/^accounts\.zoho\.[\w.]+\/oauth\/v2\/token$/, 'zoho', false],
  [/^zoom\.us\/oauth\/token$/, 'zoom', { ...BASIC, format: 'query', grantType: 'account_credentials' }, 'replaces'],
];
