import { pemBlock, pemBytes, pemText, whyNoPrivateKey } from './pem.js';

// What can be seen of a private key without using it. Nothing here ever repeats a part of the key.

/** A fault is the end of a sentence that begins with the option's name. */
export type KeyFacts = { fault: string } | GoodKey;

export interface GoodKey {
  /** `'RSA'`, a curve such as `'P-256'` or `'Ed25519'`, or another name; `undefined`: not known. */
  kind?: string | undefined;
  /** Of an RSA key. */
  bits?: number | undefined;
  /** The only algorithm that the key says it is for. */
  algorithm?: string | undefined;
}

export function factsOfPem(text: string): KeyFacts {
  const pem = pemText(text);
  if (pem === '')
    return { fault: 'is an empty string. Is the environment variable, file or vault entry that holds it set?' };
  const block = pemBlock(pem, 'PRIVATE KEY');
  const der = block === undefined ? undefined : pemBytes(block);
  return der ? { kind: kindInDer(der) } : { fault: whyNoPrivateKey(pem) };
}

const OIDS: [hex: string, kind: string][] = [
  ['06092a864886f70d010101', 'RSA'],
  ['06092a864886f70d01010a', 'RSASSA-PSS'],
  ['06072a8648ce3d020106082a8648ce3d030107', 'P-256'],
  ['06072a8648ce3d020106052b81040022', 'P-384'],
  ['06072a8648ce3d020106052b81040023', 'P-521'],
  ['06072a8648ce3d020106052b8104000a', 'secp256k1'],
  ['06032b6570', 'Ed25519'],
  ['06032b6571', 'Ed448'],
];

/** RFC 5208 §5: a sequence of the version and the algorithm identifier, which begins with its OID, and the rest. */
function kindInDer(der: Uint8Array): string | undefined {
  const head = Array.from(der.subarray(0, 48), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const identifier = /^30(?:[0-7].|81..|82.{4}|83.{6})02010[01]30..(.*)$/.exec(head)?.[1];
  return OIDS.find(([hex]) => identifier?.startsWith(hex))?.[1];
}

export function factsOfJwk(jwk: Record<string, unknown>): KeyFacts {
  const { kty, crv, n, d, use, key_ops: operations } = jwk;
  if (kty === 'oct')
    return { fault: 'is a symmetric key (JWK with `kty` "oct"): a shared secret signs with clientSecretJwt()' };
  if (typeof d !== 'string') return { fault: 'is a public key (JWK without `d`): signing takes the private key' };
  if (use !== undefined && use !== 'sig')
    return { fault: 'is not meant for signing (JWK with another `use` than "sig")' };
  if (Array.isArray(operations) && !operations.includes('sign'))
    return { fault: 'is not meant for signing (JWK whose `key_ops` lack "sign")' };
  return {
    kind: kty === 'RSA' ? 'RSA' : text(crv),
    bits: kty === 'RSA' && typeof n === 'string' ? Math.floor((n.length * 6) / 8) * 8 : undefined,
    algorithm: kty === 'OKP' ? undefined : text(jwk.alg), // EdDSA and Ed25519 (RFC 9864) are two names of one
  };
}

/** As much of a WebCrypto `CryptoKey` as is looked at. */
export interface CryptoKeyLike {
  /** `private`, `public` or `secret`. */
  readonly type: string;
  /** What it is made for, by its name in WebCrypto. */
  readonly algorithm: {
    /** Such as `ECDSA` or `RSA-PSS`. */
    readonly name: string;
  };
  /** Whether it may leave WebCrypto. */
  readonly extractable: boolean;
  /** What it may be used for: signing takes `sign`. */
  readonly usages: readonly string[];
}

const JWS_FAMILY: Record<string, string> = { 'RSASSA-PKCS1-v1_5': 'RS', 'RSA-PSS': 'PS' };

export function factsOfCryptoKey({ type, algorithm, usages }: CryptoKeyLike): KeyFacts {
  if (type !== 'private') return { fault: wrongType(type, 'CryptoKey') };
  if (!usages.includes('sign')) return { fault: 'is a CryptoKey whose `usages` lack "sign"' };
  const { name, hash, namedCurve, modulusLength } = algorithm as Record<string, unknown> & { name: string };
  const family = JWS_FAMILY[name];
  const bits = /\d+$/.exec(text((hash as { name?: unknown } | undefined)?.name) ?? '')?.[0];
  if (family === undefined || bits === undefined) return { kind: text(namedCurve) ?? name };
  return { kind: 'RSA', bits: modulusLength as number | undefined, algorithm: `${family}${bits}` };
}

/** As much of a `KeyObject` of node:crypto as is looked at. */
export interface KeyObjectLike {
  /** `private`, `public` or `secret`. */
  readonly type: string;
  /** Such as `rsa`, `ec` or `ed25519`. */
  readonly asymmetricKeyType?: string | undefined;
  /** The curve of an EC key, the length of an RSA key. */
  readonly asymmetricKeyDetails?: object | undefined;
  /**
   * The key as a JWK.
   *
   * @param options asks for that format
   */
  export(options: { format: 'jwk' }): object;
}

const NODE_NAMES: Record<string, string> = {
  rsa: 'RSA',
  'rsa-pss': 'RSASSA-PSS',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

export function factsOfKeyObject({ type, asymmetricKeyType = '', asymmetricKeyDetails }: KeyObjectLike): KeyFacts {
  if (type !== 'private') return { fault: wrongType(type, 'KeyObject') };
  const { namedCurve, modulusLength } = (asymmetricKeyDetails ?? {}) as Record<string, unknown>;
  const name = asymmetricKeyType === 'ec' ? text(namedCurve) : asymmetricKeyType;
  return {
    kind: name === undefined ? undefined : (NODE_NAMES[name] ?? name),
    bits: modulusLength as number | undefined,
  };
}

function wrongType(type: string, form: string): string {
  if (type === 'secret') return `is a symmetric key (${form}): a shared secret signs with clientSecretJwt()`;
  return `is a public key (${form}): signing takes the private key, and the server holds the public one`;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
