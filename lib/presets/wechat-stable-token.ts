import type { TokenSource } from '../contract.js';
import { errcode, tokenEnded } from './errcode.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * WeChat `stable_token`: JSON, `grant_type=client_credential` (singular), the app's id and secret as `appid` and `secret`. The token
 * goes out in the query; errors of either side are HTTP 200 with `errcode`.
 *
 * Tokens live two hours; asking again gives the same one until 5 minutes before its end, so processes may share the credential. At
 * most 10,000 requests a minute and 500,000 a day. `force_refresh` gives a new token and ends the one before it, 20 times a day, 30 s
 * apart: it is not sent unless you do, such as by `params: { force_refresh: ({ reason }) => reason === 'forced' || undefined }`.
 *
 * Source: https://developers.weixin.qq.com/doc/service/en/api/base/api_getstableaccesstoken.html (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function wechatStableToken(options: PresetOptions): TokenSource {
  return preset(
    'wechatStableToken',
    {
      tokenUrl: 'https://api.weixin.qq.com/cgi-bin/stable_token',
      request: {
        format: 'json',
        grantType: 'client_credential',
        names: { clientId: 'appid', clientSecret: 'secret' },
      },
      ...errcode(tokenEnded('errcode', 40001)),
      reissue: 'same',
    },
    options,
  );
}
