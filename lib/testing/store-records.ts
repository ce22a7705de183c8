import type { StoreReading, StoreRecord } from '../store.js';
import { holds, same, sameFailure, sameRecord, storeCase, until } from './store-case.js';

const texts = ['', '{"data":"}{"}', '\' " \\ \r\n\t\u0000\u007f', 'žluťoučký 令牌 🔑', '\ufeff123', 'é'.repeat(50_000)];

/** The cases of `read`, `write` and `remove`, and of the store's clock. */
export const recordCases = [
  storeCase('under a new key stands nothing, and the lease is free', async ({ read }) => {
    const reading = await read();
    sameRecord('read() of a key that nobody wrote must have no record', reading, undefined);
    sameFailure('read() of a key that nobody wrote must have no failure', reading, undefined);
    same('leaseLeftMs must be 0 under a key that nobody leased', reading.leaseLeftMs, 0);
    holds('now must be a number of ms', Number.isFinite(reading.now), reading.now);
  }),

  storeCase('a record is read as it was written', async ({ read, write, record }) => {
    const first = record('v1', -1_000);
    await write(first);
    sameRecord('read() must return the record that was written', await read(), first);
  }),

  storeCase('a record without expiresAt is read as it was written', async ({ read, write, remove, record }) => {
    const endless = record('v1', -1_000, { expiresAt: undefined });
    await write(endless);
    sameRecord('read() must return a record without expiresAt as it was written', await read(), endless);
    await remove('v1');
  }),

  storeCase('the data of a record may be any text', async ({ read, write, record }) => {
    for (const [index, data] of texts.entries()) {
      const written = record(`v${index}`, index, { data });
      await write(written);
      sameRecord(`read() must return any text as it was written`, await read(), written);
    }
  }),

  storeCase('write answers what stands there now', async ({ write, record }) => {
    const [first, second] = [record('v1', -2_000), record('v2', -1_000)];
    sameRecord('write() must return the record that it kept', await write(first), first);
    const reading = await write(second);
    sameRecord('write() must return the record that it kept in place of another', reading, second);
    sameFailure('write() must return what stands there, which is no failure', reading, undefined);
    same('write() must return what stands there, which is no lease', reading.leaseLeftMs, 0);
    holds('write() must return the clock', reading.now >= second.issuedAt, reading.now);
  }),

  storeCase('a record that was issued earlier is not kept, and the answer is the later one', async (scene) => {
    const { read, write, record } = scene;
    const later = record('v2', -1_000);
    await write(later);
    const answer = await write(record('v1', -1_001));
    const rule = 'write() must not put a record in place of one that was issued 1 ms later';
    sameRecord(rule, await read(), later);
    sameRecord('write() that keeps nothing must return the record that stands there', answer, later);
  }),

  storeCase('a record that was issued at the same time as the other takes its place', async (scene) => {
    const { read, write, record } = scene;
    const second = record('v2', -1_000);
    await write(record('v1', -1_000));
    await write(second);
    sameRecord('write() must keep a record with the issuedAt of the one that stands there', await read(), second);
  }),

  storeCase('of records that are written at once the one issued last stays', async ({ read, write, record }) => {
    const records = Array.from({ length: 20 }, (_, index) => record(`v${index}`, ((index * 7) % 20) - 1_000));
    const answers = await Promise.all(records.map((one, index) => write(one, `writer ${index}`)));
    const last = records.reduce((one, other) => (other.issuedAt > one.issuedAt ? other : one));
    sameRecord('the record issued last must stay after concurrent write() calls', await read(), last);
    answers.forEach((answer, index) => {
      const own = (records[index] as StoreRecord).issuedAt;
      const rule = 'write() must return what stands after it, which cannot be older than what it wrote';
      holds(rule, issuedAtOf(answer) >= own, answer.record);
    });
  }),

  storeCase('remove takes the record away', async ({ read, write, remove, record }) => {
    await write(record('v1', -1_000));
    await remove('v1');
    sameRecord('remove() must remove the record of that version', await read(), undefined);
  }),

  storeCase('remove of another version leaves the record', async ({ read, write, remove, record }) => {
    const second = record('v2', -1_000);
    await remove('v1'); // nothing stands there: nothing happens
    await write(record('v1', -2_000));
    await write(second);
    await remove('v1');
    sameRecord('remove() must leave a record of another version', await read(), second);
  }),

  storeCase('remove leaves the lease and the failure', async (scene) => {
    const { read, lease, write, fail, remove, record, failure } = scene;
    const kept = failure(0);
    await write(record('v1', -1_000));
    await fail(kept, 'somebody else');
    await lease('holder', { known: 'v1' });
    await remove('v1');
    const reading = await read();
    holds('remove() must leave the lease', reading.leaseLeftMs > 0, reading.leaseLeftMs);
    sameFailure('remove() must leave the failure', reading, kept);
  }),

  storeCase('no record is kept that was issued before a removed one', async ({ read, write, remove, record }) => {
    await write(record('v2', -1_000));
    await remove('v2');
    const answer = await write(record('v1', -1_001));
    const rule = 'write() must not keep a record that was issued before one that was removed';
    sameRecord(rule, await read(), undefined);
    sameRecord('write() that keeps nothing where nothing stands must return no record', answer, undefined);
  }),

  storeCase('a record that was issued after a removed one is kept', async ({ read, write, remove, record }) => {
    for (const [version, issuedAfterMs] of [['v2', -1_000] as const, ['v3', -999] as const]) {
      const next = record(version, issuedAfterMs);
      await write(record('v1', -1_000));
      await remove('v1');
      await write(next);
      const rule = 'write() must keep a record that was not issued before the removed one';
      sameRecord(rule, await read(), next);
      await remove(version);
    }
  }),

  storeCase('keys have nothing to do with each other', async ({ read, another, record, failure }) => {
    const other = another();
    await other.write(record('v1', 30_000));
    await other.fail(failure(30_000));
    await other.lease('holder', { known: 'v1' });
    const reading = await read();
    sameRecord('a record must not be seen under another key', reading, undefined);
    sameFailure('a failure must not be seen under another key', reading, undefined);
    same('a lease must not be seen under another key', reading.leaseLeftMs, 0);
  }),

  storeCase('the clock runs, in milliseconds', async ({ read }) => {
    const { now } = await read();
    await until('now must grow by the ms that pass', async () => (await read()).now >= now + 20);
  }),

  storeCase('now is not before the issuedAt of a record, also of a removed one', async (scene) => {
    const { read, lease, write, remove, record } = scene;
    const ahead = record('v1', 30_000);
    const notBefore = (operation: string, { now }: StoreReading): void => {
      holds(`now of ${operation} must not be before issuedAt ${ahead.issuedAt}`, now >= ahead.issuedAt, now);
    };
    notBefore('write()', await write(ahead));
    notBefore('read()', await read());
    notBefore('lease()', await lease('holder', { known: 'v1' }));
    await remove('v1');
    notBefore('read() after remove()', await read());
  }),
];

function issuedAtOf({ record }: StoreReading): number {
  return record?.issuedAt ?? -Infinity;
}
