import { randomBytes, randomUUID } from 'node:crypto';
import Ioredis from 'ioredis';
import { type EncryptionKey, redisStore } from '../../lib/redis/index.js';
import type { StoreRecord } from '../../lib/store.js';
import { describeRedis, type RedisServer, startRedis } from '../support/redis-server.js';

const [oldKey, newKey]: EncryptionKey[] = [
  { id: '2024', key: randomBytes(32) },
  { id: '2025-b', key: randomBytes(32).toString('base64') },
] as [EncryptionKey, EncryptionKey];

describeRedis('with encryptionKeys', () => {
  let server: RedisServer;
  let client: Ioredis;
  let key: string;
  let name: string;
  let record: StoreRecord;

  beforeAll(async () => {
    server = await startRedis();
    client = new Ioredis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    key = randomUUID();
    name = `axios-client-credentials:{${key}}`;
    const { now } = await redisStore(client).read(key);
    record = { version: 'v1', issuedAt: now - 1000.25, expiresAt: now + 60_000, data: `token of ${key}` };
  });

  const storeOf = (...encryptionKeys: EncryptionKey[]) =>
    redisStore(client, encryptionKeys.length > 0 ? { encryptionKeys } : {});
  const failureOf = ({ issuedAt }: StoreRecord, data: string) => ({ at: issuedAt, until: issuedAt + 60_000, data });
  const unreadable = (): object => ({ record: { ...record, data: undefined }, failure: undefined });

  /** Everything that anybody can get out of the server. */
  async function everything(): Promise<string> {
    const texts: unknown[] = [];
    for (const one of (await server.command('KEYS', '*')) as string[]) {
      const isHash = (await server.command('TYPE', one)) === 'hash';
      texts.push(one, await server.command(isHash ? 'HGETALL' : 'GET', one));
    }
    return JSON.stringify(texts);
  }

  it('Redis holds neither token nor failure in a readable form; without them it does', async () => {
    await server.command('FLUSHALL');
    const secrets = [record.data, 'why it failed'];
    const fill = async (store: ReturnType<typeof storeOf>): Promise<string> => {
      await store.write(key, record, 'me');
      await store.fail(key, failureOf(record, 'why it failed'), 'me');
      expect(await store.read(key)).toMatchObject({ record, failure: failureOf(record, 'why it failed') });
      return everything();
    };
    const sealed = await fill(storeOf(newKey, oldKey));
    expect(sealed).toContain(key);
    for (const secret of [...secrets, String(newKey.key)]) {
      for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(sealed).not.toContain(Buffer.from(secret).toString(encoding).slice(0, 16));
      }
    }
    const readable = await fill(storeOf());
    for (const secret of secrets) expect(readable).toContain(secret);
  });

  it('the same text is never kept in the same form twice', async () => {
    const kept = new Set<unknown>();
    for (let count = 0; count < 20; count++) {
      await storeOf(newKey).write(key, record, 'me');
      kept.add(await server.command('HGET', name, 'data'));
    }
    expect(kept.size).toBe(20);
  });

  it('keys are changed without a token request: what the old one has sealed is read as long as it is known', async () => {
    const failure = failureOf(record, 'no');
    await storeOf(oldKey).write(key, record, 'me');
    await storeOf(oldKey).fail(key, failure, 'me');
    for (const readers of [
      [oldKey, newKey],
      [newKey, oldKey],
    ]) {
      expect(await storeOf(...readers).read(key)).toMatchObject({ record, failure });
    }
    expect(await storeOf(newKey).read(key)).toMatchObject(unreadable());
    // The first one seals.
    await storeOf(newKey, oldKey).write(key, record, 'me');
    expect(await storeOf(newKey).read(key)).toMatchObject({ record });
    expect(await storeOf(oldKey).read(key)).toMatchObject(unreadable());
  });

  it('another key of the same id reads nothing', async () => {
    await storeOf(newKey).write(key, record, 'me');
    expect(await storeOf({ id: newKey.id, key: randomBytes(32) }).read(key)).toMatchObject(unreadable());
  });

  it('a readable value is not believed, and without keys a sealed one is not read', async () => {
    await storeOf().write(key, record, 'me');
    await storeOf().fail(key, failureOf(record, 'no'), 'me');
    expect(await storeOf(newKey).read(key)).toMatchObject(unreadable());
    await storeOf(newKey).write(key, record, 'me');
    await storeOf(newKey).fail(key, failureOf(record, 'no'), 'me');
    expect(await storeOf().read(key)).toMatchObject(unreadable());
  });

  it('what cannot be read is replaced by who knows of it', async () => {
    await storeOf(oldKey).write(key, record, 'me');
    const known = (await storeOf(newKey).read(key)).record?.version;
    expect(await storeOf(newKey).lease(key, { owner: 'me', ms: 5000, known })).toMatchObject({ granted: true });
    const next = { ...record, version: 'v2', issuedAt: record.issuedAt + 1 };
    expect(await storeOf(newKey).write(key, next, 'me')).toMatchObject({ record: next, leaseLeftMs: 0 });
  });

  describe('what was sealed can be read only where it was put', () => {
    beforeEach(async () => {
      await storeOf(newKey).write(key, record, 'me');
      await storeOf(newKey).fail(key, failureOf(record, 'no'), 'me');
      expect(await storeOf(newKey).read(key)).toMatchObject({ record, failure: failureOf(record, 'no') });
    });

    it('not under another key', async () => {
      const other = randomUUID();
      await server.command('COPY', name, `axios-client-credentials:{${other}}`);
      expect(await storeOf(newKey).read(other)).toMatchObject(unreadable());
    });

    it('not under another prefix', async () => {
      await server.command('COPY', name, `other:{${key}}`);
      const store = redisStore(client, { prefix: 'other:', encryptionKeys: [newKey] });
      expect(await store.read(key)).toMatchObject(unreadable());
    });

    it.each([
      ['version', 'v2'],
      ['issuedAt', -500],
      ['expiresAt', 500],
    ] as const)('not with another %s', async (field, change) => {
      const value = typeof change === 'number' ? record[field as 'issuedAt'] + change : change;
      await server.command('HSET', name, field, value);
      const reading = await storeOf(newKey).read(key);
      expect(reading).toMatchObject({ record: { ...record, [field]: value, data: undefined } });
    });

    it.each(['failedAt', 'failedUntil'])('a failure not with another %s', async (field) => {
      await server.command('HSET', name, field, record.issuedAt + 30_000);
      expect(await storeOf(newKey).read(key)).toMatchObject({ record, failure: undefined });
    });

    it('a failure is no record', async () => {
      await server.command('HSET', name, 'data', String(await server.command('HGET', name, 'failure')));
      expect((await storeOf(newKey).read(key)).record?.data).toBeUndefined();
    });

    it('not when a single sign of it is another, or missing', async () => {
      const sealed = String(await server.command('HGET', name, 'data'));
      const signs = sealed.replace(/=+$/, '').length;
      for (let at = 0; at < signs; at++) {
        const sign = sealed[at] === 'A' ? 'B' : 'A';
        await server.command('HSET', name, 'data', sealed.slice(0, at) + sign + sealed.slice(at + 1));
        const { record: read } = await storeOf(newKey).read(key);
        // The last sign has bits that mean nothing.
        if (at < signs - 1) expect([at, read?.data]).toEqual([at, undefined]);
        await server.command('HSET', name, 'data', sealed.slice(0, at));
        expect((await storeOf(newKey).read(key)).record?.data).toBeUndefined();
      }
    });
  });
});
