import { noAuthentication } from '../client-auth/no-authentication.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link googleMetadata}. */
export interface GoogleMetadataOptions extends PresetOptions {
  /** Another word for `scope`, sent as `scopes`. Default: what the machine or the service was given. Compute Engine ignores it. */
  scopes?: Value<string | string[] | undefined> | undefined;
  /** The e-mail address of one of several service accounts. Default: `default`. */
  serviceAccount?: Value<string> | undefined;
}

/**
 * Google Cloud's metadata server, on Compute Engine, GKE, Cloud Run and their like. No secret; plain http past every proxy; scopes
 * are joined by commas. Tokens live up to an hour; until 5 minutes are left, asking again gives the same one.
 *
 * Source: https://cloud.google.com/kuberun/docs/securing/service-identity (partly read; the rest is presumed).
 *
 * @param options any option of `clientCredentials`
 */
export function googleMetadata({
  scopes,
  serviceAccount = 'default',
  ...options
}: GoogleMetadataOptions = {}): TokenSource {
  return preset(
    'googleMetadata',
    {
      tokenUrl: 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/{serviceAccount}/token',
      clientAuth: noAuthentication(),
      scope: scopes,
      request: {
        method: 'GET',
        grantType: false,
        names: { scope: 'scopes' },
        scopeSeparator: ',',
        headers: { 'Metadata-Flavor': 'Google' },
        metadataService: true,
      },
      reissue: 'same',
    },
    options,
    { serviceAccount },
  );
}
