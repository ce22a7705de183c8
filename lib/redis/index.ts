/**
 * A store in Redis or Valkey, so that many processes ask for one token between them.
 *
 * @module axios-client-credentials/redis
 */
export type { IoredisClient, IoredisSubscriber, NodeRedisClient, NodeRedisSubscriber } from './client.js';
export { redisStore, type RedisStoreOptions } from './redis-store.js';
export type { EncryptionKey } from './sealing.js';
