import { shuffled } from '../support/rounds.mjs';
import { median, medianWithInterval, pooledWithInterval, quantile, seededRandom } from '../support/statistics.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';
import { startLane } from './lanes.mjs';

const path = '/api/overview'; // three API calls, with a token of each kind
const connections = 16;
const amount = 8 * connections;
const lifetimeMs = 60_000;

const contestants = [
  { name: 'static header', auth: 'static' },
  { name: 'static header again', auth: 'static' },
  { name: 'axios-client-credentials', auth: 'plugin' },
];

/** The same server with the plugin and with static headers, in turn, in many short rounds. */
export async function sideBySide({ quick }) {
  const samples = contestants.map(() => []);
  // Two processes of the same code differ for as long as they live: some start anew.
  for (let start = 0; start < (quick ? 1 : 4); start += 1) {
    await inTurn(
      samples,
      quick ? { warmUps: 20, rounds: 50, forMs: 25_000 } : { warmUps: 80, rounds: 125, forMs: 75_000 },
    );
  }
  const results = contestants.map(({ name }, index) => ({ name, ...compared(samples[index], samples[0]) }));
  printTable(
    `The example BFF under load: ${connections} requests at a time, three API calls each`,
    ['server', 'requests/s', 'time ratio (95 % interval)', 'p50 ms', 'p99 ms', 'p99 ratio', 'CPU µs', 'CPU ratio'],
    results.map(({ name, perSecond, time, p50, p99, p99Ratio, cpuUs, cpu }) => [
      name,
      fixed(0)(perSecond),
      ratioWithInterval(time),
      fixed(1)(p50),
      fixed(1)(p99),
      ratioWithInterval(p99Ratio),
      fixed(0)(cpuUs),
      ratioWithInterval(cpu),
    ]),
    {
      note:
        `${samples[0].length} rounds of ${amount} requests each, in random order. Load, server, and what it calls are processes of their own.\n` +
        'Time: that of a round, 1.03 is 3 % fewer requests/s. p99: of all rounds together. CPU: of the server alone, per request.\n' +
        '"again" is a second instance of the same: noise.',
    },
  );
  const [, again, plugin] = results;
  const noise = (name) => Math.abs(again[name].value - 1);
  return [
    { id: 'bff.time', ...plugin.time, noise: noise('time') },
    { id: 'bff.p99', ...plugin.p99Ratio, noise: noise('p99Ratio') },
  ];
}

/** @param forMs a busy machine makes fewer rounds */
async function inTurn(samples, { warmUps, rounds, forMs }) {
  const lanes = await Promise.all(contestants.map((contestant) => startLane({ ...contestant, lifetimeMs })));
  const random = seededRandom(1);
  const end = performance.now() + forMs;
  for (let round = -warmUps; round < rounds && (round < 10 || performance.now() < end); round += 1) {
    for (const index of shuffled(lanes.keys(), random)) {
      const { answers, ms, cpuUs } = await lanes[index].load({ path, connections, amount });
      const succeeded = answers.filter(({ status }) => status === 200).length;
      if (succeeded !== amount) throw new Error(`${lanes[index].name}: ${amount - succeeded} calls have failed`);
      if (round >= 0) samples[index].push({ ms, cpuUs, times: answers.map((answer) => answer.ms) });
    }
  }
  await Promise.all(lanes.map((lane) => lane.stop()));
}

function compared(own, others) {
  const ratio = (measure) => medianWithInterval(own.map((sample, round) => sample[measure] / others[round][measure]));
  const timesOf = (drawn) => drawn.flatMap(({ times }) => times);
  const p99 = (drawn) => quantile(timesOf(drawn), 0.99);
  const pairs = own.map((sample, round) => ({ own: sample, other: others[round] }));
  return {
    perSecond: (1000 * amount) / median(own.map(({ ms }) => ms)),
    time: ratio('ms'),
    p50: median(timesOf(own)),
    p99: p99(own),
    p99Ratio: pooledWithInterval(
      pairs,
      (drawn) => p99(drawn.map((pair) => pair.own)) / p99(drawn.map((pair) => pair.other)),
    ),
    cpuUs: median(own.map(({ cpuUs }) => cpuUs)) / amount,
    cpu: ratio('cpuUs'),
  };
}
