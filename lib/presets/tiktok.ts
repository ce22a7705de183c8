import type { TokenSource } from '../contract.js';
import { bodyCode } from '../interceptor/rejection.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * TikTok, client access token: form, the id goes out as `client_key`; tokens live two hours. Errors may come inside HTTP 200.
 * An API's 401 with the code `scope_not_authorized` is not about the token.
 *
 * Source: https://developers.tiktok.com (unverified).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function tiktok(options: PresetOptions): TokenSource {
  const lacksScope = bodyCode('error.code', ['scope_not_authorized']);
  return preset(
    'tiktok',
    {
      tokenUrl: 'https://open.tiktokapis.com/v2/oauth/token/',
      request: { names: { clientId: 'client_key' } },
      rejectedWhen: (answer) => answer.status === 401 && !lacksScope(answer),
    },
    options,
  );
}
