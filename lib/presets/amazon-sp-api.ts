import type { TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { header } from '../interceptor/placement.js';
import { anyOf, bodyCode, unauthorized } from '../interceptor/rejection.js';
import { type ParamValue, type Value, valueOf } from '../source/parameters.js';
import { parameterOf } from '../source/stand-in.js';
import { required } from './address.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link amazonSpApi}. */
export interface AmazonSpApiOptions extends PresetOptions {
  /**
   * Of the seller who has authorised the application: sent as `refresh_token`. For many sellers give a function of `tenant`. Default: none,
   * for grantless calls.
   */
  refreshToken?: Value<string | undefined>;
}

const OWNER = 'amazonSpApi';

/**
 * Amazon Selling Partner API, with tokens of Login with Amazon: form, id and secret in the body. A client has two kinds of token: of
 * a seller, by `refreshToken`; and for grantless calls, wherever a scope such as `sellingpartnerapi::notifications` is asked for, by
 * `scope` here or by `token: { scope }` for one request. The refresh token is not sent with a scope.
 *
 * The token goes out in `x-amz-access-token`, and lives an hour. The API rejects it by 403 with the code `Unauthorized`, which it may
 * also say of a missing role: then a new token does not help. Restricted data needs another token, which is not got here.
 *
 * Source: https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api (read).
 *
 * @param options `clientId`, `clientSecret` and `refreshToken` or `scope`; any option of `clientCredentials`
 */
export function amazonSpApi({ refreshToken, ...options }: AmazonSpApiOptions): TokenSource {
  if (refreshToken === undefined) scopeExpected(options);
  else if (typeof refreshToken !== 'function') required(OWNER, 'refreshToken', refreshToken);
  const isUnauthorized = bodyCode('errors.code', ['Unauthorized']);
  return preset(
    OWNER,
    {
      tokenUrl: 'https://api.amazon.com/auth/o2/token',
      params: { refresh_token: ofSeller(refreshToken) },
      request: { grantType: false, body: withGrant },
      sendAs: header('x-amz-access-token'),
      rejectedWhen: anyOf(unauthorized(), (answer) => answer.status === 403 && isUnauthorized(answer)),
    },
    options,
  );
}

/** A request with a scope of its own is for no seller: there may be none to ask about. */
function ofSeller(refreshToken: Value<string | undefined>): ParamValue {
  if (typeof refreshToken !== 'function') return refreshToken;
  const asked = async (request: TokenRequest): Promise<string | undefined> =>
    (request.scope?.length ?? 0) > 0 ? undefined : valueOf(refreshToken, request);
  return parameterOf(asked, asked); // counts whatever the `id` of the source
}

function withGrant({ scope, refresh_token, ...rest }: Record<string, unknown>): Record<string, unknown> {
  if (scope !== undefined) return { grant_type: 'client_credentials', scope, ...rest };
  return {
    grant_type: 'refresh_token',
    refresh_token: required(OWNER, 'refreshToken', refresh_token),
    ...rest,
  };
}

function scopeExpected({ scope }: PresetOptions): void {
  if (typeof scope === 'function' || (scope?.length ?? 0) > 0) return;
  throw new TokenConfigError(
    `${OWNER}: \`refreshToken\` is missing, and there is no \`scope\` for grantless calls either. Is the environment variable that holds it set?`,
    { option: 'refreshToken' },
  );
}
