import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link okta}. */
export interface OktaOptions extends PresetOptions {
  /** The org's domain, such as `acme.okta.com`, or a custom one. */
  domain: Value<string | undefined>;
  /** The id of a custom authorization server. Default: `default`, the one that comes with an org. */
  authorizationServerId?: Value<string> | undefined;
  /** Mandatory: custom scopes of that authorization server. */
  scope: Value<string | string[] | undefined>;
}

/**
 * Okta, a custom authorization server: HTTP Basic, id and secret form-urlencoded (RFC 6749 §2.3.1). Tokens live an hour; the endpoint
 * is rate limited per org (429). The org authorization server (`okta.*` scopes) is another matter: it takes signed assertions only.
 *
 * Source: https://developer.okta.com/docs/guides/dpop/-/main (partly read; the rest is presumed).
 *
 * @param options `clientId`, `clientSecret`, `domain` and `scope`; any option of `clientCredentials`
 */
export function okta({ domain, authorizationServerId = 'default', scope, ...options }: OktaOptions): TokenSource {
  return preset(
    'okta',
    { tokenUrl: 'https://{domain}/oauth2/{authorizationServerId}/v1/token', clientAuth: clientSecretBasic() },
    { ...options, scope: requiredValue('okta', 'scope', scope) },
    { domain, authorizationServerId },
  );
}
