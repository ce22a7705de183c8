import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';
import { plain, withHeaders } from './with-headers.js';

/** Options of {@link mtnMomo}. */
export interface MtnMomoOptions extends PresetOptions {
  /** Such as `collection`, `disbursement` or `remittance`: each has tokens of its own. */
  product: Value<string | undefined>;
  /**
   * The product's subscription key: sent in `Ocp-Apim-Subscription-Key` with token and API requests. With a function, set `sendAs` as well.
   */
  subscriptionKey: Value<string | undefined>;
}

/**
 * MTN MoMo: HTTP Basic over the raw API user and API key, no grant type, an empty body. `Ocp-Apim-Subscription-Key` goes out with
 * token and API requests. Tokens live an hour, and end early when a new API key is made.
 *
 * Source: https://momoapi.mtn.com/docs/services/remittance/operations/CreateAccessToken (read).
 *
 * @param options `clientId`, `clientSecret`, `product` and `subscriptionKey`; any option of `clientCredentials`
 */
export function mtnMomo({ product, subscriptionKey, ...options }: MtnMomoOptions): TokenSource {
  const name = 'Ocp-Apim-Subscription-Key';
  return preset(
    'mtnMomo',
    {
      tokenUrl: 'https://proxy.momoapi.mtn.com/{product}/token/',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: {
        format: 'none',
        grantType: false,
        headers: { [name]: requiredValue('mtnMomo', 'subscriptionKey', subscriptionKey) },
      },
      sendAs: options.sendAs ?? withHeaders({ [name]: plain('mtnMomo', 'subscriptionKey', subscriptionKey) }),
    },
    options,
    { product },
  );
}
