import { AssertionError } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { LeaseReading, StoreFailure, StoreReading, StoreRecord, TokenStore } from '../store.js';

/** One rule of the contract of a store, and the test for it. */
export interface TokenStoreCase {
  /** The rule, in words: for the title of a test. */
  readonly name: string;
  /**
   * Resolves when the store keeps the rule; else rejects with an `AssertionError` that says what was expected and what came. The
   * store stays the caller's, who closes it.
   *
   * @param makeStore asked once for a store; it may always return the same one
   */
  run(makeStore: () => TokenStore | Promise<TokenStore>): Promise<void>;
}

/** The operations of a store under one key, with what a case has no interest in filled in. */
export interface Shelf {
  read(): Promise<StoreReading>;
  lease(owner: string, request?: { ms?: number; known?: string | undefined }): Promise<LeaseReading>;
  write(record: StoreRecord, owner?: string): Promise<StoreReading>;
  fail(failure: StoreFailure | undefined, owner?: string): Promise<void>;
  release(owner: string): Promise<void>;
  remove(version: string): Promise<void>;
  /** `undefined` where the store has none. */
  changed: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** What a case works with: a key of its own. */
export interface Scene extends Shelf {
  /** Another key of the same store. */
  another(): Shelf;
  /** A record that was issued so many ms after the case began (before, where negative) and lives for a minute. */
  record(version: string, issuedAfterMs: number, more?: Partial<StoreRecord>): StoreRecord;
  /** A failure so many ms after the case began, for a minute. */
  failure(afterMs: number, more?: Partial<StoreFailure>): StoreFailure;
}

/** Ample for any operation of a store, and for what has to come about by itself; a runner's usual limit is 5 s. */
const patienceMs = 3_500;
const parts = 10;
const minute = 60_000;

export function storeCase(name: string, test: (scene: Scene) => Promise<void>): TokenStoreCase {
  return {
    name,
    async run(makeStore) {
      const store = await makeStore();
      const another = (): Shelf => shelfOf(store, `contract-${randomBytes(16).toString('base64url')}`);
      const shelf = another();
      const start = Math.floor((await shelf.read()).now);
      await test({
        ...shelf,
        another,
        record: (version, issuedAfterMs, more) => {
          const issuedAt = start + issuedAfterMs;
          return { version, issuedAt, expiresAt: start + minute, data: `data of ${version}`, ...more };
        },
        failure: (afterMs, more) => ({
          at: start + afterMs,
          until: start + minute,
          data: 'data of a failure',
          ...more,
        }),
      });
    },
  };
}

function shelfOf(store: TokenStore, key: string): Shelf {
  const { changed } = store;
  return {
    read: () => settled('read()', store.read(key)),
    lease: (owner, { ms = minute, known } = {}) => settled('lease()', store.lease(key, { owner, ms, known })),
    write: (record, owner = 'writer') => settled('write()', store.write(key, record, owner)),
    fail: (failure, owner = 'writer') => settled('fail()', store.fail(key, failure, owner)),
    release: (owner) => settled('release()', store.release(key, owner)),
    remove: (version) => settled('remove()', store.remove(key, version)),
    changed: changed && ((signal) => changed.call(store, key, signal)),
  };
}

/** What the promise resolves with. Fails when it takes so long that it probably never does. */
export async function settled<T>(what: string, promise: Promise<T>): Promise<T> {
  if (!(await within(patienceMs, promise))) violated(`${what} must settle; it has not after ${patienceMs} ms`);
  return promise;
}

/**
 * Whether it resolves before so many ms are over. They are counted in parts: a busy process whose timers come late loses one part,
 * and what has arrived meanwhile is seen before the next.
 */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = (async () => {
    for (let part = 0; part < parts; part += 1) await pause(ms / parts, undefined, { signal: timer.signal });
    return false;
  })().catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

/** Asks until the answer is yes; fails with the rule when it never becomes so. */
export async function until(rule: string, holds: () => Promise<boolean>): Promise<void> {
  const everyMs = 10;
  const began = performance.now();
  for (let waitedMs = 0; !(await holds()); waitedMs += everyMs) {
    // A busy process counts slowly: some of what is wrong would have come right by then.
    if (waitedMs >= patienceMs || performance.now() - began > 3 * patienceMs)
      violated(`${rule}; that has not come about within ${patienceMs} ms`);
    await pause(everyMs);
  }
}

/** Fails with the rule, and with what came where that says more. */
export function holds(rule: string, isSo: boolean, received?: unknown): void {
  if (!isSo) violated(received === undefined ? rule : `${rule}; received ${shown(received)}`);
}

export function same(rule: string, received: unknown, expected: unknown): void {
  if (!Object.is(received, expected)) violated(`${rule}; expected ${shown(expected)}, received ${shown(received)}`);
}

/** Compares what a store has to keep of a record; whatever else it adds is its own affair. */
export function sameRecord(rule: string, { record }: StoreReading, expected: StoreRecord | undefined): void {
  if (record === undefined || expected === undefined) {
    same(rule, record, expected);
    return;
  }
  for (const field of ['version', 'issuedAt', 'expiresAt', 'data'] as const) {
    same(`${rule} (record.${field})`, record[field], expected[field]);
  }
}

export function sameFailure(rule: string, { failure }: StoreReading, expected: StoreFailure | undefined): void {
  if (failure === undefined || expected === undefined) {
    same(rule, failure, expected);
    return;
  }
  for (const field of ['at', 'until', 'data'] as const)
    same(`${rule} (failure.${field})`, failure[field], expected[field]);
}

export function violated(message: string): never {
  throw new AssertionError({ message });
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, maxStringLength: 60 });
}
