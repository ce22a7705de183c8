import { redisStore, type RedisStoreOptions } from '../../lib/redis/index.js';
import { tokenStoreContract } from '../../lib/testing/index.js';
import { clients, type OpenClient } from '../support/redis-clients.js';
import { describeRedis, type RedisServer, startRedis } from '../support/redis-server.js';

const encryptionKeys = [{ id: 'a', key: new Uint8Array(32).fill(7) }];
const variants: [string, RedisStoreOptions][] = [
  ['readable', {}],
  ['encrypted', { encryptionKeys }],
];

describeRedis('redisStore keeps the contract of a store', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  describe.each(Object.keys(clients))('with %s', (name) => {
    let open: OpenClient;
    let listening: OpenClient;

    beforeAll(async () => {
      open = await clients[name]!(server.url);
      listening = await open.duplicate();
    });
    afterAll(() => {
      open.close();
      listening.close();
    });

    // Sealing lies above the client: one will do.
    const some = name === 'redis 6' ? variants : variants.slice(0, 1);
    describe.each(some)('%s', (_, options) => {
      it.each(tokenStoreContract)('$name', ({ run }) =>
        run(() => redisStore(open.client, { ...options, subscriber: listening.client })),
      );
    });
  });
});
