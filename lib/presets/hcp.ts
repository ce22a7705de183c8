import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * HashiCorp Cloud Platform (HCP): form, id and secret of a service principal in the body, with HCP's API as `audience`. Tokens live an
 * hour.
 *
 * Source: https://developer.hashicorp.com/hcp (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function hcp(options: PresetOptions): TokenSource {
  return preset(
    'hcp',
    { tokenUrl: 'https://auth.idp.hashicorp.com/oauth2/token', audience: 'https://api.hashicorp.cloud' },
    options,
  );
}
