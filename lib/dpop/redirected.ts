import type { TokenPlacement } from '../contract.js';
import { builtin } from '../runtime.js';
import { parseUrl } from '../transport.js';
import { targetOf } from './address.js';
import type { ProofAlgorithm } from './given-key.js';
import type { Nonces } from './nonces.js';
import type { ProofKey } from './proof-key.js';

/**
 * A proof is good for one address, so each redirect needs another, and axios follows redirects without waiting for anybody: it is
 * signed by node:crypto, which takes WebCrypto's keys. Where that cannot be done, the request goes on without token and proof.
 */
export function redirectedBy(
  keyOf: () => ProofKey | undefined,
  nonces: Nonces,
): NonNullable<TokenPlacement['redirected']> {
  return (options, { accessToken }) => {
    const headers = (options.headers ??= {}) as Record<string, unknown>;
    const stillThere = headers.DPoP !== undefined; // else it has been to where the token may not go, and goes on without
    for (const name of ['Authorization', 'DPoP']) Reflect.deleteProperty(headers, name);
    const [key, url] = [keyOf(), parseUrl(options.href)];
    if (!stillThere || !key || !url) return;
    const claims = { htm: String(options.method), htu: targetOf(url), nonce: nonces.of(url.origin) };
    const proof = signedAtOnce(key, claims, accessToken);
    if (proof !== undefined) Object.assign(headers, { Authorization: `DPoP ${accessToken}`, DPoP: proof });
  };
}

const HOW_TO_SIGN: Record<ProofAlgorithm, object> = {
  ES256: { dsaEncoding: 'ieee-p1363' },
  Ed25519: {},
  RS256: {},
  PS256: { padding: 6, saltLength: 32 }, // constants.RSA_PKCS1_PSS_PADDING
};

/** RFC 9449 §4.2. */
function signedAtOnce({ algorithm, keyPair, jwk }: ProofKey, claims: object, accessToken: string): string | undefined {
  const crypto = builtin('node:crypto');
  if (!crypto) return undefined;
  const [iat, jti] = [Math.floor(Date.now() / 1000), crypto.randomUUID()];
  const ath = crypto.createHash('sha256').update(accessToken).digest('base64url');
  const input = [
    { alg: algorithm, typ: 'dpop+jwt', jwk },
    { iat, jti, ...claims, ath },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    const key = crypto.KeyObject.from(keyPair.privateKey);
    const digest = algorithm === 'Ed25519' ? null : 'sha256';
    const signature = crypto.sign(digest, Buffer.from(input), { key, ...HOW_TO_SIGN[algorithm] });
    return `${input}.${signature.toString('base64url')}`;
  } catch {
    return undefined; // a platform may know these functions and not take such a key
  }
}
