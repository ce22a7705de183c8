import type { TokenSource } from '../contract.js';
import { errcode, tokenEnded } from './errcode.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * WeChat `access_token`: GET, all in the query, `grant_type=client_credential` (singular), the app's id and secret as `appid` and
 * `secret`. The token goes out in the query; errors of either side are HTTP 200 with `errcode`.
 *
 * Tokens live two hours, and a new one ends the one before it within 5 minutes: processes that share the credential log each other
 * out, so only one may hold it (`wechatStableToken` has no such trouble). There is a low cap on requests a day (2,000, presumed) and a
 * list of allowed addresses (errcode 40164).
 *
 * Source: https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/en/miniapp/openapi/getaccesstoken.html (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function wechat(options: PresetOptions): TokenSource {
  return preset(
    'wechat',
    {
      tokenUrl: 'https://api.weixin.qq.com/cgi-bin/token',
      request: {
        method: 'GET',
        grantType: 'client_credential',
        names: { clientId: 'appid', clientSecret: 'secret' },
      },
      ...errcode(tokenEnded('errcode', 40001)),
      reissue: 'replaces',
    },
    options,
  );
}
