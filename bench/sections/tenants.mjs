import { randomBytes } from 'node:crypto';
import axios from 'axios';
import { LRUCache } from 'lru-cache';
import { attachToken, clientCredentials } from '../contenders/ours.mjs';
import { heapUsed } from '../support/heap.mjs';
import { compareInRounds } from '../support/rounds.mjs';
import { seededRandom } from '../support/statistics.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';

const count = 10_000;
const baseURL = 'https://api.example.com';

/** What 10,000 tenants cost: memory for each, and a call of one of them beside a call where there is only one. */
export async function run(options) {
  return [...(await memoryOfTenants()), ...(await callsOfTenants(options))];
}

const sources = [
  { id: 'function', name: 'a function', attach: (api) => attachToken(api, issueByHand, { maxKeys: count }) },
  {
    id: 'endpoint',
    name: 'clientCredentials',
    attach: (api) =>
      attachToken(
        api,
        clientCredentials({
          tokenUrl: 'https://auth.example.com/token',
          clientId: 'bench',
          clientSecret: 'secret',
          params: { account: ({ tenant }) => tenant },
        }),
        { maxKeys: count, http: { adapter: issuing } },
      ),
  },
];

async function memoryOfTenants() {
  const rows = [];
  const measurements = [];
  for (const { id, name, attach } of sources) {
    const warm = attach(create());
    await fill(warm, 'warm-up', 1_000); // what Node, axios and the plugin keep for themselves
    await warm.close();

    const auth = attach(create());
    const before = await heapUsed();
    await fill(auth, 'tenant', count);
    const grown = (await heapUsed()) - before;
    if (auth.inspect().length !== count) throw new Error(`${auth.inspect().length} tenants are held`);
    await auth.close();
    rows.push([name, count, fixed(1)(grown / 1024 / 1024), fixed(0)(grown / count)]);
    measurements.push({ id: `tenants.bytes.${id}`, value: Math.round(grown / count) });
  }
  printTable(
    'Memory of many tenants: heap after a garbage collection',
    ['source', 'tenants', 'MB', 'bytes each'],
    rows,
    {
      note: 'A name of about 12 characters and a token of 64 are among them: what is longer in a real one comes on top.',
    },
  );
  return measurements;
}

async function callsOfTenants({ quick }) {
  const calls = 100;
  const rounds = quick ? 200 : 1_200;
  const random = seededRandom(2);
  const anyOne = () => Math.floor(random() * count);
  const contestants = [
    await plugged('one tenant', 1, () => 0),
    await plugged('one tenant again', 1, () => 0),
    await plugged(`the same one of ${count}`, count, () => 77),
    byHand(`by hand: any of ${count}`, anyOne),
    { ...(await plugged(`any of ${count}`, count, anyOne)), against: 3 },
  ];
  const results = await compareInRounds(
    contestants.map(({ name, against, call }) => ({
      name,
      against,
      async run() {
        for (let index = 0; index < calls; index += 1) await call();
      },
    })),
    { rounds, warmUps: 100 },
  );
  for (const { close } of contestants) await close?.();

  const [, again, same, , any] = results;
  printTable(
    'A call with a cached token, in process: one tenant, and many',
    ['contestant', 'µs per call', 'against', 'ratio (95 % interval)'],
    results.map(({ name, roundMs, ratio }, index) => [
      name,
      fixed(2)((roundMs * 1000) / calls),
      index === 0 ? '' : contestants[contestants[index].against ?? 0].name,
      index === 0 ? '' : ratioWithInterval(ratio),
    ]),
    {
      note:
        `${rounds} rounds of ${calls} calls each, in random order. "again" is a second instance of the same: noise. "any": what is\n` +
        'looked at lies in memory and not in the caches of the processor, whoever keeps it. "by hand" is an `lru-cache` of\n' +
        'tokens by tenant, from which each call takes its header.',
    },
  );
  const noise = Math.abs(again.ratio.value - 1);
  return [
    { id: 'tenants.same', ...same.ratio, noise },
    { id: 'tenants.any', ...any.ratio, noise },
  ];
}

async function plugged(name, tenants, draw) {
  const api = create();
  const auth = attachToken(api, issueByHand, { maxKeys: count });
  await fill(auth, 'tenant', tenants);
  const asking = Array.from({ length: tenants }, (_, index) => ({ token: { tenant: `tenant-${index}` } }));
  await checkOwner(api, asking[0], 'tenant-0');
  await checkOwner(api, asking.at(-1), `tenant-${tenants - 1}`);
  return { name, call: () => api.get('/things', asking[draw()]), close: () => auth.close() };
}

/** What one would write: no expiry, no renewal, nothing but a token for each. */
function byHand(name, draw) {
  const api = create();
  const tokens = new LRUCache({ max: count });
  const names = Array.from({ length: count }, (_, index) => `tenant-${index}`);
  for (const tenant of names) tokens.set(tenant, { accessToken: tokenOf(tenant) });
  const call = () =>
    api.get('/things', { headers: { Authorization: `Bearer ${tokens.get(names[draw()]).accessToken}` } });
  return { name, call };
}

/** Fast because it does nothing would be no result: a call carries the token of its own tenant. */
async function checkOwner(api, config, tenant) {
  let sent;
  const adapter = (request) => {
    sent = request.headers.Authorization;
    return nothing(request);
  };
  await api.get('/things', { ...config, adapter });
  if (!sent?.startsWith(`Bearer ${tenant}.`)) throw new Error(`${tenant} does not send its token`);
}

async function fill(auth, name, tenants) {
  for (let index = 0; index < tenants; index += 1) await auth.getToken({ tenant: `${name}-${index}` });
}

const create = () => axios.create({ baseURL, adapter: nothing });
const answer = (config, data) =>
  Promise.resolve({ data, status: 200, statusText: 'OK', headers: {}, config, request: null });
const nothing = (config) => answer(config, '');

const tokenOf = (tenant) => `${tenant}.${randomBytes(32).toString('hex')}`.slice(0, 64);
const issueByHand = async ({ tenant }) => ({ accessToken: tokenOf(tenant), expiresInMs: 86_400_000 });
const issuing = (config) => {
  const tenant = new URLSearchParams(config.data).get('account');
  return answer(config, JSON.stringify({ access_token: tokenOf(tenant), token_type: 'Bearer', expires_in: 86_400 }));
};
