import type { TokenSource } from '../contract.js';
import { expiresIn } from '../source/expiry.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * GoCardless bank account data (once Nordigen): JSON with `secret_id` and `secret_key`, no grant type. The token is at `access`, its
 * life of a day at `access_expires`; the refresh token beside it is not used. Errors are told by `summary` and `detail`.
 *
 * Source: https://ob.helpscoutdocs.com/article/132-token-handling-via-api (partly read; the rest is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function gocardlessBankData(options: PresetOptions): TokenSource {
  return preset(
    'gocardlessBankData',
    {
      tokenUrl: 'https://bankaccountdata.gocardless.com/api/v2/token/new/',
      request: { format: 'json', grantType: false, names: { clientId: 'secret_id', clientSecret: 'secret_key' } },
      response: { token: 'access', expiry: expiresIn('access_expires'), error: errorAt('summary', 'detail') },
    },
    options,
  );
}
