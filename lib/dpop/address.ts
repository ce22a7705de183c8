import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { SOMEWHERE } from '../interceptor/target.js';
import { parseUrl } from '../transport.js';

// The address of a request, as the server that compares it sees it.

/** Puts addresses together as this version of axios does; nobody's defaults are in it. */
const bare = new axios.Axios({});

export type Address = Pick<URL, 'origin' | 'pathname'>;

/** Where a request goes. Its `params` are left out: a proof does not name them. */
export function addressOf({ baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): Address {
  const base = baseURL ? baseOf(baseURL) : undefined;
  const path = base && typeof url === 'string' ? PLAIN_PATH.exec(url)?.[1] : undefined;
  if (base && path !== undefined) return { origin: base.origin, pathname: `${base.pathname}/${path}` };
  const full = bare.getUri({ baseURL, url, allowAbsoluteUrls } as AxiosRequestConfig);
  return parseUrl(full) ?? new URL(full, here());
}

/** A relative path that stays as it is: nothing to encode, no dots that lead elsewhere, no empty part. Nearly all are such. */
const PLAIN_PATH = /^\/?([\w~-]+(?:[/.][\w~-]+)*\/?)(?:[?#]|$)/;

/** Without what is read in another way at the end of an address than before a path: white space, a backslash. */
const AS_WRITTEN = /^[!-[\]-~]*$/;

let last: { baseURL: string; base: Address | undefined } | undefined;

/** Of the same base for nearly all calls: read once. `undefined`: one that cannot simply be continued. */
function baseOf(baseURL: string): Address | undefined {
  if (last?.baseURL !== baseURL) {
    const { href = '', origin = '', pathname = '' } = parseUrl(baseURL) ?? {};
    const isPlain = /^https?:/.test(href) && AS_WRITTEN.test(baseURL) && !/[?#]|\/\/$/.test(href);
    last = { baseURL, base: isPlain ? { origin, pathname: pathname.replace(/\/$/, '') } : undefined };
  }
  return last.base;
}

/** `htu` (RFC 9449 §4.2): without query and fragment, in the form in which URLs are sent. */
export function targetOf({ origin, pathname }: Address): string {
  return origin + pathname;
}

/**
 * Of an answer to an address without a host it may only be known that it came from `SOMEWHERE`. In a page that is the page's own
 * server, and elsewhere itself.
 */
export function speakerOf(origin: string): string {
  return origin === SOMEWHERE ? new URL(here()).origin : origin;
}

function here(): string {
  const { document, location } = globalThis as { document?: { baseURI?: string }; location?: { href?: string } };
  return document?.baseURI ?? location?.href ?? SOMEWHERE;
}
