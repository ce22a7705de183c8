import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link entraIdV1}. */
export interface EntraIdV1Options extends PresetOptions {
  /** The directory's id or one of its domains, such as `acme.onmicrosoft.com`. */
  tenant: Value<string | undefined>;
  /** The host of a national cloud. Default: `login.microsoftonline.com`. */
  authorityHost?: Value<string> | undefined;
  /** Mandatory, in place of a scope: what the token is for, such as `https://management.azure.com/`. Sent as `resource`. */
  resource: Value<string | string[] | undefined>;
}

/**
 * Microsoft Entra ID (Azure AD), the old v1 endpoint: form, id and secret in the body, `resource` in place of `scope`. Tokens live an
 * hour; every number in the answer is a text.
 *
 * Source: https://github.com/MicrosoftDocs/azure-docs/issues/54997 (read).
 *
 * @param options `clientId`, `clientSecret`, `tenant` and `resource`; any option of `clientCredentials`
 */
export function entraIdV1({
  tenant,
  authorityHost = 'login.microsoftonline.com',
  resource,
  ...options
}: EntraIdV1Options): TokenSource {
  return preset(
    'entraIdV1',
    { tokenUrl: 'https://{authorityHost}/{tenant}/oauth2/token' },
    { ...options, resource: requiredValue('entraIdV1', 'resource', resource) },
    { tenant, authorityHost },
  );
}
