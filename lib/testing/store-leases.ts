import type { StoreReading } from '../store.js';
import { holds, same, sameFailure, sameRecord, storeCase, until } from './store-case.js';

const shortMs = 40;

const held = (rule: string, { leaseLeftMs }: StoreReading): void => holds(rule, leaseLeftMs > 0, { leaseLeftMs });
const free = (rule: string, { leaseLeftMs }: StoreReading): void => holds(rule, leaseLeftMs === 0, { leaseLeftMs });

/** The cases of `lease` and `release`, and of what `write` does to a lease. */
export const leaseCases = [
  storeCase('a free lease is granted', async ({ read, lease }) => {
    same('lease() of a new key must be granted', (await lease('holder')).granted, true);
    held('leaseLeftMs must be more than 0 once the lease is granted', await read());
  }),

  storeCase('a lease that somebody holds is granted to nobody else', async ({ lease }) => {
    await lease('holder', { ms: 30_000 });
    const answer = await lease('other');
    same('lease() must not be granted while another owner holds it', answer.granted, false);
    const isLeft = answer.leaseLeftMs > 0 && answer.leaseLeftMs <= 30_000;
    holds('leaseLeftMs must be what is left of the 30 000 ms of the holder', isLeft, answer.leaseLeftMs);
  }),

  storeCase('of 50 who ask at once one gets the lease', async ({ lease }) => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => lease(`owner ${index}`)));
    const granted = answers.filter((answer) => answer.granted).length;
    same('lease() must be granted to one of 50 concurrent callers', granted, 1);
  }),

  storeCase('the holder extends the lease by asking again', async ({ read, lease }) => {
    await lease('holder', { ms: 5_000 });
    same('lease() must be granted to its holder again', (await lease('holder', { ms: 30_000 })).granted, true);
    const { leaseLeftMs } = await read();
    const isExtended = leaseLeftMs > 5_000 && leaseLeftMs <= 30_000;
    holds('a lease that is asked for again must last 30 000 ms from then on', isExtended, { leaseLeftMs });
    same('lease() must not be granted to another after it was extended', (await lease('other')).granted, false);
  }),

  storeCase('a lease that is not extended ends by itself, and nothing else with it', async (scene) => {
    const { read, lease, write, fail, record, failure } = scene;
    const [kept, keptFailure] = [record('v1', -1_000), failure(0)];
    await write(kept);
    await fail(keptFailure);
    await lease('holder', { ms: shortMs, known: 'v1' });
    await until(`leaseLeftMs must become 0 after ${shortMs} ms`, async () => (await read()).leaseLeftMs === 0);
    const answer = await lease('other', { known: 'v1' });
    same('lease() must be granted once the lease of another has ended', answer.granted, true);
    sameRecord('the record must stay when a lease ends', answer, kept);
    sameFailure('the failure must stay when a lease ends', answer, keptFailure);
  }),

  storeCase('a lease ends on time also where a record was issued ahead of the clock', async (scene) => {
    const { lease, write, record } = scene;
    await write(record('v1', 30_000));
    await lease('holder', { ms: shortMs, known: 'v1' });
    const rule = `lease() must be granted ${shortMs} ms after another got it, although \`now\` stands still until the clock has caught up with a record`;
    await until(rule, async () => (await lease('other', { ms: shortMs, known: 'v1' })).granted);
  }),

  storeCase('lease and failure outlive a record that expires', async (scene) => {
    const { read, lease, write, fail, record, failure } = scene;
    const kept = failure(0);
    await lease('holder');
    const expiresAt = (await read()).now + shortMs;
    await write(record('v1', -1_000, { expiresAt }), 'other');
    await fail(kept, 'other');
    await until('now must reach expiresAt', async () => (await read()).now > expiresAt + shortMs);
    const answer = await lease('other', { known: 'v1' });
    same('lease() must not be granted while another holds it, though the record has expired', answer.granted, false);
    sameFailure('the failure must stay when the record expires', answer, kept);
  }),

  storeCase('no lease over a record that the caller does not know', async ({ read, lease, write, record }) => {
    const [first, second] = [record('v1', -2_000), record('v2', -1_000)];
    await write(first);
    const unknown = await lease('holder');
    same('lease() must not be granted when a record stands there and `known` is undefined', unknown.granted, false);
    sameRecord('lease() that is not granted must return the record', unknown, first);
    await write(second);
    const outdated = await lease('holder', { known: 'v1' });
    same('lease() must not be granted when v2 stands there and `known` is v1', outdated.granted, false);
    sameRecord('lease() that is not granted must return the record', outdated, second);
    free('lease() that is not granted must leave the lease free', await read());
  }),

  storeCase('a lease over the record that the caller knows is granted', async ({ lease, write, record }) => {
    const first = record('v1', -1_000);
    await write(first);
    const answer = await lease('holder', { known: 'v1' });
    same('lease() must be granted when the record that stands there is `known`', answer.granted, true);
    sameRecord('lease() that is granted must return the record', answer, first);
  }),

  storeCase('where no record stands the lease is granted whatever the caller knows', async (scene) => {
    const { lease, another, write, remove, record } = scene;
    same('lease() of a new key must be granted', (await another().lease('holder', { known: 'v1' })).granted, true);
    await write(record('v2', -1_000));
    await remove('v2');
    const answer = await lease('holder', { known: 'v1' });
    same('lease() must be granted where the record was removed, whatever is `known`', answer.granted, true);
  }),

  storeCase('release ends the lease, and nothing else', async (scene) => {
    const { read, lease, write, fail, release, record, failure } = scene;
    const [kept, keptFailure] = [record('v1', -1_000), failure(0)];
    await write(kept);
    await fail(keptFailure);
    await lease('holder', { known: 'v1' });
    await release('holder');
    const reading = await read();
    free('release() by the holder must end the lease', reading);
    sameRecord('release() must leave the record', reading, kept);
    sameFailure('release() must leave the failure', reading, keptFailure);
    same('lease() must be granted after release()', (await lease('other', { known: 'v1' })).granted, true);
  }),

  storeCase('release by somebody else leaves the lease', async ({ read, lease, release }) => {
    await release('other'); // nobody holds it: nothing happens
    await lease('holder');
    await release('other');
    held('release() by another owner must leave the lease', await read());
    same('lease() must not be granted to who released what he does not hold', (await lease('other')).granted, false);
  }),

  storeCase('write ends the lease of the writer', async ({ read, lease, write, record }) => {
    await lease('holder');
    const answer = await write(record('v1', -1_000), 'holder');
    free('write() by the holder must end the lease', await read());
    free('write() must return what stands there now, which is no lease', answer);
  }),

  storeCase('write that keeps nothing ends the lease of the writer too', async ({ read, lease, write, record }) => {
    await write(record('v2', -1_000));
    await lease('holder', { known: 'v2' });
    await write(record('v1', -2_000), 'holder');
    free('write() by the holder must end the lease also when the record is not kept', await read());
  }),

  storeCase('write by somebody else keeps the record and leaves the lease', async ({ read, lease, write, record }) => {
    const first = record('v1', -1_000);
    await lease('holder');
    const answer = await write(first, 'other');
    sameRecord('write() must keep the record of a writer who does not hold the lease', await read(), first);
    held('write() by another owner must leave the lease', await read());
    held('write() must return what stands there now, the lease included', answer);
  }),
];
