import fc from 'fast-check';
import type { TokenStore } from '../../lib/store.js';
import { memoryStore } from '../../lib/testing/memory-store.js';
import { type Fault, LIFETIME } from './fleet-endpoint.js';
import type { Fate, StoreState } from './fleet-network.js';
import { FleetWorld, type WorldOptions } from './fleet-world.js';
import { SECOND } from './rig.js';

type Step = (world: FleetWorld) => unknown;

jest.setTimeout(180_000); // nothing but computing; what hangs still ends

const RUNS = Number(process.env.MODEL_RUNS ?? 400);
/** Where nothing is wrong there are few ways to go. */
const FEW_RUNS = RUNS / 4;
const KEYS = [0, 1];

const who = fc.nat(3);
const key = fc.constantFrom(...KEYS);
const step = (name: string, run: Step): Step => Object.assign(run, { toString: () => name });

/** Mostly in time; else late, or never. */
const way = fc.oneof(
  { weight: 3, arbitrary: fc.nat(40) },
  { weight: 1, arbitrary: fc.integer({ min: 90, max: 120 }) },
  { weight: 1, arbitrary: fc.nat(6 * SECOND) },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const fate: fc.Arbitrary<Fate> = fc.record({
  only: fc.constantFrom(undefined, 'lease', 'write'),
  there: way,
  back: way,
  isLast: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const call = fc.tuple(who, key).map(([p, k]) => step(`call(${p}, ${k})`, (w) => void w.call(p, k)));
const advance = fc
  .oneof(
    { weight: 3, arbitrary: fc.nat(200) },
    { weight: 3, arbitrary: fc.nat(12 * SECOND) },
    { weight: 2, arbitrary: fc.constantFrom(90, 96, 110, 119, 120).map((s) => s * SECOND) },
  )
  .map((ms) => step(`advance(${ms})`, (w) => w.line.advance(ms)));
const refresh = fc.tuple(who, key).map(([p, k]) => step(`refresh(${p}, ${k})`, (w) => void w.refresh(p, k)));
const invalidate = who.map((p) =>
  step(`invalidate(${p})`, (w) => {
    w.invalidate(p);
  }),
);
const revoke = fc.constant(
  step('revoke()', (w) => {
    w.endpoint.revoke();
  }),
);
const rotate = fc.constant(
  step('rotate()', (w) => {
    w.rotate();
  }),
);
const answer = fc.nat(5).map((n) =>
  step(`answer(${n})`, (w) => {
    w.endpoint.answer(n);
  }),
);
const faults: Fault[] = ['network', 'server error', 'permanent', 'retry-after'];
const fail = fc.tuple(fc.nat(5), fc.constantFrom(...faults)).map(([n, how]) =>
  step(`fail(${n}, '${how}')`, (w) => {
    w.endpoint.fail(n, how);
  }),
);
const crash = who.map((p) =>
  step(`crash(${p})`, (w) => {
    w.crash(p);
  }),
);
const pause = who.map((p) =>
  step(`pause(${p})`, (w) => {
    w.machine(p).pause();
  }),
);
const resume = who.map((p) => step(`resume(${p})`, (w) => w.machine(p).resume()));
const fates = fc.tuple(who, fc.array(fate, { minLength: 1, maxLength: 4 })).map(([p, list]) =>
  step(`destine(${p}, ${JSON.stringify(list)})`, (w) => {
    w.destine(p, list);
  }),
);
const states: StoreState[] = ['up', 'up', 'refusing', 'silent', 'paused'];
const state = fc.constantFrom(...states).map((to) =>
  step(`store is ${to}`, (w) => {
    w.network.state = to;
  }),
);
const cutOff = who.map((p) =>
  step(`cutOff(${p})`, (w) => {
    w.cutOff(p);
  }),
);
const restart = fc.constant(
  step('restart()', (w) => {
    w.network.restart();
  }),
);
const span = fc.integer({ min: -300, max: 300 }).map((s) => s * SECOND);
const setWall = fc.tuple(who, span).map(([p, ms]) =>
  step(`setWall(${p}, ${ms})`, (w) => {
    w.machine(p).setWall(ms);
  }),
);
const setStoreClock = fc
  .oneof(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -12 * SECOND, max: 12 * SECOND }), span)
  .map((ms) =>
    step(`setStoreClock(${ms})`, (w) => {
      w.network.setClock(ms);
    }),
  );

interface Weighted {
  weight: number;
  arbitrary: fc.Arbitrary<Step>;
}

const of = (weight: number, arbitrary: fc.Arbitrary<Step>): Weighted => ({ weight, arbitrary });

const calls = [of(8, call), of(6, advance)];
const wishes = [of(1, refresh), of(1, invalidate), of(1, revoke), of(1, rotate)];
const storeFaults = [of(3, fates), of(2, state), of(1, restart), of(1, setStoreClock)];
const processFaults = [of(2, crash), of(1, pause), of(1, resume), of(1, setWall)];
const endpointFaults = [of(1, cutOff), of(6, answer), of(3, fail)];

const settings = fc.record({
  processes: fc.integer({ min: 2, max: 4 }),
  storeMs: fc.constantFrom(0, 3),
  wakes: fc.boolean(),
  random: fc.constantFrom(0, 0.5, 0.999).map((random) => () => random),
  skewMs: fc.constantFrom(0, 150 * SECOND),
});

/** Plays schedules of these steps; at the end of each all is healed, and closed. */
async function play(
  steps: Weighted[],
  options: Partial<WorldOptions>,
  end: (world: FleetWorld) => Promise<void>,
  numRuns = RUNS,
): Promise<void> {
  const schedules = fc.array(fc.oneof(...steps), { maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(settings, schedules, async (drawn, schedule) => {
      const world = new FleetWorld({ endpointMs: undefined, ...drawn, ...options });
      for (const run of schedule) {
        await run(world);
        await world.check();
        expect(world.broken).toEqual([]);
      }
      await end(world);
      expect(world.broken).toEqual([]);
    }),
    { numRuns },
  );
}

async function healed(world: FleetWorld): Promise<void> {
  await world.heal();
  for (const k of KEYS) await world.everybody(k);
  await world.close(false);
}

it('keeps what it promises under any schedule of faults: of the endpoint, the store, the network, processes and clocks', async () => {
  await play([...calls, ...wishes, ...storeFaults, ...processFaults, ...endpointFaults], {}, healed);
});

it('serves every call, whatever the store does, while the endpoint is healthy', async () => {
  const endpointMs = 300;
  const wished = [of(1, invalidate), of(1, refresh), of(1, rotate), of(1, revoke)];
  await play(
    [...calls, ...wished, ...storeFaults, of(1, crash), of(1, setWall), of(1, cutOff)],
    { endpointMs, strict: true },
    healed,
  );
});

// 4.5 s: longer than a lease that is not extended.
it.each([300, 4500])(
  'asks for one token a lifetime for the whole fleet while nothing is wrong, and a token takes %i ms',
  async (endpointMs) => {
    await play(
      calls,
      { endpointMs, strict: true },
      async (world) => {
        const early = 0.2 * LIFETIME * 1.1;
        for (const k of KEYS) {
          const times = world.endpoint.asked.filter(({ name }) => name.endsWith(`/${k}`)).map(({ at }) => at);
          const apart = times.slice(1).map((at, index) => at - times[index]!);
          for (const ms of apart) expect(ms).toBeGreaterThanOrEqual(LIFETIME - early - 10);
        }
        await world.close(true);
      },
      FEW_RUNS,
    );
  },
);

/** Stores that break their contract, to show that the model can see it. */
const stores: { does: string; sees: string | undefined; wrong: (right: TokenStore) => Partial<TokenStore> }[] = [
  { does: 'does what it should', sees: undefined, wrong: () => ({}) },
  {
    does: 'takes older records',
    sees: 'an older record stands in the place of a newer one',
    wrong: (right) => {
      let latest = 0;
      return {
        write: (key, record, owner) => {
          latest = Math.max(latest, record.issuedAt);
          return right.write(key, { ...record, issuedAt: latest }, owner);
        },
      };
    },
  },
  {
    does: 'gives a lease to everybody',
    sees: '2 token requests for one token after the faults',
    wrong: (right) => ({ lease: async (key, request) => ({ ...(await right.lease(key, request)), granted: true }) }),
  },
  {
    does: 'keeps nothing',
    sees: 'a token that is not shared after the faults',
    wrong: (right) => ({ write: (key) => right.read(key) }),
  },
];

it.each(stores)('sees what comes of a store that $does', async ({ sees, wrong }) => {
  const make = (now: () => number): TokenStore => {
    const right = memoryStore({ now });
    return { ...right, ...wrong(right) };
  };
  const world = new FleetWorld({
    processes: 2,
    storeMs: 3,
    wakes: true,
    endpointMs: 300,
    random: () => 0.5,
    strict: true,
    skewMs: 0,
    make,
  });
  void world.call(0, 0);
  await world.line.advance(100);
  world.machine(0).pause(); // beyond its lease
  await world.line.advance(5 * SECOND);
  void world.call(1, 0);
  await world.line.advance(SECOND);
  await world.machine(0).resume();
  await world.line.advance(SECOND);
  await world.check();
  await healed(world);
  if (sees === undefined) expect(world.broken).toEqual([]);
  else expect(world.broken).toContain(sees);
});
