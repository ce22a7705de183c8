// PEM texts (RFC 7468) as people hand them over: from a file, a vault, an environment variable.

import { bytesOfBase64 } from '../base64.js';

/** A PEM text, or the bytes of one as a file is read. */
export type PemInput = string | Uint8Array;

/** With the line ends that an environment variable has turned into `\n`; without what stands around. */
export function pemText(value: PemInput): string {
  const text = typeof value === 'string' ? value : new TextDecoder().decode(value);
  return text.replaceAll('\\n', '\n').replaceAll('\r', '').trim();
}

/** A key as it was given, which may be the bytes of a PEM. */
export function textIfBytes<T>(key: T): Exclude<T, Uint8Array> | string {
  return ArrayBuffer.isView(key) ? pemText(key as unknown as Uint8Array) : (key as Exclude<T, Uint8Array>);
}

/** The first block of that name, with its lines; a file often holds several. */
export function pemBlock(pem: string, label: string): string | undefined {
  return new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(pem)?.[0];
}

/** The bytes of a block; `undefined` where it is no base64. */
export function pemBytes(block: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return bytesOfBase64(block.replace(/-----[^-]+-----|\s/g, ''));
  } catch {
    return undefined;
  }
}

const OPEN_IT =
  'decrypt it first (`openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem`), or give `createPrivateKey({ key, passphrase })` of node:crypto';

/** What a text is that holds no PKCS#8 private key, and what to do about it. The end of a sentence; never the text itself. */
export function whyNoPrivateKey(pem: string): string {
  const has = (label: string): boolean => pem.includes(`-----BEGIN ${label}`);
  if (has('PRIVATE KEY')) return 'is cut off or holds signs that no PEM has: take it from the key file as it is';
  if (has('ENCRYPTED PRIVATE KEY') || pem.includes('Proc-Type: 4,ENCRYPTED')) return `is encrypted: ${OPEN_IT}`;
  const old = ['RSA', 'EC', 'DSA'].find((type) => has(`${type} PRIVATE KEY`));
  if (old !== undefined) {
    const format = old === 'RSA' ? 'PKCS#1' : old === 'EC' ? 'SEC 1' : 'OpenSSL';
    return `is a PEM in the older ${format} form ("BEGIN ${old} PRIVATE KEY"): convert it to PKCS#8 with \`openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.pem\``;
  }
  if (has('OPENSSH PRIVATE KEY'))
    return 'is in the form of OpenSSH: convert it with `ssh-keygen -p -m PKCS8 -N "" -f key` (it writes over the file)';
  if (has('PUBLIC KEY') || has('RSA PUBLIC KEY'))
    return 'is a public key: signing takes the private key, and the server holds the public one';
  if (has('CERTIFICATE')) return 'is a certificate: signing takes the private key that belongs to it';
  if (pem.startsWith('{')) return 'is JSON text: for a JWK give the object, `JSON.parse(…)`';
  return 'is no PEM ("-----BEGIN PRIVATE KEY-----"): if it is the name of a file, give what the file holds';
}
