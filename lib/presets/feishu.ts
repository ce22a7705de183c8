import type { TokenSource } from '../contract.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import { expiresIn } from '../source/expiry.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link feishu}. */
export interface FeishuOptions extends PresetOptions {
  /** The host: `open.feishu.cn` (default), or `open.larksuite.com` for Lark. */
  domain?: Value<string> | undefined;
}

/**
 * Feishu and Lark, `tenant_access_token` of an internal app: JSON with `app_id` and `app_secret`, no grant type. Any `code` but 0 is an
 * error, whatever the status; an API tells of a token that has ended by code 99991663.
 *
 * Tokens live two hours at most; asking again gives the same one until less than 30 minutes are left, then a second beside it.
 *
 * Source:
 * https://nguyenngothuong.com/bai-viet/data/huong-dan-lay-tenant_access_token-trong-lark-open-platform-voi-python/ (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function feishu({ domain = 'open.feishu.cn', ...options }: FeishuOptions): TokenSource {
  return preset(
    'feishu',
    {
      tokenUrl: 'https://{domain}/open-apis/auth/v3/tenant_access_token/internal',
      request: { format: 'json', grantType: false, names: { clientId: 'app_id', clientSecret: 'app_secret' } },
      response: { token: 'tenant_access_token', expiry: expiresIn('expire'), error: errorAt('code', 'msg') },
      rejectedWhen: anyOf(unauthorized(), bodyCode('code', [99991663])),
      reissue: 'same',
    },
    options,
    { domain },
  );
}
