import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import type { AxiosInstance } from 'axios';
import { turn, until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { CLIENT, type Side } from './sides.js';

// What the tables of the guide say, by the words of their first column: what a side did, in the words of a cell.

const AT_ONCE = 100;

export const scenarios: Record<string, (side: Side) => Promise<string>> = {
  '100 calls at once, no token yet: token requests, failed calls': (side) => callsAtOnce(side),

  '100 calls at once, the token was revoked: token requests, failed calls': async (side) => {
    await side.api.get('/things');
    side.server.revokeAll();
    return callsAtOnce(side);
  },

  'the API answers 401 whatever the token, 20 calls within a second: API calls, token requests': async (side) => {
    const { api, server, upstream } = await warm(side);
    for (let call = 0; call < 20; call += 1) await rejection(api.get('/denied'));
    return `${upstream.stats().requests}, ${server.stats().requests}`;
  },

  'the token lives for 45 s more, the token endpoint is down: failed calls of 10': async (side) => {
    const { api, server, later } = await warm(side);
    await later(3_600_000 - 45_000);
    server.fail({ status: 503 }, Infinity);
    return String(await failures(Array.from({ length: 10 }, () => api.get('/things'))));
  },

  'the token has ended, one call: API calls, token requests': async (side) => {
    const { api, server, upstream, later } = await warm(side);
    await later(3_600_000);
    await api.get('/things');
    return `${upstream.stats().requests}, ${server.stats().requests}`;
  },

  'the token endpoint answers 503, 100 calls at once: token requests': async ({ api, server, later }) => {
    server.fail({ status: 503 }, Infinity);
    const failed = failures(callsTo(api));
    while (!(await hasSettled(failed))) if (server.stats().concurrent === 0) await later(100);
    return String(server.stats().requests);
  },

  'a call to another host, by an absolute URL: gets the token': async (side) => {
    const { api, elsewhere } = await warm(side);
    await Promise.allSettled([api.get(`${elsewhere.url}/things`)]); // without a token it says 401
    return elsewhere.requests[0]!.token === undefined ? 'no' : 'yes';
  },

  'an `Authorization` that the caller sets: is sent': async (side) => {
    const { api, upstream } = await warm(side);
    await Promise.allSettled([api.get('/things', { headers: { Authorization: 'Bearer my-own' } })]);
    return upstream.requests[0]!.token === 'my-own' ? 'yes' : 'no';
  },

  'the error of a refused token request, logged: shows the secret': async ({ api, server }) => {
    server.fail({ status: 401, error: 'invalid_client' }, Infinity);
    const error = await rejection(api.get('/things'));
    return [JSON.stringify(error), inspect(error)].some((text) => text.includes(CLIENT.clientSecret)) ? 'yes' : 'no';
  },

  'a caller aborts while a token is on its way: the call ends': async ({ api, server }) => {
    const hold = server.hold();
    const abort = new AbortController();
    const call = rejection(api.get('/things', { signal: abort.signal }));
    await hold.arrived();
    abort.abort();
    const answer = (await hasSettled(call)) ? 'at once' : 'with the token request';
    hold.release();
    await call;
    return answer;
  },

  'a stream as the body, and the token was revoked: the request is': async (side) => {
    const { api, server, upstream } = await warm(side);
    server.revokeAll();
    await Promise.allSettled([api.post('/upload', Readable.from(['payload']))]);
    const again = upstream.requests.slice(1);
    if (again.length === 0) return 'not sent again';
    return again.every(({ body }) => body.length === 0) ? 'sent again, empty' : 'sent again';
  },
};

/** Has a token; what was counted till then does not count. */
async function warm(side: Side): Promise<Side> {
  const { api, server, upstream } = side;
  await api.get('/things');
  server.resetStats();
  upstream.resetStats();
  return side;
}

/** No token comes before each of the calls is as far as it gets without one. */
async function callsAtOnce({ api, server, upstream }: Side): Promise<string> {
  server.resetStats();
  upstream.resetStats();
  const hold = server.hold();
  const failed = failures(callsTo(api));
  await Promise.race([hold.arrived(), failed]);
  if (upstream.stats().requests > 0) await until(() => upstream.stats().rejected === AT_ONCE);
  await hasSettled(failed);
  hold.release();
  const count = await failed;
  return `${server.stats().requests}, ${count}`;
}

function callsTo(api: AxiosInstance): Promise<unknown>[] {
  return Array.from({ length: AT_ONCE }, (_, call) => api.get(`/things/${call}`));
}

async function failures(calls: Promise<unknown>[]): Promise<number> {
  const settled = await Promise.allSettled(calls);
  return settled.filter(({ status }) => status === 'rejected').length;
}

/** Whether it is over, once what has arrived at this process was read and acted on: that takes a few turns. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  const note = (): void => void (isOver = true);
  promise.then(note, note);
  for (let count = 0; count < 20; count += 1) await turn();
  return isOver;
}
