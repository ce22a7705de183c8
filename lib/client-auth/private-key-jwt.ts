import { authenticationOf } from '../source/stand-in.js';
import { checkOptions, noteFactories } from '../validate.js';
import {
  assertionRules,
  type AssertionOptions,
  checkSigning,
  sendAssertion,
  type SigningOptions,
  signingOf,
  signingRules,
} from './assertion.js';
import { type ClientAuth, requireClientId, withTraits } from './client-auth.js';

const OWNER = 'privateKeyJwt';

/** Options of {@link privateKeyJwt}. */
export interface PrivateKeyJwtOptions extends AssertionOptions, SigningOptions {}

/**
 * The client signs an assertion with its private key (RFC 7523 §2.2, "private_key_jwt"): no secret leaves the process, and the server
 * stores none. A new assertion is made for every attempt. Runs wherever WebCrypto does; in a browser page, use a `CryptoKey` that is
 * not extractable: a key in a text can be read by every visitor.
 *
 * @param options the key, the algorithm, and what is in the assertion
 * @throws TokenConfigError for an option that is missing, misspelt or wrong, such as a key that does not fit the algorithm
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { clientCredentials } from 'axios-client-credentials';
 * import { privateKeyJwt } from 'axios-client-credentials/client-auth';
 *
 * const source = clientCredentials({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'my-service',
 *   clientAuth: privateKeyJwt({ key: () => readFile('/run/secrets/key.pem', 'utf8'), algorithm: 'ES256' }),
 * });
 * ```
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuth {
  checkOptions(OWNER, options, { ...assertionRules, ...signingRules });
  checkSigning(OWNER, options);
  const { algorithm } = options;
  const check = requireClientId(OWNER);
  const traits = { name: OWNER, needsSecret: false, needsParameters: true, algorithm, check };
  const auth = withTraits(traits, async (request) => {
    await sendAssertion(request, options, await signingOf(OWNER, options, request));
  });
  return authenticationOf(auth, async (request, hasId) => {
    const { describeAssertion, describeKey } = await import('./assertion-identity.js');
    const signedWith = await describeKey(OWNER, options, request, hasId);
    await describeAssertion(request, OWNER, { options, signedWith, hasId });
  });
}

noteFactories({ privateKeyJwt });
