import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';
import { systemHost } from './sandbox.js';

/** Options of {@link payPal}. */
export interface PayPalOptions extends PresetOptions {
  /** The system for tests, with credentials of its own; its API is at `api-m.sandbox.paypal.com`. Default: `false`. */
  sandbox?: boolean | undefined;
}

/**
 * PayPal: HTTP Basic over the raw id and secret; about 9 hours. Asking again commonly gives the live token with what is left of its
 * life, and asking too often is throttled.
 *
 * Source: https://developer.paypal.com/docs/api/reference/get-an-access-token/ (partly read; the rest is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function payPal({ sandbox, ...options }: PayPalOptions): TokenSource {
  const host = systemHost('payPal', sandbox, 'api-m.paypal.com', 'api-m.sandbox.paypal.com');
  return preset(
    'payPal',
    {
      tokenUrl: `https://${host}/v1/oauth2/token`,
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      reissue: 'same',
    },
    options,
  );
}
