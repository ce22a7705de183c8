import type { TokenRequest } from '../contract.js';
import { isRecord } from '../validate.js';
import { valueOf } from './parameters.js';

/**
 * The claims of a token request that asks for some: those of the source, such as what the client is capable of (Microsoft Entra),
 * are asked for as well.
 */
export async function claimsFor(
  { params }: { params?: Record<string, unknown> | undefined },
  request: TokenRequest,
): Promise<{ claims: unknown }> {
  return { claims: mergedClaims(await valueOf(params?.claims, request), request.params?.claims) };
}

/**
 * What two claims parameters ask for, in one text: objects are merged, lists are united, and where they differ `asked` wins. Where
 * one of them is not the JSON text of an object, or such an object, it is `asked`.
 */
export function mergedClaims(own: unknown, asked: unknown): unknown {
  const ours = objectOf(own);
  const theirs = objectOf(asked);
  return ours && theirs ? JSON.stringify(merged(ours, theirs)) : asked;
}

/** The object that claims stand for: JSON text, or the object itself. */
export function objectOf(claims: unknown): Record<string, unknown> | undefined {
  try {
    const value: unknown = typeof claims === 'string' ? JSON.parse(claims) : claims;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function merged(ours: unknown, theirs: unknown): unknown {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    const items: unknown[] = ours.concat(theirs);
    return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
  }
  if (!isRecord(ours) || !isRecord(theirs)) return theirs;
  // Made of entries, so that a name of Object.prototype is a name like any other.
  const values = Object.entries(theirs).map(([name, value]): [string, unknown] => [
    name,
    Object.hasOwn(ours, name) ? merged(ours[name], value) : value,
  ]);
  return Object.fromEntries([...Object.entries(ours), ...values]);
}
