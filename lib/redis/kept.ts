import type { Sealing } from './sealing.js';
import type { StoreFailure, StoreReading, StoreRecord } from '../store.js';

/** How records and failures go into the scripts (`scripts.ts`), and come back. */
export class Kept {
  readonly #sealing: Sealing;
  readonly #nameOf: (key: string) => string;

  /** @param nameOf the whole name of a key in Redis: what is sealed can be opened only there */
  constructor(sealing: Sealing, nameOf: (key: string) => string) {
    this.#sealing = sealing;
    this.#nameOf = nameOf;
  }

  async record(key: string, { version, issuedAt, expiresAt, data }: StoreRecord): Promise<string[]> {
    const expiry = expiresAt !== undefined && Math.abs(expiresAt) < LARGEST ? expiresAt : undefined;
    const sealed = await this.#sealing.seal(data, this.#aboutRecord(key, version, issuedAt, expiry));
    return [version, String(issuedAt), expiry === undefined ? '' : String(expiry), sealed];
  }

  async failure(key: string, { at, until, data }: StoreFailure): Promise<string[]> {
    return [String(at), String(until), await this.#sealing.seal(data, this.#aboutFailure(key, at, until))];
  }

  async reading(key: string, reply: string[]): Promise<StoreReading> {
    const [now, leaseLeftMs] = reply.map(Number) as [number, number];
    return {
      now,
      record: await this.#openRecord(key, reply),
      failure: await this.#openFailure(key, reply),
      leaseLeftMs,
    };
  }

  async #openRecord(key: string, reply: string[]): Promise<StoreReading['record']> {
    const [stands, version = '', issued, expires, sealed = ''] = reply.slice(3);
    if (stands !== '1') return undefined;
    const issuedAt = Number(issued);
    const expiresAt = expires === '' ? undefined : Number(expires);
    const data = await this.#sealing.open(sealed, this.#aboutRecord(key, version, issuedAt, expiresAt));
    return { version, issuedAt, expiresAt, data };
  }

  async #openFailure(key: string, reply: string[]): Promise<StoreFailure | undefined> {
    const [stands, failedAt, failedUntil, sealed = ''] = reply.slice(8);
    if (stands !== '1') return undefined;
    const [at, until] = [Number(failedAt), Number(failedUntil)];
    const data = await this.#sealing.open(sealed, this.#aboutFailure(key, at, until));
    return data === undefined ? undefined : { at, until, data };
  }

  #aboutRecord(key: string, version: string, issuedAt: number, expiresAt: number | undefined): readonly unknown[] {
    return ['record', this.#nameOf(key), version, issuedAt, expiresAt ?? null];
  }

  #aboutFailure(key: string, at: number, until: number): readonly unknown[] {
    return ['failure', this.#nameOf(key), at, until];
  }
}

export const isGranted = (reply: string[]): boolean => reply[2] === '1';

/** A number beyond is no time to the scripts. */
const LARGEST = 1e16;
