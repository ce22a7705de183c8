import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link commercetools}. */
export interface CommercetoolsOptions extends PresetOptions {
  /** Where the project lives, such as `europe-west1.gcp`. */
  region: Value<string | undefined>;
}

/**
 * commercetools: HTTP Basic over the raw id and secret; `scope` as the project needs, such as `'manage_project:acme'`. Tokens live
 * 48 hours.
 *
 * Source: https://dev.commercetools.com/http-api-authorization.html (read).
 *
 * @param options `clientId`, `clientSecret` and `region`; any option of `clientCredentials`
 */
export function commercetools({ region, ...options }: CommercetoolsOptions): TokenSource {
  return preset(
    'commercetools',
    {
      tokenUrl: 'https://auth.{region}.commercetools.com/oauth/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
    { region },
  );
}
