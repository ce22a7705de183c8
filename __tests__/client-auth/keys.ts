import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SigningAlgorithm, SigningKey } from '../../lib/client-auth/index.js';

export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const satisfies SigningAlgorithm[];

export interface Pair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const made = new Map<string, Pair>();

/** A pair for this algorithm. One a kind and file: RSA takes its time. */
export function pairFor(algorithm: SigningAlgorithm): Pair {
  const kind = /^[RP]S/.test(algorithm) ? 'RSA' : algorithm.startsWith('Ed') ? 'Ed25519' : algorithm;
  const pair = made.get(kind) ?? newPair(algorithm);
  made.set(kind, pair);
  return pair;
}

const CURVES: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export function newPair(algorithm: SigningAlgorithm): Pair {
  if (/^[RP]S/.test(algorithm)) return generateKeyPairSync('rsa', { modulusLength: 2048 });
  if (algorithm.startsWith('Ed')) return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: CURVES[algorithm]! });
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: key.type === 'public' ? 'spki' : 'pkcs8', format: 'pem' }) as string;
}

export function jwkOf(key: KeyObject): Record<string, string> {
  return { ...key.export({ format: 'jwk' }) } as Record<string, string>;
}

export function cryptoKeyOf(
  key: KeyObject,
  algorithm: SigningAlgorithm,
  usages: ('sign' | 'verify')[] = [key.type === 'public' ? 'verify' : 'sign'],
): Promise<CryptoKey> {
  const hash = `SHA-${algorithm.slice(2)}`;
  const name = { RS: 'RSASSA-PKCS1-v1_5', PS: 'RSA-PSS', ES: 'ECDSA', Ed: 'Ed25519' }[algorithm.slice(0, 2)]!;
  const parameters = name === 'ECDSA' ? { name, namedCurve: CURVES[algorithm]! } : { name, hash };
  const format = key.type === 'public' ? 'spki' : 'pkcs8';
  const der = new Uint8Array(key.export({ type: format, format: 'der' } as never) as unknown as Buffer);
  return crypto.subtle.importKey(format, der, parameters, false, usages);
}

/** The same private key in every form in which it may be given. */
export const FORMS: [
  form: string,
  make: (key: KeyObject, algorithm: SigningAlgorithm) => SigningKey | Promise<SigningKey>,
][] = [
  ['PEM', pemOf],
  ['PEM with escaped line ends', (key) => pemOf(key).replaceAll('\n', '\\n')],
  ['bytes of a PEM', (key) => Buffer.from(pemOf(key))],
  ['KeyObject', (key) => key],
  ['CryptoKey', cryptoKeyOf],
  ['JWK', jwkOf],
];
