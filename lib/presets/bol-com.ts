import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * bol.com: HTTP Basic over the raw id and secret; POST with `grant_type` in the query and no body. Tokens live 299 seconds. Too many
 * token requests get the IP address blocked: many processes behind one had better share theirs.
 *
 * Source: https://api.bol.com/retailer/public/Retailer-API/authentication.html (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function bolCom(options: PresetOptions): TokenSource {
  return preset(
    'bolCom',
    {
      tokenUrl: 'https://login.bol.com/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { format: 'query' },
    },
    options,
  );
}
