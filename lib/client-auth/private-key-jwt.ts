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

export interface PrivateKeyJwtOptions extends AssertionOptions, SigningOptions {}

/**
 * The client signs an assertion with its private key (RFC 7523 §2.2, "private_key_jwt"): no secret leaves the process, and the server
 * stores none. A new assertion is made for every attempt. Runs wherever WebCrypto does; in a browser page, use a `CryptoKey` that is
 * not extractable: a key in a text can be read by every visitor.
 *
 * @throws TokenConfigError for an option that is missing, misspelt or wrong, such as a key that does not fit the algorithm
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
