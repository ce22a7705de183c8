export type { IoredisClient, IoredisSubscriber, NodeRedisClient, NodeRedisSubscriber } from './client.js';
export { redisStore, type RedisStoreOptions } from './redis-store.js';
export type { EncryptionKey } from './sealing.js';
