import { startProcesses, stopProcesses } from './processes.mjs';
import { median, medianWithInterval, quantile } from '../support/statistics.mjs';
import { fixed, printTable, signed } from '../support/table.mjs';

const encryptionKeys = [{ id: 'bench', key: '0123456789abcdef'.repeat(4) }];

/** What a store adds to the first call of the first process, and of the last one that waits for it. */
export async function measureColdStart(server, redis, processes, options) {
  return [
    ...(await firstProcess(server, redis, processes[0], options)),
    ...(await lastProcess(server, redis, processes.slice(0, 8), options)),
  ];
}

/** One call of an instance that has no token, whose fleet has none either. */
async function coldCall(server, one, redis) {
  const { baseURL, endpoint } = await server.world();
  const member = await one.ask('join', { baseURL, endpoint, redis });
  const { ms, failed } = await one.ask('call', { member });
  await one.ask('leave', { member });
  if (failed) throw new Error('a cold call has failed');
  return ms;
}

async function firstProcess(server, { url }, one, { quick }) {
  const rounds = quick ? 60 : 200;
  const starts = quick ? 3 : 6;
  const kinds = [
    { name: 'no store' },
    { name: 'no store again' },
    { name: 'with a store', redis: { url } },
    { name: 'and encryption', redis: { url, encryptionKeys } },
  ];
  const inTurn = async (count, call) => {
    const samples = kinds.map(() => []);
    for (let round = 0; round < count; round += 1) {
      for (let step = 0; step < kinds.length; step += 1) {
        const index = (step + round) % kinds.length;
        samples[index].push(await call(kinds[index]));
      }
    }
    return samples;
  };
  const later = (await inTurn(rounds + 10, ({ redis }) => coldCall(server, one, redis))).map((all) => all.slice(10));
  const first = await inTurn(starts, async ({ redis }) => {
    const [fresh] = await startProcesses(1);
    const ms = await coldCall(server, fresh, redis);
    await stopProcesses([fresh]);
    return ms;
  });

  const added = (samples, index) => medianWithInterval(samples[index].map((ms, round) => ms - samples[0][round]));
  const more = signed(1);
  const shown = ({ value, low, high }) => `${more(value)} (${more(low)} to ${more(high)})`;
  const two = fixed(1);
  printTable(
    'Cold start of the first process: one call, nobody has a token, the endpoint answers at once',
    ['', 'new instance: ms', 'added ms (95 % interval)', 'new process: ms', 'added ms (95 % interval)'],
    kinds.map(({ name }, index) => [
      name,
      ...[later, first].flatMap((samples) => [two(median(samples[index])), shown(added(samples, index))]),
    ]),
    {
      note:
        `Medians of ${rounds} instances in one process, and of the first calls of ${starts} processes each, in turn; added: round by round. The\n` +
        'call to the API is in all of them. The connection to Redis is there before.',
    },
  );
  return [{ id: 'fleet.cold-start', ...added(later, 2), noise: Math.abs(added(later, 1).value) }];
}

async function lastProcess(server, { url }, processes, { quick }) {
  const rounds = quick ? 4 : 5;
  const delays = quick ? [100] : [20, 100, 500];
  const kinds = [
    { name: 'no store' },
    { name: 'with a store', redis: { url, timeoutMs: 1_000 } }, // all of them share the cores of this machine
    { name: 'and wake-ups', redis: { url, timeoutMs: 1_000, wakes: true } },
  ];
  const rows = [];
  let mostRequests = 0;
  for (const tokenDelayMs of delays) {
    const samples = kinds.map(() => ({ median: [], last: [], requests: [] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { redis }] of kinds.entries()) {
        const { waits, tokenRequests } = await startTogether(server, processes, redis, tokenDelayMs);
        samples[index].median.push(median(waits));
        samples[index].last.push(Math.max(...waits));
        samples[index].requests.push(tokenRequests);
      }
    }
    for (const [index, { name, redis }] of kinds.entries()) {
      const { requests, last, median: middle } = samples[index];
      if (redis) mostRequests = Math.max(mostRequests, ...requests);
      const least = Math.min(...requests);
      const most = Math.max(...requests);
      const ms = [median(middle), median(last), median(last) - median(samples[0].last), quantile(last, 1)];
      rows.push([tokenDelayMs, name, least === most ? most : `${least}–${most}`, ...ms.map(fixed(0))]);
    }
  }
  printTable(
    `Cold start of ${processes.length} processes at once: how long until the last one has made its first call`,
    ['token call ms', '', 'token requests', 'half of them: ms', 'the last: ms', 'added', 'the last, slowest round'],
    rows,
    { note: `Medians of ${rounds} rounds.` },
  );
  return [{ id: 'fleet.cold-requests', value: mostRequests }];
}

async function startTogether(server, processes, redis, tokenDelayMs) {
  const world = await server.world({ tokenDelayMs });
  const { baseURL, endpoint } = world;
  const members = await Promise.all(processes.map((one) => one.ask('join', { baseURL, endpoint, redis })));
  const at = Date.now() + 30;
  const calls = await Promise.all(processes.map((one, index) => one.ask('call', { member: members[index], at })));
  const { tokenRequests } = await world.counts();
  await Promise.all(processes.map((one, index) => one.ask('leave', { member: members[index] })));
  if (calls.some(({ failed }) => failed)) throw new Error('a cold call has failed');
  return { waits: calls.map(({ ms }) => ms), tokenRequests };
}
