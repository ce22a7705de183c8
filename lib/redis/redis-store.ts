import {
  connection,
  type IoredisClient,
  type IoredisSubscriber,
  type NodeRedisClient,
  type NodeRedisSubscriber,
} from './client.js';
import { isGranted, Kept } from './kept.js';
import { scripts, type Scripts } from './scripts.js';
import { type EncryptionKey, sealing } from './sealing.js';
import { checkSubscriber, wakeUps } from './wake-ups.js';
import type { TokenStore } from '../store.js';
import { checkOptions, milliseconds, type Rule } from '../validate.js';

const OWNER = 'redisStore';
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const HOUR = 3_600_000;

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * What the names of all keys begin with, and the channel of the wake-ups. No braces. Default `'axios-client-credentials:'`. Those
   * who are to share tokens need the same.
   */
  prefix?: string | undefined;
  /**
   * Tokens are kept encrypted (AES-256-GCM): the first key encrypts, all decrypt. To rotate: add the new key behind the old one
   * everywhere, then put it first everywhere, then remove the old one. Default: tokens stand readable in Redis.
   */
  encryptionKeys?: readonly EncryptionKey[] | undefined;
  /** How long a lease lasts that is not extended, in ms: what a process that died delays the others. 50 to 600 000. Default 3 000. */
  leaseMs?: number | undefined;
  /** How long Redis is waited for, in ms. 1 to 60 000. Default 100. */
  timeoutMs?: number | undefined;
  /**
   * A further connection, for nothing but this: with it those who wait for another process are woken up, without it they ask from
   * time to time. `client.duplicate()`, connected as that client is.
   */
  subscriber?: NodeRedisSubscriber | IoredisSubscriber | undefined;
}

/**
 * Keeps the tokens of a fleet in Redis 6.2 or later, or Valkey, for the option `store` of `attachToken`. The client stays yours: it
 * is neither connected nor closed here. A client's own `error` events are yours to listen to as well.
 *
 * @param client of the package `redis` 5 or 6 or `ioredis` 5 or 6, for one server, a Cluster or Sentinels
 * @param options names, encryption and wake-ups
 * @throws TokenConfigError for what is no client, and for an option that is misspelt or wrong
 * @example
 * ```ts
 * import { redisStore } from 'axios-client-credentials/redis';
 * import { createClient } from 'redis';
 *
 * const client = await createClient({ url: 'redis://localhost' }).on('error', console.error).connect();
 * const subscriber = await client.duplicate().on('error', console.error).connect();
 * const auth = attachToken(api, source, { store: redisStore(client, { subscriber }) });
 * ```
 */
export function redisStore(client: NodeRedisClient | IoredisClient, options: RedisStoreOptions = {}): TokenStore {
  const known = connection(OWNER, client);
  checkOptions(OWNER, options, {
    prefix: aPrefix,
    encryptionKeys: () => undefined, // below
    leaseMs: milliseconds(50, 600_000),
    timeoutMs: milliseconds(1, 60_000),
    subscriber: () => undefined, // below
  });
  const { prefix = 'axios-client-credentials:', encryptionKeys, leaseMs = 3000, timeoutMs = 100, subscriber } = options;
  if (subscriber !== undefined) checkSubscriber(OWNER, subscriber, client);
  const channel = `${prefix}changes`;

  const nameOf = (key: string): string => `${prefix}{${key}}`;
  const kept = new Kept(sealing(OWNER, encryptionKeys), (key) => known.keyPrefix + nameOf(key));
  const run = async (operation: keyof Scripts, key: string, ...args: string[]): Promise<string[]> => {
    const script = (await scripts())[operation];
    return known.run(script, [nameOf(key), `${nameOf(key)}:lease`], args);
  };

  const store: TokenStore = {
    leaseMs,
    timeoutMs,
    read: async (key) => kept.reading(key, await run('read', key)),
    lease: async (key, { owner, ms, known: version }) => {
      const whole = Math.ceil(Math.min(Math.max(ms, 1), HOUR));
      const reply = await run('lease', key, owner, String(whole), version === undefined ? '' : `=${version}`);
      return { ...(await kept.reading(key, reply)), granted: isGranted(reply) };
    },
    write: async (key, record, owner) =>
      kept.reading(key, await run('write', key, channel, key, owner, ...(await kept.record(key, record)))),
    fail: async (key, failure, owner) => {
      await run('fail', key, channel, key, owner, ...(failure ? await kept.failure(key, failure) : []));
    },
    release: async (key, owner) => {
      await run('release', key, channel, key, owner);
    },
    remove: async (key, version) => {
      await run('remove', key, channel, key, version);
    },
    ...(subscriber && { changed: wakeUps(subscriber, channel) }),
  };
  return Object.defineProperty(store, INSPECT, { value: () => `[${OWNER} ${prefix}]` });
}

const aPrefix: Rule = (value) =>
  typeof value === 'string' && value !== '' && !/[{}]/.test(value)
    ? undefined
    : 'must be a non-empty string without braces: they would move the two keys of a token apart';
