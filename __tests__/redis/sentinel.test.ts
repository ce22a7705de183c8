import Ioredis from 'ioredis';
import Ioredis5 from 'ioredis-5';
import { createSentinel } from 'redis';
import { createSentinel as createSentinel5 } from 'redis-5';
import { type IoredisClient, type NodeRedisClient, redisStore } from '../../lib/redis/index.js';
import { describeRedis } from '../support/redis-server.js';
import { type RedisSentinel, startSentinel } from '../support/redis-topology.js';

interface Opened {
  client: NodeRedisClient | IoredisClient;
  close: () => Promise<void> | void;
}

const rootsOf = ({ name, port }: RedisSentinel) => ({ name, sentinelRootNodes: [{ host: '127.0.0.1', port }] });

const clients: Record<string, (sentinel: RedisSentinel) => Promise<Opened>> = {
  'createSentinel of redis 6': async (sentinel) => {
    const client = createSentinel(rootsOf(sentinel));
    await client.on('error', () => {}).connect();
    return { client, close: () => client.destroy() };
  },
  'createSentinel of redis 5': async (sentinel) => {
    const client = createSentinel5(rootsOf(sentinel));
    await client.on('error', () => {}).connect();
    return { client, close: () => client.destroy() };
  },
  'sentinels of ioredis 6': async ({ name, port }) => {
    const client = new Ioredis({ name, sentinels: [{ host: '127.0.0.1', port }] });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  'sentinels of ioredis 5': async ({ name, port }) => {
    const client = new Ioredis5({ name, sentinels: [{ host: '127.0.0.1', port }] });
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
};

describeRedis('behind Sentinels', () => {
  let sentinel: RedisSentinel;
  const opened: [string, Opened][] = [];

  beforeAll(async () => {
    sentinel = await startSentinel();
    for (const [name, open] of Object.entries(clients)) opened.push([name, await open(sentinel)]);
  });
  afterAll(async () => {
    for (const [, { close }] of opened) await close();
    await sentinel.stop();
  });

  test('a token outlives the change of the master, whatever the client', async () => {
    const { now } = await redisStore(opened[0]![1].client).read('k');
    const record = { version: 'v1', issuedAt: now, expiresAt: now + 600_000, data: 'd' };
    for (const [name, { client }] of opened) {
      expect(await redisStore(client).write(name, record, 'me')).toMatchObject({ record });
    }
    await sentinel.failOver();

    const next = { ...record, version: 'v2', issuedAt: now + 1 };
    for (const [name, { client }] of opened) {
      const store = redisStore(client);
      // Until a client has found the new master it talks to the old one, which forgets what it is told, or to nobody.
      while ((await sentinel.replica.command('HGET', `axios-client-credentials:{${name}}`, 'version')) !== 'v2') {
        await store.write(name, next, 'me').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(await store.read(name)).toMatchObject({ record: next });
    }
  });
});
