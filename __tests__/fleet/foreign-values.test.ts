import type { Reply } from '../support/resp.js';
import { describeRedis, type RedisServer } from '../support/redis-server.js';
import { type FleetOptions, PATIENT, recordsOf, startFleet } from './fleet.js';

const ENCRYPTED: Omit<FleetOptions, 'members'> = {
  ...PATIENT,
  store: { ...PATIENT.store, encryptionKeys: [{ id: 'one', key: Buffer.alloc(32, 1).toString('base64') }] },
};

type Spoil = (redis: RedisServer, key: string) => Promise<unknown>;

/** Changes what stands in each field of a record. */
const eachField =
  (change: (value: string, field: string) => string): Spoil =>
  async (redis, key) => {
    const fields = (await redis.command('HGETALL', key)) as string[];
    for (let index = 0; index < fields.length; index += 2)
      await redis.command('HSET', key, fields[index]!, change(fields[index + 1]!, fields[index]!));
  };
const onlyData = (change: (value: string) => string): Spoil =>
  eachField((value, field) => (field === 'data' ? change(value) : value));

const instead =
  (...parts: [command: string, ...args: (string | number | Buffer)[]]): Spoil =>
  async (redis, key): Promise<Reply> => {
    await redis.command('DEL', key);
    return redis.command(parts[0], key, ...parts.slice(1));
  };

const spoils: [string, Spoil][] = [
  ['a text', instead('SET', 'not one of ours')],
  ['bytes that are no text', instead('SET', Buffer.from([0xff, 0xfe, 0, 0x80]))],
  ['a list', instead('RPUSH', 'one', 'two')],
  ['a sorted set', instead('ZADD', 1, 'one')],
  ['a hash of others', instead('HSET', 'version', '7', 'name', 'somebody')],
  ['nothing', (redis, key) => redis.command('DEL', key)],
  ['empty fields', eachField(() => '')],
  ['half of every field', eachField((value) => value.slice(0, value.length / 2))],
  ['half of the data', onlyData((value) => value.slice(0, value.length / 2))],
  [
    'data with one sign changed',
    onlyData((value) => value.slice(0, -9) + (value.at(-9) === 'A' ? 'B' : 'A') + value.slice(-8)),
  ],
  ['data that is no JSON', onlyData(() => 'plain:{"format":1,"accessToken":')],
  ['data of a later format', onlyData(() => 'plain:{"format":2,"accessToken":"tok_of_somebody"}')],
  ['a token that fits into no header', onlyData(() => 'plain:{"format":1,"accessToken":"tok\\r\\nX-Evil: 1"}')],
  ['a token that is none', onlyData(() => 'plain:{"format":1,"accessToken":{"toString":1}}')],
  ['no data', (redis, key) => redis.command('HDEL', key, 'data')],
  ['times that are none', eachField((value, field) => (field.endsWith('At') ? 'NaN' : value))],
  ['times far ahead', eachField((value, field) => (field.endsWith('At') ? `9${value}` : value))],
  [
    'a failure that holds for ever',
    (redis, key) =>
      redis.command(
        'HSET',
        key,
        'failedAt',
        1,
        'failedUntil',
        9e15,
        'failure',
        'plain:{"format":1,"code":"ERR_TOKEN_ENDPOINT","message":"no","count":1}',
      ),
  ],
];

describeRedis('a fleet whose Redis holds', () => {
  test.each([
    ['readable tokens', PATIENT],
    ['sealed tokens', ENCRYPTED],
  ])(
    'something else under all its keys: calls are served, and the next write heals it (%s)',
    async (_how, settings) => {
      const { members, redis, server, issued } = await startFleet({ members: 2, ...settings });
      const [first, second] = members as [(typeof members)[0], (typeof members)[0]];
      await first.calls(1);
      const [name] = (await recordsOf(redis, 1)) as [string];
      for (const [what, spoil] of spoils) {
        const before = server.stats().requests;
        await spoil(redis, name);
        await first.anew();
        const served = await first.calls(5);
        await second.anew();
        const healed = await second.calls(5);
        expect({ what, served, healed }).toEqual({ what, served: { 200: 5 }, healed: { 200: 5 } });
        const requests = server.stats().requests - before;
        expect({ what, requests: requests <= 1 }).toEqual({ what, requests: true });
        const last = issued.at(-1);
        expect({ what, tokens: [await first.token(), await second.token()] }).toEqual({ what, tokens: [last, last] });
        expect({ what, errors: (await first.status()).storeErrors }).toEqual({ what, errors: [] });
      }
    },
  );

  test.each<[string, (redis: RedisServer, key: string) => Promise<unknown>]>([
    ['without an end', (redis, key) => redis.command('SET', key, 'somebody')],
    ['of another type', (redis, key) => redis.command('RPUSH', key, 'somebody')],
  ])('a lease %s: it counts as none', async (_what, put) => {
    const { members, redis, server } = await startFleet({ members: 2, ...PATIENT });
    const [first, second] = members as [(typeof members)[0], (typeof members)[0]];
    await first.calls(1);
    const [name] = (await recordsOf(redis, 1)) as [string];
    await redis.command('DEL', name);
    await put(redis, `${name}:lease`);
    await first.anew();
    await second.anew();
    expect(await first.calls(5)).toEqual({ 200: 5 });
    expect(await second.calls(5)).toEqual({ 200: 5 });
    expect(server.stats().requests).toBe(2);
  });

  test('a lease of nobody: calls are served before their time is over', async () => {
    const { members, redis } = await startFleet({ members: 1, ...PATIENT, options: { tokenTimeoutMs: 4000 } });
    const [first] = members as [(typeof members)[0]];
    await first.calls(1);
    const [name] = (await recordsOf(redis, 1)) as [string];
    await redis.command('DEL', name);
    await redis.command('SET', `${name}:lease`, 'nobody', 'PX', 600_000);
    await first.anew();
    expect(await first.calls(5)).toEqual({ 200: 5 });
  });

  test('a sealed token under another key: it is not used', async () => {
    const { members, redis, server, issued } = await startFleet({
      members: [{ source: { scope: 'read' } }, { source: { scope: 'write' } }],
      ...ENCRYPTED,
    });
    const [reader, writer] = members as [(typeof members)[0], (typeof members)[0]];
    await reader.calls(1);
    const [from] = (await recordsOf(redis, 1)) as [string];
    await writer.calls(1);
    const to = (await recordsOf(redis, 2)).find((name) => name !== from)!;
    await redis.command('COPY', from, to, 'REPLACE');
    await writer.anew();
    expect(await writer.calls(5)).toEqual({ 200: 5 });
    expect(await writer.token()).toBe(issued[2]);
    expect(server.stats().requests).toBe(3);
  });
});
