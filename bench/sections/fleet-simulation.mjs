import axios from 'axios';
import { attachToken, entry } from '../contenders/ours.mjs';
import { SimulatedTime } from '../support/simulated-time.mjs';
import { fixed, printTable } from '../support/table.mjs';

const { memoryStore } = await import(new URL('testing.js', entry));

const SECOND = 1000;
const FETCH_MS = 200;
/** One way to the store. */
const STORE_MS = 0.25;
const STARTS_WITHIN_MS = 10 * SECOND;
const CLOCKS_WITHIN_MS = 4 * SECOND;
const ROLLOVERS = 1;

const loads = [
  { id: 'hour', name: '3600 s, a call in 30 s', lifetimeMs: 3600 * SECOND, everyMs: 30 * SECOND },
  { id: 'minutes', name: '300 s, a call in 1 s', lifetimeMs: 300 * SECOND, everyMs: SECOND },
];

/** A fleet far larger than this machine, in simulated time: how much does it ask of the token endpoint and of the store? */
export async function run({ quick }) {
  const size = quick ? 2000 : 10_000;
  const measurements = [];
  await loadEverything();
  for (const isJittered of [true, false]) {
    const rows = [];
    // Where all happens in one instant, the loads do not differ.
    for (const load of isJittered ? loads : loads.slice(0, 1)) {
      for (const wakes of [true, false]) {
        const phases = await simulate({ ...load, size, isJittered, wakes });
        rows.push(...phases.map((phase) => rowOf(phase, load, size, wakes)));
        const id = `simulation.${isJittered ? 'jittered' : 'at-once'}.${load.id}.${wakes ? 'wakes' : 'polls'}`;
        measurements.push(
          { id: `${id}.requests`, value: Math.max(...phases.map(({ requests }) => requests)) },
          { id: `${id}.commands`, value: Math.max(...phases.map(({ commands }) => commands / size)) },
        );
      }
    }
    printTable(
      `A simulated fleet of ${size} processes, ${isJittered ? 'with jitter' : 'without any jitter: all at once'}`,
      [
        'tokens live',
        'waiters',
        'phase',
        'token requests',
        'commands per process',
        'peak commands/s',
        'peak in 10 ms',
        'wake-ups',
        'calls waited',
        'longest ms',
      ],
      rows,
      {
        note: isJittered
          ? 'The real algorithm on a fake clock. A token request takes 200 ms, a store command 0.5 ms. The processes start within 10 s,\n' +
            'and their wall clocks are up to 2 s wrong. Each phase is one token lifetime.'
          : 'The same, but all processes start and call in the same instants, and draw the same random numbers.',
      },
    );
  }
  return measurements;
}

/** What is imported when it is first needed takes real time. */
async function loadEverything() {
  const api = axios.create({ baseURL: 'https://api.test' });
  const fetchToken = async () => ({ accessToken: 'first', expiresInMs: SECOND });
  const auth = attachToken(api, { id: 'first', fetchToken }, { store: memoryStore() });
  await auth.getToken();
  await auth.close();
}

function rowOf({ name, requests, commands, bySecond, byInstant, wakeUps, waited, longestMs }, load, size, wakes) {
  const peak = (counts) => Math.max(0, ...counts.values());
  return [
    load.name,
    wakes ? 'are woken' : 'ask again',
    name,
    requests,
    fixed(2)(commands / size),
    peak(bySecond),
    peak(byInstant),
    wakeUps,
    waited,
    fixed(0)(longestMs),
  ];
}

async function simulate({ size, isJittered, wakes, lifetimeMs, everyMs }) {
  const time = new SimulatedTime();
  let phase = phaseOf('cold start');
  const phases = [phase];
  const store = remoteStore(time, wakes, () => phase);
  const fetchToken = () => {
    phase.requests += 1;
    const accessToken = `token-${Math.floor(time.now)}-${phase.requests}`;
    return new Promise((resolve) => time.after(FETCH_MS, () => resolve({ accessToken, expiresInMs: lifetimeMs })));
  };
  // While a token is fresh, calls ask nothing of anybody: those are left out.
  const busy = windows(lifetimeMs, everyMs);
  const awake = (at) => busy.find(({ to }) => at <= to)?.from ?? Infinity;
  for (let index = 0; index < size; index += 1) {
    const random = isJittered ? randomFrom(index + 1) : () => 0.5;
    const clock = time.clock(isJittered ? (random() - 0.5) * CLOCKS_WITHIN_MS : 0, index);
    const api = axios.create({ baseURL: 'https://api.test' });
    const auth = attachToken(api, { id: 'simulation', fetchToken }, { store, clock, random });
    const callAt = (at) => {
      if (at === Infinity) return;
      time.after(at - time.now, () => {
        call(auth, time, phase);
        const next = time.now + everyMs * (isJittered ? 0.5 + random() : 1);
        callAt(Math.max(next, awake(next) + (isJittered && awake(next) > next ? everyMs * random() : 0)));
      });
    };
    callAt(isJittered ? STARTS_WITHIN_MS * random() : 0);
  }
  for (const [index, { from, to }] of busy.entries()) {
    await time.runUntil(from);
    if (index > 0) phases.push((phase = phaseOf('rollover')));
    await time.runUntil(to);
  }
  await time.runUntil(busy.at(-1).to + everyMs);
  return phases;
}

/** When there is something to see: the start, and from before the first process may ask until the last one has called. */
function windows(lifetimeMs, everyMs) {
  const leadMs = Math.min(0.2 * lifetimeMs, 300 * SECOND);
  const rollovers = Array.from({ length: ROLLOVERS }, (_, index) => ({
    from: (index + 1) * (lifetimeMs - 1.1 * leadMs) - 2 * everyMs,
    to: (index + 1) * (lifetimeMs - leadMs + SECOND) + STARTS_WITHIN_MS + 2 * everyMs,
  }));
  return [{ from: 0, to: STARTS_WITHIN_MS + 2 * everyMs }, ...rollovers];
}

function phaseOf(name) {
  return {
    name,
    requests: 0,
    commands: 0,
    bySecond: new Map(),
    byInstant: new Map(),
    wakeUps: 0,
    waited: 0,
    longestMs: 0,
  };
}

/** What it waits is the time until it has a token. */
function call(auth, time, phase) {
  const start = time.now;
  auth.getToken().then(() => {
    const waitedMs = time.now - start;
    if (waitedMs === 0) return;
    phase.waited += 1;
    phase.longestMs = Math.max(phase.longestMs, waitedMs);
  });
}

function remoteStore(time, wakes, currentPhase) {
  const store = memoryStore({ now: () => time.wall });
  const way = () => new Promise((resolve) => time.after(STORE_MS, resolve));
  const remote =
    (operation) =>
    async (...request) => {
      count(currentPhase(), time.now);
      await way();
      const answer = await store[operation](...request);
      await way();
      return answer;
    };
  const operations = ['read', 'lease', 'write', 'fail', 'release', 'remove'];
  const changed = async (key, signal) => {
    await store.changed(key, signal);
    if (signal.aborted) return;
    currentPhase().wakeUps += 1;
    await way();
  };
  return {
    ...Object.fromEntries(operations.map((operation) => [operation, remote(operation)])),
    changed: wakes ? changed : undefined,
  };
}

function count(phase, now) {
  phase.commands += 1;
  for (const [counts, ms] of [
    [phase.bySecond, SECOND],
    [phase.byInstant, 10],
  ]) {
    const slot = Math.floor(now / ms);
    counts.set(slot, (counts.get(slot) ?? 0) + 1);
  }
}

/** Numbers that look random, the same in every run (a linear congruential generator). */
function randomFrom(seed) {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
