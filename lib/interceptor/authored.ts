import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../contract.js';
import type { Token } from '../token.js';
import { parseUrl } from '../transport.js';
import { isAuthorization, isSimple } from './placement.js';

// What we write into a request, how it is taken out again, and how it is kept from leaving with a redirect.

type Config = Omit<InternalAxiosRequestConfig, 'params'> & { params?: unknown; fetchOptions?: unknown };
type BeforeRedirect = NonNullable<InternalAxiosRequestConfig['beforeRedirect']>;
type Original = Pick<Config, 'url' | 'params' | 'baseURL' | 'beforeRedirect' | 'fetchOptions' | 'transformResponse'> & {
  /** A copy of the headers, where the placement may write anywhere. */
  headers: Config['headers'] | undefined;
};

/** A request that carries our token, and what it was before. */
export interface Authored {
  config: Config;
  original: Original;
  placement: TokenPlacement;
  /** The headers that the placement wrote, as it wrote them. */
  written: Record<string, unknown>;
}

/** By the one function of ours that stays in the config: axios copies configs, but it keeps functions. */
const authored = new WeakMap<object, Authored>();

/** Notes what the request is before the placement writes. */
export function remember(config: Config, placement: TokenPlacement): Authored {
  const { url, params, baseURL, beforeRedirect, fetchOptions, transformResponse } = config;
  const headers = isSimple(placement) ? undefined : copyOf(config.headers);
  return {
    config,
    placement,
    written: {},
    original: { url, params, baseURL, beforeRedirect, fetchOptions, transformResponse, headers } as Original,
  };
}

/** Seals what the placement has written: no redirect takes it elsewhere, and no error of axios shows it. */
export function seal(request: Authored, token: Token, mayFollow: (href: string | undefined) => boolean): void {
  const { config, original, placement } = request;
  request.written = writtenHeaders(request);
  const guard: BeforeRedirect = (options, ...details) => {
    original.beforeRedirect?.(options, ...details);
    if (!mayFollow(options.href as string | undefined)) strip(options, placement, token.accessToken);
  };
  authored.set(guard, request);
  config.beforeRedirect = guard;
  // fetch drops Authorization on its way to another origin, and nothing else; it cannot be asked, so it must not follow.
  if (!isAuthorization(placement.header))
    config.fetchOptions = { ...(original.fetchOptions as object | undefined), redirect: 'manual' };
  if (config.transitional?.silentJSONParsing === false || hasOwnTransform(config)) guardTransforms(request);
}

/** The request as it was before the token: for a resend, and for errors that leave the house. */
export function restored(request: Authored, from: Config = request.config): Config {
  const { original, placement } = request;
  const headers = copyOf(original.headers ?? from.headers);
  if (placement.header !== undefined && original.headers === undefined) headers.delete(placement.header);
  return { ...from, ...original, headers } as Config;
}

/** Takes the token out of an error's copies of the request, so that it is neither logged nor sent again as the caller's own. */
export function cleaned(error: unknown, request: Authored): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const failure = error as { config?: Config; response?: AxiosResponse & { config?: Config } };
  const ours = (config: Config | undefined): config is Config =>
    config !== undefined && config.beforeRedirect === request.config.beforeRedirect;
  const clean = ours(failure.config) ? restored(request, failure.config) : undefined;
  if (clean) failure.config = clean;
  if (failure.response && ours(failure.response.config))
    failure.response.config = clean ?? restored(request, failure.response.config);
  return error;
}

/**
 * Takes out of a config what we wrote into it before: `axios.request(response.config)` is a new call, to be authorised anew. What
 * is not as we wrote it is the caller's own, and stays.
 */
export function forget(config: Config): void {
  for (let request = authoredAs(config); request; request = authoredAs(config)) {
    const { original, written, config: sent } = request;
    for (const [name, value] of Object.entries(written)) {
      if (config.headers.get(name) !== value) continue;
      const before = original.headers?.get(name);
      if (before === undefined) config.headers.delete(name);
      else config.headers.set(name, before);
    }
    if (sent.params !== original.params) config.params = withoutOurs(config.params, sent.params, request.placement);
    if (config.url === sent.url) assign(config, 'url', original.url);
    if (config.baseURL === sent.baseURL) assign(config, 'baseURL', original.baseURL);
    assign(config, 'transformResponse', original.transformResponse);
    assign(config, 'fetchOptions', original.fetchOptions);
    assign(config, 'beforeRedirect', original.beforeRedirect);
  }
}

function writtenHeaders({ config: { headers }, original, placement }: Authored): Record<string, unknown> {
  const { headers: before } = original;
  if (!before)
    return placement.header === undefined ? {} : { [placement.header]: headers[placement.header] as unknown };
  return Object.fromEntries(Object.entries(headers).filter(([name, value]) => before.get(name) !== value));
}

function authoredAs({ beforeRedirect }: Config): Authored | undefined {
  return beforeRedirect && authored.get(beforeRedirect);
}

function assign<Name extends keyof Config>(config: Config, name: Name, value: Config[Name] | undefined): void {
  (config as Record<Name, unknown>)[name] = value;
}

/** Parameters that came with a placement's own are gone again; the others are the caller's. */
function withoutOurs(params: unknown, sent: unknown, { parameter }: TokenPlacement): unknown {
  if (parameter === undefined || typeof params !== 'object' || params === null) return params;
  if (params instanceof URLSearchParams) {
    const rest = new URLSearchParams(params);
    if (rest.get(parameter) === (sent as URLSearchParams).get(parameter)) rest.delete(parameter);
    return rest;
  }
  const { [parameter]: value, ...rest } = params as Record<string, unknown>;
  return value === (sent as Record<string, unknown>)[parameter] ? rest : params;
}

function copyOf(headers: Config['headers']): Config['headers'] {
  return headers.concat();
}

/** Takes the token out of a redirected request, by the name of its place and by its value wherever else that stands. */
function strip(
  options: Record<string, unknown>,
  { header: name, parameter }: TokenPlacement,
  accessToken: string,
): void {
  const headers = (options.headers ?? {}) as Record<string, unknown>;
  for (const key of Object.keys(headers)) {
    const carries = String(headers[key]).includes(accessToken);
    if (carries || (key.toLowerCase() === name?.toLowerCase() && !isAuthorization(name)))
      Reflect.deleteProperty(headers, key);
  }
  const url = parseUrl(options.href);
  if (!url) return;
  const before = url.search;
  for (const [key, value] of [...url.searchParams])
    if (key === parameter || value.includes(accessToken)) url.searchParams.delete(key);
  if (url.search === before) return;
  Object.assign(options, {
    href: url.href,
    path: url.pathname + url.search,
    search: url.search,
    query: url.search.slice(1),
  });
}

type Transform = (this: Config, data: unknown, headers: unknown, status?: number) => unknown;

function transformsOf(config: Config): Transform[] {
  const { transformResponse } = config;
  if (!transformResponse) return [];
  return (Array.isArray(transformResponse) ? transformResponse : [transformResponse]) as Transform[];
}

/** More than axios's own transform, which throws nothing unless it is told to. */
function hasOwnTransform(config: Config): boolean {
  const transforms = transformsOf(config);
  return transforms.length !== 1 || transforms[0]?.name !== 'transformResponse';
}

/** An error that axios makes while it transforms the answer is made after the adapter, with the config that was sent. */
function guardTransforms(request: Authored): void {
  const transforms = transformsOf(request.config);
  const guarded: Transform = function (data, headers, status) {
    try {
      return transforms.reduce((value, transform) => transform.call(this, value, headers, status), data);
    } catch (error) {
      throw cleaned(error, request);
    }
  };
  request.config.transformResponse = [guarded] as NonNullable<Config['transformResponse']>;
}
