import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

export interface JamfOptions extends PresetOptions {
  /** Your Jamf Pro's address, such as `https://acme.jamfcloud.com`. */
  url: Value<string | undefined>;
}

/**
 * Jamf Pro, API client: form, id and secret in the body. How long tokens live is set for each client, 1 to 30 minutes.
 *
 * Source: https://learn.jamf.com/r/en-US/jamf-pro-documentation-11.16.0/Generating_a_Client_Secret (read).
 */
export function jamf({ url, ...options }: JamfOptions): TokenSource {
  return preset('jamf', { tokenUrl: '{url}/api/oauth/token' }, options, { url });
}
