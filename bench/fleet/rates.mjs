import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from './redis.mjs';
import { fixed, printTable } from '../support/table.mjs';

const sizes = [1, 2, 4, 8, 16];
const lifetimeMs = 5_000;
const tokenDelayMs = 100;
const everyMs = 500;
/** Not the 100 ms of the default: what a store does whose Redis has too little of a shared machine is not measured here. */
const timeoutMs = 1_000;
/** When every process has its first token, and none is about to be renewed. */
const settledMs = 2_500;

/**
 * Token requests and Redis commands of fleets of several sizes over some lifetimes of the token. All of them work in the same
 * seconds; each has a token endpoint and, where it has a store, a Redis of its own.
 */
export async function measureRates(server, processes, { quick }) {
  const fleets = sizes.flatMap((size) => [
    { size },
    { size, redis: { timeoutMs } },
    { size, redis: { timeoutMs, wakes: true } },
  ]);
  for (const fleet of fleets) await gather(fleet, server, processes);

  // A token is renewed after 78 to 80 % of its life, at the next call: both ends lie well between two renewals.
  const forMs = quick ? 6_200 : 18_800;
  const from = Date.now() + 500;
  const working = processes.map((one) => one.ask('work', { from, until: from + forMs, everyMs }));
  await sleep(from + settledMs - Date.now());
  for (const fleet of fleets) fleet.atFirst = await countsOf(fleet);
  const worked = await Promise.all(working);
  for (const fleet of fleets) await disband(fleet, worked);

  return report(fleets, forMs);
}

async function gather(fleet, server, processes) {
  fleet.world = await server.world({ lifetimeMs, tokenDelayMs });
  if (fleet.redis) fleet.server = await startRedis();
  const redis = fleet.redis && { ...fleet.redis, url: fleet.server.url };
  const { baseURL, endpoint } = fleet.world;
  const taking = processes.slice(0, fleet.size);
  fleet.members = await Promise.all(
    taking.map(async (one, index) => ({ one, index, member: await one.ask('join', { baseURL, endpoint, redis }) })),
  );
}

async function countsOf({ world, server }) {
  const { tokenRequests } = await world.counts();
  return { tokenRequests, ...(server && (await server.commands())) };
}

async function disband(fleet, worked) {
  fleet.atLast = await countsOf(fleet);
  const outcomes = fleet.members.map(({ index, member }) => new Map(worked[index]).get(member));
  for (const what of ['calls', 'failed', 'storeErrors']) {
    fleet[what] = outcomes.reduce((sum, outcome) => sum + outcome[what], 0);
  }
  await Promise.all(fleet.members.map(({ one, member }) => one.ask('leave', { member })));
  await fleet.server?.stop();
}

function report(fleets, forMs) {
  const [alone] = fleets;
  const renewals = alone.atLast.tokenRequests - alone.atFirst.tokenRequests;
  const two = fixed(2);
  for (const fleet of fleets) {
    const { atFirst, atLast, size } = fleet;
    fleet.cold = atFirst.sent / size;
    fleet.steady = (atLast.sent - atFirst.sent) / size / renewals;
    fleet.inScripts = (atLast.inScripts - atFirst.inScripts) / size / renewals;
  }
  const ofSize = (size) => fleets.filter((fleet) => fleet.size === size);
  const total = (among, what) => among.reduce((sum, fleet) => sum + fleet[what], 0);
  printTable(
    `A fleet: tokens live ${lifetimeMs / 1000} s, a token call takes ${tokenDelayMs} ms, ${forMs / 1000} s of ${1000 / everyMs} calls a second in every process`,
    ['processes', 'token requests: no store', 'with a store', 'and wake-ups', 'API calls', 'failed', 'store errors'],
    sizes.map((size) => [
      size,
      ...ofSize(size).map(({ atLast }) => atLast.tokenRequests),
      total(ofSize(size), 'calls'),
      ofSize(size)
        .map(({ failed }) => failed)
        .join(' / '),
      total(ofSize(size), 'storeErrors'),
    ]),
    {
      note:
        `A store error: Redis has not answered within ${timeoutMs} ms, since all of this runs on one machine. The process then works alone for\n` +
        'a second or more, which may cost a token request. Failed: without a store / with a store / and wake-ups.',
    },
  );
  printTable(
    'Redis commands of each process',
    ['processes', 'start', 'each lifetime', 'inside scripts', 'wake-ups: start', 'each lifetime', 'inside scripts'],
    sizes.map((size) => {
      const [, polling, woken] = ofSize(size);
      return [size, ...[polling, woken].flatMap(({ cold, steady, inScripts }) => [cold, steady, inScripts].map(two))];
    }),
    {
      note:
        'By INFO commandstats. Start: until everybody has the first token, all processes at once. Each lifetime: average of the\n' +
        `${renewals} renewals after it. What scripts call inside Redis is no round trip.`,
    },
  );

  const shared = fleets.filter(({ redis }) => redis);
  const most = (what) => Math.max(...shared.map(what));
  const expected = alone.atLast.tokenRequests;
  return [
    {
      id: 'fleet.token-requests',
      value: most(({ atLast }) => atLast.tokenRequests) / expected,
      noise: most(({ storeErrors }) => storeErrors) / expected,
    },
    // On a machine that is too busy, calls fail whose token ends on the way: without a store as well.
    {
      id: 'fleet.failed',
      value: most(({ failed }) => failed),
      noise: Math.max(...fleets.map(({ redis, failed }) => (redis ? 0 : failed))),
    },
    { id: 'fleet.commands', value: most(({ steady }) => steady) },
  ];
}
