import { inspect } from 'node:util';
import { InsecureTransportError, TokenConfigError, type TokenError, TokenResponseError } from '../../lib/errors.js';
import { caller, HOUR, MINUTE, permanent, rig, SECOND, watch } from './rig.js';

describe('a permanent failure', () => {
  it('is remembered for 1 s, doubling to 30 s: calls inside fail at once with the same, and ask nothing', async () => {
    const { manager, clock, requests, last } = rig();
    const pauses: number[] = [];
    for (let flight = 1; flight <= 7; flight++) {
      const first = watch(manager.obtain(manager.entry()));
      expect(requests).toHaveLength(flight);
      await last().fail(permanent());
      expect(first).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_ENDPOINT', permanent: true } });
      const pause = manager.inspect()[0]!.retryAt! - clock.now();
      pauses.push(pause);
      await clock.advance(pause - 1);
      const inside = watch(manager.obtain(manager.entry()));
      await clock.settle();
      expect(inside).toMatchObject({
        state: 'rejected',
        reason: { code: 'ERR_TOKEN_ENDPOINT', status: 401, error: 'invalid_client', retryAt: clock.now() + 1 },
      });
      expect(requests).toHaveLength(flight);
      await clock.advance(1);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * SECOND));
  });

  it('invalidate() ends it', async () => {
    const { manager, requests, last } = rig();
    watch(manager.obtain(manager.entry()));
    await last().fail(permanent());
    manager.invalidate();
    const call = manager.obtain(manager.entry());
    expect(requests).toHaveLength(2);
    const token = await last().answer();
    expect(await call).toBe(token);
  });

  it('invalidate(token) does not', async () => {
    const { manager, requests, last, hold } = rig();
    const token = await hold();
    watch(manager.refresh(manager.entry()));
    await last().fail(permanent());
    manager.invalidate(token);
    await expect(manager.obtain(manager.entry())).rejects.toMatchObject({ permanent: true });
    expect(requests).toHaveLength(2);
  });

  it('is never shown while a valid token is held', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - MINUTE);
    manager.peek(manager.entry());
    await last().fail(permanent());
    await clock.advance(MINUTE - 5 * SECOND); // critical
    expect(manager.inspect()).toMatchObject([{ state: 'critical' }]);
    const call = watch(manager.obtain(manager.entry()));
    await last().fail(permanent());
    expect(call.value).toBe(token);
    expect(manager.peek(manager.entry())).toBe(token); // remembered: not even waited for
    expect(requests).toHaveLength(3);
  });
});

describe('every caller gets an error object of his own', () => {
  it('those who waited together', async () => {
    const { manager, last } = rig();
    const calls = Array.from({ length: 20 }, () => watch(manager.obtain(manager.entry())));
    const cause = permanent();
    await last().fail(cause);
    const reasons = new Set(calls.map(({ reason }) => reason));
    expect(reasons.size).toBe(20);
    expect(reasons.has(cause)).toBe(false);
    for (const reason of reasons)
      expect(reason).toMatchObject({
        name: 'TokenEndpointError',
        message: cause.message,
        status: 401,
        permanent: true,
      });
  });

  it('and those who are told what is remembered', async () => {
    const { manager, clock, last } = rig();
    const first = watch(manager.obtain(manager.entry()));
    await last().fail(permanent());
    const calls = [1, 2, 3].map(() => watch(manager.obtain(manager.entry())));
    await clock.settle();
    const reasons = [first, ...calls].map(({ reason }) => reason as Error);
    expect(new Set(reasons).size).toBe(4);
    reasons[0]!.stack = 'changed by one of them';
    expect(reasons[1]!.stack).not.toBe(reasons[0]!.stack);
    await expect(manager.obtain(manager.entry())).rejects.not.toHaveProperty('stack', 'changed by one of them');
  });

  it.each<[string, () => TokenError]>([
    ['TokenResponseError', () => new TokenResponseError('no token in it')],
    ['TokenConfigError', () => new TokenConfigError('no secret', { option: 'clientSecret' })],
    ['InsecureTransportError', () => new InsecureTransportError('plain http')],
  ])('of its class, with what it says and when to try again: %s', async (name, make) => {
    const { manager, clock, last } = rig();
    const call = watch(manager.obtain(manager.entry()));
    const cause = make();
    await last().fail(cause);
    expect(call.reason).toBeInstanceOf(cause.constructor);
    expect(call.reason).toMatchObject({ name, message: cause.message, code: cause.code, permanent: true });
    expect(inspect(call.reason)).toContain(cause.message);
    expect(call.reason).toMatchObject({ retryAt: clock.now() + SECOND });
  });

  it('an error that is none of ours is wrapped, with the error as its cause', async () => {
    const { manager, last } = rig();
    const call = watch(manager.obtain(manager.entry(), caller()));
    const cause = new RangeError('a bug in the source');
    await last().fail(cause);
    expect(call.reason).toMatchObject({ name: 'TokenError', code: 'ERR_TOKEN_SOURCE', permanent: false, cause });
  });
});
