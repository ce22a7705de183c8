import axios from 'axios';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { attachToken, clientCredentials } from '../../dist/index.js';
import { redisStore } from '../../dist/redis.js';

// One process of a fleet. It does what its test orders (`fleet.ts`), and tells no token: only what each begins with, hashed.

const EVENTS = [
  'token:requested',
  'token:issued',
  'token:shared',
  'token:failed',
  'token:rejected',
  'store:error',
  'store:recovered',
];

/** What the test has given it to begin with. */
let setting;
let clientSecret;
let skewMs = 0;
let aheadMs = 0;
let connections = [];
let agent;
let api;
let auth;
let events = {};
let storeErrors = [];
let steady;

/** Wall clock and monotonic clock, as far off as the test says. */
const clock = {
  now: () => Date.now() + skewMs + aheadMs,
  monotonic: () => performance.now() + aheadMs,
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};

const orders = {
  async start(given) {
    setting = given;
    ({ clientSecret, skewMs = 0 } = given);
    aheadMs = 0;
    await connect();
    attach();
  },

  /** As a process that has just been started: without a token, and with all that it remembers forgotten. */
  async anew() {
    await auth.close();
    attach();
  },

  /** Calls, all at once: how often each ended in which way. */
  calls: ({ count, scopes }) =>
    tally(
      Array.from({ length: count }, (_, index) => call(index, scopes && { token: { scope: `s${index % scopes}` } })),
    ),

  /** Calls without end, two at a time. */
  go() {
    const ends = {};
    let isOver = false;
    const run = async () => {
      while (!isOver) {
        const end = await call('steady');
        ends[end] = (ends[end] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const runs = [run(), run()];
    steady = {
      ends,
      stop: async () => {
        isOver = true;
        await Promise.all(runs);
        return ends;
      },
    };
  },

  /** How those ended. */
  halt: () => steady.stop(),

  token: async () => described(await auth.getToken()),
  refresh: async () => described(await auth.refresh()),
  invalidate: () => auth.invalidate(),

  status() {
    const [status] = auth.inspect();
    return { ...status, events, storeErrors, ends: { ...steady?.ends } };
  },

  /** The wall clock goes wrong. */
  skew({ ms }) {
    skewMs = ms;
  },

  /** Time passes. */
  advance({ ms }) {
    aheadMs += ms;
  },

  /** The secret in the environment is another one from now on. */
  secret({ value }) {
    clientSecret = value;
  },

  /** Closes everything that there is. */
  async rest() {
    await steady?.stop();
    steady = undefined;
    await auth?.close();
    for (const one of connections.splice(0)) await (one.destroy ?? one.disconnect).call(one);
    agent.destroy();
  },
};

process.on('message', async ({ id, order, ...given }) => {
  let told;
  try {
    told = { result: await orders[order](given) };
  } catch (error) {
    told = { fault: `${error.name} ${error.code}: ${error.message}` };
  }
  process.send({ id, ...told });
});
// Nothing else is to keep it alive. What still runs some time later is a fault, or its test was killed.
process.on('disconnect', () => setTimeout(() => process.exit(1), 20_000).unref());

async function connect() {
  const { client, ports, subscribes, isReachable = true } = setting;
  const make = await maker(client, ports);
  connections = await Promise.all(
    Array.from({ length: subscribes ? 2 : 1 }, async () => {
      const one = make();
      one.on('error', () => {});
      const ready = one.connect && client.startsWith('redis') ? one.connect() : once(one, 'ready');
      if (isReachable) await ready;
      else ready.catch(() => {});
      return one;
    }),
  );
}

/** A client as its users make them; only that it tries again sooner. */
async function maker(client, ports) {
  const isCluster = ports.length > 1;
  const retry = () => 100;
  if (client.startsWith('ioredis')) {
    const { Cluster, Redis } = await import(client);
    const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
    return () => (isCluster ? new Cluster(nodes) : new Redis({ ...nodes[0], retryStrategy: retry }));
  }
  const { createClient, createCluster } = await import(client);
  const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
  return () =>
    isCluster ? createCluster({ rootNodes }) : createClient({ ...rootNodes[0], socket: { reconnectStrategy: retry } });
}

function attach() {
  const { apiUrl, tokenUrl, clientId, source, options, store } = setting;
  const [client, subscriber] = connections;
  events = {};
  storeErrors = [];
  agent = new Agent({ keepAlive: true, maxSockets: 25 });
  api = axios.create({
    baseURL: apiUrl,
    httpAgent: agent,
    validateStatus: () => true,
  });
  auth = attachToken(api, clientCredentials({ tokenUrl, clientId, clientSecret: () => clientSecret, ...source }), {
    ...options,
    clock,
    store: redisStore(client, { ...store, subscriber }),
  });
  for (const name of EVENTS) auth.on(name, () => (events[name] = (events[name] ?? 0) + 1));
  auth.on('store:error', ({ operation, message }) => storeErrors.push(`${operation}: ${message}`));
}

async function call(name, config) {
  try {
    return String((await api.get(`/things/${name}`, config)).status);
  } catch (error) {
    return `${error.code}: ${error.message}`;
  }
}

async function tally(calls) {
  const ends = {};
  for (const end of await Promise.all(calls)) ends[end] = (ends[end] ?? 0) + 1;
  return ends;
}

const described = ({ accessToken }) => createHash('sha256').update(accessToken).digest('hex').slice(0, 12);
