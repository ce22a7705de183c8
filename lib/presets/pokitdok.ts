import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * PokitDok: HTTP Basic over the raw id and secret. The life is `expires_in`; the absolute `expires` beside it lies in the past in
 * the provider's own sample, and is not read.
 *
 * Source: the provider's API documentation, "Security And Authorization" (read in full).
 */
export function pokitdok(options: PresetOptions): TokenSource {
  return preset(
    {
      tokenUrl: 'https://platform.pokitdok.com/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
