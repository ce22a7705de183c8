import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Healthwise: HTTP Basic over the raw id and secret, scope `*`. A lifetime is sent only when asked for, in seconds:
 * `healthwise({ …, params: { expiration: 86400 } })`.
 *
 * Source: the provider's "Authorization API" documentation (read in full; its answer is not shown there: RFC 6749 presumed).
 */
export function healthwise(options: PresetOptions): TokenSource {
  return preset(
    {
      tokenUrl: 'https://auth.healthwise.net/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      scope: '*',
    },
    options,
  );
}
