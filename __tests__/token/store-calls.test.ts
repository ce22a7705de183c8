import type { TokenEventName, TokenEvents } from '../../lib/events.js';
import type { StoreReading, TokenStore } from '../../lib/store.js';
import { memoryStore } from '../../lib/testing/index.js';
import { StoreCalls, type StoreCallsOptions } from '../../lib/token/store-calls.js';
import { FakeClock } from '../support/fake-clock.js';
import { SECOND, watch, type Watched } from './rig.js';
import { StoreLine } from './store-line.js';

// One call to a store that may be slow or gone: bounded, and then left alone for a while.

const BOUND = 100;
/** Time for answers that are here already when a late timer fires. */
const GRACE = 5;

interface Rig {
  clock: FakeClock;
  line: StoreLine;
  calls: StoreCalls;
  events: { name: TokenEventName; event: TokenEvents[TokenEventName] }[];
  read: (late?: (reading: StoreReading) => void) => Watched<StoreReading | undefined>;
}

const clocks: FakeClock[] = [];

afterEach(() => {
  for (const clock of clocks.splice(0)) expect(clock.pending).toBe(0);
});

function rig(options: Partial<StoreCallsOptions> = {}, store: TokenStore = memoryStore()): Rig {
  const clock = new FakeClock();
  clocks.push(clock);
  const line = new StoreLine(store);
  const events: Rig['events'] = [];
  const calls = new StoreCalls({
    store: line,
    clock,
    random: () => 0,
    emit: (name, describe) => events.push({ name, event: describe() }),
    tokenTimeoutMs: 10 * SECOND,
    ...options,
  });
  return { clock, line, calls, events, read: (late) => watch(calls.ask('read', (one) => one.read('key'), late)) };
}

describe('a call', () => {
  it('is answered, and tells nobody', async () => {
    const { clock, read, events, calls } = rig();
    const call = read();
    await clock.settle();
    expect(call.value).toMatchObject({ record: undefined, leaseLeftMs: 0 });
    expect(events).toEqual([]);
    expect(calls.isDegraded).toBe(false);
  });

  it('is given up after 100 ms, and an event tells', async () => {
    const { clock, line, read, events, calls } = rig();
    line.once('read', 'hang');
    const call = read();
    await clock.advance(BOUND);
    expect(call.state).toBe('pending');
    await clock.advance(GRACE);
    expect(call).toMatchObject({ state: 'fulfilled', value: undefined });
    expect(events).toEqual([
      { name: 'store:error', event: { operation: 'read', message: 'Error: no answer within 100 ms', retryInMs: 1000 } },
    ]);
    expect(calls.isDegraded).toBe(true);
  });

  it('is given up after what the store says', async () => {
    const { clock, line, read, events } = rig({}, memoryStore({ timeoutMs: 30 }));
    line.once('read', 'hang');
    const call = read();
    await clock.advance(30 + GRACE);
    expect(call.state).toBe('fulfilled');
    expect(events[0]!.event).toMatchObject({ message: 'Error: no answer within 30 ms' });
  });

  it('never takes more than a tenth of the time that a token may take', async () => {
    const { clock, line, read } = rig({ tokenTimeoutMs: 500 });
    line.once('read', 'hang');
    const call = read();
    await clock.advance(50 + GRACE - 1);
    expect(call.state).toBe('pending');
    await clock.advance(1);
    expect(call.state).toBe('fulfilled');
  });

  it('has as long again as the process itself was busy, and no longer than its bound', async () => {
    const { clock, line, read, events } = rig();
    for (const [busy, more] of [
      [BOUND + 40, 40],
      [10 * SECOND, BOUND],
    ] as const) {
      line.once('read', 'hold');
      const call = read();
      await clock.settle();
      clock.leap(busy);
      await clock.advance(more - 1);
      expect(call.state).toBe('pending');
      await line.held.at(-1)!.go();
      expect(call.value).toMatchObject({ leaseLeftMs: 0 });
      expect(events).toEqual([]);
    }
    line.once('read', 'hang');
    const lost = read();
    await clock.settle();
    clock.leap(10 * SECOND);
    await clock.advance(BOUND);
    expect(lost).toMatchObject({ state: 'fulfilled', value: undefined });
  });

  it('that is answered when its late timer fires counts as answered', async () => {
    const { clock, line, read, events } = rig();
    line.once('read', 'hold');
    const call = read();
    await clock.settle();
    clock.leap(10 * SECOND); // the process was busy: the timer fires before the answer, which is there, is looked at
    const fired = clock.advance(0);
    await line.held[0]!.go();
    await fired;
    expect(call.value).toMatchObject({ leaseLeftMs: 0 });
    expect(events).toEqual([]);
  });

  it.each([
    ['rejects', 'reject', 'Error: connection reset'],
    ['throws at once', 'throw', 'Error: the client is closed'],
  ] as const)('of a store that %s brings nothing, and an event tells', async (_what, trouble, message) => {
    const { clock, line, read, events } = rig();
    line.once('read', trouble);
    const call = read();
    await clock.settle();
    expect(call).toMatchObject({ state: 'fulfilled', value: undefined });
    expect(events).toEqual([{ name: 'store:error', event: { operation: 'read', message, retryInMs: 1000 } }]);
  });

  it.each([
    [new SyntaxError('Unexpected token in {"accessToken":"s3cret"'), 'SyntaxError'],
    ['s3cret', 'string'],
  ])('shows nothing of what a parser choked on: %p', async (thrown, message) => {
    const { clock, calls, events } = rig();
    const call = watch(calls.ask('read', () => Promise.reject(thrown)));
    await clock.settle();
    expect(call.state).toBe('fulfilled');
    expect(events[0]!.event).toMatchObject({ message });
  });

  it('that is answered late tells so to whom it may concern, once, and nobody else', async () => {
    const { clock, line, read, events } = rig();
    line.once('read', 'hold');
    const late: StoreReading[] = [];
    const call = read((reading) => late.push(reading));
    await clock.advance(BOUND + GRACE);
    expect(late).toEqual([]);
    await line.held[0]!.go();
    expect(late).toMatchObject([{ leaseLeftMs: 0 }]);
    expect(call.value).toBeUndefined();
    expect(events.map(({ name }) => name)).toEqual(['store:error']);
  });

  it('that fails late is no second failure, and no unhandled rejection', async () => {
    const { clock, calls, events } = rig();
    let fail!: (error: Error) => void;
    const call = watch(calls.ask('read', () => new Promise<StoreReading>((_, reject) => (fail = reject))));
    await clock.advance(BOUND + GRACE);
    fail(new Error('connection reset'));
    await clock.settle();
    expect(call.state).toBe('fulfilled');
    expect(events).toHaveLength(1);
  });

  it('in time is not late', async () => {
    const { clock, line, read } = rig();
    line.once('read', 'hold');
    const late: StoreReading[] = [];
    const call = read((reading) => late.push(reading));
    await clock.advance(BOUND - 1);
    await line.held[0]!.go();
    expect(call.value).toMatchObject({ leaseLeftMs: 0 });
    await clock.advance(SECOND);
    expect(late).toEqual([]);
  });
});

describe('after a failure', () => {
  /** Fails, and goes on to the end of each pause, where the probe fails, too. */
  async function pauses(count: number, random: () => number): Promise<number[]> {
    const { clock, line, read, events } = rig({ random });
    line.always('reject');
    for (let n = 0; n < count; n += 1) {
      read();
      await clock.settle();
      const { retryInMs } = events.at(-1)!.event as TokenEvents['store:error'];
      const before = line.count();
      await clock.advance(retryInMs! - 1);
      read();
      await clock.settle();
      expect(line.count()).toBe(before); // still in the pause
      await clock.advance(1);
    }
    return events.map(({ event }) => (event as TokenEvents['store:error']).retryInMs!);
  }

  it('the store is left alone for 1 s, doubling to 30 s', async () => {
    expect(await pauses(7, () => 0)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('the pauses differ from process to process: up to a fifth shorter', async () => {
    expect(await pauses(6, () => 0.5)).toEqual([900, 1800, 3600, 7200, 14_400, 27_000]);
    expect(await pauses(6, () => 1)).toEqual([800, 1600, 3200, 6400, 12_800, 24_000]);
  });

  it('a single call finds out whether it is back, while the others go without', async () => {
    const { clock, line, read, events, calls } = rig();
    line.once('read', 'reject', 'hold');
    read();
    await clock.advance(SECOND);
    const probe = read();
    const others = [read(), read()];
    await clock.settle();
    expect(line.count()).toBe(2);
    expect(others).toMatchObject([
      { state: 'fulfilled', value: undefined },
      { state: 'fulfilled', value: undefined },
    ]);
    expect(calls.isDegraded).toBe(true);
    await line.held[0]!.go();
    expect(probe.value).toMatchObject({ leaseLeftMs: 0 });
    expect(calls.isDegraded).toBe(false);
    expect(events.at(-1)).toEqual({ name: 'store:recovered', event: { failures: 1, durationMs: 1000 } });
    const next = read();
    await clock.settle();
    expect(next.value).toBeDefined();
  });

  it('a probe that gets no answer is the next failure, and lets the next probe go after its pause', async () => {
    const { clock, line, read, events } = rig();
    line.once('read', 'reject', 'hang');
    read();
    await clock.advance(SECOND);
    read();
    await clock.advance(BOUND + GRACE);
    expect(events.map(({ event }) => event)).toMatchObject([{ retryInMs: 1000 }, { retryInMs: 2000 }]);
    await clock.advance(2 * SECOND);
    read();
    await clock.settle();
    expect(events.at(-1)).toEqual({ name: 'store:recovered', event: { failures: 2, durationMs: 3105 } });
  });

  it('starts from 1 s again once it has recovered', async () => {
    const { clock, line, read, events } = rig();
    line.once('read', 'reject', 'reject');
    read();
    await clock.advance(SECOND);
    read();
    await clock.advance(2 * SECOND);
    read();
    await clock.settle();
    line.once('read', 'reject');
    read();
    await clock.settle();
    expect(events.at(-1)).toMatchObject({ name: 'store:error', event: { retryInMs: 1000 } });
  });

  it('several calls that fail together are one failure', async () => {
    const { clock, line, read, events } = rig();
    line.always('hang');
    for (let n = 0; n < 3; n += 1) read();
    await clock.advance(BOUND + GRACE);
    expect(line.count()).toBe(3);
    expect(events).toHaveLength(1);
  });

  it('a call that was under way and succeeds does not end the pause', async () => {
    const { clock, line, read, calls } = rig();
    line.once('read', 'hold', 'reject');
    const slow = read();
    read();
    await clock.settle();
    await line.held[0]!.go();
    expect(slow.value).toBeDefined(); // its answer is as good as any
    expect(calls.isDegraded).toBe(true);
  });
});

describe('what is said in passing', () => {
  it('never rejects, and its failure is an event', async () => {
    const { clock, line, calls, events } = rig();
    line.once('release', 'throw');
    calls.tell('release', (store) => store.release('key', 'me'));
    await clock.settle();
    expect(events).toMatchObject([{ name: 'store:error', event: { operation: 'release' } }]);
  });

  it('may be a probe', async () => {
    const { clock, line, calls, read } = rig();
    line.once('read', 'reject');
    read();
    await clock.advance(SECOND);
    calls.tell('release', (store) => store.release('key', 'me'));
    await clock.settle();
    expect(calls.isDegraded).toBe(false);
  });
});

describe('what must be said although the store is left alone', () => {
  it('is said, and its failure is nobody’s affair', async () => {
    const { clock, line, calls, read, events } = rig();
    line.once('read', 'reject');
    read();
    await clock.settle();
    line.once('release', 'throw', 'reject');
    for (let n = 0; n < 3; n += 1) calls.insist((store) => store.release('key', 'me'));
    await clock.settle();
    expect(line.count('release')).toBe(3);
    expect(events).toHaveLength(1);
  });
});

describe('the wake-up', () => {
  const listening = new AbortController();
  const changedOf = (changed: TokenStore['changed']): Watched<void> | undefined => {
    const { calls } = rig({ store: { ...memoryStore(), changed } });
    const promise = calls.changed('key', listening.signal);
    return promise && watch(promise);
  };

  it('comes when the store says so', async () => {
    const { clock, calls, line } = rig();
    const changed = watch(calls.changed('key', listening.signal)!);
    await clock.settle();
    expect(changed.state).toBe('pending');
    await line.release('key', 'me');
    await clock.settle();
    expect(changed.state).toBe('fulfilled');
  });

  it('of a store that rejects never comes', async () => {
    const changed = changedOf(() => Promise.reject(new Error('connection reset')));
    await new FakeClock().settle();
    expect(changed!.state).toBe('pending');
  });

  it.each<[string, TokenStore['changed']]>([
    ['has none', undefined],
    ['gives none', () => undefined as unknown as Promise<void>],
    [
      'throws',
      () => {
        throw new Error('the client is closed');
      },
    ],
  ])('of a store that %s is none', (_what, changed) => {
    expect(changedOf(changed)).toBeUndefined();
  });

  it('is not asked of a store that is left alone', async () => {
    const { clock, line, calls, read } = rig();
    line.once('read', 'reject');
    read();
    await clock.settle();
    expect(calls.changed('key', listening.signal)).toBeUndefined();
    expect(line.listening).toBe(0);
  });
});

describe('settled()', () => {
  it('waits for what is under way, no longer than its bound', async () => {
    const { clock, line, calls } = rig();
    line.once('release', 'hang');
    calls.tell('release', (store) => store.release('key', 'me'));
    const settled = watch(calls.settled());
    await clock.advance(BOUND);
    expect(settled.state).toBe('pending');
    await clock.advance(GRACE);
    expect(settled.state).toBe('fulfilled');
  });

  it('waits also for what follows from that', async () => {
    const { clock, line, calls } = rig();
    line.once('read', 'hold');
    line.once('release', 'hold');
    const work = calls
      .ask('read', (store) => store.read('key'))
      .then(() => {
        calls.tell('release', (store) => store.release('key', 'me'));
      });
    const settled = watch(calls.settled());
    await clock.settle();
    await line.held[0]!.go();
    await work;
    expect(settled.state).toBe('pending');
    await line.held[1]!.go();
    expect(settled.state).toBe('fulfilled');
  });

  it('is at once where nothing is', async () => {
    const { clock, calls } = rig();
    const settled = watch(calls.settled());
    await clock.settle();
    expect(settled.state).toBe('fulfilled');
  });
});

it('no timer of a call keeps the process alive', async () => {
  const { clock, line, read } = rig();
  line.once('read', 'hang');
  read();
  await clock.settle();
  expect([clock.pending, clock.keepingAlive]).toEqual([1, 0]);
  await clock.advance(BOUND);
  expect([clock.pending, clock.keepingAlive]).toEqual([1, 0]);
  await clock.advance(GRACE);
});
