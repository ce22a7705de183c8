import type { StoreFailure, StoreReading, StoreRecord, TokenStore } from '../store.js';
import { checkOptions, func, type Rule } from './options.js';

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** How long a lease lasts that is not extended, in ms, more than 0. Default: that of `TokenStore`, 3 000. */
  leaseMs?: number | undefined;
  /** How long one operation is waited for, in ms, more than 0. Default: that of `TokenStore`, 100. */
  timeoutMs?: number | undefined;
  /** The store's clock in ms, by which records and leases end. Default `Date.now`. */
  now?: (() => number) | undefined;
}

/** What stands under one key. */
interface Slot {
  record: StoreRecord | undefined;
  failure: StoreFailure | undefined;
  lease: { owner: string; until: number } | undefined;
  /** `issuedAt` of the newest record that ever stood here. */
  newest: number;
}

const span: Rule = ['a number of milliseconds, more than 0', (value) => typeof value === 'number' && value > 0];
const rules = { leaseMs: span, timeoutMs: span, now: func };

/**
 * A store in the memory of this process, for tests: attached instances that are given the same store behave like the processes of a
 * fleet. It is also the shortest implementation of the contract there is, for those who write their own.
 *
 * @param options its times and its clock
 * @throws {TypeError} for an unknown option or a value of the wrong type
 * @example
 * ```ts
 * import axios from 'axios';
 * import { memoryStore } from 'axios-client-credentials/testing';
 *
 * const store = memoryStore();
 * const [one, other] = [axios.create(), axios.create()].map((http) =>
 *   attachToken(http, clientCredentials(credentials), { store, allowedOrigins: ['https://api.example.com'] }),
 * ); // behave like two processes
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): TokenStore {
  checkOptions('memoryStore', options, rules);
  const { leaseMs, timeoutMs, now: clock = () => Date.now() } = options;
  const slots = new Map<string, Slot>();
  const waiting = new Map<string, Set<() => void>>();

  const slotOf = (key: string): Slot => {
    const slot = slots.get(key) ?? { record: undefined, failure: undefined, lease: undefined, newest: -Infinity };
    slots.set(key, slot);
    return slot;
  };
  const readingOf = (slot: Slot): StoreReading => {
    const at = clock();
    const now = Math.max(at, slot.newest);
    if (slot.record?.expiresAt !== undefined && slot.record.expiresAt <= now) slot.record = undefined;
    return {
      now,
      record: slot.record && { ...slot.record },
      failure: slot.failure && { ...slot.failure },
      // By the clock itself: `now` may stand still until the clock has caught up with a record.
      leaseLeftMs: Math.max(0, (slot.lease?.until ?? -Infinity) - at),
    };
  };
  const endLease = (slot: Slot, owner: string): void => {
    if (slot.lease?.owner === owner) slot.lease = undefined;
  };
  const wake = (key: string): void => {
    for (const goOn of waiting.get(key) ?? []) goOn();
  };

  // No operation gives way to another before it is done: that makes them atomic.
  return {
    leaseMs,
    timeoutMs,
    read: (key) => Promise.resolve(readingOf(slotOf(key))),
    lease(key, { owner, ms, known }) {
      const slot = slotOf(key);
      const { record, leaseLeftMs } = readingOf(slot);
      const free = leaseLeftMs === 0 || slot.lease?.owner === owner;
      const granted = free && (record === undefined || record.version === known);
      if (granted) slot.lease = { owner, until: clock() + ms };
      return Promise.resolve({ ...readingOf(slot), granted });
    },
    write(key, record, owner) {
      const slot = slotOf(key);
      if (record.issuedAt >= slot.newest) {
        slot.record = { ...record };
        slot.newest = record.issuedAt;
        slot.failure = undefined;
      }
      endLease(slot, owner);
      wake(key);
      return Promise.resolve(readingOf(slot));
    },
    fail(key, failure, owner) {
      const slot = slotOf(key);
      const { record } = readingOf(slot);
      const outdated = failure !== undefined && record !== undefined && record.issuedAt > failure.at;
      if (!outdated) slot.failure = failure && { ...failure };
      endLease(slot, owner);
      wake(key);
      return Promise.resolve();
    },
    release(key, owner) {
      endLease(slotOf(key), owner);
      wake(key);
      return Promise.resolve();
    },
    remove(key, version) {
      const slot = slotOf(key);
      if (slot.record?.version === version) slot.record = undefined;
      wake(key);
      return Promise.resolve();
    },
    changed: (key, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const others = waiting.get(key) ?? new Set();
        waiting.set(key, others);
        const goOn = (): void => {
          others.delete(goOn);
          if (others.size === 0 && waiting.get(key) === others) waiting.delete(key);
          signal.removeEventListener('abort', goOn);
          resolve();
        };
        others.add(goOn);
        signal.addEventListener('abort', goOn);
      }),
  };
}
