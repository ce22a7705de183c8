import { type ClientAuth, credentials, withTraits } from './client-auth.js';
import { noteFactories } from '../validate.js';

/**
 * The client's id and secret among the parameters (RFC 6749 §2.3.1). The default of `clientCredentials` where there is a `clientSecret`.
 */
export function clientSecretPost(): ClientAuth {
  return withTraits({ name: 'clientSecretPost', needsSecret: true, needsParameters: true }, (request) => {
    const [id, secret] = credentials(request, 'clientSecretPost');
    request.parameters.client_id = id;
    request.parameters.client_secret = secret;
  });
}

noteFactories({ clientSecretPost });
