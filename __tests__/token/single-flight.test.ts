import { expectServed, HOUR, MINUTE, rig, SECOND, watch } from './rig.js';

describe('a process that was frozen, whose timers come after the first call', () => {
  it('the call does not join a request whose time is over: after the pause it gets a new one', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 4 * MINUTE);
    manager.peek(manager.entry()); // the early refresh, which freezes with the process
    clock.leap(2 * HOUR);
    const call = watch(manager.obtain(manager.entry()));
    await clock.advance(SECOND);
    expect(requests).toHaveLength(3);
    expect(requests[1]!.attempt.signal.aborted).toBe(true);
    expectServed(call, await last().answer());
  });

  it('a stale token is renewed by a new request, too', async () => {
    const { manager, clock, requests, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 5 * MINUTE);
    manager.peek(manager.entry());
    clock.leap(MINUTE);
    expect(manager.peek(manager.entry())).toBe(token);
    await clock.advance(SECOND);
    expect(manager.peek(manager.entry())).toBe(token);
    expect(requests).toHaveLength(3);
  });

  it('who waits already is told that the time is over, once', async () => {
    const { manager, clock, events } = rig();
    const call = watch(manager.obtain(manager.entry()));
    clock.leap(MINUTE);
    const late = watch(manager.obtain(manager.entry()));
    await clock.settle();
    expect([call.reason, late.state]).toEqual([expect.objectContaining({ code: 'ERR_TOKEN_TIMEOUT' }), 'pending']);
    expect(events.filter(({ name }) => name === 'token:failed')).toHaveLength(1);
  });
});

describe('one flight a key', () => {
  it('a thousand calls on a cold cache: one request, one token for all', async () => {
    const { manager, requests, last } = rig();
    const calls = Array.from({ length: 1000 }, () => manager.obtain(manager.entry()));
    expect(requests).toHaveLength(1);
    const token = await last().answer();
    expect((await Promise.all(calls)).every((got) => got === token)).toBe(true);
    expect(requests).toHaveLength(1);
    expect(manager.peek(manager.entry())).toBe(token);
  });

  it('different keys fly at the same time, and each gets its own', async () => {
    const { manager, requests } = rig();
    const calls = ['a', 'b', 'a'].map((tenant) => manager.obtain(manager.entry({ tenant })));
    expect(requests.map(({ attempt }) => attempt.tenant)).toEqual(['a', 'b']);
    await requests[1]?.answer('for-b');
    await requests[0]?.answer('for-a');
    expect((await Promise.all(calls)).map(({ accessToken }) => accessToken)).toEqual(['for-a', 'for-b', 'for-a']);
  });

  it('refresh() joins the flight under way, whatever it was begun for', async () => {
    const { manager, requests, last } = rig();
    const first = manager.obtain(manager.entry());
    const forced = manager.refresh(manager.entry());
    const token = await last().answer();
    expect([await first, await forced].every((got) => got === token)).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it('refresh() gets a new one though a fresh one is held, and others use that one meanwhile', async () => {
    const { manager, requests, last, hold } = rig();
    const old = await hold();
    const forced = [manager.refresh(manager.entry()), manager.refresh(manager.entry())];
    expect(manager.peek(manager.entry())).toBe(old);
    expect(await manager.obtain(manager.entry())).toBe(old);
    const renewed = await last().answer();
    expect((await Promise.all(forced)).every((got) => got === renewed)).toBe(true);
    expect(manager.peek(manager.entry())).toBe(renewed);
    expect(requests.map(({ attempt }) => attempt.reason)).toEqual(['missing', 'forced']);
    expect(last().attempt.previous).toBe(old);
  });

  it('the early refresh and the one after a 401 are the same flight', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const old = await hold('old', MINUTE);
    await clock.advance(50_000);
    expect(manager.peek(manager.entry())).toBe(old);
    const renewal = manager.renew(manager.entry(), old, 'https://a.test');
    expect(requests).toHaveLength(2);
    const renewed = await last().answer();
    const { token } = await renewal;
    expect(token).toBe(renewed);
    expect(requests).toHaveLength(2);
  });

  it('the next flight starts once the last is over, not before', async () => {
    const { manager, requests, last } = rig();
    const first = manager.refresh(manager.entry());
    await last().answer();
    await first;
    const second = manager.refresh(manager.entry());
    expect(requests).toHaveLength(2);
    await last().answer();
    await second;
  });

  it('its slot is filled before its first line runs: a listener that asks for a token joins', async () => {
    const joined: Promise<unknown>[] = [];
    const made = rig({
      emit: (name) => {
        if (name === 'token:requested' && joined.length < 3) joined.push(made.manager.obtain(made.manager.entry()));
      },
    });
    const call = made.manager.obtain(made.manager.entry());
    expect(made.requests).toHaveLength(1);
    const token = await made.last().answer();
    expect(joined).toHaveLength(1);
    expect([await call, await joined[0]].every((got) => got === token)).toBe(true);
  });

  it('a request that fails at once, by a throw, is a failure as any other', async () => {
    const { manager, requests } = rig({
      fetch: () => {
        throw new Error('synchronous');
      },
    });
    await expect(manager.obtain(manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_SOURCE' });
    expect(requests).toHaveLength(0);
  });

  it('it is told once when somebody waits for what was begun in the background', async () => {
    const { manager, clock, last, promoted, hold } = rig();
    await hold('old', MINUTE);
    await clock.advance(50_000);
    manager.peek(manager.entry());
    expect(last().attempt.urgent).toBe(false);
    expect(promoted).toEqual([]);
    const calls = [manager.refresh(manager.entry()), manager.refresh(manager.entry())];
    expect(promoted).toEqual([last().attempt.flight]);
    await last().answer();
    await Promise.all(calls);
  });

  it('one that was begun by a waiting call is urgent from the start', async () => {
    const { manager, last, promoted } = rig();
    const call = manager.obtain(manager.entry());
    expect([last().attempt.urgent, promoted]).toEqual([true, []]);
    await last().answer();
    await call;
  });
});

describe('what listeners do in the middle of it', () => {
  it.each(['token:requested', 'token:issued'] as const)(
    'invalidate() at %s: who waits is served all the same',
    async (moment) => {
      const made = rig({
        emit: (name) => {
          if (name === moment) made.manager.invalidate();
        },
      });
      const call = watch(made.manager.obtain(made.manager.entry()));
      const token = await made.last().answer();
      expectServed(call, token);
    },
  );

  it('invalidate() at token:failed: who waits hears of the failure, and the next call asks again', async () => {
    const made = rig({
      emit: (name) => {
        if (name === 'token:failed') made.manager.invalidate();
      },
    });
    const call = watch(made.manager.obtain(made.manager.entry()));
    await made.last().fail(new Error('mine'));
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_SOURCE' } });
    const next = made.manager.obtain(made.manager.entry());
    const token = await made.last().answer();
    expect(await next).toBe(token);
  });

  it('close() at token:requested: who waits hears that it is closed', async () => {
    const made = rig({
      emit: (name) => {
        if (name === 'token:requested') void made.manager.close();
      },
    });
    await expect(made.manager.obtain(made.manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });
});
