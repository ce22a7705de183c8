import axios from 'axios';
import {
  attachToken,
  clientCredentials,
  TokenConfigError,
  type TokenHandle,
  type TokenSource,
  type TokenStore,
} from '../../lib/index.js';
import { memoryStore } from '../../lib/testing/index.js';
import { turn, until } from '../support/turn.js';
import { attach, callsOf, protectedApi, record, rejection, sourceOf, tokenServer } from '../support/world.js';
import { OPERATIONS, StoreLine, type Trouble } from '../token/store-line.js';

// The option `store`: is it right, does it fit together with the others, and what does a handle show of it?

const source: TokenSource = {
  id: 'a source of our own',
  fetchToken: () => Promise.resolve({ accessToken: 'a', expiresInMs: 60_000 }),
};
const instance = (): ReturnType<typeof axios.create> => axios.create({ baseURL: 'https://api.example.com' });

function faultOf(make: () => unknown): TokenConfigError {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(TokenConfigError);
    return error as TokenConfigError;
  }
  throw new Error('was accepted');
}

describe('a wrong store', () => {
  const without = (name: keyof TokenStore): object => ({ ...memoryStore(), [name]: undefined });
  test.each<[string, unknown, RegExp]>([
    ['a text', 'redis://localhost', /got a string/],
    ['null', null, /got null/],
    ['an object without functions', {}, /got an object/],
    ['a function', memoryStore, /got a function/],
    ['a promise', Promise.resolve(memoryStore()), /got an object/],
    ['a store without `lease`', without('lease'), /lease/],
    ['a store without `remove`', without('remove'), /remove/],
  ])('%s is refused, and the message names what it must have', (_what, store, message) => {
    const error = faultOf(() => attachToken(instance(), source, { store: store as TokenStore }));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_CONFIG', option: 'store', message: expect.stringMatching(message) });
    for (const name of ['redisStore(client)', 'read', 'lease', 'write', 'fail', 'release', 'remove'])
      expect(error.message).toContain(name);
  });

  test('one without `changed`, and an instance of a class, are accepted; `undefined` is none', () => {
    attach(instance(), source, { store: { ...memoryStore(), changed: undefined } });
    attach(instance(), source, { store: new StoreLine(memoryStore()) });
    const { inspect, getToken } = attach(instance(), source, { store: undefined });
    return getToken().then(() => {
      expect(inspect()[0]).not.toHaveProperty('store');
    });
  });
});

describe('what does not go with a store', () => {
  const store = memoryStore();

  test('a function as the source: nothing tells that it is the same in another process', () => {
    const error = faultOf(() => attachToken(instance(), source.fetchToken, { store }));
    expect(error).toMatchObject({ option: 'store', message: expect.stringContaining('{ id, fetchToken }') });
  });

  test('revokeReplaced: others still use the token', () => {
    const revocable = { ...source, revokeToken: () => Promise.resolve() };
    const error = faultOf(() => attachToken(instance(), revocable, { store, revokeReplaced: true }));
    expect(error.message).toMatch(/revokeReplaced.*other processes/s);
    attach(instance(), revocable, { store, revokeReplaced: false });
  });

  test('a further instance on a handle: it belongs to the token side', () => {
    const auth = attach(instance(), source);
    const error = faultOf(() => attachToken(instance(), auth, { store }));
    expect(error).toMatchObject({ option: 'store', message: expect.stringContaining('belongs to the token side') });
    attach(instance(), attach(instance(), source, { store }));
  });

  test('close({ revoke: true }): the handle is closed, and nothing is revoked', async () => {
    const revoked: unknown[] = [];
    const revocable: TokenSource = {
      ...source,
      revokeToken: (token) => {
        revoked.push(token);
        return Promise.resolve();
      },
    };
    const auth = attach(instance(), revocable, { store });
    await auth.getToken();
    expect(await rejection(auth.close({ revoke: true }))).toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      option: 'revoke',
      message: expect.stringContaining('`store`'),
    });
    expect(revoked).toEqual([]);
    expect(await rejection(auth.getToken({ scope: 'x' }))).toMatchObject({ code: 'ERR_TOKEN_CLOSED' });
  });
});

/** Handles as processes, each with a line of its own to one store, and with the same source. */
async function fleet(count: number, options: { lifetimeSeconds?: number; timeoutMs?: number } = {}) {
  const { lifetimeSeconds, timeoutMs } = options;
  const server = await tokenServer(lifetimeSeconds === undefined ? {} : { lifetimeSeconds });
  const upstream = await protectedApi({ accepts: server });
  const store = memoryStore({ leaseMs: 300, timeoutMs }); // what hangs holds nobody up for long
  const members = Array.from({ length: count }, () => {
    const api = axios.create({ baseURL: upstream.url });
    const line = new StoreLine(store);
    const auth = attach(api, sourceOf(server), { store: line });
    return { api, line, auth, events: record(auth) };
  });
  return { server, upstream, store, members };
}

const storeOf = (auth: TokenHandle): unknown => auth.inspect()[0]?.store;

describe('inspect()', () => {
  test('says whose token it is: of all, of this process, or that the store is out of reach', async () => {
    const { members } = await fleet(2);
    const [one, other] = [members[0]!, members[1]!];
    await one.api.get('/things');
    await other.api.get('/things');
    await until(() => storeOf(one.auth) === 'shared');
    expect(storeOf(other.auth)).toBe('shared');

    other.line.always('reject');
    await other.auth.refresh();
    expect(storeOf(other.auth)).toBe('degraded');
    expect(storeOf(one.auth)).toBe('shared');
  });

  test('where the credential cannot be told the token is `local`', async () => {
    const api = axios.create({ baseURL: 'https://api.example.com' });
    const identify = (): string => {
      throw new Error('no such file');
    };
    const auth = attach(api, { ...source, identify }, { store: memoryStore() });
    const events = record(auth);
    await auth.getToken();
    expect(storeOf(auth)).toBe('local');
    expect(events.of('store:error')).toEqual([
      { name: 'store:error', operation: 'identify', message: 'Error: no such file', retryInMs: undefined },
    ]);
  });

  test('before anything was asked for there is nothing to show, and the store was not called', async () => {
    const { members } = await fleet(1);
    await turn();
    expect(members[0]!.auth.inspect()).toEqual([]);
    expect(members[0]!.line.count()).toBe(0);
  });
});

describe('the names in the store', () => {
  test('are hashes: neither the address, the client nor the secret can be read', async () => {
    const { members, server } = await fleet(1);
    await members[0]!.api.get('/things');
    const [{ args } = { args: [] }] = members[0]!.line.calls;
    expect(args[0]).toMatch(/^[\w-]{43,64}$/);
    for (const text of [server.tokenUrl, server.clientId, server.clientSecret])
      expect(JSON.stringify(members[0]!.line.calls)).not.toContain(text);
  });

  test('differ where the secret, the client, or what is asked for does; otherwise they are alike', async () => {
    const { members, server, store } = await fleet(2);
    const name = async (source: TokenSource, request = {}): Promise<unknown> => {
      const line = new StoreLine(store);
      const auth = attach(axios.create({ baseURL: 'https://api.example.com' }), source, { store: line });
      await auth.getToken(request).catch(() => undefined);
      return line.calls[0]!.args[0];
    };
    for (const { auth } of members) await auth.getToken();
    const names = await Promise.all([
      name(sourceOf(server, { clientSecret: 'another' })),
      name(sourceOf(server, { clientId: 'another' })),
      name(sourceOf(server), { scope: 'read' }),
      name(sourceOf(server), { tenant: 'one' }),
    ]);
    const usual = members.map(({ line }) => line.calls[0]!.args[0]);
    expect(usual[0]).toBe(usual[1]);
    expect(new Set([...usual, ...names]).size).toBe(5);
  });

  test('follow a secret that is rotated: the token of the old one is not read again', async () => {
    const clients = [{ clientId: 'bff', clientSecret: 'first' }];
    const server = await tokenServer({ clients });
    const line = new StoreLine(memoryStore());
    let secret = 'first';
    const auth = attach(
      axios.create({ baseURL: 'https://api.example.com' }),
      clientCredentials({ tokenUrl: server.tokenUrl, clientId: 'bff', clientSecret: () => secret }),
      { store: line },
    );
    const old = await auth.getToken();
    await until(() => storeOf(auth) === 'shared');
    clients[0]!.clientSecret = secret = 'second';
    const before = line.calls.length;
    const renewed = await auth.refresh();
    expect(renewed.accessToken).not.toBe(old.accessToken);
    const [first, later] = [line.calls[0]!, line.calls.slice(before)];
    expect(later.length).toBeGreaterThan(0);
    for (const { args } of later) expect(args[0]).not.toBe(first.args[0]);
  });
});

describe('events of a handle', () => {
  test('tell which process has asked, and who has taken it over; never a token', async () => {
    const { members, server } = await fleet(3);
    await Promise.all(members.map(({ api }) => callsOf(api, 10)));
    expect(server.requests).toHaveLength(1);
    const names = members.map(({ events }) => events.names().filter((name) => name.startsWith('token:')));
    expect(names.map((all) => all.join()).sort()).toEqual([
      'token:requested,token:issued',
      'token:shared',
      'token:shared',
    ]);
    const shared = members.flatMap(({ events }) => events.of('token:shared'));
    expect(shared[0]).toMatchObject({ key: 'k1', reason: 'missing', waiting: 10 });
    const told = JSON.stringify(members.map(({ events }) => events.all));
    expect(told).not.toContain((await members[0]!.auth.getToken()).accessToken);
  });

  test('tell of a store that fails', async () => {
    const { members } = await fleet(1);
    const { line, api, auth, events } = members[0]!;
    line.once('lease', 'reject');
    await api.get('/things');
    expect(events.of('store:error')).toMatchObject([
      { operation: 'lease', message: 'Error: connection reset', retryInMs: expect.any(Number) },
    ]);
    expect(storeOf(auth)).toBe('degraded');
  });
});

describe('a store in trouble fails no API call', () => {
  test.each<Trouble>(['hang', 'lose', 'reject', 'throw'])(
    'everything goes wrong (%s): calls, a refused token, the end',
    async (trouble) => {
      const { members, server, upstream } = await fleet(2, { timeoutMs: 20 });
      for (const { line } of members) line.always(trouble);
      for (const { api } of members) for (const { status } of await callsOf(api, 5)) expect(status).toBe(200);
      expect(server.requests).toHaveLength(2); // each by itself
      for (const { token } of upstream.requests) server.revoke(token!);
      for (const { api } of members) for (const { status } of await callsOf(api, 5)) expect(status).toBe(200);
      expect(server.requests).toHaveLength(4);
      for (const { auth } of members) await auth.close();
    },
  );

  test.each(OPERATIONS)('only `%s` hangs: calls, a refused token, a forced refresh', async (operation) => {
    const { members, server, upstream } = await fleet(2, { timeoutMs: 20 });
    for (const { line } of members) line.always('hang', [operation]);
    for (const { api } of members) for (const { status } of await callsOf(api, 5)) expect(status).toBe(200);
    for (const { token } of upstream.requests) server.revoke(token!);
    for (const { api } of members) for (const { status } of await callsOf(api, 5)) expect(status).toBe(200);
    for (const { auth } of members) expect(server.isActive((await auth.refresh()).accessToken)).toBe(true);
  });

  test('it keeps tokens that are none of ours: they are neither sent nor a reason to fail', async () => {
    const { members, upstream } = await fleet(2);
    const now = Date.now();
    const foreign = ['{"accessToken":"evil\\r\\nX: 1","format":1}', 'not ours', '{"format":2}', undefined];
    for (const { line } of members) {
      const lease = line.lease;
      let n = 0;
      (line as { lease: unknown }).lease = async (...args: Parameters<TokenStore['lease']>) => {
        const reading = await lease(...args);
        n += 1;
        if (n > foreign.length) return reading;
        const record = { version: `foreign-${n}`, issuedAt: now, expiresAt: now + 60_000, data: foreign[n - 1] };
        return { ...reading, record };
      };
    }
    for (const { api } of members) for (const { status } of await callsOf(api, 3)) expect(status).toBe(200);
    for (const { token } of upstream.requests) expect(token).not.toContain('evil');
  });

  test('it does not know a token that was revoked: one refusal, and all have the new one', async () => {
    const { members, server, upstream } = await fleet(4);
    await Promise.all(members.map(({ api }) => callsOf(api, 5)));
    expect(server.requests).toHaveLength(1);
    server.revoke(upstream.requests[0]!.token!);
    const answers = await Promise.all(members.map(({ api }) => callsOf(api, 5)));
    for (const { status } of answers.flat()) expect(status).toBe(200);
    expect(server.requests).toHaveLength(2);
  });
});
