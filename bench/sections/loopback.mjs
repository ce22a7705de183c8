import http from 'node:http';
import axios from 'axios';
import { ours } from '../contenders/ours.mjs';
import { withConcurrency } from '../support/load.mjs';
import { compareInRounds } from '../support/rounds.mjs';
import { startServer } from '../support/server.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';

const token = 'a'.repeat(64);
const concurrency = 16;
const count = concurrency; // one wave: the machine changes its speed from one moment to the next

/** Hot path over real HTTP: a server in another process, kept-alive sockets, calls side by side. */
export async function run({ quick }) {
  const rounds = quick ? 150 : 1_800; // after a warm-up: V8 compiles what is hot only after some ten thousand calls
  const server = await startServer();
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const create = (headers) => axios.create({ baseURL: server.origin, httpAgent, proxy: false, headers });
  const bare = { Authorization: `Bearer ${token}` };

  const plugged = create();
  const close = ours.attachFunction(plugged, async () => ({ access_token: token, expires_in: 86_400 }));
  const contestants = [
    ['bare axios', create(bare)],
    ['bare axios again', create(bare)],
    [ours.name, plugged],
  ].map(([name, api]) => ({ name, run: () => withConcurrency({ count, concurrency }, () => api.get('/plain')) }));

  const results = await compareInRounds(contestants, { rounds, warmUps: quick ? 50 : 600 });
  await close();
  httpAgent.destroy();
  await server.stop();

  printTable(
    `Hot path over loopback HTTP: cached token, ${concurrency} calls at a time`,
    ['contestant', 'µs per call', 'ratio (95 % interval)', 'CPU time ratio'],
    results.map(({ name, roundMs, ratio, cpuRatio }) => [
      name,
      fixed(0)((roundMs * 1000) / count),
      ratioWithInterval(ratio),
      ratioWithInterval(cpuRatio),
    ]),
    {
      note:
        `${rounds} rounds of ${count} calls each, in random order. The effect is smaller than the noise of most ` +
        'machines:\nread the interval, and the second bare row beside it.',
    },
  );
  return [{ id: 'loopback', ...results.at(-1).ratio, noise: Math.abs(results[1].ratio.value - 1) }];
}
