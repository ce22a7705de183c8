import { LRUCache } from 'lru-cache';
import { type Clock, systemClock, unlessAborted } from '../clock.js';
import type { TokenRequest } from '../contract.js';
import {
  InsecureTransportError,
  TokenConfigError,
  TokenEndpointError,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from '../errors.js';
import { printableUrl } from '../redact.js';
import { isInsecure } from '../transport.js';
import type { ClientCredentialsOptions } from './dialect.js';
import type { Directory } from './directory.js';
import { issuerFault } from './description.js';
import { urlOf } from './endpoint-url.js';
import { type Metadata, MetadataReader } from './metadata.js';

// Where an authorization server's endpoints are, by its metadata: what is held of them, and when they are read anew.

const LIFETIME_MS = 60 * 60_000;
/** After a reading that failed, while an older document is held. */
const RETRY_MS = 30_000;
/** Between two readings for which a failed token request is the reason. */
const FLOOR_MS = 10_000;
/** What is held will do, too: the token request waits no longer than this for something newer. */
const PATIENCE_MS = 2000;
const MAX_ISSUERS = 1000;

/** The endpoints of `options.issuer`; when that is a function, of as many issuers as it names. */
export function discoveryOf(options: ClientCredentialsOptions): Directory {
  const issuers = new LRUCache<string, Issuer>({ max: MAX_ISSUERS });
  const uses = new WeakMap<TokenRequest, { issuer: Issuer; metadata: Metadata }>();

  const issuerOf = async (request: TokenRequest): Promise<Issuer> => {
    const url = await urlOf('issuer', options.issuer, request);
    const must = issuerFault(url);
    if (must !== undefined) throw new TokenConfigError(`\`issuer\` ${must}.`, { option: 'issuer' });
    if (isInsecure(url) && !request.allowInsecureHttp && options.request?.metadataService !== true)
      throw new InsecureTransportError(
        `The metadata of ${printableUrl(url)} would be read over plain http, and whoever stands between could name a token endpoint of his own. Use https, or set allowInsecureHttp: true if that network is trusted.`,
      );
    const known = issuers.get(url.href);
    if (known) return known;
    const issuer = new Issuer(new MetadataReader(url, options));
    issuers.set(url.href, issuer);
    return issuer;
  };

  return {
    async find(request) {
      const issuer = await issuerOf(request);
      const metadata = await issuer.current(request);
      const { revocationUrl = metadata.revocationUrl } = options;
      const endpoints = {
        tokenUrl: new URL(metadata.tokenUrl),
        revocationUrl: async () =>
          revocationUrl === undefined ? undefined : urlOf('revocationUrl', revocationUrl, request),
      };
      uses.set(request, { issuer, metadata });
      return endpoints;
    },
    async moved(error, request) {
      const used = uses.get(request);
      if (!used) return false; // the endpoint was not found, so none was asked
      const { issuer, metadata } = used;
      if (isGone(error)) return (await issuer.after(metadata, request)).tokenUrl !== metadata.tokenUrl;
      if (isDoubtful(error)) issuer.doubt(metadata);
      return false;
    },
  };
}

interface Reading {
  document: Promise<Metadata>;
  /** Whose request it goes with: where that is aborted, so is the reading. */
  leader: AbortSignal;
}

/** One issuer's document: at most one reading at a time, shared by all token requests that need it. */
class Issuer {
  readonly #reader: MetadataReader;
  #held: Metadata | undefined;
  #staleAt = 0;
  #askedAt = 0;
  #reading: Reading | undefined;

  constructor(reader: MetadataReader) {
    this.#reader = reader;
  }

  /** The document to go by. One that is too old is read anew first; where that fails, it is still good for a while. */
  async current(request: TokenRequest): Promise<Metadata> {
    const held = this.#held;
    if (held === undefined) return this.#read(request);
    if (clockOf(request).monotonic() < this.#staleAt) return held;
    return this.#read(request, PATIENCE_MS).catch(() => held);
  }

  /** The document after the endpoint in `used` turned out to be gone: read anew, unless that has just been done. */
  async after(used: Metadata, request: TokenRequest): Promise<Metadata> {
    if (this.#held !== used) return this.#held ?? used;
    if (!this.#reading && clockOf(request).monotonic() < this.#askedAt + FLOOR_MS) {
      this.doubt(used);
      return used;
    }
    return this.#read(request).catch(() => used);
  }

  /** The endpoint in `used` may be gone: the next token request has the document read first. */
  doubt(used: Metadata): void {
    if (this.#held === used) this.#staleAt = Math.min(this.#staleAt, this.#askedAt + FLOOR_MS);
  }

  /** Joins the reading under way, or begins one. It ends with the request that began it; then another one of them begins it anew. */
  async #read(request: TokenRequest, limitMs?: number): Promise<Metadata> {
    for (;;) {
      request.signal.throwIfAborted();
      const reading = (this.#reading ??= this.#begin(request, limitMs));
      try {
        return await unlessAborted(reading.document, request.signal);
      } catch (error) {
        if (request.signal.aborted || !reading.leader.aborted || this.#held) throw error;
      }
    }
  }

  #begin(request: TokenRequest, limitMs: number | undefined): Reading {
    const reading = { document: this.#ask(request, limitMs), leader: request.signal };
    const clear = (): void => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.document.then(clear, clear); // registered before anybody who waits: they find the place free
    return reading;
  }

  async #ask(request: TokenRequest, limitMs: number | undefined): Promise<Metadata> {
    const clock = clockOf(request);
    this.#askedAt = clock.monotonic();
    const time = limited(request.signal, clock, limitMs);
    try {
      const document = await this.#reader.read({ ...request, signal: time.signal }, this.#held === undefined);
      this.#staleAt = clock.monotonic() + LIFETIME_MS;
      return (this.#held = document);
    } catch (error) {
      this.#staleAt = clock.monotonic() + RETRY_MS;
      throw error;
    } finally {
      time.stop();
    }
  }
}

/** Nobody reads token requests at that address any more, so this one has not been read either: it may be sent elsewhere. */
function isGone(error: unknown): boolean {
  if (error instanceof TokenEndpointError) {
    const { status } = error; // 0: a redirect that fetch keeps to itself
    return [0, 404, 405, 410].includes(status) || (status >= 300 && status < 400);
  }
  if (!(error instanceof TokenNetworkError)) return false;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

/** It may have been read, so it is not sent elsewhere. But the next one may have to be. */
function isDoubtful(error: unknown): boolean {
  if (error instanceof TokenEndpointError) return error.status >= 500;
  return [TokenNetworkError, TokenTimeoutError, TokenResponseError].some((type) => error instanceof type);
}

function clockOf({ clock = systemClock }: TokenRequest): Clock {
  return clock;
}

/** A signal that follows another one, and aborts by itself after `ms`. */
function limited(signal: AbortSignal, clock: Clock, ms: number | undefined): { signal: AbortSignal; stop: () => void } {
  if (ms === undefined) return { signal, stop: () => undefined };
  const own = new AbortController();
  const follow = (): void => {
    own.abort(signal.reason);
  };
  signal.addEventListener('abort', follow, { once: true });
  const timer = clock.setTimeout(() => {
    own.abort(new TokenTimeoutError(`The server's metadata did not come within ${ms} ms.`));
  }, ms);
  return {
    signal: own.signal,
    stop: () => {
      signal.removeEventListener('abort', follow);
      clock.clearTimeout(timer);
    },
  };
}
