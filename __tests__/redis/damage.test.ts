import { randomUUID } from 'node:crypto';
import Ioredis from 'ioredis';
import { redisStore } from '../../lib/redis/index.js';
import type { StoreRecord, TokenStore } from '../../lib/store.js';
import { describeRedis, type RedisServer, startRedis } from '../support/redis-server.js';

const HOUR = 3_600_000;

describeRedis('what stands under the names of the store', () => {
  let server: RedisServer;
  let client: Ioredis;
  let store: TokenStore;
  let key: string;
  let name: string;
  let now: number;

  beforeAll(async () => {
    server = await startRedis();
    client = new Ioredis(server.url);
    store = redisStore(client);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    key = randomUUID();
    name = `axios-client-credentials:{${key}}`;
    ({ now } = await store.read(key));
  });

  const record = (issuedAt = now, more?: Partial<StoreRecord>): StoreRecord => ({
    version: 'v1',
    issuedAt,
    expiresAt: issuedAt + HOUR,
    data: 'secret token',
    ...more,
  });
  const nothing = { record: undefined, failure: undefined, leaseLeftMs: 0 };
  const ttl = async (at = name): Promise<number> => Number(await server.command('PTTL', at));

  it('is one hash and one lease a key, and a second store reads what the first has written', async () => {
    await store.write(key, record(), 'me');
    await store.lease(key, { owner: 'me', ms: 5000, known: 'v1' });
    expect(await server.command('TYPE', name)).toBe('hash');
    expect(await server.command('GET', `${name}:lease`)).toBe('me');
    expect(await redisStore(client).read(key)).toMatchObject({ record: record() });
    expect(await redisStore(client, { prefix: 'other:' }).read(key)).toMatchObject(nothing);
  });

  describe('does no harm when it is damaged or foreign', () => {
    const writes = async (): Promise<void> => {
      expect(await store.write(key, record(), 'me')).toMatchObject({ record: record(), failure: undefined });
    };

    it.each([
      ['a text', ['SET', 'something else']],
      ['a list', ['LPUSH', 'something', 'else']],
      ['a set', ['SADD', 'something']],
      ['a hash with other fields', ['HSET', 'something', 'else']],
      ['a stream', ['XADD', '*', 'something', 'else']],
    ])(
      '%s in place of the hash counts as nothing there, and the next write replaces it',
      async (_, [command, ...rest]) => {
        await server.command(command!, name, ...rest);
        expect(await store.read(key)).toMatchObject(nothing);
        await store.remove(key, 'v1');
        await store.release(key, 'me');
        expect(await store.lease(key, { owner: 'me', ms: 5000, known: undefined })).toMatchObject({ granted: true });
        await writes();
        expect(await ttl()).toBeGreaterThan(0);
      },
    );

    it.each([
      ['SET', 'something else'],
      ['LPUSH', 'something'],
    ])('a failure replaces it too: %s', async (command, ...rest) => {
      await server.command(command, name, ...rest);
      await store.fail(key, undefined, 'me');
      const failure = { at: now, until: now + 5000, data: 'no' };
      await store.fail(key, failure, 'me');
      expect(await store.read(key)).toMatchObject({ record: undefined, failure });
    });

    it.each([
      ['issuedAt', 'yesterday'],
      ['issuedAt', ''],
      ['issuedAt', 'nan'],
      ['issuedAt', 'inf'],
      ['issuedAt', '1e300'],
      ['expiresAt', 'never'],
      ['expiresAt', 'nan'],
      ['expiresAt', '-1e300'],
    ])('a record whose %s is %j counts as nothing there', async (field, value) => {
      await store.write(key, record(), 'me');
      await server.command('HSET', name, field, value);
      expect(await store.read(key)).toMatchObject(nothing);
      await writes();
    });

    it.each(['version', 'issuedAt', 'expiresAt', 'data'])(
      'a record without its %s counts as nothing there',
      async (field) => {
        await store.write(key, record(), 'me');
        await server.command('HDEL', name, field);
        expect(await store.read(key)).toMatchObject(nothing);
        await writes();
      },
    );

    it('a record whose data is not ours stands there unreadable, and is replaced like any other', async () => {
      await store.write(key, record(), 'me');
      for (const data of ['', 'secret token', 'plain', 'a256gcm:a:AAAA', Buffer.from([0xff, 0xfe, 0])]) {
        await server.command('HSET', name, 'data', data);
        expect(await store.read(key)).toMatchObject({ record: { ...record(), data: undefined } });
      }
      expect(await store.lease(key, { owner: 'me', ms: 5000, known: 'v1' })).toMatchObject({ granted: true });
      await writes();
    });

    it.each(['failedAt', 'failedUntil', 'failure'])(
      'a failure whose %s is damaged or missing counts as none',
      async (field) => {
        await store.fail(key, { at: now, until: now + 5000, data: 'no' }, 'me');
        await server.command('HSET', name, field, '?');
        expect(await store.read(key)).toMatchObject(nothing);
        await server.command('HDEL', name, field);
        expect(await store.read(key)).toMatchObject(nothing);
        await writes();
      },
    );

    it('a record that was issued more than an hour ahead of the clock of Redis counts as nothing there', async () => {
      await store.write(key, record(now + HOUR - 60_000), 'me');
      expect(await store.read(key)).toMatchObject({ now: now + HOUR - 60_000, record: { version: 'v1' } });
      await server.command('HSET', name, 'issuedAt', String(now + HOUR + 60_000), 'expiresAt', '');
      const reading = await store.read(key);
      expect(reading).toMatchObject(nothing);
      expect(reading.now).toBeLessThan(now + HOUR - 60_000);
      await writes();
    });

    it.each([NaN, Infinity, 1e17])('no record is kept that says it was issued at %s', async (issuedAt) => {
      await store.lease(key, { owner: 'me', ms: 5000, known: undefined });
      expect(await store.write(key, record(issuedAt), 'me')).toMatchObject(nothing);
      await writes();
    });

    it('a floor that is damaged or far ahead holds nothing up', async () => {
      for (const floor of ['?', String(now + 2 * HOUR)]) {
        await store.write(key, record(), 'me');
        await store.remove(key, 'v1');
        await server.command('HSET', name, 'floor', floor);
        await writes();
      }
    });

    it.each([
      ['of another type', ['RPUSH', 'me']],
      ['that never ends', ['SET', 'me']],
      ['for days', ['SET', 'me', 'PX', 90_000_000]],
    ])('a lease %s counts as none', async (_, [command, ...rest]) => {
      const lease = `${name}:lease`;
      await server.command(command!, lease, ...rest);
      expect(await store.read(key)).toMatchObject(nothing);
      await store.release(key, 'me');
      expect(await store.lease(key, { owner: 'you', ms: 5000, known: undefined })).toMatchObject({ granted: true });
      expect(await ttl(lease)).toBeLessThanOrEqual(5000);
    });
  });

  describe('goes by itself', () => {
    const longest = async (ms: number): Promise<void> => {
      const left = await ttl();
      expect(left).toBeGreaterThan(ms - 30_000);
      expect(left).toBeLessThanOrEqual(ms);
    };

    it('a record two minutes after it has expired', async () => {
      await store.write(key, record(), 'me');
      await longest(HOUR + 120_000);
    });

    it('a record that does not expire after 30 days', async () => {
      for (const expiresAt of [undefined, Infinity, NaN, 1e300]) {
        await store.write(key, record(now, { expiresAt }), 'me');
        await longest(30 * 24 * HOUR + 120_000);
        expect((await store.read(key)).record).toEqual({ ...record(), expiresAt: undefined });
      }
    });

    it('a record that would stay for years after 400 days', async () => {
      await store.write(key, record(now, { expiresAt: now + 1e15 }), 'me');
      await longest(400 * 24 * HOUR);
    });

    it('a failure two minutes after its end', async () => {
      await store.fail(key, { at: now, until: now + 60_000, data: 'no' }, 'me');
      await longest(180_000);
      await store.fail(key, undefined, 'me');
      expect(await server.command('EXISTS', name)).toBe(0);
    });

    it('a failure that was over long ago is not kept, and takes no record with it', async () => {
      const over = { at: now - 2 * HOUR, until: now - HOUR, data: 'no' };
      await store.fail(key, over, 'me');
      expect(await server.command('EXISTS', name)).toBe(0);
      await store.write(key, record(now - 3 * HOUR, { expiresAt: undefined }), 'me');
      await store.fail(key, over, 'me');
      expect(await store.read(key)).toMatchObject({ record: { version: 'v1' }, failure: undefined });
      await longest(30 * 24 * HOUR + 120_000);
    });

    it('that a record was removed an hour later', async () => {
      await store.write(key, record(), 'me');
      await store.remove(key, 'v1');
      await longest(HOUR);
      expect(await server.command('HKEYS', name)).toEqual(['floor']);
    });

    it('a record that had expired when it came', async () => {
      const kept = await store.write(key, record(now - 10_000, { expiresAt: now - 5_000 }), 'me');
      expect(kept).toMatchObject(nothing);
      await longest(120_000);
      // What was issued before it is still older.
      expect(await store.write(key, record(now - 11_000), 'me')).toMatchObject(nothing);
    });

    it('every key: none is left without an end, whatever was done', async () => {
      await server.command('FLUSHALL');
      for (const [index, one] of ['a', 'b', 'c'].entries()) {
        await store.lease(one, { owner: 'me', ms: 5000, known: undefined });
        await store.fail(one, { at: now, until: now + 1000, data: 'no' }, 'you');
        if (index > 0) await store.write(one, record(), 'you');
        if (index > 1) await store.remove(one, 'v1');
      }
      const keys = (await server.command('KEYS', '*')) as string[];
      expect(keys).toHaveLength(6);
      for (const one of keys) expect(await ttl(one)).toBeGreaterThan(0);
    });
  });

  it('numbers keep their fractions and all their digits', async () => {
    const exact = record(now - 1000 / 3, { expiresAt: now + 1e13 / 7 });
    await store.write(key, exact, 'me');
    const failure = { at: now + 0.1, until: now + 0.2, data: 'no' };
    await store.fail(key, failure, 'me');
    expect(await store.read(key)).toMatchObject({ record: exact, failure });
  });

  it('a lease of a fraction of a millisecond, or of hours, is rounded', async () => {
    expect(await store.lease(key, { owner: 'me', ms: 0.2, known: undefined })).toMatchObject({ granted: true });
    expect(await store.lease(key, { owner: 'me', ms: 1e12, known: undefined })).toMatchObject({ leaseLeftMs: HOUR });
  });

  it('what its user may not do is an error, and not an empty place', async () => {
    await store.write(key, record(), 'me');
    const user = randomUUID();
    await server.command('ACL', 'SETUSER', user, 'on', '>pass', '~*', '&*', '+@all', '-hmget');
    const barred = new Ioredis(server.url.replace('//', `//${user}:pass@`));
    await expect(redisStore(barred).read(key)).rejects.toThrow(/NOPERM|can't run this command/);
    barred.disconnect();
  });

  it('the scripts are sent again when Redis has forgotten them', async () => {
    for (const mode of ['before', 'between']) {
      await server.command('SCRIPT', 'FLUSH');
      await store.write(key, record(now, { version: mode }), 'me');
      await server.command('SCRIPT', 'FLUSH');
      expect(await store.read(key)).toMatchObject({ record: { version: mode } });
    }
    await server.command('CONFIG', 'RESETSTAT');
    await store.read(key);
    expect(await server.commandStats()).toMatchObject({ evalsha: 1 });
    expect(await server.commandStats()).not.toHaveProperty('eval');
  });
});
