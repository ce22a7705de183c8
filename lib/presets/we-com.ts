import type { TokenSource } from '../contract.js';
import { errcode, tokenEnded } from './errcode.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * WeCom (WeChat Work): GET, all in the query, no grant type; the corporation's id and the app's secret go out as `corpid` and
 * `corpsecret`. The token goes out in the query; errors of either side are HTTP 200 with `errcode`.
 *
 * Each app of a corporation has a secret and a token of its own: one source for each. Tokens live two hours, though they may end
 * earlier; asking again gives the same one, and asking too often is blocked.
 *
 * Source: https://developer.work.weixin.qq.com/document/path/91039 (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function weCom(options: PresetOptions): TokenSource {
  return preset(
    'weCom',
    {
      tokenUrl: 'https://qyapi.weixin.qq.com/cgi-bin/gettoken',
      request: {
        method: 'GET',
        grantType: false,
        names: { clientId: 'corpid', clientSecret: 'corpsecret' },
      },
      ...errcode(tokenEnded('errcode')),
      reissue: 'same',
    },
    options,
  );
}
