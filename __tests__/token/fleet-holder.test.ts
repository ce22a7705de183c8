import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { MINUTE, permanent, SECOND, transient, watch, type Watched } from './rig.js';
import type { Token } from '../../lib/token.js';

// One process holds the lease and asks for a token: what if it dies, or takes long?

const LEASE = 3 * SECOND;

const obtain = (one: Process): Watched<Token> => watch(one.manager.obtain(one.entry));

/** The first process asks the endpoint, the others wait for it. */
async function waiting(world: FleetWorld, holder: Process, others: Process[]): Promise<Watched<Token>[]> {
  obtain(holder);
  await world.settle();
  const calls = others.map(obtain);
  await world.settle();
  expect(world.requests).toHaveLength(1);
  return calls;
}

describe('a holder that dies', () => {
  it.each([true, false])(
    'is followed by the next process when its lease ends: one token request; wakes: %p',
    async (wakes) => {
      const world = fleetWorld({ wakes });
      const [holder, ...others] = Array.from({ length: 5 }, () => world.process());
      const calls = await waiting(world, holder!, others);
      holder!.die();
      await world.advance(LEASE - 1);
      expect(world.requests).toHaveLength(1);
      await world.advance(301);
      expect(world.requests).toHaveLength(2);
      await others
        .find(({ requests }) => requests.length > 0)!
        .last()
        .answer('a');
      await world.advance(1.5 * SECOND);
      expect(calls.map(({ value }) => value?.accessToken)).toEqual(['a', 'a', 'a', 'a']);
      expect(world.requests).toHaveLength(2);
    },
  );

  it.each([true, false])(
    'is followed soon after its lease has ended, however long the usual pauses are; wakes: %p',
    async (wakes) => {
      const world = fleetWorld({ wakes });
      const [holder, other] = [world.process(), world.process({ random: () => 0.999 })];
      const [call] = await waiting(world, holder, [other]);
      holder.die();
      await world.advance(LEASE + 100);
      expect(other.requests).toHaveLength(1);
      await other.last().answer('a');
      expect(call!.value?.accessToken).toBe('a');
    },
  );

  it('after it has extended its lease delays nobody longer than one lease from then', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    const [call] = await waiting(world, holder, [other]);
    await world.advance(1.5 * SECOND); // extended once, after 1 s
    holder.die();
    await world.advance(SECOND + LEASE - 1.5 * SECOND - 1);
    expect(other.requests).toHaveLength(0);
    await world.advance(301);
    await other.last().answer('a');
    expect(call!.value?.accessToken).toBe('a');
  });

  it('dies with its token on the way to the store: the next one asks', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    const [call] = await waiting(world, holder, [other]);
    holder.die();
    await holder.last().answer('lost');
    await world.advance(LEASE + 300);
    await other.last().answer('a');
    expect(call!.value?.accessToken).toBe('a');
    expect((await world.standing()).record).toBeDefined();
  });

  it('one after the other: each delays by a lease at most, and the calls are served', async () => {
    const world = fleetWorld();
    const [first, second, third] = [world.process(), world.process(), world.process()];
    const calls = await waiting(world, first, [second, third]);
    first.die();
    await world.advance(LEASE + 300);
    const [next, last] = second.requests.length > 0 ? [second, third] : [third, second];
    next.die();
    await world.advance(LEASE + 300);
    await last.last().answer('a');
    expect(calls.map(({ value }) => value?.accessToken)).toContain('a');
  });
});

describe('a holder that is slow', () => {
  it('keeps the lease for half of its time, then another one tries', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    const [call] = await waiting(world, holder, [other]);
    await world.advance(5 * SECOND - 1);
    expect(other.requests).toHaveLength(0);
    await world.advance(301);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call!.value?.accessToken).toBe('a');
  });

  it('and answers while another one tries: both calls are served, the later token is the one that stands', async () => {
    const world = fleetWorld();
    const [holder, other, third] = [world.process(), world.process(), world.process()];
    const slow = obtain(holder);
    await world.settle();
    const call = obtain(other);
    await world.advance(5.3 * SECOND);
    await holder.last().answer('first');
    expect(slow.value?.accessToken).toBe('first');
    await other.last().answer('second');
    expect(call.value?.accessToken).toBe('second');
    expect((await third.manager.obtain(third.entry)).accessToken).toBe('second');
  });

  it('and answers after another one has: its token replaces no newer one in the store, and serves its own calls', async () => {
    const world = fleetWorld();
    const [holder, other, third] = [world.process(), world.process(), world.process()];
    const slow = obtain(holder);
    await world.settle();
    const call = obtain(other);
    await world.advance(5.3 * SECOND);
    await other.last().answer('second');
    expect(call.value?.accessToken).toBe('second');
    const { record } = await world.standing();
    await holder.last().answer('first');
    expect((await world.standing()).record).toEqual(record);
    expect(slow.value?.accessToken).toBe('first');
    expect(holder.manager.inspect()).toMatchObject([{ store: 'local' }]);
    expect((await third.manager.obtain(third.entry)).accessToken).toBe('second');
  });

  it('past its own deadline fails its own calls, and what it brings then is not heard', async () => {
    const world = fleetWorld();
    const holder = world.process();
    const call = obtain(holder);
    await world.settle();
    await world.advance(10 * SECOND);
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT', message: expect.stringContaining('endpoint') });
    await holder.last().answer('late');
    expect((await world.standing()).record).toBeUndefined();
    expect((await world.standing()).leaseLeftMs).toBe(0);
  });

  it('extends its lease only while it works: nothing is left of it afterwards', async () => {
    const world = fleetWorld();
    const holder = world.process();
    obtain(holder);
    await world.advance(2.5 * SECOND);
    expect(holder.line.count('lease')).toBe(3); // and two extensions
    await holder.last().answer('a');
    await world.advance(MINUTE);
    expect(holder.line.count('lease')).toBe(3);
    expect((await world.standing()).leaseLeftMs).toBe(0);
  });

  it('keeps the lease also where it replaces another token than it had', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await world.begun(one, 'first');
    await other.manager.obtain(other.entry);
    const theirs = watch(other.manager.refresh(other.entry));
    await world.settle();
    await other.last().answer('second');
    expect(theirs.value?.accessToken).toBe('second');
    const mine = watch(one.manager.refresh(one.entry)); // still has the first one
    await world.advance(4 * SECOND);
    expect((await world.standing()).leaseLeftMs).toBeGreaterThan(0);
    await one.last().answer('third');
    expect(mine.value?.accessToken).toBe('third');
  });

  it('retries on its own, and the others wait for that', async () => {
    const world = fleetWorld();
    const [holder, other] = [world.process(), world.process()];
    const [call] = await waiting(world, holder, [other]);
    await holder.last().fail(transient());
    await world.advance(200);
    expect(holder.requests).toHaveLength(2);
    await holder.last().answer('a');
    await world.advance(1.5 * SECOND);
    expect(call!.value?.accessToken).toBe('a');
    expect(other.requests).toHaveLength(0);
  });
});

describe('an endpoint that takes longer than half of the time that there is', () => {
  it.each([6, 7, 8, 9, 9.5])('%p s: every process is served, as it would be on its own', async (seconds) => {
    const world = fleetWorld();
    const fleet = Array.from({ length: 4 }, () => world.process());
    const calls = fleet.map(obtain);
    const sentAt = new Map<unknown, number>();
    for (let ms = 0; ms < 10 * SECOND; ms += 50) {
      for (const request of world.requests) {
        const sent = sentAt.get(request) ?? ms;
        sentAt.set(request, sent);
        if (ms - sent === seconds * SECOND) await request.answer(`t${sentAt.size}`);
      }
      await world.advance(50);
    }
    expect(calls.map(({ state }) => state)).toEqual(calls.map(() => 'fulfilled'));
  });
});

describe('patience', () => {
  /** Another process keeps the lease for longer than this one has time. */
  async function kept(
    random = 0,
  ): Promise<{ world: FleetWorld; holder: Process; other: Process; call: Watched<Token> }> {
    const world = fleetWorld();
    const holder = world.process({ tokenTimeoutMs: MINUTE });
    const other = world.process({ random: () => random });
    const [call] = await waiting(world, holder, [other]);
    return { world, holder, other, call: call! };
  }

  it.each([0, 0.5, 0.999])('ends in time for a request of its own, whatever the jitter: %p', async (random) => {
    const { world, other, call } = await kept(random);
    await world.advance(5 * SECOND - 1);
    expect(other.requests).toHaveLength(0);
    await world.advance(1.5 * SECOND + 1);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('own');
    expect(call.value?.accessToken).toBe('own');
  });

  it.each([
    [1000, 0],
    [1000, 0.999],
    [300, 0.5],
    [2000, 0.999],
  ])('also where the deadline is short: %p ms, jitter %p', async (tokenTimeoutMs, random) => {
    const world = fleetWorld();
    const holder = world.process({ tokenTimeoutMs: MINUTE });
    const other = world.process({ tokenTimeoutMs, random: () => random });
    const [call] = await waiting(world, holder, [other]);
    await world.advance(tokenTimeoutMs * 0.9);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('own');
    expect(call!.value?.accessToken).toBe('own');
  });

  it('a slow look at the credential is part of it', async () => {
    const world = fleetWorld();
    const holder = world.process({ tokenTimeoutMs: MINUTE });
    let known!: () => void;
    const other = world.process({ keyOf: () => new Promise((resolve) => (known = () => resolve('secret/'))) });
    const [call] = await waiting(world, holder, [other]);
    await world.advance(4 * SECOND);
    known();
    await world.advance(5 * SECOND);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('own');
    expect(call!.value?.accessToken).toBe('own');
  });

  it('over, it still takes what the others bring first', async () => {
    const { world, holder, other, call } = await kept();
    await world.advance(8.5 * SECOND);
    expect(other.requests).toHaveLength(1);
    await holder.last().answer('theirs');
    await world.advance(1.4 * SECOND);
    expect(call.value?.accessToken).toBe('theirs');
    await other.last().answer('own');
    expect(other.manager.peek(other.entry)!.accessToken).toBe('theirs');
    expect((await world.standing()).record!.data).toContain('theirs'); // what came too late is nobody's
  });

  it('what it has brought alongside is there for the others', async () => {
    const { world, other } = await kept();
    await world.advance(8.5 * SECOND);
    await other.last().answer('own');
    const third = world.process();
    const call = obtain(third);
    await world.settle();
    expect(call.value?.accessToken).toBe('own');
  });

  it('over, and its own request fails: that is the answer', async () => {
    const { world, other, call } = await kept();
    await world.advance(8.5 * SECOND);
    await other.last().fail(permanent());
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', permanent: true });
    expect(other.clock.pending).toBe(0);
  });

  it('over, and served by the others: it asks no more', async () => {
    const { world, holder, other, call } = await kept();
    await world.advance(8.5 * SECOND);
    await other.last().fail(transient({ retryAt: other.clock.now() + 1400 }));
    await holder.last().answer('theirs');
    await world.advance(1.2 * SECOND);
    expect(call.value?.accessToken).toBe('theirs');
    await world.advance(2 * SECOND);
    expect(other.requests).toHaveLength(1);
  });

  it('over, and nobody answers: it fails at its deadline, and leaves nothing behind', async () => {
    const { world, other, call } = await kept();
    await world.advance(10 * SECOND);
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });
    const asked = other.line.count();
    await world.advance(MINUTE);
    expect(other.line.count()).toBe(asked);
    expect(other.clock.pending).toBe(0);
  });
});
