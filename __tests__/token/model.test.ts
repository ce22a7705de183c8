import fc from 'fast-check';
import { World } from './model.js';
import { SECOND } from './rig.js';

type Step = (world: World) => unknown;

const RUNS = Number(process.env.MODEL_RUNS ?? 1000);
const KEYS = [0, 1];

const key = fc.constantFrom(...KEYS);
const which = fc.nat(5);
const step = (name: string, run: Step): Step => Object.assign(run, { toString: () => name });

/** What can happen, the frequent things more often. Promises are not waited for: they end when the schedule lets them. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(key, fc.boolean())
      .map(([k, twice]) => step(`call(${k}, ${twice})`, (w) => void w.call(k, twice))),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(which, fc.boolean()).map(([n, same]) =>
      step(`answer(${n}, ${same})`, (w) => {
        w.endpoint.answer(n, same);
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(which, fc.constantFrom('transient', 'permanent', 'retry-after', 'thrown')).map(([n, how]) =>
      step(`fail(${n}, '${how}')`, (w) => {
        w.endpoint.fail(n, how);
      }),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .oneof(
        fc.nat(1500),
        fc.nat(12 * SECOND),
        fc.constantFrom(90, 96, 110, 119, 120).map((s) => s * SECOND),
      )
      .map((ms) => step(`advance(${ms})`, (w) => w.clock.advance(ms))),
  },
  {
    weight: 2,
    arbitrary: which.map((n) =>
      step(`leave(${n})`, (w) => {
        w.leave(n);
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      step('revoke()', (w) => {
        w.endpoint.revoke();
      }),
    ),
  },
  { weight: 1, arbitrary: key.map((k) => step(`refresh(${k})`, (w) => void w.refresh(k))) },
  {
    weight: 1,
    arbitrary: fc.constant(
      step('invalidate()', (w) => {
        w.manager.invalidate();
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -300, max: 300 }).map((s) =>
      step(`shiftWall(${s * SECOND})`, (w) => {
        w.clock.shiftWall(s * SECOND);
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(15 * SECOND).map((ms) =>
      step(`leap(${ms})`, (w) => {
        w.freeze(ms);
      }),
    ),
  },
);

const endings = fc.constantFrom('served', 'closed');
const settings = fc.record({
  reissue: fc.constantFrom('independent', 'same', 'extends', 'replaces'),
  random: fc.constantFrom(0, 0.5, 0.999),
});

it('keeps what it promises under any schedule of calls, answers, faults, aborts, revocations and clocks', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.array(steps, { maxLength: 40, size: 'max' }),
      endings,
      async ({ reissue, random }, schedule, end) => {
        const world = new World({ reissue, random: () => random });
        for (const run of schedule) {
          await run(world);
          await world.check();
          expect(world.broken).toEqual([]);
        }

        if (end === 'served') {
          // After the faults, and the longest pause that they can leave behind, every call is served.
          world.endpoint.heal();
          await world.clock.advance(61 * SECOND);
          const calls = await Promise.all(KEYS.map((k) => world.call(k, true)));
          expect(calls).toEqual(KEYS.map(() => 'served'));
        }
        await world.manager.close();
        await world.check();
        expect(world.broken).toEqual([]);
        expect([world.waiting, world.clock.pending]).toEqual([0, 0]);
      },
    ),
    { numRuns: RUNS },
  );
});
