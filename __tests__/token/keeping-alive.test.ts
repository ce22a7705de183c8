import { caller, HOUR, MINUTE, rig, SECOND, watch } from './rig.js';

describe('the process is kept alive', () => {
  it('while a call waits for a token, and no longer', async () => {
    const { manager, clock, last } = rig();
    watch(manager.obtain(manager.entry()));
    expect(clock.keepingAlive).toBe(1);
    await last().answer();
    expect([clock.keepingAlive, clock.pending]).toEqual([0, 0]);
  });

  it('not by a flight whose callers have all left; by one who joins it, again', async () => {
    const { manager, clock, last } = rig();
    const callers = [caller(), caller()];
    for (const one of callers) watch(manager.obtain(manager.entry(), one));
    callers[0]?.go();
    expect(clock.keepingAlive).toBe(1);
    callers[1]?.go();
    expect([clock.keepingAlive, clock.pending]).toEqual([0, 1]);
    watch(manager.obtain(manager.entry()));
    expect(clock.keepingAlive).toBe(1);
    await last().answer();
    expect(clock.pending).toBe(0);
  });

  it('not by a background refresh', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    expect([clock.keepingAlive, clock.pending]).toEqual([0, 1]);
    await last().fail();
    expect(clock.pending).toBe(0);
  });

  it('between attempts and before a probe by the call that waits, not by the pause itself', async () => {
    const { manager, clock, last } = rig();
    const one = caller();
    watch(manager.obtain(manager.entry(), one));
    await last().fail();
    expect([clock.keepingAlive, clock.pending]).toEqual([1, 2]);
    one.go();
    expect([clock.keepingAlive, clock.pending]).toEqual([0, 2]);
    await clock.advance(200);
    await last().fail(new Error('mine'));
    expect(clock.pending).toBe(0);
    const other = caller();
    watch(manager.obtain(manager.entry(), other));
    expect([clock.keepingAlive, clock.pending]).toEqual([1, 2]);
    other.go();
    expect(clock.keepingAlive).toBe(0);
  });

  it('by a call that waits for the early refresh of a critical token, until it uses the old one', async () => {
    const { manager, clock, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    expect(clock.keepingAlive).toBe(1);
    await clock.advance(2 * SECOND);
    expect(call.state).toBe('fulfilled');
    expect([clock.keepingAlive, clock.pending]).toEqual([0, 1]);
  });
});

describe('no timer is left', () => {
  it.each<[string, (made: ReturnType<typeof rig>) => Promise<unknown>]>([
    ['after an answer', ({ last }) => last().answer()],
    ['after a failure', ({ last }) => last().fail(new Error('mine'))],
    ['after the deadline', ({ clock }) => clock.advance(10 * SECOND)],
    ['after close()', ({ manager }) => manager.close()],
  ])('%s', async (_, end) => {
    const made = rig();
    const calls = [1, 2, 3].map(() => watch(made.manager.obtain(made.manager.entry())));
    await end(made);
    await made.clock.settle();
    expect(calls.every(({ state }) => state !== 'pending')).toBe(true);
    expect(made.clock.pending).toBe(0);
  });

  it('by a token in the cache: renewal is driven by calls', async () => {
    const { clock, requests, hold } = rig();
    await hold('a', MINUTE);
    expect(clock.pending).toBe(0);
    await clock.advance(HOUR);
    expect(requests).toHaveLength(1);
  });
});
