import type { InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import type { Token } from '../token.js';
import { urlText } from '../transport.js';
import { noteFactories, checkOptions, aString } from '../validate.js';

// How an API request carries the token. A placement names what it writes; the caller's own value there wins.

const simple = new WeakSet<TokenPlacement>();

/** Whether a placement writes what it names and nothing else, so that undoing it needs no copy of the request. */
export function isSimple(placement: TokenPlacement): boolean {
  return simple.has(placement);
}

/** `Authorization: Bearer …` (RFC 6750 §2.1). The default. */
export function bearer(): TokenPlacement {
  return header('Authorization', { scheme: 'Bearer' });
}

/**
 * A header of the API's own.
 *
 * @param name of the header
 * @param options what stands before the token
 * @param options.scheme what stands before the token, followed by a space. Default: nothing
 * @throws TokenConfigError for what cannot stand in a header
 * @example
 * ```ts
 * import { header } from 'axios-client-credentials';
 *
 * const plain = header('X-Auth-Token'); // X-Auth-Token: …
 * const schemed = header('Authorization', { scheme: 'Token' }); // Authorization: Token …
 * ```
 */
export function header(name: string, options: { scheme?: string | undefined } = {}): TokenPlacement {
  checkOptions('header', options, { scheme: aString });
  const { scheme } = options;
  if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new TokenConfigError('header(name): `name` must be a header name (RFC 9110 §5.1).', { option: 'name' });
  }
  if (scheme !== undefined && (typeof scheme !== 'string' || !/^[\x21-\x7e]+$/.test(scheme))) {
    throw new TokenConfigError('header(name, { scheme }): `scheme` must be a word of visible ASCII characters.', {
      option: 'scheme',
    });
  }
  const before = scheme === undefined ? '' : `${scheme} `;
  const place = ({ headers }: InternalAxiosRequestConfig, { accessToken }: Token): void => {
    headers[name] = before + accessToken; // the header is known to be absent: no search for another spelling of it
  };
  return named(place, { header: name });
}

/**
 * A parameter of the URL (RFC 6750 §2.3 advises against it; some APIs know nothing else).
 *
 * @param name of the parameter
 * @throws TokenConfigError for an empty name
 * @example
 * ```ts
 * import { queryParameter } from 'axios-client-credentials';
 *
 * const sendAs = queryParameter('access_token'); // ?access_token=…
 * ```
 */
export function queryParameter(name: string): TokenPlacement {
  if (typeof name !== 'string' || name === '') {
    throw new TokenConfigError('queryParameter(name): `name` must be a non-empty string.', { option: 'name' });
  }
  const place = (config: InternalAxiosRequestConfig, { accessToken }: Token): void => {
    const params: unknown = config.params;
    if (params instanceof URLSearchParams) {
      const extended = new URLSearchParams(params);
      extended.set(name, accessToken);
      config.params = extended;
    } else {
      config.params = { ...(params as object | undefined), [name]: accessToken };
    }
  };
  return named(place, { parameter: name });
}

function named(
  place: (config: InternalAxiosRequestConfig, token: Token) => void,
  where: { header?: string; parameter?: string },
): TokenPlacement {
  const placement: TokenPlacement = Object.assign(place, where);
  simple.add(placement);
  return placement;
}

/** Whether the caller has put something of his own where the placement would write; `null` and `false` are something, too. */
export function hasOwnCredentials(
  config: InternalAxiosRequestConfig,
  { header: name, parameter }: TokenPlacement,
): boolean {
  if (name !== undefined) {
    if (hasHeader(config.headers, name)) return true;
    return isAuthorization(name) && (Boolean(config.auth) || hasUserinfo(config.url) || hasUserinfo(config.baseURL));
  }
  return parameter !== undefined && (hasParameter(config.params, parameter) || urlHasParameter(config.url, parameter));
}

/** `headers.has()` without its search by normalised copies of every name: this runs for every request. */
function hasHeader(headers: object, name: string): boolean {
  for (const key in headers) {
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name.toLowerCase())) continue;
    if ((headers as Record<string, unknown>)[key] !== undefined) return true;
  }
  return false;
}

export function isAuthorization(name: string | undefined): boolean {
  return name === 'Authorization' || name?.toLowerCase() === 'authorization';
}

/** `https://user:password@host`: axios makes Basic of it, in place of any Authorization. */
export function hasUserinfo(given: string | undefined): boolean {
  const url = urlText(given);
  return url.includes('@') && /^\s*[a-z][a-z\d+.-]*:[/\\]*[^/\\?#]*@/i.test(url);
}

export function hasParameter(params: unknown, name: string): boolean {
  if (params instanceof URLSearchParams) return params.has(name);
  return typeof params === 'object' && params !== null && name in params;
}

function urlHasParameter(url: string | undefined, name: string): boolean {
  if (!urlText(url).includes('?')) return false;
  const query = urlText(url).split('#')[0]?.split('?')[1];
  return query !== undefined && new URLSearchParams(query).has(name);
}

noteFactories({ bearer, header, queryParameter });
