import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link zoom}. */
export interface ZoomOptions extends PresetOptions {
  /** The account's id, from the app's credentials: sent as `account_id`. */
  accountId: Value<string | undefined>;
}

/**
 * Zoom, server-to-server: POST with everything in the query and an empty body, HTTP Basic over the raw id and secret,
 * `grant_type=account_credentials`. An error says why in `reason` (presumed).
 *
 * Tokens live an hour, and a new one ends the one before it: processes that share the credential log each other out. Each `index` has a
 * token of its own (`params: { index: 1 }`); how many there may be is agreed with Zoom.
 *
 * Source: https://devforum.zoom.us/t/server-to-server-oauth-annoying-token-invalidation/72070 (read).
 *
 * @param options `clientId`, `clientSecret` and `accountId`; any option of `clientCredentials`
 */
export function zoom({ accountId, ...options }: ZoomOptions): TokenSource {
  return preset(
    'zoom',
    {
      tokenUrl: 'https://zoom.us/oauth/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      params: { account_id: requiredValue('zoom', 'accountId', accountId) },
      request: { format: 'query', grantType: 'account_credentials' },
      response: { error: errorAt('error', 'reason') },
      reissue: 'replaces',
    },
    options,
  );
}
