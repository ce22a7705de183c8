import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Xero, custom connection: HTTP Basic over the raw id and secret, and a `scope`; tokens live 30 minutes. A client is connected to one
 * organisation, so API calls need no `Xero-Tenant-Id`. Changing the connection's scopes deactivates it.
 *
 * Source: https://developer.xero.com/faq/custom-integration (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function xero(options: PresetOptions): TokenSource {
  return preset(
    'xero',
    {
      tokenUrl: 'https://identity.xero.com/connect/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
