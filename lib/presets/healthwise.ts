import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Healthwise: HTTP Basic over the raw id and secret, scope `*`. A lifetime is sent only when asked for, in seconds:
 * `healthwise({ …, params: { expiration: 86400 } })`.
 *
 * Source: https://auth.healthwise.net/ (read; its answer is not shown there: RFC 6749 presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function healthwise(options: PresetOptions): TokenSource {
  return preset(
    'healthwise',
    {
      tokenUrl: 'https://auth.healthwise.net/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      scope: '*',
    },
    options,
  );
}
