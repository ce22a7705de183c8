import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * PokitDok: HTTP Basic over the raw id and secret. The life is `expires_in`; the absolute `expires` beside it lies in the past in
 * the provider's own sample, and is not read.
 *
 * Source: https://github.com/pokitdok/apidocs-v4/blob/HEAD/source/includes/_authentication.md (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function pokitdok(options: PresetOptions): TokenSource {
  return preset(
    'pokitdok',
    {
      tokenUrl: 'https://platform.pokitdok.com/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
