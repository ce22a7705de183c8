import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { EndpointAnswer, TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { type AnswerError, errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link apigee}. */
export interface ApigeeOptions extends PresetOptions {
  /** The proxy's own, such as `https://acme-prod.apigee.net/oauth/client_credential/accesstoken`. */
  tokenUrl: Value<string | URL>;
}

/**
 * Apigee, as its policies are by default: HTTP Basic over the raw id and secret, the grant type in the URL, an empty form as the body.
 * Tokens live about half an hour or an hour; numbers come as texts, `issued_at` in ms. A proxy may be set otherwise: with
 * `request: { grantType: 'client_credentials', query: {} }` the grant type goes in the body.
 *
 * Source: http://apigee.com/docs/api/api_methods/109-get-an-access-token (partly read; the rest is presumed).
 *
 * @param options `clientId`, `clientSecret` and `tokenUrl`; any option of `clientCredentials`
 */
export function apigee(options: ApigeeOptions): TokenSource {
  return preset(
    'apigee',
    {
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { grantType: false, query: { grant_type: 'client_credentials' } },
      response: { error: refusal },
    },
    options,
  );
}

/** The policy says no in its own words, or the gateway does: then a wrong client id comes with status 500, and will not pass. */
function refusal(answer: EndpointAnswer): AnswerError | undefined {
  const fault = errorAt('fault.detail.errorcode', 'fault.faultstring')(answer);
  if (fault?.error.includes('oauth.v2.Invalid')) return { ...fault, permanent: true };
  return fault ?? errorAt('ErrorCode', 'Error')(answer);
}
