import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link entraId}. */
export interface EntraIdOptions extends PresetOptions {
  /** The directory's id or one of its domains, such as `acme.onmicrosoft.com`. */
  tenant: Value<string | undefined>;
  /** The host of a national cloud. Default: `login.microsoftonline.com`. */
  authorityHost?: Value<string> | undefined;
  /** Mandatory: one resource with `/.default` behind it, such as `https://graph.microsoft.com/.default`. Sent as `scope`. */
  scope: Value<string | string[] | undefined>;
}

/**
 * Microsoft Entra ID (Azure AD), v2 endpoint: form, id and secret in the body. Tokens live 60 to 90 minutes, at random; up to a day
 * where continuous access evaluation applies. Who asks in a loop is throttled (429). A claims challenge in an API's 401 is not
 * passed on to the token request.
 *
 * Source: https://github.com/MicrosoftDocs/azure-docs/issues/54997 (partly read; the rest is presumed).
 *
 * @param options `clientId`, `clientSecret`, `tenant` and `scope`; any option of `clientCredentials`
 */
export function entraId({
  tenant,
  authorityHost = 'login.microsoftonline.com',
  scope,
  ...options
}: EntraIdOptions): TokenSource {
  return preset(
    'entraId',
    { tokenUrl: 'https://{authorityHost}/{tenant}/oauth2/v2.0/token' },
    { ...options, scope: requiredValue('entraId', 'scope', scope) },
    { tenant, authorityHost },
  );
}
