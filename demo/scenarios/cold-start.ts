import { atOnce } from '../load.js';
import { onStage } from '../stage.js';
import type { Scenario } from './scenario.js';

const CALLS = 1000;

export const coldStart: Scenario = {
  name: 'Cold start',
  about: `${CALLS} calls at the same moment, and there is no token yet.`,
  expected: { calls: CALLS, failed: 0, 'token requests': 1 },
  play: (tell) =>
    onStage({ server: { latencyMs: 50 } }, async ({ server, api, auth }) => {
      auth.on('token:requested', () => tell.event('a token is requested'));
      auth.on('token:issued', ({ waiting }) => tell.event(`it arrives, and serves all ${waiting} waiting calls`));

      const { calls, failed } = await atOnce(api, CALLS);
      tell.event(`${calls - failed} calls answered, ${failed} failed`);
      return { calls, failed, 'token requests': server.stats().requests };
    }),
};
