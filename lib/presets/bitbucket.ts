import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Bitbucket Cloud, a private OAuth consumer: HTTP Basic over the raw id (its key) and secret. Tokens live one or two hours, as the answer
 * says. The `refresh_token` in it is not needed, and not used.
 *
 * Source: https://docs.unified.to/skills/bitbucket-oauth-app/SKILL.md (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function bitbucket(options: PresetOptions): TokenSource {
  return preset(
    'bitbucket',
    {
      tokenUrl: 'https://bitbucket.org/site/oauth2/access_token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
  );
}
