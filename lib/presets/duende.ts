import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link duende}. */
export interface DuendeOptions extends PresetOptions {
  /** The server's address, such as `https://identity.example.com`. */
  authority: Value<string | undefined>;
}

/**
 * Duende IdentityServer, and IdentityServer 4: form, id and secret in the body. Tokens live an hour unless the client is set otherwise.
 *
 * Source: https://docs.duendesoftware.com (unverified).
 *
 * @param options `clientId`, `clientSecret` and `authority`; any option of `clientCredentials`
 */
export function duende({ authority, ...options }: DuendeOptions): TokenSource {
  return preset('duende', { tokenUrl: '{authority}/connect/token' }, options, { authority });
}
