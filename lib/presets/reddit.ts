import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';
import { plain, withHeaders } from './with-headers.js';

/** Options of {@link reddit}. */
export interface RedditOptions extends PresetOptions {
  /** A `User-Agent` of your own, sent with token and API requests. With a function, set `sendAs` as well. */
  userAgent: Value<string | undefined>;
}

/**
 * Reddit: HTTP Basic over the raw id and secret; tokens live a day. Without a unique `User-Agent` requests are refused. The API is on
 * another host than the tokens: `oauth.reddit.com`.
 *
 * Source: https://github.com/reddit-archive/reddit/wiki/OAuth2 (unverified).
 *
 * @param options `clientId`, `clientSecret` and `userAgent`; any option of `clientCredentials`
 */
export function reddit({ userAgent, ...options }: RedditOptions): TokenSource {
  return preset(
    'reddit',
    {
      tokenUrl: 'https://www.reddit.com/api/v1/access_token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { headers: { 'User-Agent': requiredValue('reddit', 'userAgent', userAgent) } },
      sendAs: options.sendAs ?? withHeaders({ 'User-Agent': plain('reddit', 'userAgent', userAgent) }),
    },
    options,
  );
}
