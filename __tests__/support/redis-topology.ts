import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFree, type RedisServer, startRedis } from './redis-server.js';

export interface RedisCluster {
  /** Three masters; each has a third of the slots. */
  readonly nodes: readonly RedisServer[];
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** A Cluster of three masters on the loopback. Resolves when each of them says that all is well. */
export async function startCluster(): Promise<RedisCluster> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000'];
  // The nodes talk to each other on a second port.
  const suits = (port: number) => isFree(port + 10_000);
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis({ args, suits })));
  const [first, ...others] = nodes as [RedisServer, ...RedisServer[]];
  for (const [index, node] of nodes.entries()) {
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    await node.command('CLUSTER', 'ADDSLOTS', ...slots(index));
  }
  for (const other of others) await first.command('CLUSTER', 'MEET', '127.0.0.1', other.port);
  for (const node of nodes) {
    await until(async () => {
      const info = String(await node.command('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_size:3');
    });
  }
  return {
    nodes,
    ports: nodes.map(({ port }) => port),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

const slots = (third: number): number[] => {
  const [from, to] = [Math.floor((16_384 * third) / 3), Math.floor((16_384 * (third + 1)) / 3)];
  return Array.from({ length: to - from }, (_, index) => from + index);
};

export interface RedisSentinel {
  /** What the sentinel calls its master. */
  readonly name: string;
  readonly port: number;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Makes the replica the master; resolves when the sentinel says so. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** A master, its replica, and one sentinel that watches both. */
export async function startSentinel(): Promise<RedisSentinel> {
  const name = 'tokens';
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  await until(async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'));
  const sentinel = await startRedis({
    file: (folder) => {
      const file = join(folder, 'sentinel.conf');
      writeFileSync(file, `sentinel monitor ${name} 127.0.0.1 ${master.port} 1\n`);
      return file;
    },
    args: ['--sentinel'],
  });
  const masterPort = async (): Promise<number> =>
    Number(((await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[])[1]);
  await until(async () => ((await sentinel.command('SENTINEL', 'REPLICAS', name)) as unknown[]).length === 1);
  return {
    name,
    port: sentinel.port,
    master,
    replica,
    failOver: async () => {
      await until(async () => (await sentinel.command('SENTINEL', 'FAILOVER', name).catch(() => undefined)) === 'OK');
      await until(async () => (await masterPort()) === replica.port);
    },
    stop: async () => {
      for (const server of [sentinel, replica, master]) await server.stop();
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
