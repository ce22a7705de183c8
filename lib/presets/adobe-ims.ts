import type { TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';
import { plain, withHeaders } from './with-headers.js';

/** Options of {@link adobeIms}. */
export interface AdobeImsOptions extends PresetOptions {
  /** The organization's id, such as `…@AdobeOrg`, for APIs that want it in `x-gw-ims-org-id`. */
  orgId?: string | undefined;
}

/**
 * Adobe IMS, server to server: form, id and secret in the body; give scopes as an array, they are joined by commas. API calls carry
 * the client id in `x-api-key` besides the token, so it must be a plain string.
 *
 * Tokens live a day. A new one leaves older ones valid, but asking for too many is throttled.
 *
 * Source: https://developer.adobe.com/audio-video-firefly-services/guides,
 * https://www.adobe.io/apis/cloudplatform/console/authentication/connect.html (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function adobeIms({ orgId, ...options }: AdobeImsOptions): TokenSource {
  const organization = orgId === undefined ? undefined : plain('adobeIms', 'orgId', orgId);
  return preset(
    'adobeIms',
    {
      tokenUrl: 'https://ims-na1.adobelogin.com/ims/token/v3',
      request: { scopeSeparator: ',' },
      sendAs:
        options.sendAs ??
        withHeaders({
          'x-api-key': plain('adobeIms', 'clientId', options.clientId),
          'x-gw-ims-org-id': organization,
        }),
    },
    options,
  );
}
