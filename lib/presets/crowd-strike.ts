import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link crowdStrike}. */
export interface CrowdStrikeOptions extends PresetOptions {
  /** The cloud's name as it stands in its hosts, such as `us-2` or `eu-1`. Default: the one whose host has none. */
  cloud?: Value<string> | undefined;
}

/**
 * CrowdStrike Falcon: form, id and secret in the body; tokens live 30 minutes. The wrong cloud answers with a redirect, which is not
 * followed: set `cloud`. A parent account asks for a member's tokens by `params: { member_cid: ({ tenant }) => tenant }`. A 403 (seen
 * for ended tokens, too, presumed) is taken for a missing right. Errors come as a list with `code` and `message` (presumed).
 *
 * Source: https://developer.crowdstrike.com/api-reference/collections/oauth2/,
 * https://www.mintlify.com/CrowdStrike/psfalcon/api/oauth2 (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function crowdStrike({ cloud, ...options }: CrowdStrikeOptions): TokenSource {
  const host = cloud === undefined ? 'api.crowdstrike.com' : 'api.{cloud}.crowdstrike.com';
  return preset(
    'crowdStrike',
    { tokenUrl: `https://${host}/oauth2/token`, response: { error: errorAt('errors.code', 'errors.message') } },
    options,
    { cloud },
  );
}
