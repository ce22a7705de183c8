/** Time as the plugin sees it; the default reads the system's. Give your own in tests. */
export interface Clock {
  /** Wall clock, in ms since the epoch. */
  now(): number;
  /** A clock that never goes back, in ms from any origin. */
  monotonic(): number;
  /**
   * Calls a function once, later.
   *
   * @param run what is called
   * @param ms after how long
   * @returns what `clearTimeout` takes
   */
  setTimeout(run: () => void, ms: number): unknown;
  /**
   * Calls off what `setTimeout` was told.
   *
   * @param timer what `setTimeout` returned
   */
  clearTimeout(timer: unknown): void;
}

/** Looked up at every call, so that a test's fake timers and `jest.setSystemTime()` are seen. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => {
    clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};

/** The longest delay a timer takes; a longer one fires at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** Node's timers keep the process alive until they are unref'd; elsewhere they are plain numbers. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void } | undefined)?.unref?.();
}

export function ref(timer: unknown): void {
  (timer as { ref?: () => void } | undefined)?.ref?.();
}

/** Resolves after `ms`, or rejects with the signal's reason. Its timer never keeps a process alive. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clock.clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = clock.setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    unref(timer);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Leaves the wait with the signal's reason; what was waited for goes on. */
export function unlessAborted<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason);
    };
    const settle =
      <V>(then: (value: V) => void) =>
      (value: V): void => {
        signal.removeEventListener('abort', leave);
        then(value);
      };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    outcome.then(settle(resolve), settle(reject));
  });
}
