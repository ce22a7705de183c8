import { caller, expectServed, HOUR, rig, SECOND, watch } from './rig.js';

describe('a caller who leaves takes only himself away', () => {
  it.each([
    ['the first', [0]],
    ['a middle one', [1]],
    ['the last', [2]],
    ['all but one', [0, 2]],
  ])('%s', async (_, leaving) => {
    const { manager, requests, last } = rig();
    const callers = [caller(), caller(), caller()];
    const calls = callers.map((one) => watch(manager.obtain(manager.entry(), one)));
    const reason = new Error('no longer wanted');
    for (const index of leaving) callers[index]?.go(reason);
    const token = await last().answer();
    calls.forEach((call, index) => {
      if (leaving.includes(index)) expect(call).toMatchObject({ state: 'rejected', reason });
      else expectServed(call, token);
    });
    expect(requests).toHaveLength(1);
    expect(callers.map(({ listening }) => listening)).toEqual([false, false, false]);
  });

  it('at once, with exactly his own reason', async () => {
    const { manager, clock, last } = rig();
    const [one, other] = [caller(), caller()];
    const calls = [one, other].map((each) => watch(manager.obtain(manager.entry(), each)));
    one.go('mine');
    await clock.settle();
    expect(calls.map(({ state, reason }) => [state, reason])).toEqual([
      ['rejected', 'mine'],
      ['pending', undefined],
    ]);
    await last().answer();
  });

  it('all of them: the flight is finished, not cancelled, and its token serves the next call without a request', async () => {
    const { manager, clock, requests, last } = rig();
    const callers = [caller(), caller(), caller()];
    const calls = callers.map((one) => watch(manager.obtain(manager.entry(), one)));
    for (const one of callers) one.go();
    await clock.advance(9 * SECOND);
    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(last().attempt.signal.aborted).toBe(false);
    const token = await last().answer();
    expect(manager.peek(manager.entry())).toBe(token);
    expect(requests).toHaveLength(1);
  });

  it('all of them: a call that comes before it is finished joins', async () => {
    const { manager, requests, last } = rig();
    const one = caller();
    const gone = watch(manager.obtain(manager.entry(), one));
    one.go();
    const call = watch(manager.obtain(manager.entry()));
    const token = await last().answer();
    expect(gone.state).toBe('rejected');
    expectServed(call, token);
    expect(requests).toHaveLength(1);
  });

  it('all of them, and then the flight fails: an event, no unhandled rejection', async () => {
    const { manager, last, events } = rig();
    const one = caller();
    const gone = watch(manager.obtain(manager.entry(), one));
    one.go();
    await last().fail();
    expect(gone.state).toBe('rejected');
    expect(events.at(-1)).toMatchObject({ name: 'token:failed', event: { waiting: 0 } });
  });

  it('who had left before he asked is rejected, and counts no longer', async () => {
    const { manager, clock, last } = rig();
    const reason = new Error('aborted before');
    const stop = jest.fn();
    const gone = watch(
      manager.obtain(manager.entry(), {
        leave(abandon) {
          abandon(reason);
          return stop;
        },
      }),
    );
    await clock.settle();
    expect(gone).toMatchObject({ state: 'rejected', reason });
    expect(stop).toHaveBeenCalledTimes(1);
    expect(manager.inspect()).toMatchObject([{ waiting: 0, refreshing: true }]);
    await last().answer();
  });

  it('who leaves twice counts once', async () => {
    const { manager, last } = rig();
    let abandon: ((reason: unknown) => void) | undefined;
    const calls = [
      watch(
        manager.obtain(manager.entry(), {
          leave(callback) {
            abandon = callback;
            return () => {};
          },
        }),
      ),
      watch(manager.obtain(manager.entry())),
    ];
    abandon?.('once');
    abandon?.('twice');
    expect(manager.inspect()).toMatchObject([{ waiting: 1 }]);
    await last().answer();
    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'fulfilled']);
    expect(calls[0]?.reason).toBe('once');
  });

  it('from the wait for a critical token: at once, and the refresh goes on', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 8 * SECOND);
    const one = caller();
    const call = watch(manager.obtain(manager.entry(), one));
    one.go('mine');
    await clock.settle();
    expect(call).toMatchObject({ state: 'rejected', reason: 'mine' });
    expect(one.listening).toBe(false);
    const renewed = await last().answer();
    expect(manager.peek(manager.entry())).toBe(renewed);
  });

  it('from the renewal after a 401: with his own reason, not as a failed refresh', async () => {
    const { manager, clock, last, hold } = rig();
    const token = await hold();
    const [one, reason] = [caller(), new Error('mine')];
    const renewal = watch(manager.renew(manager.entry(), token, 'https://a.test', one));
    one.go(reason);
    await clock.settle();
    expect(renewal).toMatchObject({ state: 'rejected', reason });
    const renewed = await last().answer();
    expect(manager.peek(manager.entry())).toBe(renewed);
  });
});
