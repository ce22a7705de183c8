import { createToken } from '../../lib/token.js';
import { API, HOUR, MINUTE, permanent, rig, SECOND, watch } from './rig.js';

describe('the same token again', () => {
  it('is not a refresh: the next try comes no sooner than 30 s', async () => {
    const { manager, clock, requests, last, events, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 5 * MINUTE);
    manager.peek(manager.entry());
    await last().give(token);
    expect(events.at(-1)).toMatchObject({ name: 'token:issued', event: { repeated: true } });
    const sent: number[] = [];
    for (let second = 0; second < 100; second++) {
      const before = requests.length;
      expect(manager.peek(manager.entry())?.accessToken).toBe('a');
      if (requests.length > before) {
        sent.push(second);
        await last().give(token);
      }
      await clock.advance(SECOND);
    }
    expect(sent).toEqual([30, 60, 90]);
  });

  it('nobody waits for in its critical window, once asking has not helped', async () => {
    const { manager, clock, requests, last, hold } = rig({ reissue: 'same' });
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 9 * SECOND);
    const first = watch(manager.obtain(manager.entry()));
    await last().give(token);
    expect(first.value?.accessToken).toBe('a');
    expect(manager.peek(manager.entry())?.accessToken).toBe('a');
    expect(requests).toHaveLength(2);
  });

  it('with a later end is a refresh, whatever the setting', async () => {
    const { manager, clock, requests, last, hold } = rig({ reissue: 'extends' });
    await hold('a', MINUTE);
    await clock.advance(48 * SECOND);
    manager.peek(manager.entry());
    const extended = await last().answer('a', MINUTE);
    await clock.advance(47 * SECOND);
    expect(manager.peek(manager.entry())).toBe(extended);
    expect(requests).toHaveLength(2);
    await clock.advance(SECOND); // stale again, and no floor holds the next one back
    manager.peek(manager.entry());
    expect(requests).toHaveLength(3);
    await last().answer('a', MINUTE);
  });

  it('after a rejection: says so, is useless, and the token is kept', async () => {
    const { manager, requests, last, hold } = rig({ reissue: 'same' });
    const token = await hold('a');
    const renewals = [1, 2].map(() => watch(manager.renew(manager.entry(), token, API)));
    const again = await last().answer('a');
    for (const { value } of renewals) expect(value).toEqual({ reason: 'same-token' });
    expect(manager.peek(manager.entry())).toBe(again);
    expect(await manager.renew(manager.entry(), again, API)).toEqual({ reason: 'paused' });
    expect(requests).toHaveLength(2);
  });

  it('after its end is asked for by each wave of calls, in no loop', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const token = await hold('a', MINUTE);
    await clock.advance(2 * MINUTE);
    const calls = [1, 2, 3].map(() => watch(manager.obtain(manager.entry())));
    await last().give(token);
    expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await clock.advance(MINUTE);
    expect(requests).toHaveLength(2);
  });
});

describe("reissue: 'same'", () => {
  it('spares the early refresh, and asks when the end is near', async () => {
    const { manager, clock, requests, last, hold } = rig({ reissue: 'same' });
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 11 * SECOND);
    expect(manager.peek(manager.entry())).toBe(token);
    expect(requests).toHaveLength(1);
    await clock.advance(2 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    expect(requests).toHaveLength(2);
    const renewed = await last().answer('b');
    expect(call.value).toBe(renewed);
  });
});

describe("reissue: 'replaces'", () => {
  it('useful forced refreshes have a budget: five, then one every 10 s; the token is kept meanwhile', async () => {
    const { manager, clock, requests, last, hold } = rig({ reissue: 'replaces' });
    let token = await hold();
    const start = clock.now();
    const sent: number[] = [];
    for (let second = 0; second <= 40; second++) {
      const before = requests.length;
      const renewal = watch(manager.renew(manager.entry(), token, API));
      await clock.settle();
      if (requests.length > before) {
        sent.push((clock.now() - start) / SECOND);
        token = await last().answer();
        manager.resent(manager.entry(), API, token, true);
      } else {
        expect(renewal.value).toEqual({ reason: 'paused' });
        expect(manager.peek(manager.entry())).toBe(token);
      }
      await clock.advance(SECOND);
    }
    expect(sent).toEqual([0, 1, 2, 3, 4, 10, 20, 30, 40]);
  });

  it('calls that share one forced refresh spend one', async () => {
    const { manager, last, hold } = rig({ reissue: 'replaces' });
    const token = await hold();
    const renewals = Array.from({ length: 20 }, () => watch(manager.renew(manager.entry(), token, API)));
    const renewed = await last().answer();
    expect(new Set(renewals.map(({ value }) => value?.token?.accessToken))).toEqual(new Set([renewed.accessToken]));
    watch(manager.renew(manager.entry(), renewed, API));
    await last().answer();
  });

  it('rejections for which nothing could be asked, in a failure pause, spend nothing', async () => {
    const { manager, clock, requests, last, hold } = rig({ reissue: 'replaces' });
    const token = await hold();
    watch(manager.renew(manager.entry(), token, API));
    await last().fail(permanent());
    for (let call = 0; call < 20; call++) {
      expect(await manager.renew(manager.entry(), token, API)).toMatchObject({ reason: 'refresh-failed' });
    }
    await clock.advance(SECOND);
    const call = watch(manager.renew(manager.entry(), token, API));
    expect(requests).toHaveLength(3);
    const renewed = await last().answer();
    expect(call.value?.token).toBe(renewed);
  });
});

it('an older token, as a source with a cache of its own may give it, replaces no newer one', async () => {
  const { manager, clock, last, hold } = rig();
  const older = createToken({ accessToken: 'older', issuedAt: clock.now() - MINUTE, lifetimeMs: HOUR });
  const newer = await hold('newer', HOUR);
  const refresh = watch(manager.refresh(manager.entry()));
  await last().give(older);
  expect(refresh.value).toBe(newer);
  expect(manager.peek(manager.entry())).toBe(newer);
});
