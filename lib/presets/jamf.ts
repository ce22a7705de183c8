import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link jamf}. */
export interface JamfOptions extends PresetOptions {
  /** Your Jamf Pro's address, such as `https://acme.jamfcloud.com`. */
  url: Value<string | undefined>;
}

/**
 * Jamf Pro, API client: form, id and secret in the body. How long tokens live is set for each client, 1 to 30 minutes.
 *
 * Source: https://learn.jamf.com/r/en-US/jamf-pro-documentation-11.16.0/Generating_a_Client_Secret (read).
 *
 * @param options `clientId`, `clientSecret` and `url`; any option of `clientCredentials`
 */
export function jamf({ url, ...options }: JamfOptions): TokenSource {
  return preset('jamf', { tokenUrl: '{url}/api/oauth/token' }, options, { url });
}
