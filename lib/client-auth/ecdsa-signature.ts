/** The length of a signature, R and S side by side (RFC 7518 §3.4). */
const LENGTH: Record<string, number> = { ES256: 64, ES384: 96, ES512: 132 };

/**
 * An ECDSA signature as JWS wants it, from either form in which signers give it: R and S side by side, or a DER sequence of two
 * integers (RFC 3279 §2.2.3). `undefined`: it is neither.
 */
export function ecdsaSignature(signature: Uint8Array, algorithm: string): Uint8Array | undefined {
  const length = LENGTH[algorithm];
  if (length === undefined || signature.length === length) return signature;
  const hex = Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const [, size = '', numbers = ''] = /^30(?:81)?(..)(.*)$/.exec(hex) ?? [];
  if (parseInt(size, 16) * 2 !== numbers.length) return undefined;
  const [r, afterR] = integer(numbers);
  const [s, afterS] = integer(afterR);
  if (afterS !== '' || r.length > length || s.length > length || r === '' || s === '') return undefined;
  const both = r.padStart(length, '0') + s.padStart(length, '0'); // each is half of it, two digits a byte
  return Uint8Array.from(both.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** The digits of a DER integer without its leading zeros, and what follows it. */
function integer(der: string): [digits: string, rest: string] {
  const end = 4 + parseInt(der.slice(2, 4), 16) * 2;
  if (!der.startsWith('02') || !(end <= der.length)) return ['', 'none'];
  return [der.slice(4, end).replace(/^(00)+/, ''), der.slice(end)];
}
