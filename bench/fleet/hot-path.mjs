import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { attachToken, entry, ours } from '../contenders/ours.mjs';
import { bareContestants, compareInProcess, contestantOf } from '../support/in-process.mjs';
import { fixed, printTable, ratioWithInterval } from '../support/table.mjs';

const { redisStore } = await import(new URL('redis.js', entry));

/** A cached token: what is a call's time with a store, beside one without, and how many commands does Redis get? */
export async function measureHotPath(redis, { quick }) {
  const calls = 100;
  const rounds = quick ? 150 : 500;
  const client = await createClient({ url: redis.url }).connect();
  const store = redisStore(client);
  const plain = contestantOf(named('ours, no store'));
  const again = { ...contestantOf(named('ours, no store, again')), against: 2 };
  const shared = { ...contestantOf(named('ours, with a store', { store })), against: 2 };
  await shared.api.get('/warm-up'); // the token is there from here on
  const before = await settled(redis);
  if (before.sent < 2) throw new Error('the store was not used');
  const results = await compareInProcess([...bareContestants(), plain, again, shared], { rounds, calls });
  const after = await redis.commands();
  for (const { close } of [plain, again, shared]) await close();
  await client.close();

  const commands = after.sent + after.inScripts - before.sent - before.inScripts;
  printTable(
    'Hot path in process with a store: cached token, no-op adapter',
    ['contestant', 'µs per call', 'against', 'ratio (95 % interval)'],
    results.map(({ name, roundMs, ratio }, index) => [
      name,
      fixed(2)((roundMs * 1000) / calls),
      index < 3 ? 'bare axios' : 'ours, no store',
      ratioWithInterval(ratio),
    ]),
    {
      note:
        `${rounds} rounds of ${calls} calls each, in random order. "again" is a second instance of the same: noise.\n` +
        `Redis commands for the ${rounds * calls} calls with a store: ${commands}.`,
    },
  );
  return [
    { id: 'fleet.fresh-commands', value: commands },
    { id: 'fleet.hot-path', ...results[4].ratio, noise: Math.abs(results[3].ratio.value - 1) },
  ];
}

/** The commands so far, when there are no more of them. */
async function settled(redis) {
  for (let before = await redis.commands(); ;) {
    await sleep(200);
    const now = await redis.commands();
    if (now.sent === before.sent) return now;
    before = now;
  }
}

function named(name, settings = {}) {
  return {
    ...ours,
    name,
    attachFunction(api, requestToken) {
      const fetchToken = async () => {
        const { access_token, expires_in } = await requestToken();
        return { accessToken: access_token, expiresInMs: expires_in * 1000 };
      };
      const auth = attachToken(api, { id: 'bench', fetchToken }, settings);
      return () => auth.close();
    },
  };
}
