/**
 * Token endpoints of well-known providers, ready-made: what is special about each, and the options of its own.
 *
 * Every preset returns a source for `attachToken`, and takes every option of `clientCredentials` as well ({@link PresetOptions}): one that is
 * given wins, and `params`, `request` and `response` are merged. An option that is missing, misspelt or wrong throws a `TokenConfigError`
 * at once.
 *
 * Behind each source stands how far the facts were checked: *read* in the provider's documents, *partly read* there and partly presumed,
 * or *unverified*. None was tried against a live service.
 *
 * @example
 * ```ts
 * import axios from 'axios';
 * import { attachToken } from 'axios-client-credentials';
 * import { auth0 } from 'axios-client-credentials/presets';
 *
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * attachToken(
 *   api,
 *   auth0({
 *     domain: 'acme.eu.auth0.com',
 *     audience: 'https://api.example.com',
 *     clientId: 'my-service',
 *     clientSecret: process.env.AUTH0_CLIENT_SECRET,
 *   }),
 * );
 * ```
 *
 * @module axios-client-credentials/presets
 */
export { actigraph } from './actigraph.js';
export { type AdobeImsOptions, adobeIms } from './adobe-ims.js';
export { type AmadeusOptions, amadeus } from './amadeus.js';
export { type AmazonSpApiOptions, amazonSpApi } from './amazon-sp-api.js';
export { type ApigeeOptions, apigee } from './apigee.js';
export { atlassian } from './atlassian.js';
export { type Auth0Options, auth0 } from './auth0.js';
export { type AzureAppServiceOptions, azureAppService } from './azure-app-service.js';
export { type AzureImdsOptions, azureImds } from './azure-imds.js';
export { baidu } from './baidu.js';
export { battleNet } from './battle-net.js';
export { bitbucket } from './bitbucket.js';
export { bolCom } from './bol-com.js';
export { type BoxOptions, box } from './box.js';
export { type CloudFoundryUaaOptions, cloudFoundryUaa } from './cloud-foundry-uaa.js';
export { type CognitoOptions, cognito } from './cognito.js';
export { type CommercetoolsOptions, commercetools } from './commercetools.js';
export { type CrowdStrikeOptions, crowdStrike } from './crowd-strike.js';
export { dadi } from './dadi.js';
export { type DatabricksOptions, databricks } from './databricks.js';
export { dhlEcommerce } from './dhl-ecommerce.js';
export { dingTalkClassic } from './ding-talk-classic.js';
export { dingTalk } from './ding-talk.js';
export { type DuendeOptions, duende } from './duende.js';
export { type EbayOptions, ebay } from './ebay.js';
export { type EntraIdV1Options, entraIdV1 } from './entra-id-v1.js';
export { type EntraIdOptions, entraId } from './entra-id.js';
export { type FedExOptions, fedEx } from './fed-ex.js';
export { type FeishuOptions, feishu } from './feishu.js';
export { type GenesysCloudOptions, genesysCloud } from './genesys-cloud.js';
export { gocardlessBankData } from './gocardless-bank-data.js';
export { type GoogleMetadataOptions, googleMetadata } from './google-metadata.js';
export {
  type GoogleServiceAccountKey,
  type GoogleServiceAccountOptions,
  googleServiceAccount,
} from './google-service-account.js';
export { hcp } from './hcp.js';
export { healthwise } from './healthwise.js';
export { type HydraOptions, hydra } from './hydra.js';
export { type IbmCloudOptions, ibmCloud } from './ibm-cloud.js';
export { type InfobipOptions, infobip } from './infobip.js';
export { type JamfOptions, jamf } from './jamf.js';
export { type KeycloakOptions, keycloak } from './keycloak.js';
export { line } from './line.js';
export { type MarketoOptions, marketo } from './marketo.js';
export { type MtnMomoOptions, mtnMomo } from './mtn-mo-mo.js';
export { type OktaOptions, okta } from './okta.js';
export { type PayPalOptions, payPal } from './pay-pal.js';
export { pokitdok } from './pokitdok.js';
export type { PresetOptions } from './preset.js';
export { type RedditOptions, reddit } from './reddit.js';
export { type SafaricomDarajaOptions, safaricomDaraja } from './safaricom-daraja.js';
export { type SalesforceMarketingCloudOptions, salesforceMarketingCloud } from './salesforce-marketing-cloud.js';
export { type SalesforceOptions, salesforce } from './salesforce.js';
export { sentinelHub } from './sentinel-hub.js';
export { type ServiceNowOptions, serviceNow } from './service-now.js';
export { type ShopifyOptions, shopify } from './shopify.js';
export { type SophosOptions, sophos } from './sophos.js';
export { spotify } from './spotify.js';
export { surveysphere } from './surveysphere.js';
export { tiktok } from './tiktok.js';
export { trustpilot } from './trustpilot.js';
export { type TwilioOptions, twilio } from './twilio.js';
export { twitch } from './twitch.js';
export { type UpsOptions, ups } from './ups.js';
export { usps } from './usps.js';
export { vimeo } from './vimeo.js';
export { walmart } from './walmart.js';
export { weCom } from './we-com.js';
export { wechatStableToken } from './wechat-stable-token.js';
export { wechat } from './wechat.js';
export { type Wso2Options, wso2 } from './wso2.js';
export { xAppOnly } from './x-app-only.js';
export { xero } from './xero.js';
export { type XsuaaOptions, xsuaa } from './xsuaa.js';
export { type ZohoOptions, zoho } from './zoho.js';
export { type ZoomOptions, zoom } from './zoom.js';
