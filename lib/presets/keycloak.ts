import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link keycloak}. */
export interface KeycloakOptions extends PresetOptions {
  /** The server's address, such as `https://sso.example.com`; of servers before version 17 with `/auth` behind it. */
  url: Value<string | undefined>;
  /** The realm's name. */
  realm: Value<string | undefined>;
}

/**
 * Keycloak: form, id and secret in the body. Tokens live 5 minutes unless the realm says otherwise.
 *
 * Source: https://developers.mytalentplug.com/docs/authentication (partly read; the rest is presumed).
 *
 * @param options `clientId`, `clientSecret`, `url` and `realm`; any option of `clientCredentials`
 */
export function keycloak({ url, realm, ...options }: KeycloakOptions): TokenSource {
  return preset('keycloak', { tokenUrl: '{url}/realms/{realm}/protocol/openid-connect/token' }, options, {
    url,
    realm,
  });
}
