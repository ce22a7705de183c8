import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link wso2}. */
export interface Wso2Options extends PresetOptions {
  /** The server's address with its port, such as `https://apim.example.com:9443`. */
  url: Value<string | undefined>;
  /** The life to ask for, in seconds: sent as `validity_period`. Default: as the application is set. */
  validityPeriod?: Value<number> | undefined;
}

/**
 * WSO2 API Manager: HTTP Basic over the raw id and secret. Tokens live an hour. As long as an opaque token is live, asking again for the
 * same application and scope gives the same one, with less time left. With JWT tokens, current versions end the old one: give
 * `reissue: 'replaces'`. Processes that must not share a token ask for a scope of their own, `device_…`. Older versions have the endpoint
 * at `:8243/token`: give `tokenUrl`.
 *
 * Source: https://apim.docs.wso2.com/en/latest/consume/manage-application/generate-keys/obtain-access-token/access-tokens-per-device/ (read).
 *
 * @param options `clientId`, `clientSecret` and `url`; any option of `clientCredentials`
 */
export function wso2({ url, validityPeriod, ...options }: Wso2Options): TokenSource {
  return preset(
    'wso2',
    {
      tokenUrl: '{url}/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      params: { validity_period: validityPeriod },
      reissue: 'same',
    },
    options,
    { url },
  );
}
