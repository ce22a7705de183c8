/**
 * One process of a fleet. It can be a member of several fleets at a time: each is an attached instance of its own, whose token has
 * a key of its own.
 */
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import axios from 'axios';
import { createClient } from 'redis';
import { attachToken, clientCredentials, entry } from '../contenders/ours.mjs';
import { answering } from '../support/answering.mjs';
import { atPace } from '../support/load.mjs';

const { redisStore } = await import(new URL('redis.js', entry));

const clients = new Map(); // connections stay open, as in an application
const members = new Map();
let memberships = 0;

function connected(url, purpose) {
  const name = `${purpose} ${url}`;
  if (!clients.has(name))
    clients.set(
      name,
      createClient({ url })
        .on('error', () => {})
        .connect(),
    );
  return clients.get(name);
}

async function storeOf({ url, wakes, ...options }) {
  const client = await connected(url, 'commands');
  return redisStore(client, { ...options, ...(wakes && { subscriber: await connected(url, 'wake-ups') }) });
}

const does = {
  /** Becomes a member: an axios instance with the plugin, with a store where `redis` says which. */
  async join({ baseURL, endpoint, redis }) {
    const httpAgent = new http.Agent({ keepAlive: true });
    const api = axios.create({ baseURL, httpAgent, proxy: false });
    const source = clientCredentials(endpoint);
    const auth = attachToken(api, source, redis ? { store: await storeOf(redis) } : {});
    const one = { api, auth, httpAgent, storeErrors: 0 };
    auth.on('store:error', () => (one.storeErrors += 1));
    memberships += 1;
    members.set(memberships, one);
    return memberships;
  },
  /** One call, at a moment given where several are to call at once. */
  async call({ member, at = 0 }) {
    if (at > 0) await sleep(Math.max(0, at - Date.now()));
    const { api } = members.get(member);
    const start = performance.now();
    const failed = await api.get('/things').then(
      () => 0,
      () => 1,
    );
    return { ms: performance.now() - start, endedAt: Date.now(), failed };
  },
  /** Calls from one moment to another, of all its memberships at the same pace. */
  async work({ from, until, everyMs }) {
    await sleep(Math.max(0, from - Date.now()));
    const paces = [...members].map(async ([member, one]) => {
      const { api } = one;
      const calls = [];
      const send = () =>
        calls.push(
          api.get('/things').then(
            () => 0,
            () => 1,
          ),
        );
      send(); // all processes at once
      await sleep(everyMs * (randomBytes(1)[0] / 256)); // then each when it likes
      await atPace({ count: Math.floor((until - Date.now()) / everyMs), everyMs }, send);
      const failed = (await Promise.all(calls)).filter(Boolean).length;
      return [member, { calls: calls.length, failed, storeErrors: one.storeErrors }];
    });
    return Promise.all(paces);
  },
  async leave({ member }) {
    const { auth, httpAgent } = members.get(member);
    members.delete(member);
    await auth.close();
    httpAgent.destroy();
  },
};

answering(does);
