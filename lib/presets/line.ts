import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * LINE, stateless channel access token: form, the channel's id and secret in the body. Tokens live 15 minutes, any number of them at
 * once, and cannot be revoked.
 *
 * Source: https://developers.line.biz/en/docs/basics/channel-access-token/ (partly read; the rest is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function line(options: PresetOptions): TokenSource {
  return preset('line', { tokenUrl: 'https://api.line.me/oauth2/v3/token' }, options);
}
