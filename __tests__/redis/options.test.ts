import { inspect } from 'node:util';
import Ioredis from 'ioredis';
import { createClient } from 'redis';
import { type EncryptionKey, type NodeRedisClient, redisStore } from '../../lib/redis/index.js';
import { faultOf } from '../support/config-fault.js';

const client: NodeRedisClient = { isOpen: true, evalSha: async () => [], eval: async () => [] };
const bytes = Uint8Array.from({ length: 32 }, (_, index) => 200 + index);
const secret = Buffer.from(bytes).toString('base64');

const clients =
  'redisStore: `client` must be a client of the package redis 5 or 6 (`createClient()`) or ioredis 5 or 6 (`new Redis()`), not in legacy mode; ';

describe('a client that is none is refused', () => {
  test.each<[string, unknown, string]>([
    ['an address', 'redis://localhost', `${clients}got a string.`],
    ['nothing', undefined, `${clients}got undefined.`],
    ['another object', { get: () => null }, `${clients}got an object.`],
    ['a legacy client', createClient().legacy(), `${clients}got an object.`],
    [
      'a client that is still to come',
      new Promise(() => {}),
      'redisStore: `client` is a promise: await it, and give what it resolves to.',
    ],
  ])('%s', (_, wrong, message) => {
    const fault = faultOf(() => redisStore(wrong as NodeRedisClient));
    expect(fault.message).toBe(message);
    expect(fault.option).toBe('client');
  });

  test.each(['{a}', Buffer.from('b{')])('an ioredis client whose keyPrefix has braces: %s', (keyPrefix) => {
    const ioredis = new Ioredis({ lazyConnect: true, keyPrefix: keyPrefix as string });
    expect(faultOf(() => redisStore(ioredis)).message).toBe(
      'redisStore: `client` has a `keyPrefix` with braces: they would move the two keys of a token apart.',
    );
  });
});

const keys = 'must be 32 bytes, or a text of them in base64, base64url or hex';

test.each<[unknown, string, string]>([
  [{ prefx: 'a' }, 'prefx', 'redisStore: unknown option `prefx`. Did you mean `prefix`?'],
  [
    { prefix: 7 },
    'prefix',
    'must be a non-empty string without braces: they would move the two keys of a token apart; got a number.',
  ],
  [{ prefix: '' }, 'prefix', 'must be a non-empty string without braces'],
  [{ prefix: 'a{b}' }, 'prefix', 'must be a non-empty string without braces'],
  [{ leaseMs: 49 }, 'leaseMs', 'must be a number of milliseconds from 50 to 600000; got a number.'],
  [{ leaseMs: '3s' }, 'leaseMs', 'must be a number of milliseconds from 50 to 600000; got a string.'],
  [{ timeoutMs: 0 }, 'timeoutMs', 'must be a number of milliseconds from 1 to 60000; got a number.'],
  [{ timeoutMs: NaN }, 'timeoutMs', 'must be a number of milliseconds from 1 to 60000'],
  [{ subscriber: {} }, 'subscriber', 'must be a client of the package redis 5 or 6'],
  [{ subscriber: client }, 'subscriber', 'must be a connection of its own, such as `client.duplicate()`'],
  [{ encryptionKeys: {} }, 'encryptionKeys', 'must be an array of at least one `{ id, key }`; got an object.'],
  [{ encryptionKeys: [] }, 'encryptionKeys', 'must be an array of at least one `{ id, key }`'],
  [{ encryptionKeys: null }, 'encryptionKeys', 'must be an array of at least one `{ id, key }`; got null.'],
  [{ encryptionKeys: [secret] }, 'encryptionKeys[0]', 'must be an object `{ id, key }`; got a string.'],
  [
    { encryptionKeys: [{ id: 'a b', key: bytes }] },
    'encryptionKeys[0].id',
    'must be a text of 1 to 64 letters, digits',
  ],
  [{ encryptionKeys: [{ key: bytes }] }, 'encryptionKeys[0].id', 'got undefined.'],
  [
    {
      encryptionKeys: [
        { id: 'a', key: bytes },
        { id: 'a', key: bytes },
      ],
    },
    'encryptionKeys[1].id',
    'is the id of an earlier key too: each needs its own.',
  ],
  [
    { encryptionKeys: [{ id: 'a', key: undefined }] },
    'encryptionKeys[0].key',
    'is missing. Is the environment variable that holds it set?',
  ],
  [{ encryptionKeys: [{ id: 'a', key: new Uint16Array(16) }] }, 'encryptionKeys[0].key', `${keys}; got an object.`],
  [{ encryptionKeys: [{ id: 'a', key: bytes.slice(0, 16) }] }, 'encryptionKeys[0].key', `${keys}; got 16 bytes.`],
  [{ encryptionKeys: [{ id: 'a', key: secret.slice(0, 40) }] }, 'encryptionKeys[0].key', `${keys}; got 30 bytes.`],
  [
    { encryptionKeys: [{ id: 'a', key: 'pass phrase!' }] },
    'encryptionKeys[0].key',
    `${keys}; got a text of 12 characters that is none of these.`,
  ],
  [
    { encryptionKeys: [{ id: 'a', key: secret.slice(0, 41) }] },
    'encryptionKeys[0].key',
    `${keys}; got a text of 41 characters`,
  ],
  [
    { encryptionKeys: [{ id: 'a', key: secret, ky: 1 }] },
    'encryptionKeys[0].ky',
    'unknown option `encryptionKeys[0].ky`. Did you mean `encryptionKeys[0].key`?',
  ],
])('an option is refused: %#', (options, option, message) => {
  const fault = faultOf(() => redisStore(client, options as object));
  expect(fault.option).toBe(option);
  expect(fault.message).toContain(message);
  expect(inspect(fault)).not.toContain(secret.slice(0, 40));
});

test('a key may be bytes, a Buffer, or text in base64, base64url or hex', () => {
  const buffer = Buffer.from(bytes);
  for (const key of [bytes, buffer, secret, buffer.toString('base64url'), buffer.toString('hex')]) {
    expect(() => redisStore(client, { encryptionKeys: [{ id: 'a', key }] })).not.toThrow();
  }
});

test('what the store is made with is not to be seen on it', () => {
  const encryptionKeys: EncryptionKey[] = [{ id: 'a', key: secret }];
  const store = redisStore(client, { prefix: 'app:', encryptionKeys, leaseMs: 500 });
  expect(inspect(store, { depth: 10, showHidden: true })).toBe('[redisStore app:]');
  expect(JSON.stringify(store)).toBe('{"leaseMs":500,"timeoutMs":100}');
});

test('without a subscriber there is no wake-up', () => {
  expect(redisStore(client)).toMatchObject({ leaseMs: 3000, timeoutMs: 100 });
  expect(redisStore(client)).not.toHaveProperty('changed');
});
