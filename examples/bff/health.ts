import type { TokenHandle } from 'axios-client-credentials';
import type { Upstreams } from './upstreams.js';

export interface Health {
  live: true;
  /** Whether a load balancer should send calls here. */
  ready: boolean;
  /** How many tokens are held for each API, and for how many of them calls cannot be served. */
  upstreams: Record<string, Count>;
}

interface Count {
  tokens: number;
  failing: number;
}

/**
 * Gets the tokens that every call needs before the first one comes, and tells how things stand. The server is ready once each API can
 * be called for somebody, so that a new version with a wrong secret takes no calls. From then on it is as long as any can be: the
 * wrong secret of one tenant, or an outage of one partner, is no reason to turn everybody away, from all servers at the same time.
 */
export function watchHealth(auth: Upstreams['auth'], tenants: readonly string[]): () => Health {
  let tried = false;
  let started = false;
  const warmUps = [auth.orders?.warmUp(tenants.map((tenant) => ({ tenant }))), auth.parcels?.warmUp()];
  void Promise.allSettled(warmUps.filter((one) => one !== undefined)).then(() => (tried = true)); // failures: see inspect()

  return () => {
    const upstreams = Object.fromEntries(Object.entries(auth).map(([name, handle]) => [name, count(handle)]));
    const inUse = Object.values(upstreams).filter(({ tokens }) => tokens > 0);
    started ||= tried && inUse.every(isServed);
    return { live: true, ready: started && (inUse.length === 0 || inUse.some(isServed)), upstreams };
  };
}

function count(handle: TokenHandle): Count {
  const rows = handle.inspect();
  return { tokens: rows.length, failing: rows.filter(({ ok }) => !ok).length };
}

function isServed({ tokens, failing }: Count): boolean {
  return failing < tokens;
}
