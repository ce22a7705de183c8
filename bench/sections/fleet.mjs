import { hasRedis, startRedis } from '../fleet/redis.mjs';
import { startServer } from '../support/server.mjs';

/** Many processes that share one token by a store. Without a redis-server there is nothing to measure. */
export async function run(options) {
  if (!hasRedis()) {
    console.log('\nfleet: left out, for there is no redis-server here. On Debian: apt-get install redis-server\n');
    return null;
  }
  const { startProcesses, stopProcesses, warmUp } = await import('../fleet/processes.mjs');
  const { measureRates } = await import('../fleet/rates.mjs');
  const { measureColdStart } = await import('../fleet/cold-start.mjs');
  const { measureDeadHolder } = await import('../fleet/dead-holder.mjs');
  const { measureHotPath } = await import('../fleet/hot-path.mjs');
  const { measureOperations } = await import('../fleet/operations.mjs');

  const server = await startServer();
  const redis = await startRedis();
  const measurements = await measureHotPath(redis, options); // before there are other processes
  await measureOperations(redis, options);
  const processes = await startProcesses(16);
  await warmUp(processes, server, redis);
  measurements.push(
    ...(await measureColdStart(server, redis, processes, options)),
    ...(await measureRates(server, processes, options)),
    ...(await measureDeadHolder(server, redis, processes, options)),
  );
  await stopProcesses(processes);
  await redis.stop();
  await server.stop();
  return measurements;
}
