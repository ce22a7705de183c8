import { setTimeout as sleep } from 'node:timers/promises';
import { atPace, burst, settleWithin } from '../support/load.mjs';
import { setUp } from './set-up.mjs';

/** Tries until a call succeeds, for at most `ms`. */
async function recovers(api, ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const { succeeded } = await burst(1, () => api.get('/things'), end - performance.now());
    if (succeeded === 1) return true;
    await sleep(200);
  }
  return false;
}

export const outageInMargin = {
  name: 'token in its margin but valid, endpoint down, 60 calls: F',
  ideal: '0',
  mostlyWaits: true,
  async run(contender, server) {
    const lifetimeMs = 5_000;
    const { api, world, counts, tearDown } = await setUp(contender, server, { faults: { lifetimeMs } });
    await api.get('/warm-up');
    const marginFrom = performance.now() + lifetimeMs * 0.9; // the peers' margin is the last tenth, ours begins earlier
    await world.set({ endpoint: 'fails' });
    const { tokenRequests: before } = await counts();

    await sleep(marginFrom + 30 - performance.now());
    const calls = [];
    await atPace({ count: 60, everyMs: 5 }, (index) => {
      const call = api.get(`/things?call=${index}`);
      call.catch(() => {}); // looked at below, when all were sent
      calls.push(call);
    });
    const { failed, pending } = await settleWithin(calls, 5_000);
    const { tokenRequests: after } = await counts();
    await tearDown();
    return {
      cell: after > before ? `${failed + pending}` : 'no early refresh',
      measured: { 'outage.failed': failed + pending },
    };
  },
};

export const endpointFails = {
  name: 'endpoint answers 500: T for 200 calls, then 200 more',
  ideal: 'few, recovers',
  mostlyWaits: true,
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, { faults: { endpoint: 'fails' } });
    await burst(200, () => api.get('/things'));
    const { tokenRequests: first } = await counts();
    await burst(200, () => api.get('/things'));
    const { tokenRequests: both } = await counts();
    await world.set({ endpoint: 'works' });
    const recovered = await recovers(api, 6_000);
    await tearDown();
    return {
      cell: `${first} + ${both - first}, ${recovered ? 'recovers' : 'no recovery'}`,
      measured: { 'error.token-requests': both, 'error.unrecovered': recovered ? 0 : 1 },
    };
  },
};

export const endpointHangs = {
  name: 'endpoint hangs, then recovers',
  ideal: 'settles, recovers',
  mostlyWaits: true,
  async run(contender, server, { quick }) {
    const settings = quick ? { tokenTimeoutMs: 1_500 } : {};
    const { api, world, tearDown } = await setUp(contender, server, { faults: { endpoint: 'hangs' }, settings });
    const { pending } = await burst(10, () => api.get('/things'), quick ? 2_500 : 12_000);
    await world.set({ endpoint: 'works' });
    const recovered = await recovers(api, quick ? 2_500 : 4_000);
    await tearDown();
    return {
      cell: recovered ? `${pending ? '' : 'settles, '}recovers` : 'hangs',
      measured: { 'hang.unsettled': pending, 'hang.unrecovered': recovered ? 0 : 1 },
    };
  },
};
