import type { TokenRequest } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { parseUrl } from '../transport.js';
import { endpointFault } from './description.js';
import { type Value, valueOf } from './parameters.js';

/** @throws TokenConfigError where a function returns what would have been refused as a value */
export async function urlOf(
  option: string,
  value: Value<string | URL> | undefined,
  request: TokenRequest,
): Promise<URL> {
  const url = parseUrl(await valueOf(value, request));
  const must = endpointFault(url);
  if (url && !must) return url;
  throw new TokenConfigError(`What the \`${option}\` function returns ${must}.`, { option });
}
