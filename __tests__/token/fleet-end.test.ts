import { type FleetWorld, fleetWorld, type Process } from './fleet-rig.js';
import { API, caller, HOUR, MINUTE, SECOND, transient, watch } from './rig.js';
import type { Token } from '../../lib/token.js';

// The end of a process, and of a call, in every phase: nothing is left behind, and nobody else has to wait for it.

interface Phase {
  world: FleetWorld;
  one: Process;
  /** What fails when it is closed. */
  call: ReturnType<typeof watch<unknown>>;
}

const begin = (world: FleetWorld, one: Process): Phase => ({
  world,
  one,
  call: watch(one.manager.obtain(one.entry)),
});

const phases: [string, () => Promise<Phase>][] = [
  [
    'while it finds out who it is',
    async () => {
      const world = fleetWorld();
      const keyOf = (_entry: unknown, signal: AbortSignal) =>
        new Promise<string>((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      return begin(world, world.process({ keyOf }));
    },
  ],
  [
    'while it finds out who it is, and does not hear',
    async () => {
      const world = fleetWorld();
      return begin(world, world.process({ keyOf: () => new Promise(() => undefined) }));
    },
  ],
  ...(['hold', 'delay', 'hang', 'lose'] as const).map((trouble): [string, () => Promise<Phase>] => [
    `while it asks for the lease (${trouble})`,
    async () => {
      const world = fleetWorld();
      const one = world.process();
      one.line.once('lease', trouble);
      return begin(world, one);
    },
  ]),
  [
    'while it holds the lease and asks the endpoint',
    async () => {
      const world = fleetWorld();
      return begin(world, world.process());
    },
  ],
  [
    'while it extends the lease',
    async () => {
      const world = fleetWorld();
      const phase = begin(world, world.process());
      await world.settle();
      phase.one.line.once('lease', 'delay');
      await world.advance(SECOND);
      return phase;
    },
  ],
  [
    'in the pause before its next attempt',
    async () => {
      const world = fleetWorld();
      const phase = begin(world, world.process());
      await world.settle();
      await phase.one.last().fail(transient());
      return phase;
    },
  ],
  [
    'while it waits for another process',
    async () => {
      const world = fleetWorld();
      const holder = world.process();
      begin(world, holder);
      await world.settle();
      const phase = begin(world, world.process());
      await world.advance(SECOND);
      return phase;
    },
  ],
  [
    'while it waits out a failure that others have had',
    async () => {
      const world = fleetWorld();
      const holder = world.process();
      await world.store.fail('secret/', failureUntil(world, 1500), '');
      begin(world, holder);
      await world.settle();
      const phase = begin(world, world.process());
      await world.settle();
      expect(world.requests).toHaveLength(0);
      return phase;
    },
  ],
  [
    'while it asks alongside another process',
    async () => {
      const world = fleetWorld();
      const holder = world.process({ tokenTimeoutMs: MINUTE });
      begin(world, holder);
      await world.settle();
      const phase = begin(world, world.process());
      await world.advance(8.7 * SECOND);
      expect(phase.one.requests).toHaveLength(1);
      return phase;
    },
  ],
  [
    'while it asks alone because the store is out',
    async () => {
      const world = fleetWorld();
      const one = world.process();
      one.line.always('reject');
      return begin(world, one);
    },
  ],
  [
    'while a forced refresh looks what stands there',
    async () => {
      const world = fleetWorld();
      const one = world.process();
      await world.begun(one);
      one.line.once('read', 'delay');
      return { world, one, call: watch(one.manager.refresh(one.entry)) };
    },
  ],
];

function failureUntil(world: FleetWorld, ms: number): { at: number; until: number; data: string } {
  const at = world.storeNow();
  const data = { format: 1, code: 'ERR_TOKEN_ENDPOINT', message: 'busy', permanent: false, status: 503, count: 1 };
  return { at, until: at + ms, data: JSON.stringify(data) };
}

describe.each(phases)('close() %s', (_phase, prepare) => {
  it('fails the call, frees the lease, asks for no token, and leaves neither timer nor listener', async () => {
    const { world, one, call } = await prepare();
    await world.settle();
    const asked = one.requests.length;
    const closed = watch(one.manager.close());
    await world.advance(105);
    for (const { go } of one.line.held) await go();
    await world.settle();
    expect(closed.state).toBe('fulfilled');
    expect(call.reason).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
    const calls = one.line.count();
    expect(one.clock.pending).toBe(0);
    expect(one.line.listening).toBe(0);
    await world.advance(2 * MINUTE);
    expect(one.requests).toHaveLength(asked);
    expect(one.line.count()).toBe(calls);
    expect(one.named('token:requested')).toHaveLength(asked);
  });

  it('keeps no other process waiting longer than a lease', async () => {
    const { world, one } = await prepare();
    await world.settle();
    const closed = watch(one.manager.close());
    await world.advance(105);
    for (const { go } of one.line.held) await go();
    expect(closed.state).toBe('fulfilled');
    for (const { manager } of world.processes) await manager.close();
    const next = world.process();
    const call = watch(next.manager.obtain(next.entry));
    await world.advance(3.1 * SECOND);
    await next.requests.at(-1)?.answer();
    expect(call.state).toBe('fulfilled');
  });
});

describe('close()', () => {
  it.each(['hold', 'delay'] as const)(
    'waits until a lease that is on its way has been given back: %s',
    async (trouble) => {
      const world = fleetWorld();
      const one = world.process();
      one.line.once('lease', trouble);
      watch(one.manager.obtain(one.entry));
      await world.settle();
      let releases = -1;
      const closed = one.manager.close().then(() => {
        releases = one.line.count('release');
      });
      await one.line.held[0]!.go();
      await closed;
      expect(releases).toBe(1);
      expect((await world.standing()).leaseLeftMs).toBe(0);
    },
  );

  it('waits until the token that has just come is in the store', async () => {
    const world = fleetWorld();
    const one = world.process();
    const call = watch(one.manager.obtain(one.entry));
    await world.settle();
    one.line.once('write', 'hold');
    await one.last().answer('a');
    const closed = watch(one.manager.close());
    await world.settle();
    expect(closed.state).toBe('pending');
    await one.line.held[0]!.go();
    expect(closed.state).toBe('fulfilled');
    expect((call.value as Token).accessToken).toBe('a');
    expect((await world.standing()).record).toBeDefined();
  });

  it('frees the lease at once for those who wait', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    watch(one.manager.obtain(one.entry));
    await world.settle();
    const call = watch(other.manager.obtain(other.entry));
    await world.settle();
    await one.manager.close();
    await world.advance(200);
    expect(other.requests).toHaveLength(1);
    await other.last().answer('a');
    expect(call.value?.accessToken).toBe('a');
  });

  it('of a process that only waits ends nobody else’s lease', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    watch(one.manager.obtain(one.entry));
    await world.settle();
    watch(other.manager.obtain(other.entry));
    await world.settle();
    await other.manager.close();
    expect((await world.standing()).leaseLeftMs).toBeGreaterThan(0);
  });

  it('leaves the token in the store for the others', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await world.begun(one, 'a');
    await one.manager.close();
    expect((await other.manager.obtain(other.entry)).accessToken).toBe('a');
  });

  it('does not hang on a store that does', async () => {
    const world = fleetWorld();
    const one = world.process();
    watch(one.manager.obtain(one.entry));
    await world.settle();
    one.line.always('hang');
    const closed = watch(one.manager.close());
    await world.advance(105);
    expect(closed.state).toBe('fulfilled');
    expect((await world.standing()).leaseLeftMs).toBeGreaterThan(0); // until it ends by itself
  });
});

describe('a caller that leaves', () => {
  it('while it waits for another process goes at once; the wait goes on for the next call', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    watch(one.manager.obtain(one.entry));
    await world.settle();
    const [leaving, staying] = [caller(), caller()];
    const gone = watch(other.manager.obtain(other.entry, leaving));
    const stays = watch(other.manager.obtain(other.entry, staying));
    await world.advance(SECOND);
    leaving.go(new Error('the caller has left'));
    await world.settle();
    expect(gone.reason).toMatchObject({ message: 'the caller has left' });
    await one.last().answer('a');
    await world.advance(2 * SECOND);
    expect(stays.value?.accessToken).toBe('a');
    expect([leaving.listening, staying.listening]).toEqual([false, false]);
  });

  it('while its process holds the lease leaves the others a token', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    const leaving = caller();
    const gone = watch(one.manager.obtain(one.entry, leaving));
    await world.settle();
    const call = watch(other.manager.obtain(other.entry));
    await world.settle();
    leaving.go();
    await world.settle();
    expect(gone.state).toBe('rejected');
    await one.last().answer('a');
    await world.advance(2 * SECOND);
    expect(call.value?.accessToken).toBe('a');
    expect(world.requests).toHaveLength(1);
  });

  it('while a refused token is replaced leaves the flight alone', async () => {
    const world = fleetWorld();
    const one = world.process();
    const token = await world.begun(one, 'a', HOUR);
    const leaving = caller();
    const gone = watch(one.manager.renew(one.entry, token, API, leaving));
    await world.settle();
    leaving.go();
    await world.settle();
    expect(gone.state).toBe('rejected');
    await one.last().answer('b');
    expect(one.manager.peek(one.entry)!.accessToken).toBe('b');
  });
});

describe('no timer keeps the process alive but that of a call', () => {
  it('early refresh: waiting for another process, or holding the lease', async () => {
    const world = fleetWorld();
    const [one, other] = [world.process(), world.process()];
    await world.begun(one, 'a', 10 * MINUTE);
    await other.manager.obtain(other.entry);
    await world.advance(8 * MINUTE + SECOND);
    one.manager.peek(one.entry);
    await world.settle();
    other.manager.peek(other.entry);
    await world.settle();
    expect(world.time.pending).toBeGreaterThan(2);
    expect(world.time.keepingAlive).toBe(0);
    const call = watch(one.manager.refresh(one.entry));
    await world.settle();
    expect(world.time.keepingAlive).toBe(1);
    await one.last().answer('b');
    expect(call.state).toBe('fulfilled');
    expect(world.time.keepingAlive).toBe(0);
  });
});
