import type { ApiRequest } from '../../lib/testing/index.js';
import { atOnce } from '../load.js';
import { onStage } from '../stage.js';
import type { Scenario } from './scenario.js';

const CALLS = 500;

export const revocationStorm: Scenario = {
  name: 'Revocation storm',
  about: `the server revokes the token, the client does not know, and makes ${CALLS} calls at once.`,
  expected: { calls: CALLS, failed: 0, 'token requests': 1, 'sends per call': { atMost: 2 } },
  play: (tell) =>
    onStage({ server: { latencyMs: 50 } }, async ({ server, upstream, api, auth }) => {
      await auth.getToken();
      server.revokeAll();
      server.resetStats();
      tell.trouble('a token is held, and the server has revoked it');

      let refused = 0;
      auth.on('token:rejected', () => {
        refused += 1;
        if (refused === 1) tell.event('the API begins to answer 401; a new token is requested');
      });
      auth.on('token:issued', ({ waiting }) => tell.event(`it arrives; ${waiting} refused calls wait for it by now`));

      const { calls, failed } = await atOnce(api, CALLS);
      const sends = mostSends(upstream.requests);
      tell.event(`${refused} calls were refused and sent again: ${calls - failed} answered, ${failed} failed`);
      return { calls, failed, 'token requests': server.stats().requests, 'sends per call': sends };
    }),
};

function mostSends(requests: readonly ApiRequest[]): number {
  const sends = new Map<string, number>();
  for (const { path } of requests) sends.set(path, (sends.get(path) ?? 0) + 1);
  return Math.max(...sends.values());
}
