import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Trustpilot: HTTP Basic over the raw id and secret. Tokens live 100 hours; the answer says so as a text.
 *
 * Source: https://developers.trustpilot.com/get-started/authentication/grant-type-client-credentials (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function trustpilot(options: PresetOptions): TokenSource {
  return preset(
    'trustpilot',
    {
      tokenUrl: 'https://api.trustpilot.com/v1/oauth/oauth-business-users-for-applications/accesstoken',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
