import { fleetWorld, type Process } from './fleet-rig.js';
import { HOUR, MINUTE, SECOND, watch } from './rig.js';

// One token for all processes, when nothing goes wrong.

const obtain = (one: Process) => watch(one.manager.obtain(one.entry));

describe('a cold start', () => {
  it.each([true, false])('of 8 processes is one token request; the store wakes: %p', async (wakes) => {
    const world = fleetWorld({ wakes });
    const processes = Array.from({ length: 8 }, () => world.process());
    const calls = processes.flatMap((one) => [obtain(one), obtain(one), obtain(one)]);
    await world.settle();
    await world.advance(2 * SECOND);
    expect(world.requests).toHaveLength(1);
    await world.requests[0]!.answer('a');
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(calls.map(() => 'a'));
    expect(world.requests).toHaveLength(1);
    expect(processes.map((one) => one.named('token:shared').length).sort()).toEqual([0, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('where the token is there already asks nobody but the store, once', async () => {
    const world = fleetWorld();
    const first = world.process();
    await world.begun(first, 'a', 10 * MINUTE);
    await world.advance(MINUTE);
    const late = world.process();
    const call = obtain(late);
    await world.settle();
    expect(call.value!.accessToken).toBe('a');
    expect(call.value!.expiresAt).toBe(first.entry.held!.token.expiresAt);
    expect(late.requests).toHaveLength(0);
    expect(late.line.calls.map(({ operation }) => operation)).toEqual(['lease']);
    expect(late.named('token:shared')).toMatchObject([{ key: 'k1', reason: 'missing', waiting: 1 }]);
  });

  it('brings what came with the token', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    const call = obtain(first);
    await world.settle();
    const own = await first.last().answer('a', HOUR, { instance_url: 'https://eu.test', refresh_token: 'mine' });
    expect(call.value).toBe(own);
    const token = await second.manager.obtain(second.entry);
    expect(token.response).toEqual({ instance_url: 'https://eu.test' });
    expect(own.response).toHaveProperty('refresh_token'); // the process that got it still has all
  });
});

describe('a fresh token', () => {
  it('costs no call to the store', async () => {
    const world = fleetWorld();
    const one = world.process();
    const token = await world.begun(one);
    const before = one.line.count();
    expect(before).toBe(2); // lease, write
    for (let n = 0; n < 100; n += 1) {
      expect(one.manager.peek(one.entry)).toBe(token);
      await one.manager.obtain(one.entry);
    }
    expect(one.line.count()).toBe(before);
    expect(one.line.listening).toBe(0);
  });
});

describe('the early refresh', () => {
  it('is done by one process; the others go on with the old token, and take the new one', async () => {
    const world = fleetWorld();
    const processes = Array.from({ length: 4 }, () => world.process());
    const old = await world.begun(processes[0]!, 'old', 10 * MINUTE);
    for (const one of processes) await one.manager.obtain(one.entry);
    await world.advance(8 * MINUTE + SECOND);
    for (const one of processes) expect(one.manager.peek(one.entry)!.accessToken).toBe(old.accessToken);
    await world.settle();
    expect(world.requests).toHaveLength(2);
    for (const one of processes) expect(one.manager.peek(one.entry)!.accessToken).toBe('old');
    await world.requests.find(({ attempt }) => attempt.reason === 'expiring')!.answer('new', 10 * MINUTE);
    await world.advance(2 * SECOND);
    expect(processes.map((one) => one.manager.peek(one.entry)!.accessToken)).toEqual(Array(4).fill('new'));
    expect(world.requests).toHaveLength(2);
  });

  it('that comes later finds the new token, and asks for none', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process({ refreshAheadMs: MINUTE })];
    await world.begun(first, 'old', 10 * MINUTE);
    await second.manager.obtain(second.entry);
    await world.advance(8 * MINUTE + SECOND);
    first.manager.peek(first.entry);
    await world.settle();
    await first.last().answer('new', 10 * MINUTE);
    await world.advance(MINUTE);
    expect(second.manager.peek(second.entry)!.accessToken).toBe('old');
    await world.settle();
    expect(second.manager.peek(second.entry)!.accessToken).toBe('new');
    expect(second.requests).toHaveLength(0);
  });

  it('over several lifetimes is one token request each', async () => {
    const world = fleetWorld();
    const processes = Array.from({ length: 3 }, (_, n) => world.process({ random: () => n / 3 }));
    await world.begun(processes[0]!, 'token-0', 10 * MINUTE);
    for (let lifetime = 1; lifetime <= 4; lifetime += 1) {
      for (let second = 0; second < 8 * 60 + 2; second += 20) {
        for (const one of processes) await one.manager.obtain(one.entry);
        await world.settle();
        const open = world.requests[lifetime];
        if (open) {
          await open.answer(`token-${lifetime}`, 10 * MINUTE);
          await world.advance(2 * SECOND);
          break;
        }
        await world.advance(20 * SECOND);
      }
      for (const one of processes) expect((await one.manager.obtain(one.entry)).accessToken).toBe(`token-${lifetime}`);
      expect(world.requests).toHaveLength(lifetime + 1);
    }
  });

  it('of a token that others have renewed long ago does not bring an older one', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    await world.begun(first, 'old', 10 * MINUTE);
    await world.advance(MINUTE);
    second.line.always('reject');
    await world.begun(second, 'newer', 10 * MINUTE); // by itself
    second.line.heal();
    await world.advance(7 * MINUTE + SECOND);
    // The store still has `old`, which is the better one nowhere.
    const forced = watch(second.manager.refresh(second.entry));
    await world.settle();
    await second.last().answer('newest');
    expect(forced.value!.accessToken).toBe('newest');
    expect(second.requests).toHaveLength(2);
  });
});

describe('who waits for another process', () => {
  it('takes the token at once when the store wakes it', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    void obtain(first);
    await world.settle();
    const call = obtain(second);
    await world.advance(SECOND);
    await first.last().answer('a');
    await world.advance(200);
    expect(call.value?.accessToken).toBe('a');
  });

  it.each([true, false])('takes it by asking again where it was not woken; can be: %p', async (wakes) => {
    const world = fleetWorld({ wakes });
    const [first, second] = [world.process(), world.process()];
    if (wakes) (second.line as { changed: unknown }).changed = () => new Promise(() => undefined); // never comes
    void obtain(first);
    await world.settle();
    const call = obtain(second);
    await world.advance(SECOND);
    await first.last().answer('a');
    await world.advance(1.5 * SECOND);
    expect(call.value?.accessToken).toBe('a');
  });

  it('asks less and less often: a few times a second at most', async () => {
    const world = fleetWorld({ wakes: false });
    const [first, second] = [world.process({ tokenTimeoutMs: MINUTE }), world.process()];
    void obtain(first);
    await world.settle();
    const call = obtain(second);
    await world.advance(5 * SECOND);
    expect(second.line.count('lease')).toBeGreaterThan(5);
    expect(second.line.count()).toBeLessThan(30);
    await first.last().answer('a');
    await world.advance(2 * SECOND);
    expect(call.value?.accessToken).toBe('a');
  });
});

describe('keys', () => {
  it('do not disturb each other', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    const [a, b] = [{ scope: 'a' }, { scope: 'b' }];
    const calls = [first, second].flatMap(({ manager }) => [
      watch(manager.obtain(manager.entry(a))),
      watch(manager.obtain(manager.entry(b))),
    ]);
    await world.settle();
    expect(world.requests.map(({ attempt }) => attempt.scope)).toEqual(['a', 'b']);
    await world.requests[0]!.answer('for-a');
    await world.requests[1]!.fail();
    await world.advance(SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['for-a', undefined, 'for-a', undefined]);
    await world.requests.at(-1)!.answer('for-b');
    await world.advance(2 * SECOND);
    expect(calls[1]!.value?.accessToken ?? calls[3]!.value?.accessToken).toBe('for-b');
  });

  it('that are evicted during their flight end it, and share its token', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process({ maxKeys: 1 }), world.process()];
    const entry = first.manager.entry({ scope: 'a' });
    const call = watch(first.manager.obtain(entry));
    await world.settle();
    const other = watch(first.manager.obtain(first.manager.entry({ scope: 'b' })));
    await world.settle();
    await first.requests[0]!.answer('for-a');
    await first.requests[1]!.answer('for-b');
    expect([call.value?.accessToken, other.value?.accessToken]).toEqual(['for-a', 'for-b']);
    expect((await second.manager.obtain(second.manager.entry({ scope: 'a' }))).accessToken).toBe('for-a');
  });

  it('that were evicted are found in the store again', async () => {
    const world = fleetWorld();
    const one = world.process({ maxKeys: 1 });
    const obtainA = () => watch(one.manager.obtain(one.manager.entry({ scope: 'a' })));
    const first = obtainA();
    await world.settle();
    await one.last().answer('for-a');
    one.manager.entry({ scope: 'b' });
    const again = obtainA();
    await world.settle();
    expect([first.value?.accessToken, again.value?.accessToken]).toEqual(['for-a', 'for-a']);
    expect(one.requests).toHaveLength(1);
  });
});

describe('endpoints of other kinds', () => {
  it('a token without an end is shared until it is dropped', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    await world.begun(first, 'a', null);
    await world.advance(1000 * HOUR);
    const token = await second.manager.obtain(second.entry);
    expect(token).toMatchObject({ accessToken: 'a', expiresAt: undefined });
    await world.advance(1000 * HOUR);
    expect(second.manager.peek(second.entry)).toBe(token);
  });

  it("one that repeats its token ('same'): asked once before the end, by one process", async () => {
    const world = fleetWorld();
    const processes = [world.process({ reissue: 'same' }), world.process({ reissue: 'same' })];
    await world.begun(processes[0]!, 'a', 10 * MINUTE);
    await processes[1]!.manager.obtain(processes[1]!.entry);
    await world.advance(592 * SECOND); // critical
    const calls = processes.map(obtain);
    await world.settle();
    expect(world.requests).toHaveLength(2);
    await world.requests.find(({ attempt }) => attempt.reason === 'expiring')!.answer('a', 8 * SECOND);
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['a', 'a']);
    for (const one of processes) expect(one.manager.peek(one.entry)!.accessToken).toBe('a');
    await world.advance(4 * SECOND);
    for (const one of processes) one.manager.peek(one.entry);
    await world.settle();
    expect(world.requests).toHaveLength(2);
  });

  it("one that lengthens its token ('extends'): all have the new end", async () => {
    const world = fleetWorld();
    const processes = [world.process({ reissue: 'extends' }), world.process({ reissue: 'extends' })];
    const old = await world.begun(processes[0]!, 'a', 10 * MINUTE);
    await processes[1]!.manager.obtain(processes[1]!.entry);
    await world.advance(8 * MINUTE + SECOND);
    for (const one of processes) one.manager.peek(one.entry);
    await world.settle();
    await world.requests.find(({ attempt }) => attempt.reason === 'expiring')!.answer('a', 10 * MINUTE);
    await world.advance(2 * SECOND);
    const end = old.expiresAt! + 8 * MINUTE + SECOND;
    expect(processes.map((one) => one.manager.peek(one.entry)!.expiresAt)).toEqual([end, end]);
    expect(world.requests).toHaveLength(2);
  });

  it('a token whose life is over when it comes serves those who waited in its process, once', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    const call = obtain(first);
    await world.settle();
    await world.advance(SECOND);
    await first.last().answer('short', 500);
    expect(call.value?.accessToken).toBe('short');
    const other = obtain(second);
    await world.settle();
    await second.last().answer('long');
    expect(other.value?.accessToken).toBe('long');
  });

  it('what comes with a token is no plain data: it stays in its process, and the lease is free', async () => {
    const world = fleetWorld();
    const [first, second] = [world.process(), world.process()];
    const call = obtain(first);
    await world.settle();
    const own = await first.last().answer('a', HOUR, { big: 1n });
    expect(call.value).toBe(own);
    await world.settle();
    expect(await world.standing()).toMatchObject({ record: undefined, leaseLeftMs: 0 });
    expect(first.named('store:error')).toMatchObject([{ operation: 'write', retryInMs: undefined }]);
    expect(first.manager.inspect()).toMatchObject([{ store: 'local', state: 'fresh' }]);
    const other = obtain(second);
    await world.settle();
    await second.last().answer('b');
    expect(other.value?.accessToken).toBe('b');
  });
});
