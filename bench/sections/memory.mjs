import http from 'node:http';
import axios from 'axios';
import { attachToken, ours } from '../contenders/ours.mjs';
import { heapUsed } from '../support/heap.mjs';
import { burst, withConcurrency } from '../support/load.mjs';
import { startServer } from '../support/server.mjs';
import { megabytes, printTable } from '../support/table.mjs';

/** What thousands of waiting calls, or thousands of tenants, leave behind. */
export async function run({ quick }) {
  return [...(await coldCalls(quick ? 2_000 : 10_000)), ...(await manyKeys(quick ? 10_000 : 100_000))];
}

async function coldCalls(count) {
  const server = await startServer();
  const world = await server.world({ tokenDelayMs: 100 });
  const httpAgent = new http.Agent({ keepAlive: true, maxSockets: 100 });
  const create = () => axios.create({ baseURL: world.baseURL, httpAgent, proxy: false });

  const bare = create();
  await burst(count, () => bare.get('/open'), 60_000); // fills what Node and axios keep for themselves
  const before = await heapUsed();

  const api = create();
  const close = ours.attach(api, world.endpoint);
  const calls = Array.from({ length: count }, () => api.get('/things'));
  const during = process.memoryUsage().heapUsed;
  const { succeeded } = await burst(count, (index) => calls[index], 60_000);
  calls.length = 0;
  const after = await heapUsed();
  const { tokenRequests } = await world.counts();

  await close();
  httpAgent.destroy();
  await server.stop();
  printTable(
    `Cold start: ${count} concurrent calls, no token yet`,
    ['token requests', 'succeeded', 'heap before MB', 'all waiting', 'after', 'kept'],
    [[tokenRequests, succeeded, ...[before, during, after, after - before].map(megabytes)]],
  );
  return [
    { id: 'memory.token-requests', value: tokenRequests },
    { id: 'memory.heap', value: (after - before) / 1024 / 1024 },
  ];
}

async function manyKeys(count) {
  const adapter = async (config) => ({ data: '', status: 200, statusText: 'OK', headers: {}, config, request: null });
  const api = axios.create({ baseURL: 'https://api.example.com', adapter });
  const auth = attachToken(api, async ({ tenant }) => ({ accessToken: `token-of-${tenant}`, expiresInMs: 3_600_000 }));
  const call = (index) => api.get('/things', { token: { tenant: `tenant-${index}` } });

  await withConcurrency({ count: 2_000, concurrency: 50 }, (index) => call(`warm-up-${index}`)); // the cache is full now
  const before = await heapUsed();
  const start = performance.now();
  await withConcurrency({ count, concurrency: 50 }, call);
  const perCall = ((performance.now() - start) * 1000) / count;
  const after = await heapUsed();
  const keys = auth.inspect().length;

  await auth.close();
  printTable(
    `Many tenants: ${count} distinct keys, one call each`,
    ['keys held', 'µs per call', 'heap before MB', 'after', 'growth'],
    [[keys, perCall.toFixed(0), ...[before, after, after - before].map(megabytes)]],
  );
  return [{ id: 'memory.keys', value: keys }];
}
