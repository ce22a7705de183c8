import { TokenConfigError } from '../errors.js';
import { describeType } from '../token.js';
import { pemBlock, pemBytes, pemText } from './pem.js';

/** The bytes of the first certificate of a PEM text. @throws TokenConfigError */
function certificateBytes(owner: string, certificate: unknown): Uint8Array<ArrayBuffer> {
  const block = typeof certificate === 'string' ? pemBlock(pemText(certificate), 'CERTIFICATE') : undefined;
  const bytes = block === undefined ? undefined : pemBytes(block);
  if (bytes) return bytes;
  const got = certificate === '' ? 'an empty string' : describeType(certificate);
  throw new TokenConfigError(
    `${owner}: \`certificate\` must be a certificate as PEM text ("BEGIN CERTIFICATE"); got ${got}.`,
    { option: 'certificate' },
  );
}

export function checkCertificate(owner: string, certificate: unknown): void {
  certificateBytes(owner, certificate);
}

/** `x5t#S256` (RFC 7515 §4.1.8): the SHA-256 of the certificate's DER, in base64url. */
export async function thumbprint(owner: string, certificate: string): Promise<string> {
  const [digest, { encode }] = await Promise.all([
    crypto.subtle.digest('SHA-256', certificateBytes(owner, certificate)),
    import('jose/base64url'),
  ]);
  return encode(new Uint8Array(digest));
}
