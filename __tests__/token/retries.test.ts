import { TokenError, TokenTimeoutError } from '../../lib/errors.js';
import { caller, expectServed, MINUTE, permanent, rig, SECOND, transient, watch } from './rig.js';

describe('a transient failure while somebody waits', () => {
  it('is tried again after 200 ms and 400 ms: three attempts, then the call fails', async () => {
    const { manager, clock, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await last().fail();
    await clock.advance(199);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    await last().fail();
    await clock.advance(399);
    expect(requests).toHaveLength(2);
    await clock.advance(1);
    expect(requests).toHaveLength(3);
    expect(call.state).toBe('pending');
    await last().fail();
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_NETWORK' } });
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(3);
  });

  it.each([1, 2])('is not noticed when the attempt after %d works', async (failures) => {
    const { manager, clock, last, events } = rig();
    const call = watch(manager.obtain(manager.entry()));
    for (let count = 0; count < failures; count++) {
      await last().fail();
      await clock.advance(SECOND);
    }
    const token = await last().answer();
    expectServed(call, token);
    expect(manager.inspect()).toMatchObject([{ failures: 0, retryAt: undefined, lastError: undefined }]);
    expect(events.at(-1)).toMatchObject({ name: 'token:issued', event: { attempts: failures + 1 } });
  });

  it('comes at most a fifth sooner, by the jitter', async () => {
    const { manager, clock, requests, last } = rig({ random: () => 1 });
    watch(manager.obtain(manager.entry()));
    await last().fail();
    await clock.advance(159);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
  });

  it('is told with what comes next', async () => {
    const { manager, clock, last, events } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail();
    expect(events.at(-1)).toMatchObject({
      name: 'token:failed',
      event: { attempt: 1, waiting: 1, retryInMs: 200, retryAt: undefined, permanent: false },
    });
    await clock.advance(200);
    expect(events.at(-1)).toMatchObject({ name: 'token:requested', event: { attempt: 2, background: false } });
  });

  it('of a source that has its own time limit is tried again, too', async () => {
    const { manager, clock, requests, last } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail(new TokenTimeoutError('no answer within 1 s'));
    await clock.advance(200);
    expect(requests).toHaveLength(2);
  });
});

describe('Retry-After', () => {
  it('is honoured when it fits in the wait', async () => {
    const { manager, clock, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await last().fail(transient({ retryAt: clock.now() + 5 * SECOND }));
    await clock.advance(4999);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    const token = await last().answer();
    expectServed(call, token);
  });

  it('that does not fit: the call fails at once, and says when', async () => {
    const { manager, clock, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    const retryAt = clock.now() + 30 * SECOND;
    await last().fail(transient({ retryAt }));
    expect(call).toMatchObject({ state: 'rejected', reason: { retryAt } });
    expect(manager.inspect()).toMatchObject([{ retryAt }]);
    await clock.advance(27 * SECOND);
    const early = watch(manager.obtain(manager.entry()));
    await clock.settle();
    expect(early).toMatchObject({ state: 'rejected', reason: { retryAt } });
    expect(requests).toHaveLength(1);
    await clock.advance(3 * SECOND);
    watch(manager.obtain(manager.entry()));
    expect(requests).toHaveLength(2);
  });

  it('that fits no longer, after what the attempts have taken: the call fails at once', async () => {
    const { manager, clock, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(6 * SECOND);
    await last().fail(transient({ retryAt: clock.now() + 4 * SECOND }));
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_NETWORK' } });
  });

  it('in the past or soon does not shorten the pause', async () => {
    const { manager, clock, requests, last } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail(transient({ retryAt: clock.now() - 5 * SECOND }));
    await clock.advance(199);
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
  });

  it('of a year holds nobody longer than a day', async () => {
    const { manager, clock, requests, last } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail(transient({ retryAt: clock.now() + 365 * 24 * 60 * MINUTE }));
    await clock.advance(24 * 60 * MINUTE);
    watch(manager.obtain(manager.entry()));
    expect(requests).toHaveLength(2);
  });
});

describe('is not tried again inside the flight', () => {
  it.each<[string, () => unknown]>([
    ['a permanent failure', permanent],
    ['an error of a source function', () => new TokenError('mine', { code: 'ERR_TOKEN_SOURCE' })],
    ['whatever else was thrown', () => new TypeError('a bug')],
  ])('%s', async (_, error) => {
    const { manager, clock, requests, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    await last().fail(error());
    expect(call.state).toBe('rejected');
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(1);
  });

  it('what nobody waits for: a background refresh has one attempt', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    await last().fail();
    await clock.advance(5 * SECOND);
    expect(requests).toHaveLength(2);
  });

  it('what nobody waits for any more', async () => {
    const { manager, clock, requests, last } = rig();
    const one = caller();
    watch(manager.obtain(manager.entry(), one));
    one.go();
    await last().fail();
    await clock.advance(5 * SECOND);
    expect(requests).toHaveLength(1);
  });

  it('but a call that has joined a background refresh makes it worth trying', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    const call = watch(manager.refresh(manager.entry()));
    await last().fail();
    await clock.advance(200);
    expect(requests).toHaveLength(3);
    const token = await last().answer();
    expectServed(call, token);
  });
});
