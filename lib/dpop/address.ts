import axios, { type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';
import { SOMEWHERE } from '../interceptor/target.js';
import { parseUrl } from '../transport.js';

// The address of a request, as the server that compares it sees it.

/** Puts addresses together as this version of axios does; nobody's defaults are in it. */
const bare = new axios.Axios({});

/** Where a request goes. Its `params` are left out: a proof does not name them. */
export function addressOf({ baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): URL {
  const full = bare.getUri({ baseURL, url, allowAbsoluteUrls } as AxiosRequestConfig);
  return parseUrl(full) ?? new URL(full, here());
}

/** `htu` (RFC 9449 §4.2): without query and fragment, in the form in which URLs are sent. */
export function targetOf({ origin, pathname }: URL): string {
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
