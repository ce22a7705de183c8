/** Also of another realm, and a Buffer. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** The text whose UTF-8 bytes these are, all of it: a decoder leaves out a mark at the beginning if it is not told not to. */
export const utf8 = (bytes: Uint8Array | ArrayBuffer): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
