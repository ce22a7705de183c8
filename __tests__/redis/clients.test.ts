import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import Ioredis from 'ioredis';
import Ioredis5 from 'ioredis-5';
import { createClient, createClientPool, RESP_TYPES } from 'redis';
import { createClient as createClient5, createClientPool as createPool5 } from 'redis-5';
import { redisStore } from '../../lib/redis/index.js';
import type { TokenStore } from '../../lib/store.js';
import { clients } from '../support/redis-clients.js';
import { describeRedis, type RedisServer, startRedis } from '../support/redis-server.js';
import { until } from '../support/turn.js';

const encryptionKeys = [{ id: 'a', key: new Uint8Array(32).fill(7) }];

describeRedis('the client', () => {
  let server: RedisServer;
  const opened: (() => unknown)[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(() => {
    for (const close of opened.splice(0)) close();
  });
  afterAll(() => server.stop());

  const closing = <
    T extends {
      disconnect?: () => unknown;
      destroy?: () => unknown;
      on: (event: 'error', listener: () => void) => unknown;
    },
  >(
    client: T,
  ): T => {
    client.on('error', () => {});
    opened.push(() => (client.destroy ? client.destroy() : client.disconnect?.()));
    return client;
  };
  const connecting = async <T extends Parameters<typeof closing>[0] & { connect(): Promise<unknown> }>(
    client: T,
  ): Promise<T> => {
    await closing(client).connect();
    return client;
  };

  /** All that comes back from Redis, in one round. */
  async function works(store: TokenStore): Promise<void> {
    const key = randomUUID();
    const { now } = await store.read(key);
    const record = { version: 'v1', issuedAt: now, expiresAt: now + 60_000, data: '"ž" 令牌 \u0000\ufeff' };
    const failure = { at: now, until: now + 1000, data: 'no' };
    expect(await store.lease(key, { owner: 'me', ms: 5000, known: undefined })).toMatchObject({ granted: true });
    expect(await store.write(key, record, 'me')).toMatchObject({ record, leaseLeftMs: 0 });
    await store.fail(key, failure, 'me');
    expect(await store.read(key)).toMatchObject({ record, failure });
    await store.remove(key, 'v1');
    expect(await store.read(key)).toMatchObject({ record: undefined, failure });
  }

  describe('may have options that change what it answers', () => {
    const bytes = { [RESP_TYPES.BLOB_STRING]: Buffer, [RESP_TYPES.NUMBER]: String, [RESP_TYPES.SIMPLE_STRING]: Buffer };
    const url = (): string => server.url;

    it.each<[string, () => Promise<Parameters<typeof redisStore>[0]>]>([
      ['redis 6 in RESP2', () => connecting(createClient({ url: url(), RESP: 2 }))],
      ['redis 6 in RESP3', () => connecting(createClient({ url: url(), RESP: 3 }))],
      ['redis 5 in RESP3', () => connecting(createClient5({ url: url(), RESP: 3 }))],
      [
        'redis 6 with types of its own',
        async () => (await connecting(createClient({ url: url() }))).withTypeMapping(bytes),
      ],
      [
        'redis 5 with types of its own',
        async () => (await connecting(createClient5({ url: url() }))).withTypeMapping(bytes),
      ],
      [
        'redis 6 with command options',
        async () => (await connecting(createClient({ url: url() }))).withCommandOptions({ timeout: 5000 }),
      ],
      ['a pool of redis 6', () => connecting(createClientPool({ url: url() }))],
      ['a pool of redis 5', () => connecting(createPool5({ url: url() }))],
      ['ioredis 6 with numbers as strings', async () => closing(new Ioredis(url(), { stringNumbers: true }))],
      ['ioredis 6 with automatic pipelines', async () => closing(new Ioredis(url(), { enableAutoPipelining: true }))],
      ['ioredis 6 with lazyConnect', async () => closing(new Ioredis(url(), { lazyConnect: true }))],
      ['ioredis 5 with lazyConnect', async () => closing(new Ioredis5(url(), { lazyConnect: true }))],
      ['ioredis 6 with a keyPrefix', async () => closing(new Ioredis(url(), { keyPrefix: 'app:' }))],
    ])('%s', async (_, open) => {
      const client = await open();
      await works(redisStore(client));
      await works(redisStore(client, { encryptionKeys }));
    });
  });

  it('a keyPrefix of ioredis comes before all keys, and what is sealed is bound to it', async () => {
    await server.command('FLUSHALL');
    const prefixed = redisStore(closing(new Ioredis(server.url, { keyPrefix: 'app:' })), { encryptionKeys });
    const { now } = await prefixed.read('k');
    await prefixed.write('k', { version: 'v1', issuedAt: now, expiresAt: undefined, data: 'd' }, 'me');
    expect(await server.command('KEYS', '*')).toEqual(['app:axios-client-credentials:{k}']);
    await server.command('COPY', 'app:axios-client-credentials:{k}', 'axios-client-credentials:{k}');
    const bare = redisStore(closing(new Ioredis(server.url)), { encryptionKeys });
    expect((await bare.read('k')).record).toMatchObject({ version: 'v1', data: undefined });
    const named = redisStore(closing(new Ioredis(server.url)), {
      prefix: 'app:axios-client-credentials:',
      encryptionKeys,
    });
    expect((await named.read('k')).record).toMatchObject({ version: 'v1', data: 'd' });
  });

  describe('that has no connection is not waited for', () => {
    it('redis that was never connected: the error says what to do', async () => {
      for (const client of [createClient({ url: server.url }), createClient5({ url: server.url })]) {
        await expect(redisStore(client).read('k')).rejects.toThrow(
          'The client is not connected: call `await client.connect()` first.',
        );
      }
    });

    it('redis that was closed', async () => {
      const client = await connecting(createClient({ url: server.url }));
      await works(redisStore(client));
      client.destroy();
      opened.pop();
      await expect(redisStore(client).read('k')).rejects.toThrow('The client is not connected');
    });

    it('ioredis that was closed', async () => {
      const client = closing(new Ioredis(server.url));
      await works(redisStore(client));
      const closed = new Promise((resolve) => client.once('end', resolve));
      client.disconnect();
      await closed;
      await expect(redisStore(client).read('k')).rejects.toThrow('The client is closed.');
    });

    it.each(Object.keys(clients))('%s that has lost its server; and it works again when that is back', async (name) => {
      const own = await startRedis();
      const open = await clients[name]!(own.url);
      try {
        const store = redisStore(open.client);
        await works(store);
        await own.kill();
        const { client } = open;
        await until(() => ('status' in client ? client.status !== 'ready' : client.isReady === false));
        // What is asked now must not wait in the queue of the client.
        await expect(store.read('k')).rejects.toThrow('The connection is lost; the client is trying to get it back.');
        await own.restart();
        for (;;) {
          const works = await store.read('k').then(
            () => true,
            () => false,
          );
          if (works) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await works(store);
      } finally {
        open.close();
        await own.stop();
      }
    });

    it('what is asked while it connects for the first time waits for the connection', async () => {
      const ioredis = closing(new Ioredis(server.url));
      await works(redisStore(ioredis));
      const client = closing(createClient({ url: server.url }));
      const connected = client.connect();
      await works(redisStore(client));
      await connected;
    });
  });

  describe.each(Object.keys(clients))('an error of %s', (name) => {
    const token = `secret-${'x'.repeat(20)}`;

    it('says why, and shows nothing of what was sent', async () => {
      const user = randomUUID();
      await server.command(
        'ACL',
        'SETUSER',
        user,
        'on',
        '>pass',
        '~axios-client-credentials:*',
        '+@all',
        '-evalsha',
        '-eval',
      );
      const url = server.url.replace('//', `//${user}:pass@`);
      const open = await clients[name]!(url);
      opened.push(open.close);
      const record = { version: `version-${token}`, issuedAt: 1e12, expiresAt: undefined, data: token };
      const error: unknown = await redisStore(open.client)
        .write('k', record, `owner-${token}`)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: expect.stringContaining('NOPERM') as unknown });
      const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
      expect(shown).not.toContain(token);
      expect(error).not.toHaveProperty('cause');
      expect(error).not.toHaveProperty('command');
    });

    it('of a server that knows no scripts quotes none of them', async () => {
      const own = await startRedis({ args: ['--rename-command', 'EVALSHA', '', '--rename-command', 'EVAL', ''] });
      const open = await clients[name]!(own.url);
      try {
        const record = { version: 'v', issuedAt: 1, expiresAt: undefined, data: token };
        const error = await redisStore(open.client, { prefix: 'p' })
          .write('k', record, 'o')
          .catch((reason: unknown) => reason);
        expect((error as Error).message).toMatch(/^ERR unknown command '?EVALSHA'?$/i);
      } finally {
        open.close();
        await own.stop();
      }
    });
  });

  it('a user who may do nothing but this is enough, also without the right to publish', async () => {
    const commands = '+evalsha +eval +time +hmget +hset +hdel +get +set +del +pttl +pexpire'.split(' ');
    const more = { 'redis 6': [], 'redis 5': [], 'ioredis 6': ['+info'], 'ioredis 5': ['+info'] };
    for (const [name, own] of Object.entries(more)) {
      const user = randomUUID();
      await server.command(
        'ACL',
        'SETUSER',
        user,
        'on',
        '>pass',
        'resetchannels',
        '~axios-client-credentials:*',
        ...commands,
        ...own,
      );
      const open = await clients[name]!(server.url.replace('//', `//${user}:pass@`));
      opened.push(open.close);
      await works(redisStore(open.client));
    }
  });
});
