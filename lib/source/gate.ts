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
 * failed last share half of the places, so that endpoints which hang leave the other half to the rest.
 */
export class Gate {
  readonly #queue: PQueue;
  readonly #suspects: PQueue;
  readonly #queued = new Set<string>();

  constructor({ concurrency = 8, intervalMs, maxPerInterval }: TokenRequestLimits = {}) {
    const window =
      intervalMs === undefined || maxPerInterval === undefined
        ? {}
        : { interval: intervalMs, intervalCap: maxPerInterval, strict: true };
    this.#queue = new PQueue({ concurrency, ...window });
    this.#suspects = new PQueue({ concurrency: Math.ceil(concurrency / 2) });
  }

  /** Runs a task when there is room. An abort frees its place at once, also when the task itself does not listen. */
  async run<T>(
    id: number,
    urgent: boolean,
    signal: AbortSignal,
    task: () => Promise<T>,
    hasFailed = false,
  ): Promise<T> {
    if (hasFailed) return this.#suspects.add(() => this.run(id, urgent, signal, task), { signal });
    const name = String(id);
    this.#queued.add(name);
    const begin = (): Promise<T> => {
      this.#queued.delete(name);
      return task();
    };
    try {
      return await this.#queue.add(begin, { id: name, signal, priority: urgent ? WAITING_CALL : BACKGROUND });
    } finally {
      this.#queued.delete(name);
    }
  }

  /** Somebody waits now for what was asked for in the background. */
  promote(id: number): void {
    const name = String(id);
    if (this.#queued.has(name)) this.#queue.setPriority(name, WAITING_CALL);
  }
}
