import type { TokenSource } from '../contract.js';
import { header } from '../interceptor/placement.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link shopify}. */
export interface ShopifyOptions extends PresetOptions {
  /** What stands before `.myshopify.com`. Tokens are per shop: for many, give `({ tenant }) => tenant`. */
  shop: Value<string | undefined>;
}

/**
 * Shopify, client credentials: form, id and secret in the body; the token goes out in `X-Shopify-Access-Token`, and lives a day.
 *
 * Source: https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant (read).
 *
 * @param options `clientId`, `clientSecret` and `shop`; any option of `clientCredentials`
 */
export function shopify({ shop, ...options }: ShopifyOptions): TokenSource {
  return preset(
    'shopify',
    { tokenUrl: 'https://{shop}.myshopify.com/admin/oauth/access_token', sendAs: header('X-Shopify-Access-Token') },
    options,
    { shop },
  );
}
