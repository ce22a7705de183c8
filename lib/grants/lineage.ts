import { unlessAborted } from '../clock.js';
import { digest } from '../digest.js';
import type { TokenError } from '../errors.js';
import type { Token } from '../token.js';

/** A new refresh token that has not been saved yet. */
export interface Unsaved {
  /** What no message about it may repeat. */
  secrets: readonly string[];
  write: () => Promise<void>;
}

/** The answer to a request with the current refresh token was lost: nobody knows whether it is spent. */
export interface Lost {
  error: TokenError;
  by: Sending;
}

/** When a request was sent, by the wall clock and in monotonic ms. */
export interface Sending {
  readonly sentAt: number;
  readonly sentAtMonotonic: number;
}

/** A refresh token and those that came after it, one for the other. They are spent one after the other, too, whoever asks. */
export class Lineage {
  current: string;
  lost: Lost | undefined;
  unsaved: Unsaved | undefined;
  /** A token that was not handed out yet, and what it was asked for with. */
  kept: { key: string; token: Token } | undefined;
  /** The refresh token for which the current one was given. */
  origin: string | undefined;
  /** How many requests were begun with any of them. */
  spendings = 0;
  /** Whether the current one is written down nowhere, and is not to be. */
  isOnlyHere = false;
  /** Hashes of those that are remembered, the one that was asked for longest ago first. */
  readonly names = new Set<string>();
  #saving: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #turns = 0;

  constructor(refreshToken: string) {
    this.current = refreshToken;
  }

  /** Whether nothing would be lost with it but the memory of which tokens are spent. */
  get isIdle(): boolean {
    return this.#turns === 0 && this.unsaved === undefined;
  }

  /** Whether a user would have to sign in again if it were forgotten which tokens are spent. */
  get isDear(): boolean {
    return this.lost !== undefined || this.isOnlyHere;
  }

  /**
   * Runs a task when those before it are done. Who leaves the wait by his signal takes only himself away; a task whose signal aborts
   * gives up its turn at once, and must spend nothing any more.
   */
  async inTurn<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    let done!: () => void;
    const mine = new Promise<void>((resolve) => (done = resolve));
    this.#turn = before.then(() => mine);
    this.#turns += 1;
    try {
      await unlessAborted(before, signal);
      return await unlessAborted(task(), signal);
    } finally {
      this.#turns -= 1;
      done();
    }
  }

  /** Saves what is not saved yet. Never twice at once: an older refresh token would be written over a newer one. */
  async save(): Promise<void> {
    while (this.unsaved !== undefined) {
      this.#saving ??= this.#write(this.unsaved).finally(() => {
        this.#saving = undefined;
      });
      await this.#saving;
    }
  }

  async #write(unsaved: Unsaved): Promise<void> {
    await unsaved.write();
    if (this.unsaved === unsaved) this.unsaved = undefined;
  }

  /** The token that was kept for a request like this one, if it is still good. Only once. */
  take(key: string, now: number): Token | undefined {
    if (this.kept?.key !== key) return undefined;
    const { token } = this.kept;
    this.kept = undefined;
    return now < (token.expiresAt ?? Infinity) ? token : undefined;
  }
}

/** 10,000 refresh tokens: spent ones too, which a store that lags behind may still name. */
const MOST_REFRESH_TOKENS = 10_000;

/** Of one lineage: the current one, and 10 before it. */
const MOST_OF_ONE = 11;

/**
 * Finds the lineage of a refresh token, old or new. Bounded: what was not asked for longest is forgotten; last of all where that would
 * end a login.
 */
export class Lineages {
  readonly #known = new Map<string, Lineage>();
  readonly #max: number;

  constructor(max = MOST_REFRESH_TOKENS) {
    this.#max = max;
  }

  of(refreshToken: string): Lineage {
    const name = nameOf(refreshToken);
    const lineage = this.#known.get(name) ?? new Lineage(refreshToken);
    this.#remember(name, lineage);
    return lineage;
  }

  /** The current refresh token was spent for this one. */
  succeed(lineage: Lineage, refreshToken: string): void {
    lineage.origin = lineage.current;
    lineage.current = refreshToken;
    this.#remember(nameOf(refreshToken), lineage);
  }

  #remember(name: string, lineage: Lineage): void {
    this.#known.delete(name);
    this.#known.set(name, lineage);
    lineage.names.delete(name);
    lineage.names.add(name);
    for (const oldest of lineage.names) {
      if (lineage.names.size <= MOST_OF_ONE) break;
      this.#forget(oldest, lineage);
    }
    for (const evenDear of [false, true]) {
      for (const [oldest, other] of this.#known) {
        if (this.#known.size <= this.#max) return;
        if (other.isIdle && oldest !== name && (evenDear || !other.isDear)) this.#forget(oldest, other);
      }
    }
  }

  #forget(name: string, lineage: Lineage): void {
    lineage.names.delete(name);
    if (this.#known.get(name) === lineage) this.#known.delete(name);
  }
}

/** Where there is no hash, the text itself: it is in this memory anyway. */
function nameOf(refreshToken: string): string {
  return digest(refreshToken) ?? refreshToken;
}
