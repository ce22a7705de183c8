import { builtin } from './runtime.js';

/**
 * Stands for a secret text where texts are compared: equal for equal ones, and nothing can be read in it. SHA-256 (base64url); where
 * no such hash is to be had at once, a number that this process has given it.
 */
export function digest(secret: string): string {
  const hash = builtin('node:crypto')?.createHash('sha256');
  return hash ? hash.update(secret).digest('base64url') : numbered(secret);
}

const numbers = new Map<string, string>();
const MOST_NUMBERS = 10_000;
let given = 0;

/** One that was forgotten gets another number: never one that stands for another text. */
function numbered(secret: string): string {
  const number = numbers.get(secret) ?? `#${++given}`;
  numbers.delete(secret);
  numbers.set(secret, number);
  const [oldest] = numbers.keys();
  if (numbers.size > MOST_NUMBERS && oldest !== undefined) numbers.delete(oldest);
  return number;
}
