import { hex } from '../hex.js';
import { describeType } from '../token.js';

/**
 * A text that is equal for equal data, whatever the order of its names. What data cannot show, such as what a function or an object of
 * a class does, is refused: two that differ would look alike.
 *
 * @throws TypeError
 */
export async function canonical(value: unknown): Promise<string> {
  return JSON.stringify([await ordered(value, 0)]);
}

async function ordered(value: unknown, depth: number): Promise<unknown> {
  if (depth > DEEPEST) throw new TypeError('too deep');
  const inner = (one: unknown): Promise<unknown> => ordered(one, depth + 1);
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(describeType(value));
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)))
    return { number: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map(inner));
  if (value instanceof FormData || value instanceof URLSearchParams) return inner([...value]);
  if (value instanceof Blob) return { bytes: hex(new Uint8Array(await value.arrayBuffer())), type: value.type };
  if (value instanceof ArrayBuffer) return { bytes: hex(new Uint8Array(value)) };
  if (ArrayBuffer.isView(value))
    return { bytes: hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) };
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return inner(JSON.parse(JSON.stringify(value)));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new TypeError(describeType(value));
  const given = Object.entries(value).filter(([, one]) => one !== undefined);
  const sorted = given.sort(([a], [b]) => (a < b ? -1 : 1));
  return { in: await Promise.all(sorted.map(async ([name, one]) => [name, await inner(one)])) };
}

/** Deeper than any request goes; and one that holds itself has an end. */
const DEEPEST = 50;
