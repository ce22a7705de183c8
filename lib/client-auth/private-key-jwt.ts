import { TokenConfigError } from '../errors.js';
import type { Value } from '../source/parameters.js';
import { aString, checkOptions, noteFactories, oneOf, valueOf } from '../validate.js';
import { type AssertionOptions, assertionRules, bytes, sendAssertion, type SignJws } from './assertion.js';
import { asked, type ClientAuth, requireClientId, withTraits } from './client-auth.js';
import { ecdsaSignature } from './ecdsa-signature.js';
import {
  checkKey,
  importKey,
  isSigner,
  KEY_KINDS,
  keyIdOf,
  type Signer,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key.js';
import { checkCertificate, thumbprint } from './thumbprint.js';

const OWNER = 'privateKeyJwt';

export interface PrivateKeyJwtOptions extends AssertionOptions {
  /**
   * The private key, or an async function that is asked for it for every attempt, so that a key may be rotated without a restart.
   * See {@link SigningKey}. RSA: at least 2048 bits.
   */
  key: Value<SigningKey | undefined>;
  /** Must fit the key. There is no default: it is part of what the client is registered with. */
  algorithm: SigningAlgorithm;
  /** By what name the server knows the key (`kid`). Default: the `kid` of a JWK; else none is sent. */
  keyId?: Value<string | undefined> | undefined;
  /** The certificate of the key as PEM text: its thumbprint is sent as `x5t#S256` (RFC 7515 §4.1.8), as Entra ID wants it. */
  certificate?: Value<string | undefined> | undefined;
}

/**
 * The client signs an assertion with its private key (RFC 7523 §2.2, "private_key_jwt"): no secret leaves the process, and the server
 * stores none. A new assertion is made for every attempt. Runs wherever WebCrypto does; in a browser page, use a `CryptoKey` that is
 * not extractable: a key in a text can be read by every visitor.
 *
 * @throws TokenConfigError for an option that is missing, misspelt or wrong, such as a key that does not fit the algorithm
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuth {
  checkOptions(OWNER, options, {
    ...assertionRules,
    key: () => undefined, // below, with the algorithm
    algorithm: oneOf(...Object.keys(KEY_KINDS)),
    keyId: valueOf(aString),
    certificate: () => undefined,
  });
  const { algorithm, key, keyId, certificate } = options;
  if ((algorithm as unknown) === undefined)
    throw new TokenConfigError(
      `${OWNER}: \`algorithm\` is missing: give the one that the client is registered with, such as 'ES256'.`,
      { option: 'algorithm' },
    );
  if (typeof key !== 'function') checkKey(OWNER, key, algorithm);
  if (certificate !== undefined && typeof certificate !== 'function') checkCertificate(OWNER, certificate);

  const traits = { name: OWNER, needsSecret: false, needsParameters: true, check: requireClientId(OWNER) };
  return withTraits(traits, async (request) => {
    const current = await asked(key, request);
    checkKey(OWNER, current, algorithm);
    const kid = (await asked(keyId, request)) ?? keyIdOf(current);
    const cert = await asked(certificate, request);
    const header = {
      alg: algorithm,
      ...(kid !== undefined && { kid }),
      ...(cert !== undefined && { 'x5t#S256': await thumbprint(OWNER, cert) }),
    };
    const sign = isSigner(current) ? signedBy(current) : signedWith(current, algorithm);
    await sendAssertion(request, options, { owner: OWNER, header, sign });
  });
}

function signedWith(key: Exclude<SigningKey, Signer>, algorithm: SigningAlgorithm): SignJws {
  return async (header, payload) => {
    const [{ CompactSign }, imported] = await Promise.all([
      import('jose/jws/compact/sign'),
      importKey(OWNER, key, algorithm),
    ]);
    checkKey(OWNER, imported, algorithm); // a PEM shows its length only now
    return new CompactSign(payload).setProtectedHeader(header).sign(imported);
  };
}

/** What the signer throws is passed on: only it knows whether trying again helps. */
function signedBy(signer: Signer): SignJws {
  return async (header, payload) => {
    const { encode } = await import('jose/base64url');
    const input = `${encode(JSON.stringify(header))}.${encode(payload)}`;
    const made: unknown = await signer.sign(bytes(input));
    const signature = ArrayBuffer.isView(made) ? ecdsaSignature(made as Uint8Array, header.alg) : undefined;
    if (signature === undefined || signature.length === 0) {
      throw new TokenConfigError(
        `${OWNER}: \`key.sign\` must return the bytes of a signature for ${header.alg}, as a Uint8Array. Does the service sign with that algorithm, and is its answer decoded from base64?`,
        { option: 'key' },
      );
    }
    return `${input}.${encode(signature)}`;
  };
}

noteFactories({ privateKeyJwt });
