import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { systemHost } from './sandbox.js';

/** Options of {@link safaricomDaraja}. */
export interface SafaricomDarajaOptions extends PresetOptions {
  /** The system for tests, which has credentials and an API address of its own. Default: `false`. */
  sandbox?: boolean | undefined;
}

/**
 * Safaricom Daraja (M-Pesa): GET with the grant type in the query, HTTP Basic over the raw consumer key and secret. Tokens live an
 * hour; `expires_in` is a string. An API tells of one that has ended by the code 404.001.03, in `errorCode` (presumed, as for errors
 * of the token request).
 *
 * Source: https://dev.to/msnmongare/safaricom-daraja-api-authorization-api-guide-for-access-tokens-2kg1 (read; the
 * sandbox's host is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function safaricomDaraja({ sandbox, ...options }: SafaricomDarajaOptions): TokenSource {
  const hasEnded = bodyCode('errorCode', ['404.001.03']);
  const host = systemHost('safaricomDaraja', sandbox, 'api.safaricom.co.ke', 'sandbox.safaricom.co.ke');
  return preset(
    'safaricomDaraja',
    {
      tokenUrl: `https://${host}/oauth/v1/generate`,
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { method: 'GET' },
      response: { error: errorAt('errorCode', 'errorMessage') },
      rejectedWhen: anyOf(unauthorized(), (answer) => answer.status >= 400 && hasEnded(answer)),
    },
    options,
  );
}
