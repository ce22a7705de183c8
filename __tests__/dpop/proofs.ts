import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';

// Proofs as a server reads them (RFC 9449 §4.3), by another package than the one that makes them.

export interface Proof {
  header: { alg: string; typ: string; jwk: JWK };
  claims: { jti: string; htm: string; htu: string; iat: number; ath?: string; nonce?: string };
  /** Of the key (RFC 7638). */
  thumbprint: string;
}

/** A proof whose signature is that of the key in it. */
export async function readProof(proof: string): Promise<Proof> {
  const header = decodeProtectedHeader(proof) as Proof['header'];
  const { payload } = await compactVerify(proof, await importJWK(header.jwk, header.alg));
  const claims = JSON.parse(new TextDecoder().decode(payload)) as Proof['claims'];
  return { header, claims, thumbprint: await calculateJwkThumbprint(header.jwk) };
}

const PUBLIC_MEMBERS: Record<string, string[]> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

export interface Sent {
  method: string;
  /** Without query and fragment, as the server knows itself. */
  address: string;
  accessToken?: string | undefined;
}

/** What is wrong with a proof; `undefined`: nothing. The time of a proof may be a minute off. */
export function faultOfProof({ header, claims }: Proof, { method, address, accessToken }: Sent): string | undefined {
  const { kty = '' } = header.jwk;
  const members = JSON.stringify(Object.keys(header.jwk).sort());
  if (header.typ !== 'dpop+jwt') return `typ is ${header.typ}`;
  if (members !== JSON.stringify(PUBLIC_MEMBERS[kty])) return `jwk has ${members}`;
  if (!/^[\w.~-]{16,}$/.test(claims.jti)) return `jti is ${claims.jti}`;
  if (claims.htm !== method) return `htm is ${claims.htm}, not ${method}`;
  if (claims.htu !== address) return `htu is ${claims.htu}, not ${address}`;
  if (claims.ath !== (accessToken === undefined ? undefined : athOf(accessToken))) return `ath is ${claims.ath ?? ''}`;
  if (!(Math.abs(claims.iat - Date.now() / 1000) < 60)) return `iat is ${claims.iat}`;
  return undefined;
}

export function athOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64url');
}

export function thumbprintOf(jwk: object): Promise<string> {
  return calculateJwkThumbprint(jwk);
}
