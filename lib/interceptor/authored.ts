import axios, { type AxiosResponse, type InternalAxiosRequestConfig, type RawAxiosHeaders } from 'axios';
import type { TokenPlacement } from '../contract.js';
import type { Token } from '../token.js';
import { parseUrl, urlText } from '../transport.js';
import { isAuthorization, isSimple } from './placement.js';

// What we write into a request, how it is taken out again, and how it is kept from leaving with a redirect.

type Config = Omit<InternalAxiosRequestConfig, 'params'> & { params?: unknown; fetchOptions?: unknown };
type BeforeRedirect = NonNullable<InternalAxiosRequestConfig['beforeRedirect']>;
type Touched = 'url' | 'params' | 'baseURL' | 'beforeRedirect' | 'fetchOptions' | 'transformResponse';
/** What is changed in a request, as it was before. */
type Original = { [Name in Touched]?: Config[Name] | undefined } & {
  data?: unknown;
  /** A plain copy, where the placement may write anywhere. */
  headers?: Record<string, unknown> | undefined;
};

type MayFollow = (href: string | undefined) => boolean;

/** A request that carries our token, and what it was before. */
export interface Authored {
  config: Config;
  placement: TokenPlacement;
  /** What the placement is given: the config, where it may write anywhere through a view that notes what it changes. */
  view: Config;
  /** `undefined`: a plain request, in which only the header of the placement and `beforeRedirect` are ours. */
  original: Original | undefined;
  /** Whether the token may go along to where a redirect leads. */
  mayFollow: MayFollow;
}

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

/** Notes what a placement changes: axios makes its configs such that copying one costs more than all that the plugin does besides. */
class Notes implements ProxyHandler<Config> {
  readonly #original: Original;

  constructor(original: Original) {
    this.#original = original;
  }

  /** Assignments come here, too. */
  defineProperty(config: Config, name: keyof Config, descriptor: PropertyDescriptor): boolean {
    this.#note(config, name);
    return Reflect.defineProperty(config, name, descriptor);
  }

  deleteProperty(config: Config, name: keyof Config): boolean {
    this.#note(config, name);
    return Reflect.deleteProperty(config, name);
  }

  /** What is noted first is what was there before. */
  #note(config: Config, name: keyof Config): void {
    if (!Object.hasOwn(this.#original, name)) (this.#original as Record<string, unknown>)[name] = config[name];
  }
}

/** Notes what a request is before the placement writes. The plain case, which nearly all requests are, needs no note. */
export function remember(
  config: Config,
  placement: TokenPlacement,
  granted: string | undefined,
  mayFollow: MayFollow,
): Authored {
  const simple = isSimple(placement);
  const plain =
    simple && granted === undefined && !config.beforeRedirect && isAuthorization(placement.header) && !mayThrow(config);
  if (plain) return { config, view: config, placement, original: undefined, mayFollow };
  const { params, baseURL, beforeRedirect, fetchOptions, transformResponse } = config;
  if (simple) {
    const original = { url: config.url, params, baseURL, beforeRedirect, fetchOptions, transformResponse } as Original;
    return { config, view: config, placement, original, mayFollow };
  }
  const headers = { ...(config.headers as Record<string, unknown>) };
  const original: Original = { baseURL, beforeRedirect, fetchOptions, transformResponse, headers }; // what we may change ourselves
  if (params !== undefined) {
    original.params = params;
    config.params = ownParams(params); // it may write into what it finds there
  }
  return { config, view: new Proxy(config, new Notes(original)), placement, original, mayFollow };
}

/** Seals what placements have written: no redirect takes it elsewhere, and no error of axios shows it. */
export class Seal {
  #last: { token: Token; guard: BeforeRedirect } | undefined;

  on(request: Authored, token: Token): void {
    const { config, original, placement } = request;
    if (!original) {
      if (this.#last?.token !== token) this.#last = { token, guard: guardOf(request, token) };
      config.beforeRedirect = this.#last.guard;
      return;
    }
    config.beforeRedirect = guardOf(request, token);
    // fetch drops Authorization on its way to another origin, and nothing else; it cannot be asked, so it must not follow.
    if (original.headers || !isAuthorization(placement.header)) {
      config.fetchOptions = { ...(original.fetchOptions as object | undefined), redirect: 'manual' };
    }
    if (mayThrow(config)) guardTransforms(request);
  }
}

/** The request as it was before the token: for a resend, and for errors that leave the house. */
export function restored(
  { config, original, placement }: Pick<Authored, 'config' | 'original' | 'placement'>,
  from: Config = config,
): InternalAxiosRequestConfig {
  const headers = copyOf(original?.headers ?? from.headers);
  if (placement.header !== undefined && !original?.headers) headers.delete(placement.header);
  // While axios transforms an answer it keeps it at `config.response`, which leads back to what was sent.
  const copy: Record<string, unknown> = { ...from, ...(original ?? { beforeRedirect: undefined }), headers };
  delete copy.response;
  return copy as unknown as InternalAxiosRequestConfig;
}

/** Takes the token out of an error's copies of the request, so that it is neither logged nor sent again as the caller's own. */
export function cleaned(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const failure = error as { config?: Config; response?: AxiosResponse & { config?: Config } };
  const { config, response } = failure;
  if (config && markOf(config)) failure.config = withoutMarks(config);
  if (response?.config && markOf(response.config)) {
    response.config = (
      response.config === config && failure.config ? failure.config : withoutMarks(response.config)
    ) as typeof response.config;
  }
  return error;
}

function withoutMarks(config: Config): Config {
  let clean = config;
  for (let mark = markOf(clean); mark; mark = markOf(clean)) {
    clean = restored(mark.request ?? { config: clean, original: undefined, placement: mark.placement }, clean);
  }
  return clean;
}

/**
 * Takes out of a config what we wrote into it before: `axios.request(response.config)` is a new call, to be authorised anew. What
 * is not as we wrote it is the caller's own, and stays.
 */
export function forget(config: Config): void {
  for (let mark = markOf(config); mark; mark = markOf(config)) {
    const { written, request, accessToken } = mark;
    config.headers = axios.AxiosHeaders.from(config.headers); // an interceptor may have put a plain object there
    for (const [name, value] of Object.entries(written)) {
      if (config.headers.get(name) !== value) continue;
      const before = request?.original?.headers && copyOf(request.original.headers).get(name);
      if (before === undefined) config.headers.delete(name);
      else config.headers.set(name, before);
    }
    const original: Partial<Original> = request?.original ?? {};
    if (request?.placement.parameter !== undefined) {
      config.params = withoutOurs(config.params, request.placement.parameter, accessToken);
    }
    if ('url' in original && config.url === request?.config.url) assign(config, 'url', original.url);
    if (request && config.baseURL === request.config.baseURL) assign(config, 'baseURL', original.baseURL);
    if (request && writesBody(request) && config.data === request.config.data) config.data = original.data;
    if (request) assign(config, 'transformResponse', original.transformResponse);
    if (request) assign(config, 'fetchOptions', original.fetchOptions);
    assign(config, 'beforeRedirect', original.beforeRedirect);
  }
}

function markOf({ beforeRedirect }: Config): Mark | undefined {
  return beforeRedirect && Marked.markOf(beforeRedirect);
}

function assign<Name extends Touched>(config: Config, name: Name, value: Config[Name] | undefined): void {
  (config as Record<Touched, unknown>)[name] = value;
}

/** Runs before every redirect, after the caller's own: takes the token out unless the target may have it. */
function guardOf(request: Authored, { accessToken }: Token): BeforeRedirect {
  const { original, mayFollow } = request;
  const written = writtenHeaders(request);
  const parameters = writtenParameters(request);
  const guard: BeforeRedirect = (options, ...details) => {
    original?.beforeRedirect?.(options, ...details);
    if (mayFollow(options.href as string | undefined)) return;
    if (writesBody(request) && !/^(GET|HEAD)$/i.test(String(options.method))) throw bodyWouldLeave();
    strip(options, written, parameters, accessToken);
  };
  new Marked(guard, { written, request: original && request, accessToken, placement: request.placement });
  return guard;
}

/** Whether the token may stand in the body: 307 and 308 would send that once more. */
function writesBody({ config, original }: Authored): boolean {
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

function ownParams(params: unknown): unknown {
  if (params instanceof URLSearchParams) return new URLSearchParams(params);
  const isPlain = typeof params === 'object' && params !== null && Object.getPrototypeOf(params) === Object.prototype;
  return isPlain ? { ...params } : params;
}

/** A parameter that is as we wrote it is gone again; the others are the caller's. */
function withoutOurs(params: unknown, parameter: string, accessToken: string): unknown {
  if (params instanceof URLSearchParams) {
    const rest = new URLSearchParams(params);
    if (rest.get(parameter) === accessToken) rest.delete(parameter);
    return rest;
  }
  const { [parameter]: value, ...rest } = (params ?? {}) as Record<string, unknown>;
  return value === accessToken ? rest : params;
}

function copyOf(headers: object): Config['headers'] {
  return new axios.AxiosHeaders(headers as RawAxiosHeaders);
}

type Transform = (this: Config, data: unknown, headers: unknown, status?: number) => unknown;

function transformsOf({ transformResponse }: Config): Transform[] {
  if (!transformResponse) return [];
  return (Array.isArray(transformResponse) ? transformResponse : [transformResponse]) as Transform[];
}

/** Whether transforming the answer may throw: axios's own does so only when it is told not to be silent. */
function mayThrow(config: Config): boolean {
  if (config.transitional?.silentJSONParsing === false) return true;
  const { transformResponse } = config;
  const own = Array.isArray(transformResponse) && transformResponse.length === 1 ? transformResponse[0] : undefined;
  return own?.name !== 'transformResponse';
}

/** An error that axios makes while it transforms the answer is made after the adapter, with the config that was sent. */
function guardTransforms(request: Authored): void {
  const transforms = transformsOf(request.config);
  const guarded: Transform = function (data, headers, status) {
    try {
      return transforms.reduce((value, transform) => transform.call(this, value, headers, status), data);
    } catch (error) {
      throw cleaned(error);
    }
  };
  request.config.transformResponse = [guarded] as NonNullable<Config['transformResponse']>;
}
