import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link genesysCloud}. */
export interface GenesysCloudOptions extends PresetOptions {
  /** The region's domain, such as `mypurecloud.com` or `mypurecloud.ie`. */
  region: Value<string | undefined>;
}

/**
 * Genesys Cloud: HTTP Basic over the raw id and secret. How long tokens live is set for each client, a day by default (presumed);
 * token requests are limited (429).
 *
 * Source: https://genesyscloud-powerbi-kpis.pages.dev/getting-started/authentication (partly read; the rest is presumed).
 *
 * @param options `clientId`, `clientSecret` and `region`; any option of `clientCredentials`
 */
export function genesysCloud({ region, ...options }: GenesysCloudOptions): TokenSource {
  return preset(
    'genesysCloud',
    {
      tokenUrl: 'https://login.{region}/oauth/token',
      partRules: {
        region: [
          REGION,
          'must be the domain of a region, such as `mypurecloud.com` or `euw2.pure.cloud`; for others give `tokenUrl`',
        ],
      },
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
    { region },
  );
}

/** It is where the credentials go: it must be one of the provider's. */
const REGION = /(^|\.)(mypurecloud\.(com|ie|de|jp|com\.au)|(us-gov-)?pure\.cloud)$/;
