import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { createCluster } from 'redis';
import { createCluster as createCluster5 } from 'redis-5';
import {
  type IoredisClient,
  type IoredisSubscriber,
  type NodeRedisClient,
  type NodeRedisSubscriber,
  redisStore,
} from '../../lib/redis/index.js';
import { tokenStoreContract } from '../../lib/testing/index.js';
import { describeRedis } from '../support/redis-server.js';
import { type RedisCluster, startCluster } from '../support/redis-topology.js';

interface Opened {
  client: NodeRedisClient | IoredisClient;
  subscriber: NodeRedisSubscriber | IoredisSubscriber;
  close: () => void;
}

const nodesOf = (ports: readonly number[]) => ports.map((port) => ({ host: '127.0.0.1', port }));
const urlsOf = (ports: readonly number[]) => ({
  rootNodes: ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
});

const clusters: Record<string, (ports: readonly number[]) => Promise<Opened>> = {
  'createCluster of redis 6': async (ports) => {
    const client = createCluster(urlsOf(ports));
    const subscriber = client.duplicate();
    for (const one of [client, subscriber]) await one.on('error', () => {}).connect();
    return { client, subscriber, close: () => [client, subscriber].forEach((one) => one.destroy()) };
  },
  'createCluster of redis 5': async (ports) => {
    const client = createCluster5(urlsOf(ports));
    const subscriber = client.duplicate();
    for (const one of [client, subscriber]) await one.on('error', () => {}).connect();
    return { client, subscriber, close: () => [client, subscriber].forEach((one) => one.destroy()) };
  },
  'Cluster of ioredis 6': async (ports) => {
    const client = new Cluster(nodesOf(ports));
    const subscriber = client.duplicate();
    return { client, subscriber, close: () => [client, subscriber].forEach((one) => one.disconnect()) };
  },
  'Cluster of ioredis 5': async (ports) => {
    const client = new Cluster5(nodesOf(ports));
    const subscriber = client.duplicate();
    return { client, subscriber, close: () => [client, subscriber].forEach((one) => one.disconnect()) };
  },
};

describeRedis('in a Cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  describe.each(Object.keys(clusters))('with %s', (name) => {
    let open: Opened;

    beforeAll(async () => {
      open = await clusters[name]!(cluster.ports);
    });
    afterAll(() => open.close());

    // Of the older ones only what is different in a Cluster: the rest of them is proved on one server.
    const contract = name.endsWith('6') ? tokenStoreContract : tokenStoreContract.slice(0, 3);
    it.each(contract)('$name', ({ run }) => run(() => redisStore(open.client, { subscriber: open.subscriber })));

    it('both keys of a token lie in the slot of one node, those of many tokens on all', async () => {
      const store = redisStore(open.client);
      const first = cluster.nodes[0]!;
      for (const node of cluster.nodes) await node.command('FLUSHALL');
      const keys = Array.from({ length: 30 }, () => randomUUID());
      const { now } = await store.read('k');
      for (const key of keys) {
        const slots = [`{${key}}`, `{${key}}:lease`].map((end) =>
          first.command('CLUSTER', 'KEYSLOT', `axios-client-credentials:${end}`),
        );
        expect(await slots[0]).toBe(await slots[1]);
        await store.write(key, { version: 'v1', issuedAt: now, expiresAt: now + 60_000, data: 'd' }, 'me');
        await store.lease(key, { owner: 'me', ms: 60_000, known: 'v1' });
      }
      const sizes = await Promise.all(cluster.nodes.map(async (node) => Number(await node.command('DBSIZE'))));
      expect(sizes.reduce((sum, size) => sum + size)).toBe(60);
      for (const size of sizes) expect(size).toBeGreaterThan(0);
    });

    it('a token whose slot has moved to another node is found there', async () => {
      const store = redisStore(open.client);
      const key = randomUUID();
      const full = `axios-client-credentials:{${key}}`;
      const { now } = await store.read(key);
      const record = { version: 'v1', issuedAt: now, expiresAt: now + 60_000, data: 'd' };

      const slot = Number(await cluster.nodes[0]!.command('CLUSTER', 'KEYSLOT', full));
      const before = Math.min(2, Math.floor((slot * 3) / 16_384));
      const source = cluster.nodes[before]!;
      const target = cluster.nodes[(before + 1) % 3]!;
      const id = String(await target.command('CLUSTER', 'MYID'));
      await source.command('FLUSHALL'); // a slot is given away empty
      await target.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);
      for (const node of cluster.nodes) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);

      expect(await store.write(key, record, 'me')).toMatchObject({ record });
      expect(await store.read(key)).toMatchObject({ record });
      expect(await target.command('EXISTS', full)).toBe(1);
    });
  });
});
