import type { TokenSource } from '../contract.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { plain, withHeaders } from './with-headers.js';

/**
 * Twitch, app access token: form, id and secret in the body; tokens live about 60 days. API requests also carry the client id, in
 * `Client-Id`: it must be the one that the token was issued for. Errors of the token request come as `status` and `message`
 * (presumed).
 *
 * Source: https://dev.twitch.tv/docs/authentication/validate-tokens/ (partly read; the rest is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function twitch(options: PresetOptions): TokenSource {
  return preset(
    'twitch',
    {
      tokenUrl: 'https://id.twitch.tv/oauth2/token',
      response: { error: errorAt('status', 'message') },
      sendAs: options.sendAs ?? withHeaders({ 'Client-Id': plain('twitch', 'clientId', options.clientId) }),
    },
    options,
  );
}
