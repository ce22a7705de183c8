import { bearer, header, ours, queryParameter } from '../contenders/ours.mjs';
import { bareContestant, compareInProcess, contestantOf, places } from '../support/in-process.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';

/** Every way to carry a token; a function may write anywhere. */
const ways = [
  { id: 'bearer', name: 'bearer()', place: places.authorization, sendAs: bearer() },
  { id: 'header', name: "header('X-Token')", place: places.header, sendAs: header('X-Token') },
  { id: 'query', name: "queryParameter('access_token')", place: places.query, sendAs: queryParameter('access_token') },
  {
    id: 'function',
    name: 'a function',
    place: places.header,
    sendAs: (config, token) => {
      config.headers.set('X-Token', token.accessToken);
    },
  },
];

/** The hot path of `in-process` for every placement, each beside a bare axios that has the same in its defaults. */
export async function run({ quick }) {
  const calls = 100;
  const rounds = quick ? 200 : 1_000;
  const pairs = ways.flatMap(({ name, place, sendAs }, index) => [
    bareContestant(`bare axios for ${name}`, place),
    { ...contestantOf(ours, { place, dialect: { sendAs } }), name, against: 2 * index },
  ]);
  const contestants = [...pairs, bareContestant('bare axios for bearer() again', ways[0].place)];
  const results = await compareInProcess(contestants, { rounds, calls });
  await Promise.all(contestants.map(({ close }) => close?.()));

  const again = results.at(-1);
  const plugged = ways.map((_, index) => results[2 * index + 1]);
  const microseconds = ({ roundMs }) => fixed(2)((roundMs * 1000) / calls);
  printTable(
    'Placements in process: cached token, no-op adapter',
    ['placement', 'bare axios: µs per call', 'ours: µs per call', 'ratio (95 % interval)'],
    [
      ...plugged.map((result, index) => [
        result.name,
        microseconds(results[2 * index]),
        microseconds(result),
        ratioWithInterval(result.ratio),
      ]),
      ['bare axios for bearer() again', microseconds(results[0]), microseconds(again), ratioWithInterval(again.ratio)],
    ],
    {
      note:
        `${rounds} rounds of ${calls} calls each, in random order. Bare axios has in its defaults what the placement writes:\n` +
        'an Authorization, an X-Token, a parameter. "again" is a second instance of the same: noise.',
    },
  );
  const noise = Math.abs(again.ratio.value - 1);
  return plugged.map(({ ratio }, index) => ({ id: `placements.${ways[index].id}`, ...ratio, noise }));
}
