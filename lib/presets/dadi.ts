import type { TokenSource } from '../contract.js';
import { expiresIn } from '../source/expiry.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * DADI-style APIs: JSON with `clientId` and `secret`, no grant type; the answer is in camelCase. There is no public address:
 * `tokenUrl` is that of your own API, with the path `/token`.
 *
 * Source: https://github.com/dadi/docs/blob/HEAD/_src/api/concepts/authentication.md (read).
 *
 * @param options `clientId`, `clientSecret` and `tokenUrl`; any option of `clientCredentials`
 */
export function dadi(options: PresetOptions & Required<Pick<PresetOptions, 'tokenUrl'>>): TokenSource {
  return preset(
    'dadi',
    {
      request: { format: 'json', grantType: false, names: { clientId: 'clientId', clientSecret: 'secret' } },
      response: { token: 'accessToken', expiry: expiresIn('expiresIn') },
    },
    options,
  );
}
