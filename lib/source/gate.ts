import PQueue from 'p-queue';

/** How many token requests one handle sends, and how fast. */
export interface TokenRequestLimits {
  /** Token requests at once. Default 8. */
  concurrency?: number | undefined;
  /** Length of the sliding window for `maxPerInterval`, in ms. */
  intervalMs?: number | undefined;
  /** Token requests within `intervalMs`. Default: no limit. */
  maxPerInterval?: number | undefined;
}

const WAITING_CALL = 1;
const BACKGROUND = 0;

/**
 * All token requests of one handle pass here: a request that a call waits for goes before one in the background. Keys that have
 * failed last pass through a gate of half the size before, so that endpoints which hang or refuse leave the other half to the rest.
 */
export class Gate {
  readonly #queue: PQueue;
  readonly #suspects: PQueue;
  /** Where each one waits. */
  readonly #queued = new Map<string, PQueue>();
  readonly #urgent = new Set<string>();

  constructor({ concurrency = 8, intervalMs, maxPerInterval }: TokenRequestLimits = {}) {
    const queueOf = (share: number): PQueue => {
      const part = (whole: number): number => Math.ceil(whole * share);
      const window =
        intervalMs === undefined || maxPerInterval === undefined
          ? {}
          : { interval: intervalMs, intervalCap: part(maxPerInterval), strict: true };
      return new PQueue({ concurrency: part(concurrency), ...window });
    };
    this.#queue = queueOf(1);
    this.#suspects = queueOf(1 / 2);
  }

  /** Runs a task when there is room. An abort frees its place at once, also when the task itself does not listen. */
  async run<T>(
    id: number,
    urgent: boolean,
    signal: AbortSignal,
    task: () => Promise<T>,
    hasFailed = false,
  ): Promise<T> {
    const name = String(id);
    if (urgent) this.#urgent.add(name);
    const pass = (): Promise<T> => this.#pass(this.#queue, name, signal, task);
    try {
      return await (hasFailed ? this.#pass(this.#suspects, name, signal, pass) : pass());
    } finally {
      this.#urgent.delete(name);
    }
  }

  /** Somebody waits now for what was asked for in the background. */
  promote(id: number): void {
    const name = String(id);
    const queue = this.#queued.get(name);
    if (!queue) return;
    this.#urgent.add(name);
    queue.setPriority(name, WAITING_CALL);
  }

  async #pass<T>(queue: PQueue, name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    this.#queued.set(name, queue);
    const begin = (): Promise<T> => {
      this.#queued.delete(name);
      return task();
    };
    try {
      return await queue.add(begin, { id: name, signal, priority: this.#urgent.has(name) ? WAITING_CALL : BACKGROUND });
    } finally {
      this.#queued.delete(name);
    }
  }
}
