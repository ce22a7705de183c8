import type { TokenSource } from '../contract.js';
import { header } from '../interceptor/placement.js';
import { bodyCode } from '../interceptor/rejection.js';
import type { Value } from '../source/parameters.js';
import { baseURLAt } from './base-url-at.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link zoho}. */
export interface ZohoOptions extends PresetOptions {
  /**
   * The refresh token of the organization: sent as `refresh_token`. It does not change; for many organizations give a function of
   * `tenant`.
   */
  refreshToken: Value<string | undefined>;
  /** The data centre: what stands behind `accounts.zoho.`, such as `eu`, `in` or `com.au`. Default: `'com'`. */
  dc?: Value<string> | undefined;
}

/**
 * Zoho: the refresh token grant, form, id and secret in the body; scopes are joined by commas. The token goes out as
 * `Authorization: Zoho-oauthtoken …`, and lives an hour. Errors may come with HTTP 200.
 *
 * A refresh token gives at most 10 tokens in 10 minutes, and is blocked after that: give `attachToken` the option
 * `tokenRequests: { maxPerInterval: 10, intervalMs: 600_000 }`. At most 15 tokens are live, the 16th ends the oldest (some products
 * state other numbers), so many processes had better share theirs. A 401 for a missing scope costs no token.
 *
 * The address of the API comes with the token (`api_domain`), and replaces the instance's `baseURL`, path included: write paths
 * from the root. For a product with a host of its own say which: `baseURL: () => 'https://desk.zoho.com'`.
 *
 * Source: https://zohohelp.com/crm/developer/docs/api/v8/token-validity.html,
 * https://zoho.com/analytics/api/v2/authentication/refresh-token.html (read).
 *
 * @param options `clientId`, `clientSecret` and `refreshToken`; any option of `clientCredentials`
 */
export function zoho({ refreshToken, dc = 'com', ...options }: ZohoOptions): TokenSource {
  const missesScope = bodyCode('code', ['OAUTH_SCOPE_MISMATCH']); // 401 as well, but the token is good
  return preset(
    'zoho',
    {
      tokenUrl: 'https://accounts.zoho.{dc}/oauth/v2/token',
      partRules: {
        dc: [
          DATA_CENTRE,
          "must be what stands behind `accounts.zoho.`, such as 'com' or 'eu'; for others give `tokenUrl`",
        ],
      },
      params: { refresh_token: requiredValue('zoho', 'refreshToken', refreshToken) },
      request: { grantType: 'refresh_token', scopeSeparator: ',' },
      sendAs: header('Authorization', { scheme: 'Zoho-oauthtoken' }),
      rejectedWhen: (answer) => answer.status === 401 && !missesScope(answer),
      baseURL: baseURLAt('api_domain'),
    },
    options,
    { dc },
  );
}

/** What stands there decides where the credentials go: it must not make a domain of somebody else of it. */
const DATA_CENTRE = /^(com|eu|in|jp|sa|uk|ae)$|^com\.(au|cn)$/;
