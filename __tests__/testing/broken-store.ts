import type { StoreFailure, StoreReading, StoreRecord, TokenStore } from '../../lib/store.js';

/** One thing that an author of a store may get wrong. */
export type StoreFault =
  | 'rejects'
  | 'never settles'
  | 'invents a record'
  | 'shares one slot among all keys'
  | 'drops expiresAt'
  | 'makes null of a missing expiresAt'
  | 'takes data for binary'
  | 'cuts long data'
  | 'answers a write with what stood there before'
  | 'answers a refused write with the record that was refused'
  | 'takes older records'
  | 'refuses a record of the same time'
  | 'checks and writes in two steps'
  | 'keeps what was removed'
  | 'remove ignores the version'
  | 'remove takes everything'
  | 'forgets what it removed'
  | 'refuses everything after a removal'
  | 'counts in seconds'
  | 'now ignores records'
  | 'now ignores removed records'
  | 'grants nothing'
  | 'grants a held lease'
  | 'checks and leases in two steps'
  | 'tells nobody what is left of a lease'
  | 'refuses its holder'
  | 'grants its holder without extending'
  | 'a lease never ends'
  | 'a lease ends by the time of the records'
  | 'the end of a lease takes everything'
  | 'the end of a record takes everything'
  | 'the end of a failure takes everything'
  | 'lease ignores what the caller knows'
  | 'lease grants to who knows nothing'
  | 'lease refuses over the known record'
  | 'lease wants to know what is gone'
  | 'release does nothing'
  | 'release takes everything'
  | 'release by anybody'
  | 'write leaves the lease'
  | 'a refused write leaves the lease'
  | 'write by anybody ends the lease'
  | 'only a holder may write'
  | 'takes failure data for binary'
  | 'refuses failures beside a record'
  | 'takes outdated failures'
  | 'undefined leaves the failure'
  | 'write leaves the failure'
  | 'lease ends the failure'
  | 'fail leaves the lease'
  | 'a refused failure leaves the lease'
  | 'fail by anybody ends the lease'
  | 'changed never resolves'
  | 'changed resolves at once'
  | 'wakes one only'
  | 'write wakes nobody'
  | 'fail wakes nobody'
  | 'release wakes nobody'
  | 'remove wakes nobody'
  | 'changed rejects on abort'
  | 'changed waits for an aborted signal';

interface Slot {
  record: StoreRecord | undefined;
  failure: StoreFailure | undefined;
  lease: { owner: string; until: number } | undefined;
  /** No record is kept that was issued earlier. */
  floor: number;
  newest: number;
}

const clone = <T>(value: T): T => structuredClone(value);
const asBinary = (data: string): string => Buffer.from(data, 'latin1').toString('latin1');
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A store with one fault, or none. Not made from the store of the library, so that the suite meets another that is right: it answers
 * a turn later, wakes later than it answers, and keeps what has expired.
 */
export function brokenStore(fault?: StoreFault): TokenStore {
  const has = (one: StoreFault): boolean => one === fault;
  const slots = new Map<string, Slot>();
  const waiting: { key: string; resolve(): void }[] = [];

  const slotOf = (name: string): Slot => {
    const key = has('shares one slot among all keys') ? '' : name;
    const empty: Slot = { record: undefined, failure: undefined, lease: undefined, floor: 0, newest: 0 };
    if (has('invents a record')) empty.record = { version: 'v0', issuedAt: 1, expiresAt: undefined, data: '' };
    const slot = slots.get(key) ?? empty;
    slots.set(key, slot);
    return slot;
  };
  const clear = (slot: Slot): void => {
    Object.assign(slot, { record: undefined, failure: undefined, lease: undefined });
  };
  const timeOf = (slot: Slot): number => {
    if (has('counts in seconds')) return Math.floor(Date.now() / 1000);
    if (has('now ignores records')) return Date.now();
    const kept = slot.record?.issuedAt ?? 0;
    return Math.max(Date.now(), has('now ignores removed records') ? kept : slot.newest);
  };
  const leaseClock = (slot: Slot): number =>
    has('a lease ends by the time of the records') ? timeOf(slot) : Date.now();
  const expire = (slot: Slot): void => {
    const now = timeOf(slot);
    const { record, failure, lease } = slot;
    if (has('the end of a record takes everything') && (record?.expiresAt ?? Infinity) < now) clear(slot);
    if (has('the end of a failure takes everything') && (failure?.until ?? Infinity) < now) clear(slot);
    if (has('a lease never ends') || !lease || lease.until > leaseClock(slot)) return;
    slot.lease = undefined;
    if (has('the end of a lease takes everything')) clear(slot);
  };
  const readingOf = (slot: Slot): StoreReading => {
    expire(slot);
    const record = clone(slot.record);
    if (record !== undefined) {
      if (has('drops expiresAt')) record.expiresAt = undefined;
      if (has('makes null of a missing expiresAt')) record.expiresAt ??= null as never;
    }
    const left = Math.max(0, (slot.lease?.until ?? 0) - leaseClock(slot));
    return {
      now: timeOf(slot),
      record,
      failure: clone(slot.failure),
      leaseLeftMs: has('tells nobody what is left of a lease') ? 0 : left,
    };
  };
  const endLease = (slot: Slot, owner: string, ofAnybody: boolean): void => {
    if (ofAnybody || slot.lease?.owner === owner) slot.lease = undefined;
  };
  const wake = (key: string, operation: 'write' | 'fail' | 'release' | 'remove'): void => {
    if (fault === `${operation} wakes nobody`) return;
    const deliver = (): void => {
      const here = waiting.filter((one) => one.key === key);
      for (const { resolve } of has('wakes one only') ? here.slice(0, 1) : here) resolve();
    };
    setTimeout(deliver, 2);
  };
  const mayStand = (record: StoreRecord, slot: Slot): boolean => {
    if (has('takes older records')) return record.issuedAt >= slot.floor;
    const standing = slot.record?.issuedAt ?? 0;
    const fits = has('refuses a record of the same time') ? record.issuedAt > standing : record.issuedAt >= standing;
    return fits && (has('forgets what it removed') || record.issuedAt >= slot.floor);
  };
  const mayLease = (slot: Slot, owner: string, known: string | undefined): boolean => {
    if (has('grants nothing')) return false;
    const { lease, record } = slot;
    if (has('refuses its holder') && lease) return false;
    if (lease && lease.owner !== owner && !has('grants a held lease')) return false;
    if (has('lease ignores what the caller knows')) return true;
    if (has('lease grants to who knows nothing') && known === undefined) return true;
    if (has('lease refuses over the known record')) return record === undefined;
    if (has('lease wants to know what is gone')) return record?.version === known;
    return record === undefined || record.version === known;
  };

  /** Every operation comes a turn later, as over a network. */
  const arrival = async (): Promise<void> => {
    if (has('rejects')) throw new Error('the store is out of order');
    if (has('never settles')) await new Promise(() => undefined);
    await aTurn();
  };

  return {
    async read(key) {
      await arrival();
      return readingOf(slotOf(key));
    },
    async lease(key, { owner, ms, known }) {
      await arrival();
      const slot = slotOf(key);
      expire(slot);
      const granted = mayLease(slot, owner, known);
      if (has('checks and leases in two steps')) await aTurn();
      const extends_ = slot.lease !== undefined && has('grants its holder without extending');
      if (granted && !extends_) slot.lease = { owner, until: leaseClock(slot) + ms };
      if (has('lease ends the failure')) slot.failure = undefined;
      return { ...readingOf(slot), granted };
    },
    async write(key, record, owner) {
      await arrival();
      const slot = slotOf(key);
      const before = readingOf(slot);
      const isHolder = slot.lease?.owner === owner;
      const kept = mayStand(record, slot) && (isHolder || !has('only a holder may write'));
      if (has('checks and writes in two steps')) await aTurn();
      if (kept) {
        slot.record = clone(record);
        if (has('takes data for binary')) slot.record.data = asBinary(record.data);
        if (has('cuts long data')) slot.record.data = record.data.slice(0, 32_768);
        if (!has('write leaves the failure')) slot.failure = undefined;
        slot.newest = Math.max(slot.newest, record.issuedAt);
      }
      const leaves = has('write leaves the lease') || (has('a refused write leaves the lease') && !kept);
      if (!leaves) endLease(slot, owner, has('write by anybody ends the lease'));
      wake(key, 'write');
      if (has('answers a write with what stood there before')) return before;
      const refused = has('answers a refused write with the record that was refused') && !kept;
      return refused ? { ...readingOf(slot), record: clone(record) } : readingOf(slot);
    },
    async fail(key, failure, owner) {
      await arrival();
      const slot = slotOf(key);
      expire(slot);
      const outdated = failure !== undefined && (slot.record?.issuedAt ?? 0) > failure.at;
      const refused =
        (outdated && !has('takes outdated failures')) || (slot.record && has('refuses failures beside a record'));
      const leaves = failure === undefined && has('undefined leaves the failure');
      if (!refused && !leaves) slot.failure = clone(failure);
      if (slot.failure && has('takes failure data for binary')) slot.failure.data = asBinary(slot.failure.data);
      const leavesLease = has('fail leaves the lease') || (refused && has('a refused failure leaves the lease'));
      if (!leavesLease) endLease(slot, owner, has('fail by anybody ends the lease'));
      wake(key, 'fail');
    },
    async release(key, owner) {
      await arrival();
      const slot = slotOf(key);
      if (has('release does nothing')) return;
      if (has('release takes everything') && slot.lease?.owner === owner) clear(slot);
      endLease(slot, owner, has('release by anybody'));
      wake(key, 'release');
    },
    async remove(key, version) {
      await arrival();
      const slot = slotOf(key);
      if (has('keeps what was removed')) return;
      if (slot.record && (slot.record.version === version || has('remove ignores the version'))) {
        slot.floor = has('refuses everything after a removal') ? Infinity : slot.record.issuedAt;
        slot.record = undefined;
        if (has('remove takes everything')) clear(slot);
      }
      wake(key, 'remove');
    },
    changed: (key, signal) =>
      new Promise((resolve, reject) => {
        if (has('changed never resolves')) return;
        if (has('changed resolves at once')) resolve();
        const leave = (): void => {
          if (has('changed rejects on abort')) reject(new Error('aborted'));
          else resolve();
        };
        if (signal.aborted && !has('changed waits for an aborted signal')) leave();
        signal.addEventListener('abort', leave);
        waiting.push({ key, resolve });
      }),
  };
}
