import { steadily } from '../load.js';
import { onStage } from '../stage.js';
import { patience } from '../patience.js';
import type { Scenario } from './scenario.js';

const LIFETIME_S = 3;

/** The first token, a renewal that fails, and the one after the pause that succeeds. */
const TOKEN_REQUESTS = 3;

export const outage: Scenario = {
  name: 'Endpoint outage',
  about: `the token endpoint goes down while a token is held, and 100 calls a second go on.`,
  expected: {
    calls: { atLeast: 100 },
    failed: 0,
    'token requests': TOKEN_REQUESTS,
    'calls waited': 0,
    recoveries: 1,
  },
  play: (tell) =>
    onStage(
      { server: { lifetimeSeconds: LIFETIME_S }, attach: { refreshAheadMs: (LIFETIME_S / 2) * 1000 } },
      async ({ server, api, auth }) => {
        const { expiresAt = Infinity } = await auth.getToken();
        tell.event(`a token is held; it will end in ${LIFETIME_S} s, and is to be renewed after half of that`);
        server.fail({ status: 503 }, Infinity);
        tell.trouble('the token endpoint goes down: it answers 503');
        const { load, end } = steadily(api);

        let failures = 0;
        let recoveries = 0;
        await patience(8000, (done) => {
          auth.on('token:failed', ({ status, retryAt }) => {
            const pause =
              retryAt === undefined ? '' : `, the next try comes in ${((retryAt - Date.now()) / 1000).toFixed(1)} s`;
            tell.trouble(
              `a renewal failed (${status ?? 'no answer'})${pause}: ${load.calls} calls so far, ${load.failed} failed`,
            );
            failures += 1;
            if (failures > 1) return;
            setTimeout(() => {
              server.heal();
              tell.event('the token endpoint is back');
            }, 300);
          });
          auth.on('token:issued', () => {
            const inTime = Date.now() < expiresAt;
            if (inTime) recoveries += 1;
            tell.event(inTime ? 'renewed without help, before the token ended' : 'renewed after the token had ended');
            setTimeout(done, 300);
          });
        });

        const { calls, failed, waited } = await end();
        tell.event(`${calls - failed} calls answered, ${failed} failed, ${waited} waited`);
        return { calls, failed, 'token requests': server.stats().requests, 'calls waited': waited, recoveries };
      },
    ),
};
