import { caller, expectServed, HOUR, MINUTE, type Rig, rig, SECOND, transient, watch } from './rig.js';

/** An outage: one flight that nobody retries inside. */
async function failOnce({ manager, last }: Rig): Promise<void> {
  const one = caller();
  watch(manager.obtain(manager.entry(), one));
  one.go();
  await last().fail();
}

describe('between flights that failed', () => {
  it('the pause is 1 s, doubling to 60 s, and ends with one probe', async () => {
    const made = rig();
    const { manager, clock } = made;
    const pauses: number[] = [];
    for (let flight = 0; flight < 8; flight++) {
      await failOnce(made);
      const [status] = manager.inspect();
      const pause = status!.retryAt! - clock.now();
      pauses.push(pause);
      await clock.advance(pause);
      expect(manager.inspect()).toMatchObject([{ failures: flight + 1, retryAt: undefined }]);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * SECOND));
  });

  it('a call fails at once with the same error and retryAt while the probe is more than 2 s off', async () => {
    const made = rig();
    const { manager, clock, requests } = made;
    await failOnce(made);
    await clock.advance(SECOND);
    await failOnce(made);
    await clock.advance(2 * SECOND);
    await failOnce(made);
    const retryAt = clock.now() + 4 * SECOND;
    await clock.advance(1999);
    const call = watch(manager.obtain(manager.entry()));
    await clock.settle();
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_NETWORK', retryAt } });
    expect(requests).toHaveLength(3);
  });

  it('a call waits when the probe is due within 2 s: one probe for all, and success ends it', async () => {
    const made = rig();
    const { manager, clock, requests, last } = made;
    await failOnce(made);
    const calls = [watch(manager.obtain(manager.entry()))];
    await clock.advance(999);
    calls.push(watch(manager.obtain(manager.entry())));
    expect(requests).toHaveLength(1);
    await clock.advance(1);
    expect(requests).toHaveLength(2);
    const token = await last().answer();
    expectServed(calls, token);
    expect(manager.inspect()).toMatchObject([{ failures: 0, retryAt: undefined, lastError: undefined }]);
  });

  it.each([
    [999, 'fails at once'],
    [1000, 'waits'],
  ])('a call with a timeout of %d ms, the probe due in 1 s: %s', async (timeout, what) => {
    const made = rig();
    await failOnce(made);
    const call = watch(made.manager.obtain(made.manager.entry(), caller(timeout)));
    await made.clock.settle();
    expect(call.state).toBe(what === 'waits' ? 'pending' : 'rejected');
  });

  it('a tokenTimeoutMs shorter than the pause: a call fails at once', async () => {
    const made = rig({ tokenTimeoutMs: 500 });
    await failOnce(made);
    const call = watch(made.manager.obtain(made.manager.entry()));
    await made.clock.settle();
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_TOKEN_NETWORK' } });
  });

  it.each([600, 1000, 2000, 10_000])(
    'with steady traffic and tokenTimeoutMs %d a healthy endpoint is reached again, and calls succeed',
    async (tokenTimeoutMs) => {
      const made = rig({ tokenTimeoutMs });
      const { manager, clock, requests } = made;
      for (const pause of [1, 2, 0]) {
        await failOnce(made);
        await clock.advance(pause * SECOND);
      }
      const recovered = clock.now();
      let seen = requests.length;
      let served = 0;
      for (let call = 0; call < 600 && served === 0; call++) {
        void manager.obtain(manager.entry()).then(
          () => (served += 1),
          () => undefined,
        );
        await clock.advance(100); // which is also the time that the endpoint takes
        for (const request of requests.slice(seen)) await request.answer();
        seen = requests.length;
      }
      expect(served).toBeGreaterThan(0);
      expect(clock.now() - recovered).toBeLessThanOrEqual(5 * SECOND);
    },
  );

  it('the count starts anew after a success', async () => {
    const made = rig();
    const { manager, clock, last } = made;
    await failOnce(made);
    await clock.advance(SECOND);
    await failOnce(made);
    await clock.advance(2 * SECOND);
    const call = manager.obtain(manager.entry());
    await last().answer('a', MINUTE);
    await call;
    await clock.advance(MINUTE);
    await failOnce(made);
    expect(manager.inspect()).toMatchObject([{ failures: 1, retryAt: clock.now() + SECOND }]);
  });

  it('of one key, the others do not care', async () => {
    const made = rig();
    const { manager, requests, last } = made;
    await failOnce(made);
    const call = manager.obtain(manager.entry({ tenant: 'other' }));
    expect(requests).toHaveLength(2);
    const token = await last().answer();
    expect(await call).toBe(token);
  });

  it('invalidate() ends the pause: the next call asks at once', async () => {
    const made = rig();
    const { manager, requests } = made;
    await failOnce(made);
    manager.invalidate();
    watch(manager.obtain(manager.entry()));
    expect(requests).toHaveLength(2);
    expect(manager.inspect()).toMatchObject([{ failures: 0, lastError: undefined }]);
  });

  it('refresh() fails with what is remembered, and leaves the valid token alone', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 4 * MINUTE);
    for (const pause of [1, 2, 4]) {
      manager.peek(manager.entry());
      await last().fail();
      if (pause < 4) await clock.advance(pause * SECOND);
    }
    await expect(manager.refresh(manager.entry())).rejects.toMatchObject({ code: 'ERR_TOKEN_NETWORK' });
    expect(manager.peek(manager.entry())).toBe(token);
    expect(requests).toHaveLength(4);
  });
});

describe('while a valid token is held', () => {
  it('an outage is noticed by no call, and backs off as everywhere', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const token = await hold('a', HOUR);
    await clock.advance(HOUR - 5 * MINUTE);
    const sent: number[] = [];
    const start = clock.now();
    for (let tenth = 0; tenth < 2900; tenth++) {
      expect(await manager.obtain(manager.entry())).toBe(token);
      if (requests.length > sent.length + 1) {
        sent.push((clock.now() - start) / SECOND);
        await last().fail();
      }
      await clock.advance(100);
    }
    expect(sent).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it('it recovers without help, before the token ends', async () => {
    const { manager, clock, last, hold } = rig();
    await hold('a', HOUR);
    await clock.advance(HOUR - 5 * MINUTE);
    manager.peek(manager.entry());
    await last().fail();
    await clock.advance(SECOND);
    manager.peek(manager.entry());
    const renewed = await last().answer();
    expect(manager.peek(manager.entry())).toBe(renewed);
    expect(manager.inspect()).toMatchObject([{ state: 'fresh', failures: 0 }]);
  });

  it('a pause over the end of its life holds on: then calls fail at once with retryAt', async () => {
    const { manager, clock, requests, last, hold } = rig();
    await hold('a', MINUTE);
    await clock.advance(50 * SECOND);
    manager.peek(manager.entry());
    const retryAt = clock.now() + 20 * SECOND;
    await last().fail(transient({ retryAt }));
    await clock.advance(10 * SECOND);
    const call = watch(manager.obtain(manager.entry()));
    await clock.settle();
    expect(call).toMatchObject({ state: 'rejected', reason: { retryAt } });
    expect(requests).toHaveLength(2);
  });
});
