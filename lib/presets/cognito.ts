import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link cognito}. */
export interface CognitoOptions extends PresetOptions {
  /** The prefix of the user pool's domain. With a domain of your own give `tokenUrl`: `https://auth.example.com/oauth2/token`. */
  domain: Value<string | undefined>;
  /** The AWS region of the user pool, such as `eu-central-1`. */
  region: Value<string | undefined>;
}

/**
 * Amazon Cognito: HTTP Basic over the raw id and secret. A scope is `<resource server>/<scope>`. Tokens live an hour, or from 5 minutes
 * to a day as the client is set. Token requests are billed, and rate limited per user pool.
 *
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html (read).
 *
 * @param options `clientId`, `clientSecret`, `domain` and `region`; any option of `clientCredentials`
 */
export function cognito({ domain, region, ...options }: CognitoOptions): TokenSource {
  return preset(
    'cognito',
    {
      tokenUrl: 'https://{domain}.auth.{region}.amazoncognito.com/oauth2/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
    },
    options,
    { domain, region },
  );
}
