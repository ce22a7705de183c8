import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { entry } from '../contenders/ours.mjs';
import { quantile } from '../support/statistics.mjs';
import { fixed, printTable } from '../support/table.mjs';

const { redisStore } = await import(new URL('redis.js', entry));

const encryptionKeys = [{ id: 'bench', key: '0123456789abcdef'.repeat(4) }];
const data = JSON.stringify({ accessToken: 'a'.repeat(1_000) });

/** How long each operation of the store takes over loopback, one at a time, beside a PING of the same client. */
export async function measureOperations({ url, port }, { quick }) {
  const rounds = quick ? 300 : 2_000;
  const node = await createClient({ url }).connect();
  const io = new Redis(port, '127.0.0.1');
  const stores = [node, io].flatMap((client) =>
    [undefined, encryptionKeys].map((keys) => ({
      name: `${client === node ? 'node-redis' : 'ioredis'}${keys ? ', encrypted' : ''}`,
      ping: () => client.ping(),
      ...operationsOf(redisStore(client, { encryptionKeys: keys })),
    })),
  );

  const operations = ['ping', 'read', 'lease', 'write'];
  const samples = stores.map(() => operations.map(() => []));
  for (let round = -100; round < rounds; round += 1) {
    for (const [index, store] of stores.entries()) {
      for (let step = 0; step < operations.length; step += 1) {
        const which = (step + round + 100) % operations.length; // in another order every time
        const start = performance.now();
        await store[operations[which]]();
        if (round >= 0) samples[index][which].push((performance.now() - start) * 1000);
      }
    }
  }
  await node.close();
  io.disconnect();

  const microseconds = fixed(0);
  printTable(
    'Operations of the Redis store over loopback, one at a time: µs, median / 99th percentile',
    ['client', ...operations],
    stores.map(({ name }, index) => [
      name,
      ...samples[index].map((all) => `${microseconds(quantile(all, 0.5))} / ${microseconds(quantile(all, 0.99))}`),
    ]),
    { note: `${rounds} of each, in turn; a token of 1 kB.` },
  );
}

/** Each checks that it has done what it is measured for. */
function operationsOf(store) {
  const key = randomUUID();
  const owner = randomUUID();
  let version;
  const check = (isRight, operation) => {
    if (!isRight) throw new Error(`${operation} does not do what it should`);
  };
  const write = async () => {
    const issuedAt = Date.now();
    version = randomUUID();
    const { record } = await store.write(key, { version, issuedAt, expiresAt: issuedAt + 3_600_000, data }, owner);
    check(record?.version === version, 'write');
  };
  return {
    async read() {
      if (version === undefined) await write();
      const { record } = await store.read(key);
      check(record?.data === data, 'read');
    },
    async lease() {
      if (version === undefined) await write();
      const { granted } = await store.lease(key, { owner, ms: 3_000, known: version });
      check(granted, 'lease');
    },
    write,
  };
}
