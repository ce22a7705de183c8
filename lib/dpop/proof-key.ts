import { pemBlock, pemText } from '../client-auth/pem.js';
import { checkKey, importKey, isCryptoKey } from '../client-auth/signing-key.js';
import { requireWebCrypto } from '../client-auth/web-crypto.js';
import {
  type DpopAlgorithm,
  type DpopKey,
  examined,
  type GivenKey,
  keyFault,
  OWNER,
  type ProofAlgorithm,
} from './given-key.js';

/** All that a proof is made with. */
export interface ProofKey {
  algorithm: ProofAlgorithm;
  keyPair: CryptoKeyPair;
  /** The public key, as a proof shows it. */
  jwk: PublicJwk;
  generateProof: typeof import('dpop').generateProof;
}

type PublicJwk = Partial<Record<'kty' | 'crv' | 'x' | 'y' | 'e' | 'n', string>>;
type Loose<T> = { [Name in keyof T]: T[Name] | undefined };

/**
 * Checks a key as far as it can be seen, and returns how to make a {@link ProofKey} of it.
 *
 * @throws TokenConfigError
 */
export function keyMaker(
  key: DpopKey | (() => DpopKey | Promise<DpopKey>) | undefined,
  algorithm: DpopAlgorithm | undefined,
): () => Promise<ProofKey> {
  const wanted = algorithm === 'EdDSA' ? 'Ed25519' : algorithm;
  if (key === undefined) return () => generated(wanted ?? 'ES256');
  if (typeof key === 'function') return async () => imported(examined(await key(), wanted));
  const given = examined(key, wanted);
  return () => imported(given);
}

async function generated(algorithm: ProofAlgorithm): Promise<ProofKey> {
  const { generateKeyPair, generateProof } = await signing();
  const keyPair = await generateKeyPair(algorithm);
  return { algorithm, keyPair, generateProof, jwk: publicPart(await exported(keyPair.publicKey)) };
}

async function imported({ privateKey: given, publicKey: known, algorithm }: GivenKey): Promise<ProofKey> {
  const { generateProof } = await signing();
  const privateKey = await importKey(OWNER, given, algorithm);
  checkKey(OWNER, privateKey, algorithm); // a PEM shows its length only now
  const jwk = publicPart(await (known ? exported(known) : privateJwk(given, algorithm)));
  const publicKey = await publicHalf(privateKey, jwk, algorithm);
  return { algorithm, keyPair: { privateKey, publicKey }, generateProof, jwk };
}

/** RFC 7638, with SHA-256: of the required members alone, and these are all that the public part has. */
export async function thumbprintOf({ jwk }: ProofKey): Promise<string> {
  const { encode } = await import('jose/base64url');
  const sorted = Object.entries(jwk).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(sorted)));
  return encode(new Uint8Array(await crypto.subtle.digest('SHA-256', text)));
}

/** What does not belong together would make proofs that every server refuses. */
async function publicHalf(privateKey: CryptoKey, jwk: PublicJwk, algorithm: ProofAlgorithm): Promise<CryptoKey> {
  const how = HOW_TO_SIGN[algorithm];
  const data = new Uint8Array(32);
  const { importJWK } = await import('jose/key/import');
  try {
    const publicKey = (await importJWK({ ...jwk }, algorithm)) as CryptoKey;
    const signature = await crypto.subtle.sign(how, privateKey, data);
    if (await crypto.subtle.verify(how, publicKey, signature, data)) return publicKey;
  } catch {
    // Nobody knows what a platform writes into its error.
  }
  throw keyFault('does not fit together: its public part belongs to another private key');
}

const HOW_TO_SIGN: Record<ProofAlgorithm, EcdsaParams | RsaPssParams | Algorithm> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  Ed25519: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
};

async function signing(): Promise<typeof import('dpop')> {
  requireWebCrypto(OWNER, 'crypto.subtle', 'CryptoKey');
  return import('dpop');
}

/** A key that was given as text is imported once more so that its public part can be taken out. */
async function privateJwk(key: GivenKey['privateKey'], algorithm: ProofAlgorithm): Promise<Loose<PublicJwk>> {
  if (isCryptoKey(key)) return exported(key as CryptoKey);
  if (typeof key === 'object') return 'export' in key ? key.export({ format: 'jwk' }) : key;
  const { importPKCS8 } = await import('jose/key/import');
  const block = pemBlock(pemText(key), 'PRIVATE KEY') ?? '';
  return exported(await importPKCS8(block, algorithm, { extractable: true }));
}

function exported(key: CryptoKey): Promise<JsonWebKey> {
  return crypto.subtle.exportKey('jwk', key);
}

function publicPart({ kty, crv, x, y, e, n }: Loose<PublicJwk>): PublicJwk {
  return Object.fromEntries(Object.entries({ kty, crv, x, y, e, n }).filter(([, value]) => value !== undefined));
}
