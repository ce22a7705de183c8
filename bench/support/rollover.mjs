import axios from 'axios';
import { atPace, settleWithin } from './load.mjs';
import { quantile } from './statistics.mjs';

const http = axios.getAdapter('http');
export const waitedTooLongMs = 50;

/**
 * Tokens that live 2 s, a token call that takes 200 ms, calls at 100/s: for bare axios and all contenders in the same
 * seconds, each against a world of its own. What a call waits for a token is the time until the adapter is entered for the
 * last time, which the noise of network and timers does not reach.
 */
export async function measureRollover(contenders, server, { quick }) {
  const lanes = [await laneFor(undefined, server)];
  for (const contender of contenders) lanes.push(await laneFor(contender, server));
  for (const { send } of lanes) await send(0).catch(() => {});

  const count = quick ? 230 : 800;
  const calls = [];
  await atPace({ count, everyMs: 10 }, (index) => {
    for (let turn = 0; turn < lanes.length; turn += 1) {
      const lane = lanes[(index + turn) % lanes.length];
      calls.push(lane.call(index));
    }
  });
  await settleWithin(calls, 5_000);

  return Promise.all(
    lanes.map(async ({ name, waits, latencies, close, world }) => {
      const { tokenRequests } = await world.counts();
      await close();
      return {
        name,
        count,
        tokenRequests,
        waited: waits.filter((wait) => wait > waitedTooLongMs).length,
        longestWaitMs: Math.max(0, ...waits),
        failed: count - latencies.length, // or still waiting
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
      };
    }),
  );
}

async function laneFor(contender, server) {
  const world = await server.world({ lifetimeMs: 2_000, tokenDelayMs: 200 });
  const entered = [];
  const api = axios.create({
    baseURL: world.baseURL,
    proxy: false,
    adapter(config) {
      entered[Number(config.url.split('=')[1])] = performance.now();
      return http(config);
    },
  });
  const close = contender ? contender.attach(api, world.endpoint) : () => {};
  const path = contender ? '/things' : '/open';
  const send = (index) => api.get(`${path}?call=${index}`);

  const waits = [];
  const latencies = [];
  const lane = { name: contender?.name ?? 'no token', waits, latencies, world, close, send };
  lane.call = async (index) => {
    const start = performance.now();
    entered[index] = undefined;
    try {
      await send(index);
      latencies.push(performance.now() - start);
    } catch {
      return; // counted as missing among the latencies
    } finally {
      if (entered[index] !== undefined) waits.push(entered[index] - start);
    }
  };
  return lane;
}
