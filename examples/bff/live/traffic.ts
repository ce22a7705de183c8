import { type Caller, runAs } from '../caller.js';
import { upstreamNames, type Upstreams } from '../upstreams.js';

const paths = { orders: '/orders', account: '/account', parcels: '/v1/parcels' } as const;

export interface Outcome {
  calls: number;
  failed: number;
  durationMs: number;
}

/** So many calls at the same time, one API after the other. */
export async function callAtOnce({ api }: Upstreams, caller: Caller, count: number): Promise<Outcome> {
  const start = performance.now();
  const calls = Array.from({ length: count }, (_, index) => {
    const name = upstreamNames[index % upstreamNames.length] ?? 'orders';
    return runAs(caller, () => api[name].get(paths[name]));
  });
  const ends = await Promise.allSettled(calls);
  const failed = ends.filter(({ status }) => status === 'rejected').length;
  return { calls: count, failed, durationMs: performance.now() - start };
}

/** A few visitors for everyone who looks at the page: a call each 100 ms, as long as they look. Returns what ends it. */
export function startVisitors(upstreams: Upstreams, watching: () => Iterable<Caller>): () => void {
  let turn = 0;
  let underWay = 0;
  const timer = setInterval(() => {
    turn += 1;
    for (const caller of watching()) {
      if (underWay > 200) return;
      underWay += 1;
      const name = upstreamNames[turn % upstreamNames.length] ?? 'orders';
      void runAs(caller, () => upstreams.api[name].get(paths[name]))
        .catch(() => undefined) // counted where all calls are
        .finally(() => (underWay -= 1));
    }
  }, 100);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
