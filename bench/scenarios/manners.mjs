import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { burst } from '../support/load.mjs';
import { setUp } from './set-up.mjs';

export const foreignOrigin = {
  name: 'token sent to another origin on an absolute URL',
  ideal: 'no',
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, { warm: true });
    await burst(1, () => api.get(world.foreignUrl));
    const { foreignTokens } = await counts();
    await tearDown();
    return { cell: foreignTokens > 0 ? 'yes' : 'no', measured: { 'foreign.tokens': foreignTokens } };
  },
};

export const ownAuthorization = {
  name: "caller's own Authorization kept",
  ideal: 'yes',
  async run(contender, server) {
    const { api, counts, tearDown } = await setUp(contender, server, { warm: true });
    const own = 'Basic b3duOm93bg==';
    await burst(1, () => api.get('/things', { headers: { Authorization: own } }));
    const { authorizations } = await counts();
    await tearDown();
    const replaced = authorizations.filter((sent) => sent !== own).length;
    return { cell: replaced > 0 ? 'no' : 'yes', measured: { 'own-header.replaced': replaced } };
  },
};

export const abort = {
  name: "caller's abort during a token call takes effect",
  ideal: 'at once',
  async run(contender, server) {
    const { api, tearDown } = await setUp(contender, server, { faults: { tokenDelayMs: 300 } });
    const controller = new AbortController();
    const call = api.get('/things', { signal: controller.signal });
    const settled = call.then(
      () => performance.now(),
      () => performance.now(),
    );
    await sleep(50);
    const aborted = performance.now();
    controller.abort();
    const took = (await settled) - aborted;
    await tearDown();
    return { cell: took < 100 ? 'at once' : `after ${took.toFixed(0)} ms`, measured: { 'abort.ms': took } };
  },
};

export const secretInError = {
  name: 'client secret visible in the thrown error',
  ideal: 'no',
  async run(contender, server) {
    const { api, world, tearDown } = await setUp(contender, server, { faults: { endpoint: 'denies' } });
    const error = await api.get('/things').catch((reason) => reason);
    await tearDown();
    const { clientId, clientSecret } = world.endpoint;
    const secrets = [clientSecret, Buffer.from(`${clientId}:${clientSecret}`).toString('base64')];
    const shows = (text) => secrets.some((secret) => text.includes(secret));
    const places = [
      ['JSON', JSON.stringify(error)],
      ['inspect', inspect(error, { depth: 8, breakLength: Infinity })],
    ].filter(([, text]) => shows(text));
    return {
      cell: places.length > 0 ? `yes: ${places.map(([place]) => place).join(', ')}` : 'no',
      measured: { 'secret.visible': places.length },
    };
  },
};

export const streamBody = {
  name: 'stream body on a 401',
  ideal: 'not resent',
  mostlyWaits: true,
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, { warm: true });
    await world.revokeAll();
    const body = Readable.from([Buffer.alloc(40_000, 'a'), Buffer.alloc(40_000, 'b')]);
    const { pending } = await burst(1, () => api.post('/things', body, { maxRedirects: 0 }), 3_000);
    const { bodySizes, apiCalls } = await counts();
    await tearDown();
    const resent = apiCalls - 1;
    const how = pending > 0 ? 'hangs' : bodySizes[1] === 0 ? 'sent empty' : 'resent';
    return { cell: resent > 0 ? how : 'not resent', measured: { 'stream.resent': resent } };
  },
};
