import type { TokenRequest } from '../contract.js';
import { type Value, valueOf } from '../source/parameters.js';
import { parameterOf } from '../source/stand-in.js';
import { required } from './address.js';

/**
 * A value of a provider's own that it cannot do without, where it goes elsewhere than into the address. What is given is checked at
 * construction, what a function returns at every attempt: without it the provider would only refuse the request.
 *
 * @throws TokenConfigError for one that is missing
 */
export function requiredValue<T extends string | string[]>(
  owner: string,
  name: string,
  value: Value<T | undefined> | undefined,
): Value<T> {
  if (typeof value !== 'function') return present(owner, name, value);
  const asked = async (request: TokenRequest): Promise<T> => present(owner, name, await valueOf(value, request), true);
  return parameterOf(asked, asked); // counts whatever the `id` of the source
}

function present<T extends string | string[]>(owner: string, name: string, value: T | undefined, asked = false): T {
  if (Array.isArray(value) && value.length > 0) return value;
  required(owner, name, Array.isArray(value) ? undefined : value, asked);
  return value as T;
}
