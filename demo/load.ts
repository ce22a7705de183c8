import axios, { type AxiosInstance } from 'axios';

/** How calls have fared so far. */
export interface Load {
  calls: number;
  failed: number;
  /** Calls that could not be sent at once, because they had to wait for a token. */
  waited: number;
}

const http = axios.getAdapter('http');

/** As many calls at the same time. */
export async function atOnce(api: AxiosInstance, count: number): Promise<Load> {
  const load: Load = { calls: 0, failed: 0, waited: 0 };
  await Promise.all(Array.from({ length: count }, () => call(api, load)));
  return load;
}

/** A call every 10 ms from now on. */
export function steadily(api: AxiosInstance): { load: Load; end(): Promise<Load> } {
  const load: Load = { calls: 0, failed: 0, waited: 0 };
  const calls: Promise<void>[] = [];
  const timer = setInterval(() => calls.push(call(api, load)), 10);
  return {
    load,
    async end() {
      clearInterval(timer);
      await Promise.all(calls);
      return load;
    },
  };
}

/** Each call has a path of its own, so that the API can tell how often it was sent. */
async function call(api: AxiosInstance, load: Load): Promise<void> {
  load.calls += 1;
  // A call that need not wait reaches the adapter before the event loop turns. No clock is asked, so a busy machine does not count.
  const moment = { passed: false, waited: false };
  setImmediate(() => (moment.passed = true));
  try {
    await api.get(`/things/${load.calls}`, {
      adapter(config) {
        moment.waited ||= moment.passed;
        return http(config);
      },
    });
  } catch {
    load.failed += 1;
  } finally {
    if (moment.waited) load.waited += 1;
  }
}
