import { ours } from '../contenders/ours.mjs';
import { bareContestants, compareInProcess, contestantOf } from '../support/in-process.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';

/** Hot path: a cached token and an adapter that does nothing, so that only the work around a request is measured. */
export async function run({ quick }) {
  const calls = 100;
  const rounds = quick ? 200 : 1_200;
  const plugin = contestantOf(ours);
  const results = await compareInProcess([...bareContestants(), plugin], { rounds, calls });
  await plugin.close();

  printTable(
    'Hot path in process: cached token, no-op adapter',
    ['contestant', 'µs per call', 'ratio (95 % interval)'],
    results.map(({ name, roundMs, ratio }) => [name, fixed(2)((roundMs * 1000) / calls), ratioWithInterval(ratio)]),
    {
      note: `${rounds} rounds of ${calls} calls each, in random order. "again" is a second instance of the same: noise.`,
    },
  );
  return [{ id: 'in-process', ...results.at(-1).ratio, noise: Math.abs(results[1].ratio.value - 1) }];
}
