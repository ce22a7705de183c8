import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * DHL eCommerce Americas: form, id and secret in the body; tokens live an hour.
 *
 * Source: https://developer.dhl.com/api-reference/authentication-dhl-ecommerce-americas (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function dhlEcommerce(options: PresetOptions): TokenSource {
  return preset(
    'dhlEcommerce',
    {
      tokenUrl: 'https://api.dhlecs.com/auth/v4/accesstoken',
    },
    options,
  );
}
