import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link infobip}. */
export interface InfobipOptions extends PresetOptions {
  /** What stands before `.api.infobip.com` in your account's base URL. Not to be confused with `baseURL`. */
  baseUrl: Value<string | undefined>;
}

/**
 * Infobip: form, an account's user name and password as id and secret in the body; the answer has no `token_type`. Tokens live an hour
 * (presumed). Other kinds of Infobip's credentials, with the schemes `App` and `IBSSO`, are not these. Errors come as a
 * `serviceException` with `messageId` and `text` (presumed).
 *
 * Source: https://infobip.com/docs/api/platform/account-management/create-oauth2-token (read).
 *
 * @param options `clientId`, `clientSecret` and `baseUrl`; any option of `clientCredentials`
 */
export function infobip({ baseUrl, ...options }: InfobipOptions): TokenSource {
  const at = 'requestError.serviceException';
  return preset(
    'infobip',
    {
      tokenUrl: 'https://{baseUrl}.api.infobip.com/auth/1/oauth2/token',
      response: { error: errorAt(`${at}.messageId`, `${at}.text`) },
    },
    options,
    { baseUrl },
  );
}
