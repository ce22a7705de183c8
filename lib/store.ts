/**
 * Where the processes of a fleet keep one token for all of them (option `store` of `attachToken`).
 *
 * A store knows nothing of OAuth: keys are hashes, and what it keeps are texts. Every operation is atomic for its key. Times are in
 * whole ms by one clock, the store's, whatever the clocks of the processes say. It may forget anything at any time, which costs a token
 * request and no more. What it cannot do at once it says by rejecting: its callers bound every operation (`timeoutMs`), leave the
 * store alone for a while after an error, and work on without it. `tokenStoreContract` of the entry `./testing` tests all of this.
 */
export interface TokenStore {
  /** How long a lease lasts that is not extended, in ms: what a holder that died delays the others. Default 3 000. */
  readonly leaseMs?: number | undefined;
  /** How long one operation is waited for, in ms. Default 100. */
  readonly timeoutMs?: number | undefined;
  /**
   * What stands under a key.
   *
   * @param key a hash: what is read
   */
  read(key: string): Promise<StoreReading>;
  /**
   * Reads, and takes the lease in the same step if it is free, and if no other record stands there than the one which the caller
   * knows. Whoever holds the lease extends it by asking again, under the same condition.
   *
   * @param key a hash: whose lease
   * @param request who asks, for how long, and what record it knows
   */
  lease(key: string, request: LeaseRequest): Promise<LeaseReading>;
  /**
   * Keeps a record, and ends the failure; unless a record that was issued later stands there, or stood there before it was removed.
   * Either way ends the lease if it is `owner`'s, and wakes those who wait. Returns what stands there now.
   *
   * @param key a hash: where it is kept
   * @param record the token, as a text
   * @param owner who wrote it, and may hold the lease
   */
  write(key: string, record: StoreRecord, owner: string): Promise<StoreReading>;
  /**
   * Keeps a failure, unless a record stands there that was issued after it. Either way ends the lease if it is `owner`'s, and wakes
   * those who wait. `undefined` ends the failure that stands there.
   *
   * @param key a hash: where it is kept
   * @param failure what went wrong, as a text
   * @param owner who tells it, and may hold the lease
   */
  fail(key: string, failure: StoreFailure | undefined, owner: string): Promise<void>;
  /**
   * Ends the lease if it is `owner`'s, and wakes those who wait.
   *
   * @param key a hash: whose lease
   * @param owner who gives it back
   */
  release(key: string, owner: string): Promise<void>;
  /**
   * Removes the record if it is this one, and wakes those who wait; none that was issued earlier is kept from then on.
   *
   * @param key a hash: where the record stands
   * @param version which record
   */
  remove(key: string, version: string): Promise<void>;
  /**
   * The wake-up for those who wait: resolves when what stands under the key may have changed, and when the signal aborts. It may
   * miss a change: whoever waits also asks from time to time. Without it they do only that.
   */
  changed?: ((key: string, signal: AbortSignal) => Promise<void>) | undefined;
}

/** A token as a store keeps it. */
export interface StoreRecord {
  /** Tells this record from every other. */
  version: string;
  /** When the token was asked for, in ms by the store's clock. */
  issuedAt: number;
  /**
   * When it ends, in ms by the store's clock: it need not be kept longer. `undefined`: until it is removed, or as long as the store keeps
   * anything.
   */
  expiresAt: number | undefined;
  /** The token, as a text that the store does not look into. */
  data: string;
}

/** That no token could be had, as a store keeps it: the others need not ask for it as well. */
export interface StoreFailure {
  /** When it was, in ms by the store's clock. */
  at: number;
  /** How long nobody asks again, in ms by the store's clock. It need not be kept much longer than that. */
  until: number;
  /** What went wrong, as a text that the store does not look into. */
  data: string;
}

/** What stands under a key. */
export interface StoreReading {
  /** The store's clock, in ms. Not less than the `issuedAt` of any record which it remembers under this key, also a removed one. */
  now: number;
  /**
   * The newest token; `undefined`: there is none. Its `data` is `undefined` where it cannot be read: damaged, or sealed with a key that is
   * not known here.
   */
  record:
    | (Omit<StoreRecord, 'data'> & {
        /** As in {@link StoreRecord}, or `undefined`. */
        data: string | undefined;
      })
    | undefined;
  /** The newest failure; `undefined`: there is none. */
  failure: StoreFailure | undefined;
  /** How much longer somebody holds the lease, in ms; 0: it is free. */
  leaseLeftMs: number;
}

/** Who wants to ask the token endpoint for all. */
export interface LeaseRequest {
  /** Tells this holder from every other. */
  owner: string;
  /** How long the lease is to last from now, in ms. */
  ms: number;
  /** Version of the record that the caller knows and wants to replace; `undefined`: it knows of none. */
  known: string | undefined;
}

/** What stands under a key, and whether the lease was given. */
export interface LeaseReading extends StoreReading {
  /** Whether the caller holds the lease now. */
  granted: boolean;
}
