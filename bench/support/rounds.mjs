import { median, medianWithInterval, seededRandom } from './statistics.mjs';

/**
 * Runs the contestants in turn, in many short rounds, and compares each with one of them, round by round: what slows the
 * machine down for a moment hits all of them, and the median ignores it. The order is drawn anew for every round, since
 * whoever comes second inherits the garbage of the first.
 *
 * @param contestants `{ name, run, against, less }`, `run` does one round's work and resolves when it is done; `against` is the index
 *   of its measure, the first by default; `less` that of one whose time is taken off before, so that only what is added is measured
 * @returns one entry a contestant: the median round in ms, and the median ratios of elapsed and of CPU time with their intervals
 */
export async function compareInRounds(contestants, { rounds, warmUps = 10 }) {
  const samples = contestants.map(() => []);
  const random = seededRandom(1);
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const index of shuffled(contestants.keys(), random)) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      await contestants[index].run();
      const took = performance.now() - start;
      const { user, system } = process.cpuUsage(cpu);
      if (round >= 0) samples[index].push({ took, cpu: user + system });
    }
  }
  const ratioOf = (index, { against = 0, less }, measure) =>
    medianWithInterval(
      samples[index].map((sample, round) => {
        const added = sample[measure] - (less === undefined ? 0 : samples[less][round][measure]);
        return added / samples[against][round][measure];
      }),
    );
  return contestants.map((contestant, index) => ({
    name: contestant.name,
    roundMs: median(samples[index].map(({ took }) => took)),
    ratio: ratioOf(index, contestant, 'took'),
    cpuRatio: ratioOf(index, contestant, 'cpu'),
  }));
}

/** In an order drawn anew. */
export function shuffled(values, random) {
  const drawn = [...values].map((value) => ({ value, at: random() }));
  return drawn.sort((a, b) => a.at - b.at).map(({ value }) => value);
}
