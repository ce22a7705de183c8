import { withTraits } from '../client-auth/client-auth.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link ibmCloud}. */
export interface IbmCloudOptions extends PresetOptions {
  /** A secret: the API key of a user or a service id. Sent as `apikey`. */
  apikey: Value<string | undefined>;
}

/**
 * IBM Cloud IAM: an API key is the grant; there is no client id. Tokens live an hour. The `refresh_token` in the answer may be a
 * placeholder, and is not used. A `clientId` is not sent; it only tells this source from another in its `id`.
 *
 * Source: https://cloud.ibm.com/docs/iam?topic=iam-iamtoken_from_apikey (read).
 *
 * @param options `apikey`; any option of `clientCredentials`
 */
export function ibmCloud({ apikey, ...options }: IbmCloudOptions): TokenSource {
  return preset(
    'ibmCloud',
    {
      tokenUrl: 'https://iam.cloud.ibm.com/identity/token',
      clientSecret: requiredValue('ibmCloud', 'apikey', apikey),
      clientAuth: withTraits(
        { name: 'apikey', needsSecret: false, needsParameters: true },
        ({ clientSecret, parameters }) => {
          parameters.apikey = clientSecret;
        },
      ),
      params: { response_type: 'cloud_iam' },
      request: { grantType: 'urn:ibm:params:oauth:grant-type:apikey' },
      response: { error: errorAt('errorCode', 'errorMessage') },
    },
    options,
  );
}
