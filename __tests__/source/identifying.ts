import axios from 'axios';
import type { TokenRequest, TokenSource } from '../../lib/index.js';

/** An axios that must not be used: asking who a source is sends nothing. */
const unused = new Proxy(axios.create(), {
  get(_target, name) {
    throw new Error(`http.${String(name)} was touched`);
  },
});

/** Who a source is in a shared store, as far as the source says it: what the store's key is made of, but for the request's own part. */
export async function identityOf(source: TokenSource, request: Partial<TokenRequest> = {}): Promise<string> {
  const { signal } = new AbortController();
  const asked: TokenRequest = { reason: 'missing', signal, http: unused, allowInsecureHttp: false, ...request };
  return JSON.stringify([source.id, await source.identify!(asked)]);
}
