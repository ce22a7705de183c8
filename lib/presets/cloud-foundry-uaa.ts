import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link cloudFoundryUaa}. */
export interface CloudFoundryUaaOptions extends PresetOptions {
  /** The UAA's address, such as `https://uaa.example.com`. */
  url: Value<string | undefined>;
}

/**
 * Cloud Foundry and Tanzu UAA: form, `response_type=token`. Id and secret go in the body: versions differ in whether they decode what
 * comes as Basic. Tokens live 12 hours unless the client is set otherwise.
 *
 * Source: https://docs.cloudfoundry.org/api/uaa (unverified).
 *
 * @param options `clientId`, `clientSecret` and `url`; any option of `clientCredentials`
 */
export function cloudFoundryUaa({ url, ...options }: CloudFoundryUaaOptions): TokenSource {
  return preset(
    'cloudFoundryUaa',
    {
      tokenUrl: '{url}/oauth/token',
      params: { response_type: 'token' },
    },
    options,
    { url },
  );
}
