import { TokenConfigError } from '../errors.js';

/**
 * Before what is needed of WebCrypto is used: a platform that lacks it would only say that something is `undefined`.
 *
 * @throws TokenConfigError
 */
export function requireWebCrypto(
  owner: string,
  ...needed: ('crypto.subtle' | 'crypto.randomUUID' | 'CryptoKey')[]
): void {
  const { crypto, CryptoKey } = globalThis as { crypto?: Partial<Crypto>; CryptoKey?: unknown };
  const here = { 'crypto.subtle': crypto?.subtle, 'crypto.randomUUID': crypto?.randomUUID, CryptoKey };
  const lacking = needed.filter((name) => here[name] === undefined).map((name) => `\`${name}\``);
  if (lacking.length === 0) return;
  throw new TokenConfigError(
    `${owner}: WebCrypto (${lacking.join(' and ')}) is missing here. A browser has it in pages that come over https, a test environment such as jsdom may lack it.`,
  );
}
