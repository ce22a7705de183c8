import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * Sentinel Hub: form, id and secret in the body. Too many token requests are refused (429).
 *
 * Source: https://docs.sentinel-hub.com/api/latest/api/overview/authentication/ (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function sentinelHub(options: PresetOptions): TokenSource {
  return preset(
    'sentinelHub',
    { tokenUrl: 'https://services.sentinel-hub.com/auth/realms/main/protocol/openid-connect/token' },
    options,
  );
}
