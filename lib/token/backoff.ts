/** Attempts inside one flight while somebody waits. */
export const MAX_ATTEMPTS = 3;

/** How long a call waits for the end of a pause after a failure. */
export const LONGEST_PROBE_WAIT_MS = 2000;

/** Up to a fifth shorter, so that processes that failed together do not come back together. */
function jittered(ms: number, random: () => number): number {
  return ms * (1 - 0.2 * random());
}

/** Pause before the next attempt of the same flight: 200 ms, doubling. */
export function retryDelay(attempt: number, random: () => number): number {
  return jittered(200 * 2 ** (attempt - 1), random);
}

/** Pause after the n-th flight in a row that failed: 1 s doubling, to 60 s when trying may help, to 30 s when it will not. */
export function failurePause(failures: number, permanent: boolean, random: () => number): number {
  return jittered(Math.min(1000 * 2 ** (failures - 1), permanent ? 30_000 : 60_000), random);
}

/** Pause of forced refreshes after the n-th useless one in a row: 1 s, doubling to 30 s. */
export function uselessRefreshPause(count: number): number {
  return Math.min(1000 * 2 ** (count - 1), 30_000);
}
