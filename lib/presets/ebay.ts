import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';
import { systemHost } from './sandbox.js';

/** Options of {@link ebay}. */
export interface EbayOptions extends PresetOptions {
  /** The system for tests, with credentials of its own; its API is at `api.sandbox.ebay.com`. Default: `false`. */
  sandbox?: boolean | undefined;
}

/**
 * eBay, application tokens: HTTP Basic over the raw id and secret; `scope` is `https://api.ebay.com/oauth/api_scope` unless another
 * is given. Tokens live 2 hours. An application may ask 1,000 times a day: plenty for one process, little for a new token in each
 * of many short-lived ones.
 *
 * Source: https://developer.ebay.com/api-docs/static/oauth-rate-limits.html (read; the sandbox's host is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function ebay({ sandbox, ...options }: EbayOptions): TokenSource {
  const host = systemHost('ebay', sandbox, 'api.ebay.com', 'api.sandbox.ebay.com');
  return preset(
    'ebay',
    {
      tokenUrl: `https://${host}/identity/v1/oauth2/token`,
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      scope: 'https://api.ebay.com/oauth/api_scope',
    },
    options,
  );
}
