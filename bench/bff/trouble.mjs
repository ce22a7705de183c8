import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from '../support/table.mjs';
import { startLane } from './lanes.mjs';

const path = '/api/overview'; // three API calls, with a token of each kind
const perSecond = 100;
/** How long a key is left alone that has failed three times in a row. */
const longestPauseMs = 4_000;

const revoke = (lane) => lane.revokeAll();
const off = (lane) => lane.power(false);
const on = (lane) => lane.power(true);

/** `happens`: `[ms after the first token, what is done]`. */
const scenarios = [
  {
    id: 'revocation',
    name: 'all tokens revoked, three times',
    lifetimeMs: 60_000,
    happens: [
      [1_000, revoke],
      [3_000, revoke],
      [5_000, revoke],
    ],
  },
  {
    id: 'outage',
    name: 'token endpoints out while tokens are to be renewed',
    lifetimeMs: 10_000,
    happens: [
      [1_000, off],
      [8_500, on],
    ],
  },
  {
    id: 'long-outage',
    name: 'token endpoints out for longer than tokens live',
    lifetimeMs: 2_000,
    happens: [
      [1_000, off],
      [5_000, on],
    ],
  },
];

/** What the users of a BFF see when tokens are revoked, and when there are no new ones. */
export async function inTrouble() {
  const results = await Promise.all(scenarios.map(play));
  printTable(
    `The example BFF in trouble: ${perSecond} requests/s, three API calls each`,
    ['what happens', 'requests', '2xx', '5xx: no token to be had', 'other', 'no answer', 'slowest ms'],
    results.map(({ name, answers, excused, failed, errors }) => [
      name,
      answers.length + errors,
      answers.length - excused - failed,
      excused,
      failed,
      errors,
      Math.round(Math.max(...answers.map(({ ms }) => ms))),
    ]),
    {
      note:
        'Second row: out from 1 s to 8.5 s, tokens live 10 s. Third row: out from 1 s to 5 s, tokens live 2 s. "No token to be had": from the\n' +
        `end of the last token until the endpoints are back, and for the pause after their failures, which is at most ${longestPauseMs / 1000} s here.`,
    },
  );
  return results.map(({ id, failed, errors }) => ({ id: `bff.${id}.failed`, value: failed + errors }));
}

async function play({ id, name, lifetimeMs, happens }) {
  const lane = await startLane({ name, auth: 'plugin', lifetimeMs });
  await lane.get(path); // the first tokens
  const start = performance.now();
  let backAt = 0;
  const script = happens.map(async ([at, what]) => {
    await sleep(at);
    await what(lane);
    if (what === on) backAt = performance.now() - start;
  });
  const { answers, errors } = await lane.load({ path, connections: 10, overallRate: perSecond, duration: 12 });
  await Promise.all(script);
  await lane.stop();

  const isExcused = ({ status, at }) =>
    status >= 500 && backAt > lifetimeMs && at > lifetimeMs && at < backAt + longestPauseMs;
  const bad = answers.filter(({ status }) => status < 200 || status > 299);
  const excused = bad.filter(isExcused).length;
  return { id, name, answers, errors, excused, failed: bad.length - excused };
}
