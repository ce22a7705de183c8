import type { TokenPlacement } from '../contract.js';
import type { Token } from '../token.js';
import { parseUrl, urlText } from '../transport.js';
import type { Authored, BeforeRedirect, Config, Original } from './authored.js';

// What we write into a request does not leave with a redirect; and what is ours in it is noted where axios keeps it.

/** What is ours in a config, noted by the one function of ours that stays in it: axios copies configs, but it keeps functions. */
interface Mark {
  written: Record<string, unknown>;
  request: Authored | undefined;
  accessToken: string;
  placement: TokenPlacement;
}

/**
 * Puts a mark on a guard: a private field on a function that exists already, which nothing shows and nobody else can read. It is
 * made for every call: an entry in a WeakMap would cost more than all the rest.
 */
class Marked extends (function (guard: object) {
  return guard;
} as unknown as new (guard: object) => object) {
  readonly #mark: Mark;

  constructor(guard: object, mark: Mark) {
    super(guard);
    this.#mark = mark;
  }

  static markOf(guard: object): Mark | undefined {
    return #mark in guard ? guard.#mark : undefined;
  }
}

export function markOf({ beforeRedirect }: Config): Mark | undefined {
  return beforeRedirect && Marked.markOf(beforeRedirect);
}

/** Runs before every redirect, after the caller's own: takes the token out unless the target may have it. */
export function guardOf(request: Authored, token: Token): BeforeRedirect {
  const { original, mayFollow, placement } = request;
  const { accessToken } = token;
  const written = writtenHeaders(request);
  const parameters = writtenParameters(request);
  let underWay = written;
  const guard: BeforeRedirect = (options, ...details) => {
    original?.beforeRedirect?.(options, ...details);
    if (mayFollow(options.href as string | undefined)) {
      if (placement.redirected) underWay = writtenAnew(placement.redirected, options, token, underWay);
      return;
    }
    if (writesBody(request) && !/^(GET|HEAD)$/i.test(String(options.method))) throw bodyWouldLeave();
    strip(options, underWay, parameters, accessToken);
  };
  new Marked(guard, { written, request: original && request, accessToken, placement });
  return guard;
}

/** What is written now is what a later redirect must not take along. */
function writtenAnew(
  redirected: NonNullable<TokenPlacement['redirected']>,
  options: Record<string, unknown>,
  token: Token,
  written: Record<string, unknown>,
): Record<string, unknown> {
  redirected(options, token);
  const headers = (options.headers ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.keys(written).map((name) => [name, headers[name]]));
}

/** Whether the token may stand in the body: 307 and 308 would send that once more. */
export function writesBody({ config, original }: Authored): boolean {
  return original !== undefined && 'data' in original && config.data !== original.data;
}

function bodyWouldLeave(): Error {
  return new Error('The redirect leads to an origin that may not have the token, which is in the body of the request.');
}

function writtenHeaders({ config: { headers }, original, placement }: Authored): Record<string, unknown> {
  const before = original?.headers;
  if (!before)
    return placement.header === undefined ? {} : { [placement.header]: headers[placement.header] as unknown };
  const written: Record<string, unknown> = {};
  for (const name in headers) if (headers[name] !== before[name]) written[name] = headers[name];
  return written;
}

/** Names of the URL parameters that the placement wrote, whether it used `params` or the URL itself. */
function writtenParameters({ config, original, placement }: Authored): string[] {
  const { parameter } = placement;
  if (!original?.headers || !('url' in original || 'params' in original)) {
    return parameter === undefined ? [] : [parameter];
  }
  const before = parametersOf({ ...config, ...original });
  const names = [...parametersOf(config)].filter(([name, value]) => before.get(name) !== value).map(([name]) => name);
  return parameter === undefined ? names : [...names, parameter];
}

function parametersOf({ url, params }: Pick<Original, 'url' | 'params'>): Map<string, string> {
  const own = params instanceof URLSearchParams ? [...params] : Object.entries(params ?? {});
  const inUrl = new URLSearchParams(urlText(url).split('#')[0]?.split('?')[1] ?? '');
  return new Map([...inUrl, ...own].map(([name, value]) => [name, String(value)]));
}

/** Takes out of a redirected request what we wrote, and the token wherever else it stands. */
function strip(
  options: Record<string, unknown>,
  written: Record<string, unknown>,
  parameters: string[],
  accessToken: string,
): void {
  const headers = (options.headers ?? {}) as Record<string, unknown>;
  const ours = new Map(Object.entries(written).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, value] of Object.entries(headers)) {
    const isOurs = value === ours.get(name.toLowerCase());
    if (isOurs || String(value).includes(accessToken)) Reflect.deleteProperty(headers, name);
  }
  const url = parseUrl(options.href);
  if (!url) return;
  const before = url.search;
  for (const [key, value] of [...url.searchParams]) {
    if (parameters.includes(key) || value.includes(accessToken)) url.searchParams.delete(key);
  }
  if (url.search === before) return;
  const { href, pathname, search } = url;
  Object.assign(options, { href, path: pathname + search, search, query: search.slice(1) });
}
