import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { neverExpires } from '../source/expiry.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * X (Twitter), app-only: HTTP Basic over id and secret, each percent-encoded. There is one token for each app, without an end: asking
 * again gives the same one until it is invalidated, and asking too often is refused by 403 with code 99. Where an error's code and
 * text are in its body is presumed.
 *
 * Source: https://developer.x.com/en/docs/authentication/api-reference/token (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function xAppOnly(options: PresetOptions): TokenSource {
  return preset(
    'xAppOnly',
    {
      tokenUrl: 'https://api.x.com/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: encodeURIComponent }),
      response: { expiry: neverExpires(), error: errorAt('errors.code', 'errors.message') },
      reissue: 'same',
    },
    options,
  );
}
