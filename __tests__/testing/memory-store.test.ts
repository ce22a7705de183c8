import { memoryStore, type MemoryStoreOptions } from '../../lib/testing/index.js';
import type { StoreRecord } from '../../lib/store.js';

const start = 1_000_000;
const record = (more: Partial<StoreRecord> = {}): StoreRecord => ({
  version: 'v1',
  issuedAt: start,
  expiresAt: start + 60_000,
  data: 'data',
  ...more,
});

/** A store whose clock stands until the test moves it. */
function stoppedStore(options: MemoryStoreOptions = {}) {
  let now = start;
  const store = memoryStore({ ...options, now: () => now });
  return { store, pass: (ms: number) => (now += ms) };
}

describe('memoryStore()', () => {
  it('ends leases by its clock, at the ms', async () => {
    const { store, pass } = stoppedStore();
    const ask = (owner: string) => store.lease('k', { owner, ms: 3_000, known: undefined });
    expect(await ask('a')).toMatchObject({ granted: true, leaseLeftMs: 3_000 });
    pass(2_999);
    expect(await ask('b')).toMatchObject({ granted: false, leaseLeftMs: 1 });
    pass(1);
    expect(await ask('b')).toMatchObject({ granted: true, leaseLeftMs: 3_000 });
  });

  it('drops a record at its expiresAt, and remembers how old it was', async () => {
    const { store, pass } = stoppedStore();
    await store.write('k', record(), 'a');
    pass(59_999);
    expect((await store.read('k')).record).toEqual(record());
    pass(1);
    expect((await store.read('k')).record).toBeUndefined();
    expect((await store.write('k', record({ issuedAt: start - 1, expiresAt: undefined }), 'a')).record).toBeUndefined();
    const { granted } = await store.lease('k', { owner: 'a', ms: 1, known: undefined });
    expect(granted).toBe(true);
  });

  it('lets its time stand until the clock has caught up with a record, while leases run on', async () => {
    const { store, pass } = stoppedStore();
    await store.write('k', record({ issuedAt: start + 5_000 }), 'a');
    await store.lease('k', { owner: 'a', ms: 1_000, known: 'v1' });
    pass(1_000);
    expect(await store.read('k')).toMatchObject({ now: start + 5_000, leaseLeftMs: 0 });
    pass(4_001);
    expect((await store.read('k')).now).toBe(start + 5_001);
  });

  it('keeps the failure when a write came too late to be kept itself', async () => {
    const { store } = stoppedStore();
    const failure = { at: start, until: start + 1_000, data: 'why' };
    await store.write('k', record(), 'a');
    await store.fail('k', failure, 'a');
    const answer = await store.write('k', record({ version: 'v0', issuedAt: start - 1 }), 'b');
    expect(answer).toMatchObject({ record: { version: 'v1' }, failure });
  });

  it('has no part in what callers do with what they gave and got', async () => {
    const { store } = stoppedStore();
    const [given, failure] = [record(), { at: start, until: start, data: 'why' }];
    await store.write('k', given, 'a');
    await store.fail('k', failure, 'a');
    given.data = failure.data = 'changed';
    const got = await store.read('k');
    got.record!.data = got.failure!.data = 'changed';
    expect(await store.read('k')).toMatchObject({ record: { data: 'data' }, failure: { data: 'why' } });
  });

  it('has the clock of the process unless told otherwise, and the spans that it was given', async () => {
    const before = Date.now();
    const { now } = await memoryStore().read('k');
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    expect(memoryStore()).toMatchObject({ leaseMs: undefined, timeoutMs: undefined });
    expect(memoryStore({ leaseMs: 500, timeoutMs: 50 })).toMatchObject({ leaseMs: 500, timeoutMs: 50 });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'redis', 'the options must be an object, received string'],
    ['an unknown option', { lease: 1 }, "unknown option 'lease'"],
    ['leaseMs', { leaseMs: 0 }, "'leaseMs' must be a number of milliseconds, more than 0, received number"],
    ['timeoutMs', { timeoutMs: '100' }, "'timeoutMs' must be a number of milliseconds, more than 0, received string"],
    ['now', { now: 5 }, "'now' must be a function, received number"],
  ])('throws a TypeError that names %s', (_title, options, message) => {
    const make = () => memoryStore(options as MemoryStoreOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
