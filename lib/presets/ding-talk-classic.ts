import type { TokenSource } from '../contract.js';
import { anyOf } from '../interceptor/rejection.js';
import { errcode, tokenEnded } from './errcode.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * DingTalk, the older API (`oapi.dingtalk.com`): GET, all in the query, no grant type; id and secret go out as `appkey` and
 * `appsecret`. The token goes out in the query; errors of either side are HTTP 200 with `errcode`. An API tells of a token that has
 * ended by 40014 or 42001, in `errcode` or, under errcode 88, in `sub_code` (presumed).
 *
 * Tokens live two hours; asking again gives the same one with a later end, and asking too often is blocked.
 *
 * Source: https://developer.aliyun.com/ask/578909 (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function dingTalkClassic(options: PresetOptions): TokenSource {
  return preset(
    'dingTalkClassic',
    {
      tokenUrl: 'https://oapi.dingtalk.com/gettoken',
      request: {
        method: 'GET',
        grantType: false,
        names: { clientId: 'appkey', clientSecret: 'appsecret' },
      },
      ...errcode(anyOf(tokenEnded('errcode'), tokenEnded('sub_code'))),
      reissue: 'extends',
    },
    options,
  );
}
