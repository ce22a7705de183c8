import type { ApiRequest, TokenLocation } from './protected-api-types.js';

type Sent = Pick<ApiRequest, 'headers' | 'query'>;

/** Finds the token of a request, and shows a request without it. */
export interface TokenFinder {
  /** The scheme to challenge for. */
  readonly scheme: string;
  find(request: Sent): string | undefined;
  redact(request: Sent): { headers: Record<string, string>; query: Record<string, string | string[]> };
}

const redacted = '[redacted]';

export function createTokenFinder(location: TokenLocation): TokenFinder {
  if (location === 'bearer') return inHeader('authorization', 'Bearer');
  return 'header' in location ? inHeader(location.header.toLowerCase(), location.scheme) : inQuery(location.query);
}

function inHeader(name: string, scheme: string | undefined): TokenFinder {
  return {
    scheme: scheme ?? 'Bearer',
    find: ({ headers }) => afterScheme(headers[name], scheme),
    redact: ({ headers, query }) => ({ headers: redactHeaders(headers, name, scheme), query }),
  };
}

function inQuery(name: string): TokenFinder {
  return {
    scheme: 'Bearer',
    find: ({ query }) => [query[name]].flat()[0] || undefined,
    redact: ({ headers, query }) => ({
      headers: redactHeaders(headers),
      query: name in query ? { ...query, [name]: redacted } : query,
    }),
  };
}

/** What follows the scheme, which is compared without case (RFC 9110 §11.1). Another scheme is no token. */
function afterScheme(value: string | undefined, scheme: string | undefined): string | undefined {
  if (value === undefined || scheme === undefined) return value || undefined;
  const [first = '', ...rest] = value.split(' ');
  return first.toLowerCase() === scheme.toLowerCase() ? rest.join(' ').trim() || undefined : undefined;
}

/** Authorization keeps its scheme, and so does the header of the token where it has one. */
function redactHeaders(
  headers: ApiRequest['headers'],
  tokenHeader = 'authorization',
  scheme?: string,
): Record<string, string> {
  const shown = { ...headers };
  const keep = (name: string, prefix: string): void => {
    if (shown[name] !== undefined) shown[name] = prefix + redacted;
  };
  keep('authorization', /^\S+ +/.exec(shown.authorization ?? '')?.[0] ?? '');
  if (tokenHeader !== 'authorization') keep(tokenHeader, scheme === undefined ? '' : `${scheme} `);
  return shown;
}
