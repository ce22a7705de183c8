import axios, { type InternalAxiosRequestConfig, type RawAxiosHeaders } from 'axios';
import type { TokenPlacement } from '../contract.js';
import { isAuthorization, isSimple } from './placement.js';

// What was a request before we wrote into it?

export type Config = Omit<InternalAxiosRequestConfig, 'params'> & { params?: unknown; fetchOptions?: unknown };
export type BeforeRedirect = NonNullable<InternalAxiosRequestConfig['beforeRedirect']>;
export type Touched = 'url' | 'params' | 'baseURL' | 'beforeRedirect' | 'fetchOptions' | 'transformResponse';
/** What is changed in a request, as it was before. */
export type Original = { [Name in Touched]?: Config[Name] | undefined } & {
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

function ownParams(params: unknown): unknown {
  if (params instanceof URLSearchParams) return new URLSearchParams(params);
  const isPlain = typeof params === 'object' && params !== null && Object.getPrototypeOf(params) === Object.prototype;
  return isPlain ? { ...params } : params;
}

export function copyOf(headers: object): Config['headers'] {
  return new axios.AxiosHeaders(headers as RawAxiosHeaders);
}

/** Whether transforming the answer may throw: axios's own does so only when it is told not to be silent. */
export function mayThrow(config: Config): boolean {
  if (config.transitional?.silentJSONParsing === false) return true;
  const { transformResponse } = config;
  const own = Array.isArray(transformResponse) && transformResponse.length === 1 ? transformResponse[0] : undefined;
  return own?.name !== 'transformResponse';
}
