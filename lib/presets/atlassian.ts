import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Atlassian Cloud, a service account: JSON, id and secret in the body. Tokens live an hour. The site's `cloudId` belongs into the
 * address of the API (`https://api.atlassian.com/ex/jira/{cloudId}/…`).
 *
 * Source: https://developer.atlassian.com (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function atlassian(options: PresetOptions): TokenSource {
  return preset(
    'atlassian',
    { tokenUrl: 'https://auth.atlassian.com/oauth/token', request: { format: 'json' } },
    options,
  );
}
