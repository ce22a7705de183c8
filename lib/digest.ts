import { builtin } from './runtime.js';

/**
 * Stands for a secret text where texts are compared: its SHA-256 (base64url). `undefined` where none is to be had at once: WebCrypto
 * takes its time, and a key is needed now.
 */
export function digest(secret: string): string | undefined {
  const crypto: Partial<typeof import('node:crypto')> | undefined = builtin('node:crypto');
  // In one step is faster, but not everywhere to be had.
  return (
    crypto?.hash?.('sha256', secret, 'base64url') ?? crypto?.createHash?.('sha256').update(secret).digest('base64url')
  );
}
