import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { systemHost } from './sandbox.js';

/** Options of {@link ups}. */
export interface UpsOptions extends PresetOptions {
  /** Sent in `x-merchant-id` with the token request. Default: not sent. */
  merchantId?: Value<string | undefined>;
  /** The system for tests; its API is at `wwwcie.ups.com`. Default: `false`. */
  sandbox?: boolean | undefined;
}

/**
 * UPS: HTTP Basic over the raw id and secret; tokens live 4 hours, and the answer says so as a text. Each client id has limits.
 *
 * Source: https://schemas.apis.io/schemas/ups/ups-oauthtokenresponse/,
 * https://developers.qodex.ai/ups-apis/ups-oauthclientcredentials/create-access-token-1 (read; the sandbox's host is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function ups({ merchantId, sandbox, ...options }: UpsOptions): TokenSource {
  const host = systemHost('ups', sandbox, 'onlinetools.ups.com', 'wwwcie.ups.com');
  return preset(
    'ups',
    {
      tokenUrl: `https://${host}/security/v1/oauth/token`,
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { headers: { 'x-merchant-id': merchantId } },
      response: { error: errorAt('response.errors.code', 'response.errors.message') },
    },
    options,
  );
}
