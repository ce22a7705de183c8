/** Requests held at a server: received and counted, not answered yet. What tests of interleavings use instead of sleeping. */
export interface Hold {
  /** Lets every waiting request go on, in the order of arrival but not before the caller yields, and ends the hold. */
  release(): void;
  /** How many requests wait now. One whose client has left still counts until `release()`. */
  readonly held: number;
  /**
   * Resolves once `n` requests (default 1) have arrived at the gate. Rejects when the hold ends before that, so that a test which
   * waits for too many fails with a reason.
   *
   * @param n how many
   */
  arrived(n?: number): Promise<void>;
}

/** The gate that every request of a server passes. Open unless somebody holds it. */
export interface Gate {
  /** Closes the gate; a gate that is closed already hands out the hold in place. */
  hold(): Hold;
  /** Resolves at once while the gate is open, else on release. */
  pass(): Promise<void>;
  release(): void;
}

interface ClosedGate extends Hold {
  wait(): Promise<void>;
}

export function createGate(): Gate {
  let closed: ClosedGate | undefined;
  return {
    hold: () => (closed ??= closeGate(() => (closed = undefined))),
    pass: async () => closed?.wait(),
    release: () => closed?.release(),
  };
}

function closeGate(onRelease: () => void): ClosedGate {
  const waiting: (() => void)[] = [];
  const watchers: { n: number; resolve(): void; reject(reason: Error): void }[] = [];
  let arrivals = 0;
  let ended = false;
  const tooFew = (n: number): Error =>
    new Error(`the hold ended after ${arrivals} of the ${n} requests that were waited for`);

  return {
    get held() {
      return waiting.length;
    },
    wait() {
      arrivals += 1;
      for (const watcher of watchers) if (watcher.n <= arrivals) watcher.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
    arrived(n = 1) {
      if (arrivals >= n) return Promise.resolve();
      if (ended) return Promise.reject(tooFew(n));
      return new Promise((resolve, reject) => watchers.push({ n, resolve, reject }));
    },
    release() {
      if (ended) return;
      ended = true;
      onRelease();
      for (const goOn of waiting.splice(0)) goOn();
      for (const watcher of watchers.splice(0)) watcher.reject(tooFew(watcher.n));
    },
  };
}
