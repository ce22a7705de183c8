import { TokenConfigError } from '../errors.js';
import { authenticationOf } from '../source/stand-in.js';
import { checkOptions, noteFactories, oneOf } from '../validate.js';
import { type AssertionOptions, assertionRules, bytes, sendAssertion, type SignJws } from './assertion.js';
import { type ClientAuth, credentials, withTraits } from './client-auth.js';
import { requireWebCrypto } from './web-crypto.js';

const OWNER = 'clientSecretJwt';

/** HMAC with SHA-2 (RFC 7518 §3.2). A secret must be at least as long as the hash: 32, 48 or 64 bytes. */
export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** Options of {@link clientSecretJwt}. */
export interface ClientSecretJwtOptions extends AssertionOptions {
  /** How assertions are signed. Default: `'HS256'`. */
  algorithm?: SecretAlgorithm | undefined;
}

/** A key must be as long as the hash (RFC 7518 §3.2). */
const SHORTEST: Record<SecretAlgorithm, number> = { HS256: 32, HS384: 48, HS512: 64 };

/**
 * The client signs an assertion with its `clientSecret` (RFC 7523 §2.2, "client_secret_jwt"): the secret is known to both sides and
 * never sent. A new assertion is made for every attempt. The secret's UTF-8 bytes are the key (OpenID Connect Core §10.1).
 *
 * @param options the algorithm, and what is in the assertion
 * @throws TokenConfigError for an option that is misspelt or wrong; a secret that is too short: in `clientCredentials`
 * @example
 * ```ts
 * import { clientCredentials } from 'axios-client-credentials';
 * import { clientSecretJwt } from 'axios-client-credentials/client-auth';
 *
 * const source = clientCredentials({
 *   tokenUrl: 'https://auth.example.com/oauth2/token',
 *   clientId: 'my-service',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   clientAuth: clientSecretJwt({ algorithm: 'HS512' }),
 * });
 * ```
 */
export function clientSecretJwt(options: ClientSecretJwtOptions = {}): ClientAuth {
  checkOptions(OWNER, options, { ...assertionRules, algorithm: oneOf(...Object.keys(SHORTEST)) });
  const { algorithm = 'HS256' } = options;
  const traits = {
    name: OWNER,
    needsSecret: true,
    needsParameters: true,
    algorithm,
    check: ({ clientSecret }: { clientSecret?: unknown }) => {
      if (typeof clientSecret === 'string') checkLength(new Blob([clientSecret]).size, algorithm); // jsdom has no TextEncoder
    },
  };
  const auth = withTraits(traits, async (request) => {
    const [, secret] = credentials(request, OWNER);
    requireWebCrypto(OWNER, 'crypto.subtle', 'crypto.randomUUID');
    const key = bytes(secret);
    checkLength(key.length, algorithm);
    const sign: SignJws = async (header, payload) => {
      const { CompactSign } = await import('jose/jws/compact/sign');
      return new CompactSign(payload).setProtectedHeader(header).sign(key);
    };
    await sendAssertion(request, options, { owner: OWNER, header: { alg: algorithm }, sign });
  });
  return authenticationOf(auth, async (request, hasId) => {
    const { describeAssertion } = await import('./assertion-identity.js');
    const [, secret] = credentials(request, OWNER);
    await describeAssertion(request, OWNER, { options, signedWith: [algorithm, secret], hasId });
  });
}

function checkLength(length: number, algorithm: SecretAlgorithm): void {
  if (length >= SHORTEST[algorithm]) return;
  throw new TokenConfigError(
    `${OWNER}: \`clientSecret\` must be at least ${SHORTEST[algorithm]} bytes long for ${algorithm} (RFC 7518 §3.2). Is it the whole secret?`,
    { option: 'clientSecret' },
  );
}

noteFactories({ clientSecretJwt });
