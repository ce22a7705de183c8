import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { EndpointAnswer, TokenSource } from '../contract.js';
import { anyOf, unauthorized } from '../interceptor/rejection.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link databricks}. */
export interface DatabricksOptions extends PresetOptions {
  /** The workspace, such as `dbc-a1b2c3d4-e5f6.cloud.databricks.com`; `DATABRICKS_HOST` with its `https://` will do. */
  host: Value<string | undefined>;
}

/**
 * Databricks, a service principal in a workspace: HTTP Basic over the raw id and secret, scope `all-apis`. Tokens live an hour. A token
 * that has ended shows as 401, or as 403 that says "Invalid access token"; any other 403 is none. The account level has another address:
 * give `tokenUrl`.
 *
 * Source: https://docs.databricks.com/dev-tools/auth/oauth-m2m (read).
 *
 * @param options `clientId`, `clientSecret` and `host`; any option of `clientCredentials`
 */
export function databricks({ host, ...options }: DatabricksOptions): TokenSource {
  return preset(
    'databricks',
    {
      tokenUrl: 'https://{host}/oidc/v1/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      scope: 'all-apis',
      rejectedWhen: anyOf(unauthorized(), saysInvalidToken),
    },
    options,
    { host },
  );
}

/** In JSON or on an error page. The body is read for a 403 only. */
function saysInvalidToken(answer: EndpointAnswer): boolean {
  return answer.status === 403 && /invalid access token/i.test(answer.text || JSON.stringify(answer.body));
}
