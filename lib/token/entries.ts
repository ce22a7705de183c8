import { LRUCache } from 'lru-cache';
import type { Flight } from './flight.js';
import type { Schedule } from './freshness.js';
import { ForcedRefreshes } from './forced-refreshes.js';
import type { TokenError } from '../errors.js';
import type { TokenSubject } from '../events.js';
import type { Token, TokenParams } from '../token.js';

/** The caller may use his objects for something else: what a key stands for must never change. */
function snapshot<T>(value: T): T {
  if (Array.isArray(value)) return value.map(snapshot) as T;
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof URL) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, snapshot(inner)])) as T;
}

export interface Held {
  readonly token: Token;
  readonly schedule: Schedule;
  /** When the token was requested, on the monotonic clock. */
  readonly issuedAt: number;
}

export interface Failure {
  readonly error: TokenError;
  /** Flights in a row that failed. */
  readonly count: number;
  /** Monotonic ms until which nobody asks again. */
  readonly until: number;
}

/** Everything known about one key. */
export interface Entry {
  readonly key: string;
  /** Short name for events and `inspect()`, given when the key is first seen. */
  readonly id: string;
  readonly params: TokenParams | undefined;
  readonly forced: ForcedRefreshes;
  held?: Held | undefined;
  /** The last token, also after it was dropped: to see whether the endpoint gave the same one again. */
  previous?: Token | undefined;
  /** The token that an API has refused last; `issuedAt` in monotonic ms. */
  refused?: { readonly accessToken: string; readonly issuedAt: number } | undefined;
  flight?: Flight | undefined;
  /** During a pause after a failure: whether another process has a token. Nobody joins it who need not fail. */
  look?: Flight | undefined;
  failure?: Failure | undefined;
  /** With `keepWarm`: when a call has last asked for it, in monotonic ms, and what renews it next. */
  usedAt?: number | undefined;
  warmTimer?: unknown;
  /** Monotonic ms before which an early refresh would only bring the same token again. */
  noEarlyRefreshBefore: number;
  /** Monotonic ms before which a failure is not looked behind. */
  noLookBefore: number;
}

/** What an event says about a key. */
export function subjectOf({ id, params }: Entry): TokenSubject {
  const { scope, extraScope, tenant } = params ?? {};
  return { key: id, scope: extraScope ? [scope ?? [], extraScope].flat() : scope, tenant };
}

/**
 * The keys in use, bounded: the least recently used one goes. One with a flight stays whatever happens, since its callers hang
 * on it. The key of requests that ask for nothing special is held apart: it costs no look-up and never goes.
 */
export class Entries {
  readonly #recent: LRUCache<string, Entry>;
  readonly #busy = new Map<string, Entry>();
  readonly #budgeted: boolean;
  #plain: Entry | undefined;
  #seen = 0;

  constructor(maxKeys: number, budgeted: boolean, evicted: (entry: Entry) => void) {
    this.#budgeted = budgeted;
    this.#recent = new LRUCache({
      max: maxKeys,
      dispose: (entry, key, reason) => {
        if (reason !== 'evict') return;
        if (entry.flight) this.#busy.set(key, entry);
        else evicted(entry);
      },
    });
  }

  /** The key of requests that ask for nothing special. */
  get plain(): Entry {
    return (this.#plain ??= this.#create('', undefined));
  }

  get(key: string, params: TokenParams | undefined): Entry {
    if (key === '') return this.plain;
    let entry = this.#recent.get(key) ?? this.#busy.get(key);
    if (!entry) {
      entry = this.#create(key, params);
      this.#recent.set(key, entry);
    }
    return entry;
  }

  /** What is known of a key; unlike `get`, asking changes nothing. */
  known(key: string): Entry | undefined {
    return key === '' ? this.#plain : (this.#recent.peek(key) ?? this.#busy.get(key));
  }

  /** The entry's flight has ended: it may be evicted again. */
  landed(entry: Entry): void {
    if (this.#busy.delete(entry.key)) this.#recent.set(entry.key, entry);
  }

  *[Symbol.iterator](): Generator<Entry> {
    if (this.#plain) yield this.#plain;
    yield* this.#recent.values();
    yield* this.#busy.values();
  }

  #create(key: string, params: TokenParams | undefined): Entry {
    return {
      key,
      id: `k${++this.#seen}`,
      params: snapshot(params),
      forced: new ForcedRefreshes(this.#budgeted),
      noEarlyRefreshBefore: 0,
      noLookBefore: 0,
    };
  }
}
