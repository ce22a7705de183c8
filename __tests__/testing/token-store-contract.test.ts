import { AssertionError } from 'node:assert/strict';
import type { LeaseRequest, StoreFailure, StoreRecord, TokenStore } from '../../lib/store.js';
import { memoryStore, tokenStoreContract } from '../../lib/testing/index.js';
import { brokenStore, type StoreFault } from './broken-store.js';

describe('the store in memory keeps the contract:', () => {
  for (const { name, run } of tokenStoreContract) it(name, () => run(memoryStore));
});

/** What an author may get wrong, and the case that says so. */
const caughtBy: Record<StoreFault, string> = {
  rejects: 'under a new key stands nothing, and the lease is free',
  'never settles': 'under a new key stands nothing, and the lease is free',
  'invents a record': 'under a new key stands nothing, and the lease is free',
  'shares one slot among all keys': 'keys have nothing to do with each other',
  'drops expiresAt': 'a record is read as it was written',
  'makes null of a missing expiresAt': 'a record without expiresAt is read as it was written',
  'takes data for binary': 'the data of a record may be any text',
  'cuts long data': 'the data of a record may be any text',
  'answers a write with what stood there before': 'write answers what stands there now',
  'answers a refused write with the record that was refused':
    'a record that was issued earlier is not kept, and the answer is the later one',
  'takes older records': 'a record that was issued earlier is not kept, and the answer is the later one',
  'refuses a record of the same time': 'a record that was issued at the same time as the other takes its place',
  'checks and writes in two steps': 'of records that are written at once the one issued last stays',
  'keeps what was removed': 'remove takes the record away',
  'remove ignores the version': 'remove of another version leaves the record',
  'remove takes everything': 'remove leaves the lease and the failure',
  'forgets what it removed': 'no record is kept that was issued before a removed one',
  'refuses everything after a removal': 'a record that was issued after a removed one is kept',
  'counts in seconds': 'the clock runs, in milliseconds',
  'now ignores records': 'now is not before the issuedAt of a record, also of a removed one',
  'now ignores removed records': 'now is not before the issuedAt of a record, also of a removed one',
  'grants nothing': 'a free lease is granted',
  'grants a held lease': 'a lease that somebody holds is granted to nobody else',
  'checks and leases in two steps': 'of 50 who ask at once one gets the lease',
  'tells nobody what is left of a lease': 'a lease that somebody holds is granted to nobody else',
  'refuses its holder': 'the holder extends the lease by asking again',
  'grants its holder without extending': 'the holder extends the lease by asking again',
  'a lease never ends': 'a lease that is not extended ends by itself, and nothing else with it',
  'a lease ends by the time of the records': 'a lease ends on time also where a record was issued ahead of the clock',
  'the end of a lease takes everything': 'a lease that is not extended ends by itself, and nothing else with it',
  'the end of a record takes everything': 'lease and failure outlive a record that expires',
  'the end of a failure takes everything': 'a failure takes nothing with it when it is over',
  'lease ignores what the caller knows': 'no lease over a record that the caller does not know',
  'lease grants to who knows nothing': 'no lease over a record that the caller does not know',
  'lease refuses over the known record': 'a lease over the record that the caller knows is granted',
  'lease wants to know what is gone': 'where no record stands the lease is granted whatever the caller knows',
  'release does nothing': 'release ends the lease, and nothing else',
  'release takes everything': 'release ends the lease, and nothing else',
  'release by anybody': 'release by somebody else leaves the lease',
  'write leaves the lease': 'write ends the lease of the writer',
  'a refused write leaves the lease': 'write that keeps nothing ends the lease of the writer too',
  'write by anybody ends the lease': 'write by somebody else keeps the record and leaves the lease',
  'only a holder may write': 'write by somebody else keeps the record and leaves the lease',
  'takes failure data for binary': 'a failure is read as it was kept, with any text',
  'refuses failures beside a record': 'a failure is kept beside a record that was not issued after it',
  'takes outdated failures': 'a failure is not kept when a record stands there that was issued after it',
  'undefined leaves the failure': 'undefined ends the failure',
  'write leaves the failure': 'write ends the failure',
  'lease ends the failure': 'a lease leaves the failure',
  'fail leaves the lease': 'fail ends the lease of the owner, kept or not',
  'a refused failure leaves the lease': 'fail ends the lease of the owner, kept or not',
  'fail by anybody ends the lease': 'fail by somebody else leaves the lease',
  'changed never resolves': 'changed resolves when its signal aborts',
  'changed resolves at once': 'changed waits while nothing changes',
  'wakes one only': 'write wakes all who wait',
  'write wakes nobody': 'write wakes all who wait',
  'fail wakes nobody': 'fail wakes who waits, also when it ends a failure',
  'release wakes nobody': 'release wakes who waits',
  'remove wakes nobody': 'remove wakes who waits',
  'changed rejects on abort': 'changed resolves when its signal aborts',
  'changed waits for an aborted signal': 'changed resolves when its signal has aborted before',
};

/** Runs all cases at once: what those said that failed. */
async function complaints(makeStore: () => TokenStore): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const runs = tokenStoreContract.map(({ name, run }) =>
    run(makeStore).catch((error: unknown) => failed.set(name, error)),
  );
  await Promise.all(runs);
  return failed;
}

describe('a store with one fault is caught:', () => {
  const faults = Object.keys(caughtBy) as StoreFault[];
  const found = new Map<StoreFault, Map<string, unknown>>();
  beforeAll(async () => {
    const left = [...faults];
    const lane = async (): Promise<void> => {
      for (let fault = left.pop(); fault; fault = left.pop()) {
        const broken = fault;
        found.set(broken, await complaints(() => brokenStore(broken)));
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }, 90_000);

  it.each(Object.entries(caughtBy))('%s → %s', (fault, name) => {
    expect([...found.get(fault as StoreFault)!.keys()]).toContain(name);
  });

  it('each case catches something', () => {
    const useful = new Set([...found.values()].flatMap((failed) => [...failed.keys()]));
    expect(tokenStoreContract.map(({ name }) => name).filter((name) => !useful.has(name))).toEqual([]);
  });

  it('a complaint is an AssertionError with the rule and what came, or the error of the store itself', () => {
    for (const [fault, failed] of found) {
      for (const error of failed.values()) {
        if (fault === 'rejects') expect(error).toEqual(new Error('the store is out of order'));
        else expect(error).toBeInstanceOf(AssertionError);
      }
    }
    const said = (fault: StoreFault): unknown => (found.get(fault)!.get(caughtBy[fault]) as Error).message;
    expect(said('lease ignores what the caller knows')).toBe(
      'lease() must not be granted when a record stands there and `known` is undefined; expected false, received true',
    );
    expect(said('cuts long data')).toMatch(/^read\(\) must return any text .*record\.data.* more characters$/s);
    expect((said('cuts long data') as string).length).toBeLessThan(300);
    expect(said('never settles')).toBe('read() must settle; it has not after 3500 ms');
  });
});

describe('every case passes', () => {
  it('with a store that keeps what has expired and wakes after it answered, one instance for all cases at once', async () => {
    const store = brokenStore();
    expect(await complaints(() => store)).toEqual(new Map());
  });

  it('with a store that has no changed', async () => {
    expect(await complaints(() => ({ ...brokenStore(), changed: undefined }))).toEqual(new Map());
  });

  it('with an instance of a class, made by a promise', async () => {
    for (const { run } of tokenStoreContract) await run(() => Promise.resolve(new ClassStore()));
  });
});

it('the names of the cases differ', () => {
  expect(new Set(tokenStoreContract.map(({ name }) => name)).size).toBe(tokenStoreContract.length);
});

class ClassStore implements TokenStore {
  readonly #inner = memoryStore();

  read(key: string) {
    return this.#inner.read(key);
  }
  lease(key: string, request: LeaseRequest) {
    return this.#inner.lease(key, request);
  }
  write(key: string, record: StoreRecord, owner: string) {
    return this.#inner.write(key, record, owner);
  }
  fail(key: string, failure: StoreFailure | undefined, owner: string) {
    return this.#inner.fail(key, failure, owner);
  }
  release(key: string, owner: string) {
    return this.#inner.release(key, owner);
  }
  remove(key: string, version: string) {
    return this.#inner.remove(key, version);
  }
  changed(key: string, signal: AbortSignal) {
    return this.#inner.changed!(key, signal);
  }
}
