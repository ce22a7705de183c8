import { TokenConfigError } from '../errors.js';
import { describeType } from '../token.js';
import { isRecord } from '../validate.js';
import {
  type CryptoKeyLike,
  factsOfCryptoKey,
  factsOfJwk,
  factsOfKeyObject,
  factsOfPem,
  type KeyFacts,
  type KeyObjectLike,
} from './key-facts.js';
import { optionFault } from './option-fault.js';
import { pemBlock, type PemInput, pemText } from './pem.js';

/** RFC 7518 §3.1, RFC 8037 §3.1; `'Ed25519'` is the newer name of `'EdDSA'` (RFC 9864 §2.2). */
export type SigningAlgorithm =
  'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA' | 'Ed25519';

/** What a key must be for an algorithm. */
export const KEY_KINDS: Record<SigningAlgorithm, string> = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  PS256: 'RSA',
  PS384: 'RSA',
  PS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
};

/** A key that never leaves its place: a key management service, an HSM, an agent. */
export interface Signer {
  /**
   * Signs these bytes (hashing is part of it) with the method's `algorithm`. For ES256 to ES512 the answer may be R and S side by
   * side (RFC 7518 §3.4) or DER, as most services give it.
   *
   * @param data what is to be signed
   */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A private key as JWK (RFC 7517, RFC 7518 §6). Its `kid` is sent, unless `keyId` says otherwise. */
export interface PrivateJwk extends JwkMembers {
  /** `RSA`, `EC` or `OKP` (RFC 7517 §4.1). */
  kty?: string | undefined;
  /** Where it is given, `sign` must be in it (RFC 7517 §4.3). */
  key_ops?: string[] | undefined;
  /** What WebCrypto adds: whether the key may be exported. */
  ext?: boolean | undefined;
}

type JwkMembers = Partial<
  Record<
    'alg' | 'use' | 'kid' | 'crv' | 'x' | 'y' | 'd' | 'n' | 'e' | 'p' | 'q' | 'dp' | 'dq' | 'qi',
    string | undefined
  >
>;

/** A PEM (PKCS#8, "BEGIN PRIVATE KEY"), text or bytes, a `CryptoKey`, a `KeyObject` of node:crypto, a JWK, or a {@link Signer}. */
export type SigningKey = PemInput | CryptoKeyLike | KeyObjectLike | PrivateJwk | Signer;

/** With the text in place of its bytes. */
export type ReadKey = Exclude<SigningKey, Uint8Array>;

/** Whether a key can sign with this algorithm, as far as that can be seen without doing it. @throws TokenConfigError */
export function checkKey(owner: string, key: unknown, algorithm: SigningAlgorithm): asserts key is ReadKey {
  const facts = factsOf(key);
  const fault = 'fault' in facts ? facts.fault : misfit(facts, algorithm);
  if (fault !== undefined) throw optionFault(owner, 'key', fault);
}

function factsOf(key: unknown): KeyFacts {
  if (typeof key === 'string') return factsOfPem(key);
  if (isSigner(key)) return {};
  if (isCryptoKey(key)) return factsOfCryptoKey(key);
  if (isKeyObject(key)) return factsOfKeyObject(key);
  if (isRecord(key) && typeof key.kty === 'string') return factsOfJwk(key);
  if (key === undefined)
    return { fault: 'is missing. Is the environment variable, file or vault entry that holds it set?' };
  return {
    fault: `must be a PEM text, a CryptoKey, a KeyObject, a JWK, a signer ({ sign }), or a function that returns one; got ${describeType(key)}`,
  };
}

function misfit({ kind, bits, algorithm: only }: Exclude<KeyFacts, { fault: string }>, algorithm: SigningAlgorithm) {
  const wanted = KEY_KINDS[algorithm];
  if (kind !== undefined && kind !== wanted) {
    const fitting = Object.entries(KEY_KINDS).filter(([, needed]) => needed === kind);
    const use = fitting.length === 0 ? '' : ` (such a key signs with ${fitting.map(([name]) => name).join(', ')})`;
    return `does not fit \`algorithm\` '${algorithm}': it is of the kind ${kind}${use}, and ${algorithm} needs ${wanted}`;
  }
  if (only !== undefined && only !== algorithm)
    return `does not fit \`algorithm\` '${algorithm}': it says that it is for ${only}`;
  if (bits !== undefined && bits < 2048) return 'is too short: RSA needs at least 2048 bits (RFC 7518 §3.3)';
  return undefined;
}

export function isSigner(key: unknown): key is Signer {
  return isRecord(key) && typeof key.sign === 'function';
}

export function isCryptoKey(key: unknown): key is CryptoKeyLike {
  return isRecord(key) && isRecord(key.algorithm) && Array.isArray(key.usages);
}

export function isKeyObject(key: unknown): key is KeyObjectLike {
  return isRecord(key) && typeof key.export === 'function' && typeof key.type === 'string';
}

export function keyIdOf(key: ReadKey): string | undefined {
  const { kid } = key as { kid?: unknown };
  return typeof kid === 'string' ? kid : undefined;
}

/** The key as jose signs with it. @throws TokenConfigError where the platform does not take it */
export async function importKey(owner: string, key: Exclude<ReadKey, Signer>, algorithm: SigningAlgorithm) {
  const { importJWK, importPKCS8 } = await import('jose/key/import');
  try {
    if (typeof key === 'string') return await importPKCS8(pemBlock(pemText(key), 'PRIVATE KEY') ?? '', algorithm);
    if (isCryptoKey(key)) return key as CryptoKey;
    // By its JWK: what a KeyObject can do by itself differs from one runtime to the next.
    const jwk = isKeyObject(key) ? key.export({ format: 'jwk' }) : key;
    return (await importJWK({ ...jwk, ext: false }, algorithm)) as CryptoKey;
  } catch {
    // Without the cause: nobody knows what a platform writes into it.
    throw new TokenConfigError(
      `${owner}: \`key\` could not be read as a private key for ${algorithm}: is it complete, and does this platform know the algorithm?`,
      { option: 'key' },
    );
  }
}
