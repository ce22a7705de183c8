import type { TokenRequest } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { parseUrl } from '../transport.js';
import { type Value, valueOf } from './parameters.js';

/** @throws TokenConfigError where a function returns something else than an absolute http(s) URL */
export async function urlOf(
  option: string,
  value: Value<string | URL> | undefined,
  request: TokenRequest,
): Promise<URL> {
  const url = parseUrl(await valueOf(value, request));
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new TokenConfigError(`The \`${option}\` function must return an absolute http(s) URL.`, { option });
}
