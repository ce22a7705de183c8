import type { TokenSource } from '../contract.js';
import { header } from '../interceptor/placement.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import { expiresIn } from '../source/expiry.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * DingTalk, the API v1.0 (`api.dingtalk.com`): JSON with `appKey` and `appSecret`, no grant type; the answer is in camelCase. The
 * token goes out in `x-acs-dingtalk-access-token`; one that has ended is answered by 401, or by 400 with the code
 * `InvalidAuthentication` (presumed).
 *
 * Tokens live two hours; asking again gives the same one with a later end.
 *
 * Source: https://help.dingtalk.io/open/development/obtain-the-access-token-of-an-internal-app (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function dingTalk(options: PresetOptions): TokenSource {
  const hasEnded = bodyCode('code', ['InvalidAuthentication']);
  return preset(
    'dingTalk',
    {
      tokenUrl: 'https://api.dingtalk.com/v1.0/oauth2/accessToken',
      request: { format: 'json', grantType: false, names: { clientId: 'appKey', clientSecret: 'appSecret' } },
      response: { token: 'accessToken', expiry: expiresIn('expireIn'), error: errorAt('code', 'message') },
      sendAs: header('x-acs-dingtalk-access-token'),
      rejectedWhen: anyOf(unauthorized(), (answer) => answer.status === 400 && hasEnded(answer)),
      reissue: 'extends',
    },
    options,
  );
}
