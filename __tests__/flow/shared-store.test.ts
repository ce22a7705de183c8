import axios, { type AxiosInstance } from 'axios';
import type { AttachTokenOptions, ClientCredentialsOptions, TokenHandle, TokenStore } from '../../lib/index.js';
import { memoryStore, type ProtectedApi, type TokenServer, type TokenServerOptions } from '../../lib/testing/index.js';
import { attach, callsOf, protectedApi, record, type RecordedEvents, sourceOf, tokenServer } from '../support/world.js';

interface Process {
  api: AxiosInstance;
  auth: TokenHandle;
  events: RecordedEvents;
}

/** Instances with one store in common are what processes are. */
async function startFleet(options: TokenServerOptions = {}) {
  const server = await tokenServer(options);
  const upstream = await protectedApi({ accepts: server });
  const store = memoryStore({ timeoutMs: 5000 });
  const start = (more: AttachTokenOptions = {}): Process =>
    processOf(server, upstream, { store, ...more }, { reissue: options.reissue });
  return { server, upstream, store, start };
}

function processOf(
  server: TokenServer,
  upstream: ProtectedApi,
  options: AttachTokenOptions,
  source: Partial<ClientCredentialsOptions> = {},
): Process {
  const api = axios.create({ baseURL: upstream.url });
  const auth = attach(api, sourceOf(server, source), options);
  return { api, auth, events: record(auth) };
}

const statuses = (answers: { status: number }[]): Set<number> => new Set(answers.map(({ status }) => status));

it('makes one token request for 8 processes that start with 50 calls each', async () => {
  const { server, start } = await startFleet();
  const fleet = Array.from({ length: 8 }, () => start());
  const answers = await Promise.all(fleet.map(({ api }) => callsOf(api, 50)));
  expect(statuses(answers.flat())).toEqual(new Set([200]));
  expect(server.stats().requests).toBe(1);
  expect(fleet.map(({ auth }) => auth.inspect()[0]!.store)).toEqual(fleet.map(() => 'shared'));
  expect(fleet.filter(({ events }) => events.of('token:issued').length === 1)).toHaveLength(1);
  expect(fleet.filter(({ events }) => events.of('token:shared').length === 1)).toHaveLength(7);
});

it('asks the store nothing while the token is fresh', async () => {
  const { store, start } = await startFleet();
  const asked: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(store).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'function'
        ? (...given: unknown[]): unknown => {
            asked.push(name);
            return (value as (...given: unknown[]) => unknown)(...given);
          }
        : value,
    ]),
  ) as unknown as TokenStore;
  const { api } = start({ store: counted });
  await api.get('/things');
  const before = [...asked];
  await callsOf(api, 100);
  expect(asked).toEqual(before);
});

it('serves a call whose token was refused, though what another process had brought is refused as well', async () => {
  const { server, upstream, start } = await startFleet();
  const [first, second] = [start(), start()];
  await first.api.get('/things');
  await second.api.get('/things');
  await first.auth.refresh(); // the second process does not know of this one yet
  server.revokeAll();
  upstream.resetStats();
  expect((await second.api.get('/things')).status).toBe(200);
  expect(upstream.stats()).toMatchObject({ requests: 3, rejected: 2 });
  expect(server.stats().requests).toBe(3);
  expect((await first.api.get('/things')).status).toBe(200);
  expect(server.stats().requests).toBe(3);
});

it('sends a call no more than three times, however many tokens others bring', async () => {
  const { upstream, store, start } = await startFleet();
  const first = start();
  // Whenever the second process looks, the first has just brought another one.
  const lease: TokenStore['lease'] = async (key, request) => {
    await first.auth.refresh();
    return store.lease(key, request);
  };
  const second = start({ store: { ...store, lease } });
  await second.api.get('/things');
  upstream.resetStats();
  upstream.rejectNext(10);
  await expect(second.api.get('/things')).rejects.toMatchObject({ response: { status: 401 } });
  expect(upstream.stats().requests).toBe(3);
});

it('finds the token of another process after a 401, where a new token ends the old one', async () => {
  const { server, start } = await startFleet({ reissue: 'replaces' });
  const fleet = Array.from({ length: 4 }, () => start());
  await Promise.all(fleet.map(({ api }) => api.get('/things')));
  for (let round = 0; round < 6; round += 1) {
    await fleet[round % 4]!.auth.refresh();
    const answers = await Promise.all(fleet.map(({ api }) => callsOf(api, 10)));
    expect(statuses(answers.flat())).toEqual(new Set([200]));
  }
  expect(server.stats().requests).toBe(7);
});

it('never shares between two secrets, scopes or tenants', async () => {
  const { server, upstream, store } = await startFleet();
  const one = processOf(server, upstream, { store });
  const other = axios.create({ baseURL: upstream.url });
  attach(other, sourceOf(server, { clientSecret: () => Promise.resolve(server.clientSecret), scope: 'read' }), {
    store,
  });
  await one.api.get('/things');
  await one.api.get('/things', { token: { scope: 'write' } });
  await one.api.get('/things', { token: { tenant: 'b' } });
  await other.get('/things');
  expect(server.stats().requests).toBe(4);
});

it('never shares between what the option `http` adds to the token requests', async () => {
  const { server, upstream, store } = await startFleet();
  for (const tenant of ['acme', 'globex', 'acme']) {
    const { api } = processOf(server, upstream, { store, http: { headers: { 'X-Tenant': tenant } } });
    await api.get('/things');
  }
  expect(server.stats().requests).toBe(2);
});
