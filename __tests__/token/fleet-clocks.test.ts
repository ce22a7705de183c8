import { createToken, type Token } from '../../lib/token.js';
import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { HOUR, MINUTE, SECOND, watch, type Watched } from './rig.js';

// The store's clock decides when a token ends, whatever the clocks of the processes say.

const LIFE = 10 * MINUTE;
const obtain = (one: Process): Watched<Token> => watch(one.manager.obtain(one.entry));
const isUsed = (one: Process): boolean => one.manager.peek(one.entry) !== undefined;

/** `same`: no early refresh before the last seconds, so that nothing but its end ends a token. */
const quiet = { reissue: 'same' } as const;

describe.each([
  ['right', 0, 0, 0],
  ['10 minutes apart', -10 * MINUTE, 10 * MINUTE, 0],
  ['10 minutes apart the other way round, and so is the store', 10 * MINUTE, -10 * MINUTE, -20 * MINUTE],
  ['right, but that of the store is a day ahead', 0, 0, 24 * HOUR],
])('clocks that are %s', (_what, first, second, storeWrongBy) => {
  it('do not change when a shared token ends', async () => {
    const world = fleetWorld({ storeWrongBy });
    const [one, other] = [world.process({ ...quiet, wrongBy: first }), world.process({ ...quiet, wrongBy: second })];
    await world.begun(one, 'a', LIFE);
    await world.advance(4 * MINUTE);
    const token = await other.manager.obtain(other.entry);
    expect(token.accessToken).toBe('a');
    expect(token.expiresAt! - other.clock.now()).toBe(6 * MINUTE); // by its own clock
    await world.advance(6 * MINUTE - 31 * SECOND);
    expect([isUsed(one), isUsed(other)]).toEqual([true, true]);
    await world.advance(31 * SECOND);
    expect([isUsed(one), isUsed(other)]).toEqual([false, false]);
  });

  it('the token is renewed once, and each process uses it', async () => {
    const world = fleetWorld({ storeWrongBy });
    const processes = [world.process({ wrongBy: first }), world.process({ wrongBy: second })];
    await world.begun(processes[0]!, 'a', LIFE);
    await processes[1]!.manager.obtain(processes[1]!.entry);
    await world.advance(LIFE);
    const calls = processes.map(obtain);
    await world.settle();
    expect(world.requests).toHaveLength(2);
    await world.requests.find(({ attempt }) => attempt.reason === 'expiring')!.answer('b', LIFE);
    await world.advance(2 * SECOND);
    expect(calls.map(({ value }) => value?.accessToken)).toEqual(['b', 'b']);
    const { record } = await world.standing();
    expect(record!.expiresAt! - world.storeNow()).toBe(LIFE - 2 * SECOND);
  });

  it('a token whose life is over by the store’s clock is not taken', async () => {
    const world = fleetWorld({ storeWrongBy });
    const [one, other] = [world.process({ wrongBy: first }), world.process({ wrongBy: second })];
    await world.begun(one, 'a', LIFE);
    await world.advance(LIFE);
    const call = obtain(other);
    await world.settle();
    expect(other.requests).toHaveLength(1);
    await other.last().answer('b');
    expect(call.value?.accessToken).toBe('b');
  });
});

describe('the way to the store', () => {
  it('takes at most as long from a token’s life as it takes, and adds nothing', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(quiet), world.process(quiet)];
    one.line.once('lease', 'delay');
    obtain(one);
    await world.advance(40);
    await one.line.held[0]!.go(); // the store's clock was read 40 ms ago
    await one.last().answer('a', LIFE);
    const issuedAt = world.storeNow();
    expect((await world.standing()).record!.issuedAt).toBe(issuedAt - 40);
    await world.advance(MINUTE);
    other.line.once('lease', 'hold');
    const call = obtain(other);
    await world.advance(30);
    await other.line.held[0]!.go();
    expect(call.value!.expiresAt! - world.time.now()).toBe(LIFE - MINUTE - 40 - 60);
  });

  it('a slow endpoint costs no life beyond its own answer: that counts from when it was asked', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(quiet), world.process(quiet)];
    obtain(one);
    await world.advance(2 * SECOND);
    await one.last().answer('a', LIFE);
    const token = await other.manager.obtain(other.entry);
    expect(token.expiresAt! - other.clock.now()).toBe(LIFE - 2 * SECOND);
  });
});

describe('a wall clock that is set', () => {
  it.each([-10 * MINUTE, 10 * MINUTE])(
    'by %p ms while the endpoint is asked does not change the life of the token for others',
    async (ms) => {
      const world = fleetWorld();
      const [one, other] = [world.process(quiet), world.process(quiet)];
      const call = obtain(one);
      await world.settle();
      one.clock.shiftWall(ms);
      await one.last().answer('a', LIFE);
      expect(call.value?.accessToken).toBe('a');
      const token = await other.manager.obtain(other.entry);
      expect(token.expiresAt! - other.clock.now()).toBe(LIFE);
    },
  );

  it.each([-10 * MINUTE, 10 * MINUTE])(
    'by %p ms while another process is waited for does not change it here',
    async (ms) => {
      const world = fleetWorld();
      const [one, other] = [world.process(quiet), world.process(quiet)];
      obtain(one);
      await world.settle();
      const call = obtain(other);
      await world.settle();
      other.clock.shiftWall(ms);
      await one.last().answer('a', LIFE);
      await world.advance(SECOND);
      expect(call.value!.expiresAt! - other.clock.now()).toBe(LIFE - SECOND);
      await world.advance(LIFE - 32 * SECOND);
      expect(isUsed(other)).toBe(true);
      await world.advance(31 * SECOND);
      expect(isUsed(other)).toBe(false);
    },
  );
});

describe('a source that gives a token out of a cache of its own', () => {
  it('the others see how old it is', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(quiet), world.process(quiet)];
    await world.advance(5 * MINUTE);
    const old = createToken({ accessToken: 'a', issuedAt: one.clock.now() - 4 * MINUTE, lifetimeMs: LIFE });
    const entry = one.entry;
    const call = watch(one.manager.obtain(entry));
    await world.settle();
    await one.last().give(old);
    expect(call.value).toBe(old);
    const token = await other.manager.obtain(other.entry);
    expect(token.expiresAt! - other.clock.now()).toBe(6 * MINUTE);
  });
});

describe("the store's clock is set", () => {
  /** A store forgets nothing of that, and its readings never go back behind a record (`StoreReading.now`). */
  async function shifted(ms: number): Promise<{ world: FleetWorld; one: Process; other: Process }> {
    const world = fleetWorld();
    const [one, other] = [world.process(quiet), world.process(quiet)];
    await world.begun(one, 'a', LIFE);
    await world.advance(MINUTE);
    world.shiftStoreClock(ms);
    return { world, one, other };
  }

  it('forward: the token ends early for those who come, and a new one is shared', async () => {
    const { world, other } = await shifted(HOUR);
    const call = obtain(other);
    await world.settle();
    await other.last().answer('b', LIFE);
    expect(call.value?.accessToken).toBe('b');
    const third = world.process();
    expect((await third.manager.obtain(third.entry)).accessToken).toBe('b');
  });

  it('back: who comes takes the token for no younger than it is when it was written', async () => {
    const { other, one, world } = await shifted(-HOUR);
    const token = await other.manager.obtain(other.entry);
    expect(token.accessToken).toBe('a');
    expect(token.expiresAt! - other.clock.now()).toBeLessThanOrEqual(LIFE);
    await world.advance(LIFE);
    const call = obtain(one);
    await world.settle();
    await one.last().answer('b', LIFE);
    expect(call.value?.accessToken).toBe('b');
    expect((await world.standing()).record).toMatchObject({ data: expect.stringContaining('"b"') });
  });

  it.each([-HOUR, HOUR])('by %p ms during a flight: the call is served', async (ms) => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const first = obtain(one);
    await world.settle();
    const second = obtain(other);
    await world.advance(500);
    world.shiftStoreClock(ms);
    await world.advance(500);
    await one.last().answer('a', 2 * HOUR);
    await world.advance(2 * SECOND);
    await other.requests.at(-1)?.answer('b', 2 * HOUR);
    await world.advance(2 * SECOND);
    expect([first.state, second.state]).toEqual(['fulfilled', 'fulfilled']);
  });

  it('back while a process that has died holds the lease: the others are served in time', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    obtain(one);
    await world.settle();
    one.die();
    world.shiftStoreClock(-HOUR);
    const call = obtain(other);
    await world.advance(9 * SECOND);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });
});
