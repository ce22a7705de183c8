import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Spotify: HTTP Basic over the raw id and secret, no scopes; tokens live an hour.
 *
 * Source: https://developer.spotify.com (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function spotify(options: PresetOptions): TokenSource {
  return preset(
    'spotify',
    {
      tokenUrl: 'https://accounts.spotify.com/api/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
