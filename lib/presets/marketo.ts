import type { TokenSource } from '../contract.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link marketo}. */
export interface MarketoOptions extends PresetOptions {
  /** The Munchkin account id, such as `123-ABC-456`: what stands before `.mktorest.com`. */
  munchkinId: Value<string | undefined>;
}

/**
 * Marketo Engage: GET, everything in the query, the secret too. There is one token for each custom service: asking again gives the
 * same one with what is left of its hour. The API tells of a bad token (601) or an ended one (602) in the body of a 200.
 *
 * Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/authentication,
 * https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes (read).
 *
 * @param options `clientId`, `clientSecret` and `munchkinId`; any option of `clientCredentials`
 */
export function marketo({ munchkinId, ...options }: MarketoOptions): TokenSource {
  return preset(
    'marketo',
    {
      tokenUrl: 'https://{munchkinId}.mktorest.com/identity/oauth/token',
      request: { method: 'GET' },
      rejectedWhen: anyOf(unauthorized(), bodyCode('errors.code', [601, 602])),
      reissue: 'same',
    },
    options,
    { munchkinId },
  );
}
