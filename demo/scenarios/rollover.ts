import { steadily } from '../load.js';
import { onStage } from '../stage.js';
import type { Scenario } from './scenario.js';
import { patience } from '../patience.js';

const LIFETIME_S = 2;
const RENEWALS = 3;

export const rollover: Scenario = {
  name: 'Rollover',
  about: `tokens live for ${LIFETIME_S} s, and 100 calls a second go on through ${RENEWALS} renewals.`,
  expected: {
    calls: { atLeast: 100 },
    failed: 0,
    'token requests': 1 + RENEWALS,
    'calls waited': 0,
    'expired tokens sent': 0,
  },
  play: (tell) =>
    onStage({ server: { lifetimeSeconds: LIFETIME_S, latencyMs: 50 } }, async ({ server, upstream, api, auth }) => {
      let { expiresAt: end = 0 } = await auth.getToken();
      tell.event(`the first token; it will end in ${LIFETIME_S} s`);
      const traffic = steadily(api);

      await patience(10_000, (done) => {
        let renewals = 0;
        auth.on('token:issued', ({ expiresAt = 0 }) => {
          const { load } = traffic;
          const when = Date.now() < end ? 'in the background, before its end' : 'after its end';
          end = expiresAt;
          renewals += 1;
          tell.event(`renewed ${when}: ${load.calls} calls so far, ${load.waited} waited`);
          if (renewals === RENEWALS) setTimeout(done, 300);
        });
      });

      const { calls, failed, waited } = await traffic.end();
      const { rejected } = upstream.stats();
      tell.event(
        `${calls - failed} calls answered, ${failed} failed, ${waited} waited; the API saw ${rejected} expired tokens`,
      );
      return {
        calls,
        failed,
        'token requests': server.stats().requests,
        'calls waited': waited,
        'expired tokens sent': rejected,
      };
    }),
};
