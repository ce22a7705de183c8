import { same, sameFailure, sameRecord, storeCase, until } from './store-case.js';

const shortMs = 40;

/** The cases of `fail`. */
export const failureCases = [
  storeCase('a failure is read as it was kept, with any text', async ({ read, fail, failure }) => {
    for (const data of ['{"code":"E"}', '', 'žluťoučký 令牌 🔑\n\u0000"', 'é'.repeat(50_000)]) {
      const kept = failure(0, { data });
      await fail(kept);
      sameFailure('read() must return the failure as it was kept', await read(), kept);
    }
  }),

  storeCase('a failure is kept beside a record that was not issued after it', async (scene) => {
    const { read, write, fail, record, failure } = scene;
    const standing = record('v1', -1_000);
    await write(standing);
    for (const afterMs of [-1_000, -999]) {
      const kept = failure(afterMs, { data: `${afterMs}` });
      await fail(kept);
      const reading = await read();
      sameFailure('fail() must keep a failure beside a record that was not issued after it', reading, kept);
      sameRecord('fail() must leave the record', reading, standing);
    }
  }),

  storeCase('a failure is not kept when a record stands there that was issued after it', async (scene) => {
    const { read, write, fail, record, failure } = scene;
    const standing = record('v1', -1_000);
    await write(standing);
    await fail(failure(-1_001));
    const reading = await read();
    sameFailure('fail() must not keep a failure from 1 ms before the record was issued', reading, undefined);
    sameRecord('fail() must leave the record', reading, standing);
  }),

  storeCase('undefined ends the failure', async ({ read, write, fail, record, failure }) => {
    const standing = record('v1', -1_000);
    await fail(undefined); // there is none: nothing happens
    await write(standing);
    await fail(failure(0));
    await fail(undefined);
    const reading = await read();
    sameFailure('fail() with undefined must end the failure', reading, undefined);
    sameRecord('fail() with undefined must leave the record', reading, standing);
  }),

  storeCase('write ends the failure', async ({ read, write, fail, record, failure }) => {
    await fail(failure(-1_000));
    const answer = await write(record('v1', 0));
    sameFailure('write() must end the failure', await read(), undefined);
    sameFailure('write() must return what stands there now, which is no failure', answer, undefined);
  }),

  storeCase('a lease leaves the failure', async ({ read, lease, fail, failure }) => {
    const kept = failure(0);
    await fail(kept);
    const granted = await lease('holder');
    same('lease() must be granted whatever has failed before', granted.granted, true);
    sameFailure('lease() that is granted must return the failure', granted, kept);
    sameFailure('lease() that is not granted must return the failure', await lease('other'), kept);
    sameFailure('lease() must leave the failure', await read(), kept);
  }),

  storeCase('fail ends the lease of the owner, kept or not', async ({ read, lease, write, fail, record, failure }) => {
    await lease('holder');
    await fail(failure(0), 'holder');
    same('leaseLeftMs must be 0 after fail() by the holder', (await read()).leaseLeftMs, 0);
    await write(record('v1', 1_000));
    await lease('holder', { known: 'v1' });
    await fail(failure(0), 'holder');
    const { leaseLeftMs } = await read();
    same('leaseLeftMs must be 0 after fail() by the holder, also when the failure is not kept', leaseLeftMs, 0);
  }),

  storeCase('fail by somebody else leaves the lease', async ({ lease, fail, failure }) => {
    await lease('holder');
    await fail(failure(0), 'other');
    await fail(undefined, 'other');
    const { granted } = await lease('another');
    same('lease() must not be granted when somebody failed who does not hold it', granted, false);
  }),

  storeCase('a failure takes nothing with it when it is over', async (scene) => {
    const { read, lease, write, fail, record, failure } = scene;
    const standing = record('v1', -1_000);
    const over = (await read()).now + shortMs;
    await write(standing);
    await lease('holder', { known: 'v1' });
    await fail(failure(0, { until: over }));
    await until('now must reach the end of the failure', async () => (await read()).now > over + shortMs);
    const answer = await lease('other', { known: 'v1' });
    sameRecord('the record must stay when a failure is over', answer, standing);
    same('the lease must stay when a failure is over', answer.granted, false);
  }),
];
