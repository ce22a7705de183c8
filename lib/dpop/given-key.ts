import {
  type CryptoKeyLike,
  factsOfCryptoKey,
  factsOfJwk,
  factsOfKeyObject,
  factsOfPem,
  type GoodKey,
  type KeyFacts,
  type KeyObjectLike,
} from '../client-auth/key-facts.js';
import { optionFault } from '../client-auth/option-fault.js';
import { type PemInput, textIfBytes } from '../client-auth/pem.js';
import { checkKey, isCryptoKey, KEY_KINDS, type PrivateJwk } from '../client-auth/signing-key.js';
import type { TokenConfigError } from '../errors.js';
import { describeType } from '../token.js';
import { isRecord } from '../validate.js';

// What can be seen of a key for proofs before it is used.

export const OWNER = 'dpop';

/** @inline */
export type ProofAlgorithm = 'ES256' | 'Ed25519' | 'RS256' | 'PS256';
/** How proofs are signed (RFC 9449 §4.2). `'EdDSA'` is the older name of `'Ed25519'` (RFC 9864 §2.2). */
export type DpopAlgorithm = ProofAlgorithm | 'EdDSA';

/** In the order in which a key is tried. */
const PROOF_ALGORITHMS: readonly ProofAlgorithm[] = ['ES256', 'Ed25519', 'RS256', 'PS256'];
export const DPOP_ALGORITHMS: readonly DpopAlgorithm[] = [...PROOF_ALGORITHMS, 'EdDSA'];

/** A `CryptoKeyPair`, as WebCrypto's `generateKey` makes it. Only its public key must be extractable. */
export interface DpopKeyPair {
  /** Signs the proofs. */
  privateKey: CryptoKeyLike;
  /** Goes out with them. */
  publicKey: CryptoKeyLike;
}

/** @inline */
export type PrivateKey = string | PrivateJwk | KeyObjectLike | CryptoKeyLike;

/** A `CryptoKeyPair`, or a private key: PEM (PKCS#8, text or bytes), JWK, `KeyObject` of node:crypto, extractable `CryptoKey`. */
export type DpopKey = DpopKeyPair | PrivateKey | PemInput;

/** A key of which nothing is known that speaks against it. */
export interface GivenKey {
  privateKey: PrivateKey;
  /** `undefined`: to be derived. */
  publicKey: CryptoKey | undefined;
  algorithm: ProofAlgorithm;
}

/** @throws TokenConfigError */
export function examined(given: unknown, algorithm: ProofAlgorithm | undefined): GivenKey {
  const pair = isRecord(given) && 'privateKey' in given ? given : undefined;
  const privateKey = pair ? pair.privateKey : textIfBytes(given);
  const facts = factsOf(privateKey);
  if (!facts) throw keyFault(`${FORMS}; got ${pair ? 'an object whose `privateKey` is none' : describeType(given)}`);
  const chosen = algorithm ?? algorithmFor(facts);
  checkKey(OWNER, privateKey, chosen);
  const isNative = isCryptoKey(privateKey);
  if (pair && !isNative) throw keyFault('must be a pair of CryptoKeys; of any other pair give the private key alone');
  if (pair) checkPublicKey(pair.publicKey);
  else if (isNative && !privateKey.extractable) {
    throw keyFault(
      'is a CryptoKey that is not extractable, which hides the public key as well: give the CryptoKeyPair',
    );
  }
  return {
    privateKey: privateKey as PrivateKey,
    publicKey: pair?.publicKey as CryptoKey | undefined,
    algorithm: chosen,
  };
}

const FORMS =
  'must be a CryptoKeyPair, a private key (PEM text, JWK, KeyObject, extractable CryptoKey), or a function that returns one';

function factsOf(key: unknown): KeyFacts | undefined {
  if (typeof key === 'string') return factsOfPem(key);
  if (isCryptoKey(key)) return factsOfCryptoKey(key);
  if (!isRecord(key)) return undefined;
  if (typeof key.export === 'function') return factsOfKeyObject(key as unknown as KeyObjectLike);
  return typeof key.kty === 'string' ? factsOfJwk(key) : undefined;
}

/** What a key fits that does not say it is for another. A fault is found whatever the algorithm. */
function algorithmFor(facts: KeyFacts): ProofAlgorithm {
  const { kind, algorithm }: GoodKey = 'fault' in facts ? {} : facts;
  const fits = (name: ProofAlgorithm): boolean =>
    (kind === undefined || KEY_KINDS[name] === kind) && (algorithm === undefined || algorithm === name);
  const fitting = PROOF_ALGORITHMS.find(fits);
  if (fitting) return fitting;
  throw keyFault(
    `is ${algorithm === undefined ? `of the kind ${kind ?? ''}` : `for ${algorithm}`}: proofs are signed with ES256 (P-256), Ed25519, RS256 or PS256 (RSA)`,
  );
}

function checkPublicKey(key: unknown): void {
  const fault = (must: string): TokenConfigError => keyFault(`holds a \`publicKey\` that ${must}`);
  if (!isCryptoKey(key) || key.type !== 'public') throw fault('is no public CryptoKey');
  if (!key.extractable) throw fault('is not extractable: every proof shows it');
}

export function keyFault(says: string): TokenConfigError {
  return optionFault(OWNER, 'key', says);
}
