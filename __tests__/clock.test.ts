import { LONGEST_TIMER_MS, sleep, systemClock } from '../lib/clock.js';
import { FakeClock } from './support/fake-clock.js';

const asleep = (): { clock: FakeClock; abort: AbortController; woke: jest.Mock } => ({
  clock: new FakeClock(),
  abort: new AbortController(),
  woke: jest.fn(),
});

describe('sleep', () => {
  it('ends after its time, not before, and stops listening', async () => {
    const { clock, abort, woke } = asleep();
    const remove = jest.spyOn(abort.signal, 'removeEventListener');
    void sleep(clock, 1000, abort.signal).then(woke);
    await clock.advance(999);
    expect(woke).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(woke).toHaveBeenCalledTimes(1);
    expect(remove).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });

  it("rejects with the signal's reason as soon as it aborts, and leaves no timer", async () => {
    const { clock, abort } = asleep();
    const reason = new Error('enough');
    const sleeping = sleep(clock, 1000, abort.signal);
    abort.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('rejects at once when the signal was aborted before, and leaves no timer', async () => {
    const clock = new FakeClock();
    const reason = new Error('before');
    await expect(sleep(clock, 1000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('never keeps a process alive', async () => {
    const { clock, abort } = asleep();
    const sleeping = sleep(clock, 1000, abort.signal);
    expect([clock.pending, clock.keepingAlive]).toEqual([1, 0]);
    await clock.advance(1000);
    await sleeping;
  });

  it('does not fire at once for a time longer than a timer takes', async () => {
    const { clock, abort, woke } = asleep();
    void sleep(clock, 1e12, abort.signal).then(woke);
    await clock.advance(LONGEST_TIMER_MS - 1);
    expect(woke).not.toHaveBeenCalled();
    await clock.advance(1);
  });

  it('works on a clock whose timers are plain numbers', async () => {
    const runs: (() => void)[] = [];
    const clock = { ...systemClock, setTimeout: (run: () => void) => runs.push(run), clearTimeout: () => undefined };
    const sleeping = sleep(clock, 1, new AbortController().signal);
    runs[0]?.();
    await expect(sleeping).resolves.toBeUndefined();
  });
});

describe('the system clock', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it("follows a test's fake timers and system time, though it was made before", () => {
    jest.useFakeTimers({ now: 1_000_000 });
    const run = jest.fn();
    systemClock.setTimeout(run, 500);
    systemClock.clearTimeout(systemClock.setTimeout(run, 100));
    const before = systemClock.monotonic();
    jest.advanceTimersByTime(500);
    expect(run).toHaveBeenCalledTimes(1);
    expect(systemClock.now()).toBe(1_000_500);
    expect(systemClock.monotonic() - before).toBe(500);
    jest.setSystemTime(0);
    expect(systemClock.now()).toBe(0);
  });
});
