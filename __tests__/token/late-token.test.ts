import { expectServed, HOUR, MINUTE, rig, SECOND, watch } from './rig.js';

describe('a token that is expired when it arrives', () => {
  it('serves the calls that waited for it, once, and starts no loop', async () => {
    const { manager, clock, requests, last } = rig();
    const calls = [1, 2, 3].map(() => watch(manager.obtain(manager.entry())));
    await clock.advance(3 * SECOND);
    const late = await last().answer('late', 2 * SECOND);
    expectServed(calls, late);
    expect(manager.peek(manager.entry())).toBeUndefined();
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(1);
    const next = manager.obtain(manager.entry());
    expect(requests).toHaveLength(2);
    const renewed = await last().answer();
    expect(await next).toBe(renewed);
  });

  it('serves a call that waited for the early refresh, too', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 2 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(900);
    const late = await last().answer('late', 800);
    expectServed(call, late);
    expect(requests).toHaveLength(2);
  });

  it('in the background makes nobody ask again until somebody needs one', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    await clock.advance(9 * SECOND);
    await last().answer('late', SECOND);
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(2);
  });
});
