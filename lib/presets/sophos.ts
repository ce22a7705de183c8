import type { TokenSource } from '../contract.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { plain, withHeaders } from './with-headers.js';

/** Options of {@link sophos}. */
export interface SophosOptions extends PresetOptions {
  /** The id of the tenant that is spoken to: goes out as `X-Tenant-ID` with every API request. Default: not sent. */
  tenantId?: string | undefined;
  /** The id of the partner, for its APIs: goes out as `X-Partner-ID` with every API request. Default: not sent. */
  partnerId?: string | undefined;
  /** The id of the organization, for its APIs: goes out as `X-Organization-ID` with every API request. Default: not sent. */
  organizationId?: string | undefined;
}

/**
 * Sophos Central: form, id and secret in the body, scope `token`; tokens live an hour. `GET /whoami/v1` with a token tells your id and
 * the API host of your region. API requests carry the id in a header (a request's own value of it wins); where it is missing or wrong
 * they are refused by 401, too, which costs a token request that does not help.
 *
 * Source: https://community.sophos.com/sophos-central-api/f/recommended-reads/120745/authenticating-to-sophos-central-apis (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function sophos({ tenantId, partnerId, organizationId, ...options }: SophosOptions): TokenSource {
  const given = (name: string, id: string | undefined): string | undefined =>
    id === undefined ? undefined : plain('sophos', name, id);
  const refused = errorAt('errorCode', 'message');
  return preset(
    'sophos',
    {
      tokenUrl: 'https://id.sophos.com/api/v2/oauth2/token',
      scope: 'token',
      // A success has an `errorCode`, too (presumed).
      response: { error: (answer) => (answer.status < 400 ? undefined : refused(answer)) },
      sendAs: withHeaders({
        'X-Tenant-ID': given('tenantId', tenantId),
        'X-Partner-ID': given('partnerId', partnerId),
        'X-Organization-ID': given('organizationId', organizationId),
      }),
    },
    options,
  );
}
