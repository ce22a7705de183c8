import type { ServerResponse } from 'node:http';

/** Counts of a server, and how many requests it works on at a time. */
export interface Tally<Name extends string> {
  /** Runs the work on a request. It counts as concurrent until its answer has been written or its connection is gone. */
  track(response: ServerResponse, work: () => Promise<void>): Promise<void>;
  count(name: Name): void;
  read(): Record<Name | 'concurrent' | 'maxConcurrent', number>;
  /** Counts from zero again. What is under way stays under way. */
  reset(): void;
}

export function createTally<Name extends string>(...names: Name[]): Tally<Name> {
  const zeros = (): Record<Name, number> => Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  let counts = zeros();
  let concurrent = 0;
  let maxConcurrent = 0;

  return {
    async track(response, work) {
      concurrent += 1;
      maxConcurrent = Math.max(maxConcurrent, concurrent);
      let left = false;
      const leave = (): void => {
        if (!left) concurrent -= 1;
        left = true;
      };
      response.once('close', leave);
      await work();
      // Before the client can have read the answer, so that calls one after the other never count as two at a time.
      if (response.writableEnded) leave();
    },
    count(name) {
      counts[name] += 1;
    },
    read: () => ({ ...counts, concurrent, maxConcurrent }),
    reset() {
      counts = zeros();
      maxConcurrent = concurrent;
    },
  };
}
