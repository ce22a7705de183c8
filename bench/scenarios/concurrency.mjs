import { burst } from '../support/load.mjs';
import { setUp } from './set-up.mjs';

const requestsAndFailures =
  (id) =>
  ({ tokenRequests }, { failed, pending }) => ({
    cell: `${tokenRequests} / ${failed + pending}`,
    measured: { [`${id}.token-requests`]: tokenRequests, [`${id}.failed`]: failed + pending },
  });

export const coldStart = {
  name: '1000 concurrent calls, no token yet: T / F',
  ideal: '1 / 0',
  async run(contender, server) {
    const { api, counts, tearDown } = await setUp(contender, server, { faults: { tokenDelayMs: 50 } });
    const outcome = await burst(1000, () => api.get('/things'));
    const result = requestsAndFailures('cold')(await counts(), outcome);
    await tearDown();
    return result;
  },
};

export const revocation = {
  name: 'all tokens revoked, 500 concurrent calls: T / F',
  ideal: '1 / 0',
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, {
      faults: { tokenDelayMs: 50 },
      warm: true,
    });
    await world.revokeAll();
    const outcome = await burst(500, () => api.get('/things'));
    const result = requestsAndFailures('revocation')(await counts(), outcome);
    await tearDown();
    return result;
  },
};

export const trickle = {
  name: '50 old-token 401s trickling in over 1 s: T / F',
  ideal: '1 / 0',
  mostlyWaits: true,
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, {
      faults: { tokenDelayMs: 30 },
      warm: true,
    });
    await world.revokeAll();
    const outcome = await burst(50, (index) => api.get(`/things?late=${index * 20}`));
    const result = requestsAndFailures('trickle')(await counts(), outcome);
    await tearDown();
    return result;
  },
};

export const always401 = {
  name: 'API always 401, 50 calls: API calls / T',
  ideal: '100 / 1',
  async run(contender, server) {
    const { api, world, counts, tearDown } = await setUp(contender, server, { warm: true });
    await world.set({ api: 'rejects' });
    await burst(50, () => api.get('/things'));
    const { apiCalls, tokenRequests } = await counts();
    await tearDown();
    return {
      cell: `${apiCalls} / ${tokenRequests}`,
      measured: { 'always-401.api-calls': apiCalls, 'always-401.token-requests': tokenRequests },
    };
  },
};
