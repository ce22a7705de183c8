import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `send(0)` … `send(count - 1)` at an even pace, catching up after a late timer; resolves when all were sent. */
export async function atPace({ count, everyMs }, send) {
  const start = performance.now();
  for (let index = 0; index < count;) {
    while (index < count && performance.now() - start >= index * everyMs) {
      send(index);
      index += 1;
    }
    await sleep(1);
  }
}

/** `count` calls, at most `concurrency` of them under way. */
export async function withConcurrency({ count, concurrency }, call) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await call(index);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** How many calls succeeded, failed or are still under way after `ms`. */
export async function settleWithin(calls, ms) {
  const outcome = { succeeded: 0, failed: 0, pending: calls.length };
  const count = (kind) => () => {
    outcome[kind] += 1;
    outcome.pending -= 1;
  };
  const all = Promise.all(calls.map((call) => call.then(count('succeeded'), count('failed'))));
  const timer = new AbortController();
  await Promise.race([all, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
  return { ...outcome };
}

/** `count` calls at once, and how they ended. */
export const burst = (count, call, withinMs = 15_000) =>
  settleWithin(
    Array.from({ length: count }, (_, index) => call(index)),
    withinMs,
  );
