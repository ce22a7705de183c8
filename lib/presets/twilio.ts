import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link twilio}. */
export interface TwilioOptions extends PresetOptions {
  /** Which account the token is for, where the app reaches several: sent as `account_sid` in the query. Default: not sent. */
  accountSid?: Value<string | undefined>;
}

/**
 * Twilio, OAuth apps: form, id and secret in the body; tokens live an hour. A sample in the provider's reference has the absurd
 * `expires_in` 1438315200000: such a life counts as not given. Errors come as `code` and `message` (presumed).
 *
 * Source: https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function twilio({ accountSid, ...options }: TwilioOptions): TokenSource {
  return preset(
    'twilio',
    {
      tokenUrl: 'https://oauth.twilio.com/v2/token',
      request: { query: { account_sid: accountSid } },
      response: { error: errorAt('code', 'message') },
    },
    options,
  );
}
