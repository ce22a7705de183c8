import type { TokenHandle } from 'axios-client-credentials';
import type { Upstreams } from './upstreams.js';

export interface Health {
  live: true;
  /** Whether a load balancer should send calls here. */
  ready: boolean;
  /** How many tokens are held for each API, and for how many of them calls cannot be served. */
  upstreams: Record<string, { tokens: number; failing: number }>;
}

/**
 * Gets the tokens that every call needs before the first one comes, and tells how things stand. The server is ready once that was
 * tried, and as long as each API can be called for somebody: the wrong secret of one tenant is no reason to turn all others away.
 */
export function watchHealth(auth: Upstreams['auth'], tenants: readonly string[]): () => Health {
  let tried = false;
  const warmUps = [auth.orders?.warmUp(tenants.map((tenant) => ({ tenant }))), auth.parcels?.warmUp()];
  void Promise.allSettled(warmUps.filter((one) => one !== undefined)).then(() => (tried = true)); // failures: see inspect()

  return () => {
    const counts = Object.entries(auth).map(([name, handle]) => [name, count(handle)] as const);
    const servable = counts.every(([, { tokens, failing }]) => tokens === 0 || failing < tokens);
    return { live: true, ready: tried && servable, upstreams: Object.fromEntries(counts) };
  };
}

function count(handle: TokenHandle): { tokens: number; failing: number } {
  const rows = handle.inspect();
  return { tokens: rows.length, failing: rows.filter(({ ok }) => !ok).length };
}
