import { API, forced, HOUR, rig, SECOND, watch } from './rig.js';

describe('a refresh that does not help', () => {
  it('the first time even a token issued for this very call is refreshed once', async () => {
    const made = rig();
    const renewed = await forced(made, await made.hold(), true);
    expect(made.manager.peek(made.manager.entry())).toBe(renewed);
  });

  it('pauses forced ones for that origin, and the token is kept; another origin is free', async () => {
    const made = rig();
    const useless = await forced(made, await made.hold(), false);
    const { manager, clock, requests } = made;
    await clock.advance(999);
    expect(await manager.renew(manager.entry(), useless, API)).toEqual({ reason: 'paused' });
    expect(manager.peek(manager.entry())).toBe(useless);
    expect(requests).toHaveLength(2);
    watch(manager.renew(manager.entry(), useless, 'https://b.test'));
    expect(requests).toHaveLength(3);
  });

  it('is damped: an API that always says 401 costs 1, 2, 4 … 30 s a token request', async () => {
    const made = rig();
    const { manager, clock, requests } = made;
    let token = await made.hold();
    const start = clock.now();
    const sent: number[] = [];
    for (let tenth = 0; tenth < 1300; tenth++) {
      const before = requests.length;
      const renewal = watch(manager.renew(manager.entry(), token, API));
      await clock.settle();
      if (requests.length > before) {
        sent.push((clock.now() - start) / SECOND);
        await made.last().answer();
        token = renewal.value!.token!;
        for (let call = 0; call < 10; call++) manager.resent(manager.entry(), API, token, false);
      }
      await clock.advance(100);
    }
    expect(sent).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121]);
  });

  it('an ordinary success, a new token or time do not end the doubling; an accepted resend does', async () => {
    const made = rig();
    const { manager, clock, last } = made;
    await forced(made, await made.hold(), false);
    await clock.advance(HOUR);
    const refresh = manager.refresh(manager.entry());
    await last().answer();
    let token = await forced(made, await refresh, false);
    await clock.advance(1999);
    expect(await manager.renew(manager.entry(), token, API)).toEqual({ reason: 'paused' });
    await clock.advance(1);
    token = await forced(made, token, true);
    token = await forced(made, token, false);
    await clock.advance(SECOND); // 1 s again
    expect(await forced(made, token, true)).not.toBe(token);
  });

  it('is counted for the key, also when it has been evicted meanwhile', async () => {
    const { manager, clock, requests, last } = rig({ maxKeys: 1 });
    const [a, b] = [{ tenant: 'a' }, { tenant: 'b' }];
    const entry = manager.entry(a);
    const first = manager.obtain(entry);
    await last().answer('a-1');
    const old = await first;
    watch(manager.obtain(manager.entry(b)));
    await last().answer('b-1');
    const renewal = manager.renew(entry, old, API);
    await last().answer('a-2');
    const { token } = await renewal;
    manager.resent(entry, API, token!, false);
    const next = watch(manager.renew(entry, token!, API));
    await clock.settle();
    expect(next.value).toEqual({ reason: 'paused' });
    expect(requests).toHaveLength(3);
  });

  it('invalidate() ends the pause', async () => {
    const made = rig();
    const useless = await forced(made, await made.hold(), false);
    made.manager.invalidate();
    watch(made.manager.renew(made.manager.entry(), useless, API));
    expect(made.requests).toHaveLength(3);
  });
});
