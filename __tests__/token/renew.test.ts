import type { TokenError } from '../../lib/errors.js';
import type { Token } from '../../lib/token.js';
import type { Renewal } from '../../lib/token/manager.js';
import { API, forced, expectServed, MINUTE, permanent, rig, SECOND, transient, type Watched, watch } from './rig.js';

function expectRenewed(renewals: Watched<Renewal>[], token: Token, forcedToo: boolean): void {
  for (const { value } of renewals) {
    expect(value?.token).toBe(token);
    expect(value).toMatchObject({ forced: forcedToo });
  }
}

describe('compare first', () => {
  it('500 calls after a revocation: one request, and all get the new token', async () => {
    const { manager, requests, last, hold } = rig();
    const old = await hold();
    const renewals = Array.from({ length: 500 }, () => watch(manager.renew(manager.entry(), old, API)));
    expect(requests).toHaveLength(2);
    expect(last().attempt).toMatchObject({ reason: 'rejected' });
    expect(last().attempt.previous).toBe(old);
    const renewed = await last().answer();
    expectRenewed(renewals, renewed, true);
  });

  it('a late 401 for an old token: the current one, and no request', async () => {
    const made = rig();
    const old = await made.hold();
    const renewed = await forced(made, old, true);
    const late = watch(made.manager.renew(made.manager.entry(), old, API));
    await made.clock.settle();
    expectRenewed([late], renewed, false);
    expect(made.manager.peek(made.manager.entry())).toBe(renewed);
    expect(made.requests).toHaveLength(2);
  });

  it('50 of them trickling in, before, during and after the flight: one request', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const old = await hold();
    const renewals: Watched<Renewal>[] = [];
    for (let call = 0; call < 50; call++) {
      renewals.push(watch(manager.renew(manager.entry(), old, API)));
      await clock.advance(100);
      if (call === 20) await last().answer('renewed');
    }
    expect(new Set(renewals.map(({ value }) => value?.token?.accessToken))).toEqual(new Set(['renewed']));
    expect(requests).toHaveLength(2);
  });

  it('a late 401 when the current one has expired: waits for the next', async () => {
    const made = rig();
    const old = await made.hold();
    const { manager, clock, last } = made;
    const refresh = manager.refresh(manager.entry());
    await last().answer('b', MINUTE);
    await refresh;
    await clock.advance(MINUTE);
    const late = watch(manager.renew(manager.entry(), old, API));
    const renewed = await last().answer();
    expectRenewed([late], renewed, false);
  });

  it('the refused token is dropped at once: nobody else gets it meanwhile', async () => {
    const { manager, last, hold } = rig();
    const old = await hold();
    watch(manager.renew(manager.entry(), old, API));
    expect(manager.peek(manager.entry())).toBeUndefined();
    const other = watch(manager.obtain(manager.entry()));
    const renewed = await last().answer();
    expectServed(other, renewed);
  });

  it('the early refresh that is under way serves the refused call, too', async () => {
    const { manager, clock, requests, last, hold } = rig();
    const old = await hold('a', MINUTE);
    await clock.advance(50 * SECOND);
    manager.peek(manager.entry());
    const renewals = [1, 2].map(() => watch(manager.renew(manager.entry(), old, API)));
    const renewed = await last().answer();
    expectRenewed(renewals, renewed, true);
    expect(requests).toHaveLength(2);
  });

  it('by value, also for a key that has been evicted meanwhile', async () => {
    const { manager, requests, last } = rig({ maxKeys: 1 });
    const [a, b] = [{ tenant: 'a' }, { tenant: 'b' }];
    const entry = manager.entry(a);
    const first = manager.obtain(entry);
    await last().answer('a-1');
    const old = await first;
    watch(manager.obtain(manager.entry(b)));
    await last().answer('b-1');
    const renewals = [watch(manager.renew(entry, old, API)), watch(manager.renew(entry, old, API))];
    expect(requests).toHaveLength(3);
    const renewed = await last().answer('a-2');
    expectRenewed(renewals, renewed, true);
    expect(manager.peek(manager.entry(a))).toBe(renewed);
  });
});

describe('a refresh that fails', () => {
  it.each<[string, TokenError]>([
    ['permanently', permanent()],
    ['with a Retry-After that does not fit', transient({ retryAt: Date.UTC(2031, 0, 1) })],
  ])('%s: says so with the error, to each an object of his own', async (_, error) => {
    const { manager, last, hold } = rig();
    const old = await hold();
    const renewals = [1, 2].map(() => watch(manager.renew(manager.entry(), old, API)));
    await last().fail(error);
    for (const { value } of renewals)
      expect(value).toMatchObject({ reason: 'refresh-failed', error: { code: error.code } });
    const errors = renewals.map(({ value }) => (value as { error: unknown }).error);
    expect(errors[0]).not.toBe(errors[1]);
    expect(await manager.renew(manager.entry(), old, API)).toMatchObject({ reason: 'refresh-failed' });
  });

  it('is no useless one: the next rejection is refreshed', async () => {
    const made = rig();
    const { manager, clock, last } = made;
    const old = await made.hold();
    watch(manager.renew(manager.entry(), old, API));
    await last().fail(permanent());
    await clock.advance(SECOND);
    expect((await forced(made, old, true)).accessToken).not.toBe(old.accessToken);
  });
});

describe('what is not sent again: dropRejected', () => {
  it('drops the current token, so that the next call gets a new one', async () => {
    const { manager, requests, last, hold } = rig();
    const old = await hold();
    manager.dropRejected(manager.entry(), old, API);
    const next = watch(manager.obtain(manager.entry()));
    expect(requests).toHaveLength(2);
    const renewed = await last().answer();
    expectServed(next, renewed);
  });

  it('leaves a newer one alone', async () => {
    const made = rig();
    const old = await made.hold();
    const renewed = await forced(made, old, true);
    made.manager.dropRejected(made.manager.entry(), old, API);
    expect(made.manager.peek(made.manager.entry())).toBe(renewed);
  });

  it('keeps it in a pause', async () => {
    const made = rig();
    const useless = await forced(made, await made.hold(), false);
    made.manager.dropRejected(made.manager.entry(), useless, API);
    expect(made.manager.peek(made.manager.entry())).toBe(useless);
  });
});
