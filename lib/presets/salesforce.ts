import type { TokenSource } from '../contract.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import type { Value } from '../source/parameters.js';
import { baseURLAt } from './base-url-at.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link salesforce}. */
export interface SalesforceOptions extends PresetOptions {
  /** My Domain: what stands before `.my.salesforce.com`, such as `acme`, or `acme--test.sandbox` for a sandbox. */
  domain: Value<string | undefined>;
}

/**
 * Salesforce, client credentials flow: form, id and secret in the body. The API's address comes with the token (`instance_url`), and
 * replaces the instance's `baseURL`, path included: write paths from the root (`/services/data/v60.0/…`).
 *
 * The answer names no end: a session ends when it was not used for a while (2 hours by default), and each successful call puts that
 * off. So a token is used until the API rejects it: by 401, or by `INVALID_SESSION_ID`, which in places comes with 403.
 *
 * Source: https://developer.salesforce.com/docs/atlas.en-us.262.0.chatterapi.meta/chatterapi/quickstart_connecting.htm,
 * https://cloudsundial.com/salesforce-identity/refresh (read).
 *
 * @param options `clientId`, `clientSecret` and `domain`; any option of `clientCredentials`
 */
export function salesforce({ domain, ...options }: SalesforceOptions): TokenSource {
  return preset(
    'salesforce',
    {
      tokenUrl: 'https://{domain}.my.salesforce.com/services/oauth2/token',
      rejectedWhen: anyOf(unauthorized(), bodyCode('errorCode', ['INVALID_SESSION_ID'])),
      baseURL: baseURLAt('instance_url'),
    },
    options,
    { domain },
  );
}
