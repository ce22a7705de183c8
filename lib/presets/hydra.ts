import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link hydra}. */
export interface HydraOptions extends PresetOptions {
  /** The public address, such as `https://hydra.example.com`. */
  url: Value<string | undefined>;
}

/**
 * Ory Hydra: HTTP Basic, id and secret form-urlencoded (RFC 6749 §2.3.1), and it insists on that. Tokens live an hour. A client that is
 * registered for `client_secret_post` needs `clientAuth: clientSecretPost()`.
 *
 * Source: https://www.ory.sh/docs/hydra (unverified).
 *
 * @param options `clientId`, `clientSecret` and `url`; any option of `clientCredentials`
 */
export function hydra({ url, ...options }: HydraOptions): TokenSource {
  return preset('hydra', { tokenUrl: '{url}/oauth2/token', clientAuth: clientSecretBasic() }, options, { url });
}
