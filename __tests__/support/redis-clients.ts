import Ioredis from 'ioredis';
import Ioredis5 from 'ioredis-5';
import * as redis6 from 'redis';
import * as redis5 from 'redis-5';
import type { IoredisClient, IoredisSubscriber, NodeRedisClient, NodeRedisSubscriber } from '../../lib/redis/index.js';

export interface OpenClient {
  client: (NodeRedisClient & NodeRedisSubscriber) | (IoredisClient & IoredisSubscriber);
  /** A further connection of the same kind. */
  duplicate(): Promise<OpenClient>;
  close(): void;
}

/** What is wrong with a connection is told to those who ask; without a listener the process would end. */
const quiet = (): void => {};

async function openNodeRedis(client: ReturnType<typeof redis6.createClient>): Promise<OpenClient> {
  client.on('error', quiet);
  await client.connect();
  return {
    client,
    duplicate: () => openNodeRedis(client.duplicate()),
    close: () => client.isOpen && client.destroy(),
  };
}

async function openIoredis(client: Ioredis): Promise<OpenClient> {
  client.on('error', quiet);
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve));
  return { client, duplicate: () => openIoredis(client.duplicate()), close: () => client.disconnect() };
}

/** All that `redisStore` is made for, connected to one server. */
export const clients: Record<string, (url: string) => Promise<OpenClient>> = {
  'redis 6': (url) => openNodeRedis(redis6.createClient({ url })),
  'redis 5': (url) => openNodeRedis(redis5.createClient({ url }) as unknown as ReturnType<typeof redis6.createClient>),
  'ioredis 6': (url) => openIoredis(new Ioredis(url)),
  'ioredis 5': (url) => openIoredis(new Ioredis5(url) as unknown as Ioredis),
};
