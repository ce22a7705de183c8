import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { baseURLAt } from './base-url-at.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link salesforceMarketingCloud}. */
export interface SalesforceMarketingCloudOptions extends PresetOptions {
  /** The tenant's own: what stands before `.auth.marketingcloudapis.com`. */
  subdomain: Value<string | undefined>;
  /**
   * The business unit (MID) that tokens are for: sent as `account_id`. For many, give `({ tenant }) => tenant`. Default: the one of the
   * package.
   */
  accountId?: Value<string | number | undefined> | undefined;
}

/**
 * Salesforce Marketing Cloud, server to server: JSON, id and secret in the body. Tokens live 20 minutes, and the answer says 18.
 * Asking for one with every call is throttled.
 *
 * The address of the REST API comes with the token (`rest_instance_url`), and replaces the instance's `baseURL`. That of the SOAP
 * API is there as well: `baseURL: ({ response }) => (response as { soap_instance_url: string }).soap_instance_url`.
 *
 * Source: https://developer.salesforce.com/docs/marketing/marketing-cloud/guide/access-token-s2s.html (read).
 *
 * @param options `clientId`, `clientSecret` and `subdomain`; any option of `clientCredentials`
 */
export function salesforceMarketingCloud(options: SalesforceMarketingCloudOptions): TokenSource {
  const { subdomain, accountId, ...own } = options;
  return preset(
    'salesforceMarketingCloud',
    {
      tokenUrl: 'https://{subdomain}.auth.marketingcloudapis.com/v2/token',
      params: { account_id: accountId },
      request: { format: 'json' },
      baseURL: baseURLAt('rest_instance_url'),
    },
    own,
    { subdomain },
  );
}
