import type { Core } from './core.js';
import { hex } from '../hex.js';
import { canonical } from '../source/canonical.js';
import type { TokenStore } from '../store.js';
import type { Entry } from '../token/entries.js';
import { Fleet } from '../token/fleet.js';

export interface SharedTokens {
  store: TokenStore;
  tokenTimeoutMs: number;
  random: () => number;
}

/** The tokens of a handle, shared with every process that has the same source and the same credential. */
export function sharedBy(core: Core, { store, tokenTimeoutMs, random }: SharedTokens): Fleet {
  const { clock, events } = core;
  const keyOf = (entry: Entry, signal: AbortSignal): Promise<string> => storeKey(core, entry, signal);
  return new Fleet({ store, keyOf, tokenTimeoutMs, clock, random, emit: events.emit });
}

/** SHA-256: whoever can read the store learns nothing of what a token is for, or of the secret that it was got with. */
async function storeKey(
  { source, http, allowInsecureHttp, clock }: Core,
  entry: Entry,
  signal: AbortSignal,
): Promise<string> {
  const request = { ...entry.params, reason: 'missing' as const, signal, http, allowInsecureHttp, clock };
  const identity = await source.identify?.(request);
  // What the option `http` adds to each token request says who asks, too.
  const defaults = http.defaults as Record<'baseURL' | 'headers' | 'params' | 'auth', unknown>;
  const { baseURL, headers, params, auth } = defaults;
  const added = await canonical({ baseURL, headers: { ...(headers as object) }, params, auth });
  const text = new TextEncoder().encode(JSON.stringify([source.id, identity ?? null, entry.key, added]));
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', text)));
}
