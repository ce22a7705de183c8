import type { InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import { InsecureTransportError } from '../errors.js';
import { isInsecure, parseUrl, urlText } from '../transport.js';
import { decided } from '../validate.js';

// May this URL carry the token? Asked about the final URL of every request, and about the target of every redirect.

/** Where a request goes, and whether a token may go with it. */
export interface Target {
  origin: string;
  allowed: boolean;
}

/**
 * Where a token may go: origins, of which scheme, host and port are compared, or a function that is asked with the full URL of each
 * request and redirect.
 */
export type AllowedOrigins = (string | URL)[] | ((url: URL) => boolean);

export interface TargetOptions {
  axios: AxiosLike;
  allowedOrigins: AllowedOrigins | undefined;
  allowInsecureHttp: boolean;
}

/** What axios resolves a URL against that has no host. */
export const SOMEWHERE = 'http://localhost';

export class Targets {
  readonly #options: TargetOptions;
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #decides: ((url: URL) => boolean) | undefined;
  #last: { baseURL: string; home: string | undefined; target: Target } | undefined;

  constructor(options: TargetOptions) {
    const { allowedOrigins } = options;
    this.#options = options;
    this.#decides = typeof allowedOrigins === 'function' ? allowedOrigins : undefined;
    this.#origins = Array.isArray(allowedOrigins)
      ? new Set(allowedOrigins.map((origin) => new URL(origin).origin))
      : undefined;
  }

  /**
   * Where a request goes.
   *
   * @param granted base URL that came with the token: its origin is allowed, unless the user has said which are
   * @throws InsecureTransportError when an allowed origin is spoken to over plain http
   */
  of(config: InternalAxiosRequestConfig, granted?: string): Target {
    const { baseURL } = config;
    const url = config.url === undefined ? undefined : urlText(config.url);
    const home = this.#options.axios.defaults.baseURL;
    const relative = isRelative(url);
    const last = this.#last;
    if (relative && granted === undefined && last?.baseURL === baseURL && last?.home === home && last !== undefined)
      return last.target;

    const full = relative || config.allowAbsoluteUrls === false ? resolve(baseURL, url) : parseUrl(url, SOMEWHERE);
    const target = this.#judge(full, granted);
    // Older versions of axios ignore `allowAbsoluteUrls: false`: such a URL has to be allowed either way that it can be read.
    if (!relative && config.allowAbsoluteUrls === false && !this.#judge(parseUrl(url, SOMEWHERE), granted).allowed)
      target.allowed = false;
    if (relative && granted === undefined && baseURL !== undefined && hasHost(baseURL) && !this.#decides)
      this.#last = { baseURL, home, target };
    return target;
  }

  /** Whether the token may follow a redirect to this address. */
  mayFollow(href: string | undefined, granted: string | undefined): boolean {
    const url = parseUrl(href);
    return url !== undefined && this.#allows(url, granted) && (this.#options.allowInsecureHttp || !isInsecure(url));
  }

  #judge(url: URL | undefined, granted: string | undefined): Target {
    if (!url) return { origin: 'null', allowed: false };
    const allowed = this.#allows(url, granted);
    if (allowed && !this.#options.allowInsecureHttp && isInsecure(url)) {
      throw new InsecureTransportError(
        `The request to ${url.origin} would carry its token over plain http: it was not sent. Use https, or set allowInsecureHttp: true if that network is trusted.`,
      );
    }
    return { origin: url.origin, allowed };
  }

  #allows(url: URL, granted: string | undefined): boolean {
    if (!/^https?:$/.test(url.protocol)) return false;
    if (this.#decides) return decided('allowedOrigins', this.#decides(url));
    if (this.#origins) return this.#origins.has(url.origin);
    return (
      url.origin === originOf(this.#options.axios.defaults.baseURL) ||
      (granted !== undefined && url.origin === originOf(granted))
    );
  }
}

/** The origin that a base URL stands for; `undefined` where there is none. */
export function originOf(baseURL: string | undefined): string | undefined {
  return baseURL === undefined || baseURL === '' ? undefined : resolve(baseURL, 'x')?.origin;
}

/** As axios tells them apart: a URL with a scheme, or with two slashes, leaves the base URL behind. */
function isRelative(url: string | undefined): boolean {
  return url === undefined || !/^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
}

/** A base URL that holds the whole authority: what is joined to it cannot change where the request goes. */
function hasHost(baseURL: string): boolean {
  return /^https?:\/\/[^/\\?#]/i.test(baseURL);
}

/** As axios joins them: with one slash in between, so that no relative URL changes the host. */
function resolve(baseURL: string | undefined, url: string | undefined): URL | undefined {
  if (!baseURL) return parseUrl(url ?? '', SOMEWHERE);
  return parseUrl(url ? `${baseURL.replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}` : baseURL, SOMEWHERE);
}
