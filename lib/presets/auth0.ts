import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link auth0}. */
export interface Auth0Options extends PresetOptions {
  /** The tenant's domain, such as `acme.eu.auth0.com`, or a custom one. */
  domain: Value<string | undefined>;
  /** The organization's name or id, where tokens are for one: sent as `organization`. Default: none. */
  organization?: Value<string | undefined>;
}

/**
 * Auth0: JSON, id and secret in the body. Give the API's identifier as `audience`: without one (or a default of the tenant) the
 * request is refused. Every token counts against a paid quota; the default life is a day.
 *
 * Source: https://support.auth0.com/center/s/article/reduce-m2m-token-usage-in-auth0-by-reusing-access-tokens (read).
 *
 * @param options `clientId`, `clientSecret` and `domain`; any option of `clientCredentials`
 */
export function auth0({ domain, organization, ...options }: Auth0Options): TokenSource {
  return preset(
    'auth0',
    { tokenUrl: 'https://{domain}/oauth/token', params: { organization }, request: { format: 'json' } },
    options,
    { domain },
  );
}
