import { base64 } from '../base64.js';
import { type ClientAuth, credentials, withTraits } from './client-auth.js';
import { checkOptions, either, aFunction, oneOf, noteFactories } from '../validate.js';

/** Options of {@link clientSecretBasic}. */
export interface ClientSecretBasicOptions {
  /**
   * How id and secret are encoded before base64: `'rfc6749'` (default) form-urlencodes each (RFC 6749 §2.3.1), `'raw'` takes them
   * as they are, for servers that do not decode; or a function for each part.
   */
  encoding?: 'rfc6749' | 'raw' | ((part: string) => string) | undefined;
}

/**
 * HTTP Basic with the client's id and secret (RFC 6749 §2.3.1, RFC 7617; UTF-8).
 * @param options how id and secret are encoded
 * @throws TokenConfigError for an option that is misspelt or wrong; where `clientId` or `clientSecret` is missing, `clientCredentials` does
 * @example
 * ```ts
 * import { clientCredentials, clientSecretBasic } from 'axios-client-credentials';
 *
 * const source = clientCredentials({
 *   tokenUrl: 'https://auth.example.com/token',
 *   clientId: 'my-service',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   clientAuth: clientSecretBasic({ encoding: 'raw' }), // the server does not decode
 * });
 * ```
 */
export function clientSecretBasic(options: ClientSecretBasicOptions = {}): ClientAuth {
  checkOptions('clientSecretBasic', options, {
    encoding: either("must be 'rfc6749', 'raw' or a function", oneOf('rfc6749', 'raw'), aFunction),
  });
  const { encoding = 'rfc6749' } = options;
  const encode = typeof encoding === 'function' ? encoding : encoding === 'raw' ? (part: string) => part : formEncode;
  return withTraits({ name: 'clientSecretBasic', needsSecret: true, needsParameters: false }, (request) => {
    const [id, secret] = credentials(request, 'clientSecretBasic');
    request.headers.Authorization = `Basic ${base64(`${encode(id)}:${encode(secret)}`)}`;
  });
}

function formEncode(part: string): string {
  return new URLSearchParams([['', part]]).toString().slice(1);
}

noteFactories({ clientSecretBasic });
