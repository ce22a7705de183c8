import type { TokenSource } from '../contract.js';
import { queryParameter } from '../interceptor/placement.js';
import { bodyCode } from '../interceptor/rejection.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Baidu AI: POST with everything in the query and an empty body. The token goes out in the query and lives 30 days; an API tells of
 * one that has ended by HTTP 200 with `error_code` 110 or 111. The refresh token beside it is not needed.
 *
 * Source: https://www.free-api.com/doc/1, http://developer.baidu.com/wiki/index.php?title=docs/oauth/client (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function baidu(options: PresetOptions): TokenSource {
  return preset(
    'baidu',
    {
      tokenUrl: 'https://aip.baidubce.com/oauth/2.0/token',
      request: { format: 'query' },
      sendAs: queryParameter('access_token'),
      rejectedWhen: bodyCode('error_code', [110, 111]),
    },
    options,
  );
}
