import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { API, HOUR, MINUTE, permanent, SECOND, watch, type Watched } from './rig.js';
import type { Token } from '../../lib/token.js';
import type { Renewal } from '../../lib/token/manager.js';

// An API refuses a token that the whole fleet uses.

const renew = (one: Process, token: Token): Watched<Renewal> => watch(one.manager.renew(one.entry, token, API));

/** Several processes with the same token. */
async function sharing(count: number): Promise<{ world: FleetWorld; processes: Process[]; tokens: Token[] }> {
  const world = fleetWorld();
  const processes = Array.from({ length: count }, () => world.process());
  await world.begun(processes[0]!, 'old');
  const tokens = await Promise.all(processes.map((one) => one.manager.obtain(one.entry)));
  return { world, processes, tokens };
}

describe('a refused token', () => {
  it('is removed from the store, replaced once, and the other processes take the new one', async () => {
    const { world, processes, tokens } = await sharing(4);
    const renewals = processes.map((one, n) => renew(one, tokens[n]!));
    await world.settle();
    expect(world.requests).toHaveLength(2);
    expect((await world.standing()).record).toBeUndefined();
    await world.requests.find(({ attempt }) => attempt.reason === 'rejected')!.answer('new');
    await world.advance(2 * SECOND);
    expect(renewals.map(({ value }) => value?.token?.accessToken)).toEqual(Array(4).fill('new'));
    expect(renewals.map(({ value }) => value?.token && value.forced).sort()).toEqual([false, false, false, true]);
    expect(world.requests).toHaveLength(2);
  });

  it('that another process has replaced already costs no token request', async () => {
    const { world, processes, tokens } = await sharing(2);
    const first = renew(processes[0]!, tokens[0]!);
    await world.settle();
    await processes[0]!.last().answer('new');
    expect(first.value).toMatchObject({ forced: true });
    await world.advance(MINUTE);
    const second = renew(processes[1]!, tokens[1]!);
    await world.settle();
    expect(second.value).toMatchObject({ forced: false, token: { accessToken: 'new' } });
    expect((await world.standing()).record).toBeDefined(); // the newer one has stayed
    expect(world.requests).toHaveLength(2);
  });

  it('does not come back from a process that was late to share it', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    one.line.once('write', 'hold');
    const call = watch(one.manager.obtain(one.entry));
    await world.settle();
    await one.last().answer('old');
    const token = call.value!;
    const renewal = renew(one, token);
    await one.line.held[0]!.go();
    await world.advance(2 * SECOND);
    await one.last().answer('new');
    await world.advance(2 * SECOND);
    expect(renewal.value?.token?.accessToken).toBe('new');
    expect((await other.manager.obtain(other.entry)).accessToken).toBe('new');
  });

  it('is not adopted under another version, and another process asks for one in its place', async () => {
    const { world, processes, tokens } = await sharing(2);
    const now = world.storeNow() + 5;
    await world.advance(10);
    const again = { version: 'again', issuedAt: now, expiresAt: now + HOUR, data: '{"format":1,"accessToken":"old"}' };
    await world.store.write('secret/', again, '');
    const renewal = renew(processes[1]!, tokens[1]!);
    await world.advance(10);
    expect(processes[1]!.requests).toHaveLength(1);
    await processes[1]!.last().answer('new');
    expect(renewal.value).toMatchObject({ forced: true, token: { accessToken: 'new' } });
    expect((await world.standing()).record?.version).not.toBe('again');
  });

  it('gives way to no older one that stands in the store', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await world.begun(one, 'older');
    await world.advance(SECOND);
    other.line.always('reject');
    const newer = await world.begun(other, 'newer');
    other.line.heal();
    await world.advance(2 * SECOND);
    const renewal = renew(other, newer);
    await world.advance(10);
    expect(other.requests).toHaveLength(2);
    await other.last().answer('newest');
    expect(renewal.value?.token?.accessToken).toBe('newest');
  });

  it('of a key that was evicted meanwhile is not taken from the store again', async () => {
    const world = fleetWorld();
    const one = world.process({ maxKeys: 1 });
    const entry = one.manager.entry({ scope: 'a' });
    const call = watch(one.manager.obtain(entry));
    await world.settle();
    await one.last().answer('old');
    one.manager.entry({ scope: 'b' });
    const renewal = watch(one.manager.renew(entry, call.value!, API));
    await world.advance(10);
    expect(one.requests).toHaveLength(2);
    await one.last().answer('new');
    expect(renewal.value).toMatchObject({ forced: true, token: { accessToken: 'new' } });
  });

  it('that only this process has removes nothing of the others', async () => {
    const { world, processes, tokens } = await sharing(2);
    const [one, other] = [processes[0]!, processes[1]!];
    other.line.always('reject');
    const refreshed = watch(other.manager.refresh(other.entry));
    await world.settle();
    await other.last().answer('own');
    expect(other.manager.inspect()).toMatchObject([{ store: 'degraded' }]);
    other.line.heal();
    await world.advance(2 * SECOND);
    expect(refreshed.value).toBeDefined();
    const probe = watch(other.manager.obtain(other.manager.entry({ scope: 'x' })));
    await world.settle();
    await other.last().answer('of-another-key');
    expect(probe.state).toBe('fulfilled');
    expect(other.manager.inspect()).toMatchObject([{ store: 'local' }, { store: 'shared' }]);
    other.manager.drop(other.entry, refreshed.value!);
    await world.settle();
    expect((await world.standing()).record).toBeDefined();
    expect(one.manager.peek(one.entry)).toBe(tokens[0]);
  });

  it('whose replacement fails leaves the newer one of another process alone', async () => {
    const { world, processes, tokens } = await sharing(2);
    const [one, other] = [processes[0]!, processes[1]!];
    watch(one.manager.refresh(one.entry));
    await world.settle();
    await one.last().answer('second');
    // By hand, another one is wanted than that; the endpoint refuses.
    const forced = watch(other.manager.refresh(other.entry));
    await world.settle();
    await other.last().fail(permanent());
    expect(forced.state).toBe('rejected');
    const renewal = renew(other, tokens[1]!); // the first one
    await world.settle();
    expect((await world.standing()).record).toBeDefined();
    expect(renewal.value).toMatchObject({ forced: false, token: { accessToken: 'second' } });
  });
});

describe('the brakes on forced refreshes', () => {
  it('do not count what another process has brought: budget of an endpoint whose new token ends the old one', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process({ reissue: 'replaces' }), world.process({ reissue: 'replaces' })];
    let token = await world.begun(one, 'token-0');
    await other.manager.obtain(other.entry);
    for (let n = 1; n <= 5; n += 1) {
      // Refused to both; one process asks for a new one, the other takes that.
      const [first, second] = [renew(one, token), renew(other, other.entry.held!.token)];
      await world.settle();
      await one.last().answer(`token-${n}`);
      await world.advance(200);
      token = first.value!.token!;
      one.manager.resent(one.entry, API, token, true);
      expect(second.value).toMatchObject({ forced: false, token: { accessToken: `token-${n}` } });
    }
    expect(renew(one, token)).toBeDefined();
    await world.settle();
    expect(one.requests).toHaveLength(6); // its budget is spent: the refusal surfaces
    const last = renew(other, other.entry.held!.token);
    await world.settle();
    expect(other.requests).toHaveLength(1); // the other one has spent nothing of its own
    await other.last().answer('token-6');
    expect(last.value).toMatchObject({ forced: true });
  });

  it('pause after a useless refresh: the token is kept, and stays in the store', async () => {
    const { world, processes, tokens } = await sharing(2);
    const one = processes[0]!;
    const first = renew(one, tokens[0]!);
    await world.settle();
    await one.last().answer('new');
    const token = first.value!.token!;
    one.manager.resent(one.entry, API, token, false);
    const second = renew(one, token);
    await world.settle();
    expect(second.value).toEqual({ reason: 'paused' });
    expect(one.manager.peek(one.entry)).toBe(token);
    expect((await world.standing()).record).toBeDefined();
  });
});

describe('an endpoint that gives the same token again', () => {
  it('the refusal surfaces, in each process', async () => {
    const { world, processes, tokens } = await sharing(2);
    for (const [n, one] of processes.entries()) {
      const renewal = renew(one, tokens[n]!);
      await world.advance(10);
      const request = world.requests.findLast(
        ({ attempt }) => attempt.reason === 'rejected' && attempt.entry === one.entry,
      );
      await request?.answer('old');
      await world.advance(2 * SECOND);
      expect(renewal.value).toEqual({ reason: 'same-token' });
    }
    expect(world.requests).toHaveLength(3);
  });
});

describe('handle.refresh()', () => {
  it('brings another token than what stands in the store, whoever has put it there', async () => {
    const { world, processes } = await sharing(2);
    const [one, other] = [processes[0]!, processes[1]!];
    const first = watch(one.manager.refresh(one.entry));
    await world.settle();
    await one.last().answer('second');
    expect(first.value!.accessToken).toBe('second');
    const call = watch(other.manager.refresh(other.entry));
    await world.settle();
    expect(other.requests).toHaveLength(1);
    await other.last().answer('third');
    expect(call.value!.accessToken).toBe('third');
    expect(other.line.calls.slice(-3).map(({ operation }) => operation)).toEqual(['read', 'lease', 'write']);
  });

  it('of two processes at once is one request: both have what it brings', async () => {
    const { world, processes } = await sharing(2);
    const calls = processes.map((one) => watch(one.manager.refresh(one.entry)));
    await world.settle();
    expect(world.requests).toHaveLength(2);
    await world.requests.find(({ attempt }) => attempt.reason === 'forced')!.answer('new');
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['new', 'new']);
    expect(world.requests).toHaveLength(2);
  });
});

describe('invalidate()', () => {
  it('without a token removes what this process has put or taken there', async () => {
    const { world, processes } = await sharing(2);
    processes[1]!.manager.invalidate();
    await world.settle();
    expect((await world.standing()).record).toBeUndefined();
    const call = watch(processes[1]!.manager.obtain(processes[1]!.entry));
    await world.settle();
    await processes[1]!.last().answer('new');
    expect(call.value?.accessToken).toBe('new');
  });

  it('of a token removes that one, and no newer one', async () => {
    const { world, processes, tokens } = await sharing(2);
    const [one, other] = [processes[0]!, processes[1]!];
    watch(one.manager.refresh(one.entry));
    await world.settle();
    await one.last().answer('new');
    other.manager.invalidate(tokens[1]);
    await world.settle();
    const call = await other.manager.obtain(other.entry);
    expect(call.accessToken).toBe('new');
    expect(other.requests).toHaveLength(0);
  });

  it('pardons a failure that this process has heard of, for all', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const first = watch(one.manager.obtain(one.entry));
    await world.settle();
    await one.last().fail(permanent());
    expect(first.state).toBe('rejected');
    one.manager.invalidate();
    await world.settle();
    const call = watch(other.manager.obtain(other.entry));
    await world.settle();
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });
});
