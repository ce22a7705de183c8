import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Blizzard Battle.net: HTTP Basic over the raw id and secret; tokens live a day, and asking again gives the same one.
 *
 * Source: https://develop.battle.net (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function battleNet(options: PresetOptions): TokenSource {
  return preset(
    'battleNet',
    {
      tokenUrl: 'https://oauth.battle.net/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      reissue: 'same',
    },
    options,
  );
}
