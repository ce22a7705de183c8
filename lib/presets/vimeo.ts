import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { neverExpires } from '../source/expiry.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Vimeo, unauthenticated token: JSON, HTTP Basic over the raw id and secret, and a media type of Vimeo's own in `Accept`. Tokens have
 * no end; the advice is to ask once and keep it.
 *
 * Source: https://gist.github.com/linktoahref/4754121890283d88780641a43e208081, https://github.com/nate-thomas/vimeo.php (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function vimeo(options: PresetOptions): TokenSource {
  return preset(
    'vimeo',
    {
      tokenUrl: 'https://api.vimeo.com/oauth/authorize/client',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { format: 'json', headers: { Accept: 'application/vnd.vimeo.*+json;version=3.4' } },
      response: { expiry: neverExpires() },
    },
    options,
  );
}
