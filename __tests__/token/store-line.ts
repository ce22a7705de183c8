import type { TokenStore } from '../../lib/store.js';

export type Operation = 'read' | 'lease' | 'write' | 'fail' | 'release' | 'remove';
export const OPERATIONS: readonly Operation[] = ['read', 'lease', 'write', 'fail', 'release', 'remove'];

/**
 * What becomes of a call: it `hang`s before it reaches the store; it is done and its answer is lost (`lose`); the client `reject`s it,
 * or throws at once; it is kept back before it reaches the store (`hold`), or done, and its answer comes late (`delay`).
 */
export type Trouble = 'hang' | 'lose' | 'reject' | 'throw' | 'hold' | 'delay';

export interface HeldCall {
  operation: Operation;
  /** Lets the call, or its answer, through. */
  go: () => Promise<void>;
}

type Call = (...args: never[]) => Promise<never>;

/** The connection of one process to the store, where each call can go wrong in each way. */
export class StoreLine implements TokenStore {
  readonly leaseMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly changed: TokenStore['changed'];
  /** Every call that was tried, in order. */
  readonly calls: { operation: Operation; args: unknown[] }[] = [];
  readonly held: HeldCall[] = [];
  /** How many wait to be woken. */
  listening = 0;
  readonly #store: TokenStore;
  readonly #next = new Map<Operation, Trouble[]>();
  readonly #always = new Map<Operation, Trouble>();

  constructor(store: TokenStore) {
    this.#store = store;
    this.leaseMs = store.leaseMs;
    this.timeoutMs = store.timeoutMs;
    this.changed = store.changed && ((key, signal) => this.#listen(key, signal));
  }

  readonly read: TokenStore['read'] = (...args) => this.#call('read', args);
  readonly lease: TokenStore['lease'] = (...args) => this.#call('lease', args);
  readonly write: TokenStore['write'] = (...args) => this.#call('write', args);
  readonly fail: TokenStore['fail'] = (...args) => this.#call('fail', args);
  readonly release: TokenStore['release'] = (...args) => this.#call('release', args);
  readonly remove: TokenStore['remove'] = (...args) => this.#call('remove', args);

  /** The next call of this kind goes wrong; with several troubles, the next ones do. */
  once(operation: Operation, ...troubles: Trouble[]): void {
    this.#next.set(operation, [...(this.#next.get(operation) ?? []), ...troubles]);
  }

  /** From now on every call of these kinds goes wrong. */
  always(trouble: Trouble, operations: readonly Operation[] = OPERATIONS): void {
    for (const operation of operations) this.#always.set(operation, trouble);
  }

  heal(): void {
    this.#next.clear();
    this.#always.clear();
  }

  cut(): void {
    this.heal();
    this.always('hang');
  }

  count(operation?: Operation): number {
    return this.calls.filter((call) => operation === undefined || call.operation === operation).length;
  }

  #call<T>(operation: Operation, args: unknown[]): Promise<T> {
    this.calls.push({ operation, args });
    const trouble = this.#next.get(operation)?.shift() ?? this.#always.get(operation);
    const run = (): Promise<T> => (this.#store[operation] as unknown as Call)(...(args as never[]));
    switch (trouble) {
      case undefined:
        return run();
      case 'hang':
        return never();
      case 'lose':
        return run().then(() => never<T>());
      case 'reject':
        return Promise.reject(new Error('connection reset'));
      case 'throw':
        throw new Error('the client is closed');
      case 'hold':
        return new Promise((resolve, reject) => {
          this.#hold(operation, () => void run().then(resolve, reject));
        });
      case 'delay': {
        const answer = run();
        return new Promise((resolve, reject) => {
          this.#hold(operation, () => void answer.then(resolve, reject));
        });
      }
    }
  }

  #hold(operation: Operation, letThrough: () => void): void {
    this.held.push({
      operation,
      go: () => {
        letThrough();
        return new Promise((resolve) => setImmediate(resolve));
      },
    });
  }

  async #listen(key: string, signal: AbortSignal): Promise<void> {
    this.listening += 1;
    try {
      await this.#store.changed?.(key, signal);
    } finally {
      this.listening -= 1;
    }
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
