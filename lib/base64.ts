/** Base64 of a text's UTF-8 bytes (RFC 4648 §4; RFC 7617 §2.1 for HTTP Basic). */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
