import type { TokenSource } from '../contract.js';
import { checkOptions, oneOf } from '../validate.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link amadeus}. */
export interface AmadeusOptions extends PresetOptions {
  /** Which system: `'test'` (default) or `'production'`. Each has credentials and an API address of its own. */
  hostname?: 'test' | 'production' | undefined;
}

const HOSTS = { test: 'test.api.amadeus.com', production: 'api.amadeus.com' };

/**
 * Amadeus self-service: form, id and secret in the body; tokens live 30 minutes.
 *
 * Source: https://developers.amadeus.com (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function amadeus({ hostname, ...options }: AmadeusOptions): TokenSource {
  checkOptions('amadeus', { hostname }, { hostname: oneOf('test', 'production') });
  return preset('amadeus', { tokenUrl: `https://${HOSTS[hostname ?? 'test']}/v1/security/oauth2/token` }, options);
}
