import { noAuthentication } from '../client-auth/no-authentication.js';
import type { EndpointAnswer, TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { type AnswerError, errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link azureImds}. */
export interface AzureImdsOptions extends PresetOptions {
  /** What the token is for, such as `https://management.azure.com/`. Sent as `resource`. */
  resource: Value<string | undefined>;
  /**
   * Which user-assigned identity, where the machine has several: one of the three. By its client id, sent as `client_id`. Default: the
   * system-assigned one.
   */
  clientId?: Value<string> | undefined;
  /** By its object id, sent as `object_id`. */
  objectId?: Value<string | undefined> | undefined;
  /** By its resource id, sent as `msi_res_id`. */
  msiResId?: Value<string | undefined> | undefined;
}

/**
 * Azure managed identity by the machine's metadata service (IMDS). No secret; plain http past every proxy. It answers from a cache of
 * its own, so asking again gives the same token. 404 and 410 mean that it is being updated, and are tried again.
 *
 * Source: https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token (read).
 *
 * @param options `resource`; any option of `clientCredentials`
 */
export function azureImds({ resource, objectId, msiResId, ...options }: AzureImdsOptions): TokenSource {
  return preset(
    'azureImds',
    {
      tokenUrl: 'http://169.254.169.254/metadata/identity/oauth2/token',
      clientAuth: noAuthentication(),
      params: { 'api-version': '2018-02-01', object_id: objectId, msi_res_id: msiResId },
      request: { method: 'GET', grantType: false, headers: { Metadata: 'true' }, metadataService: true },
      response: { error: updating },
      reissue: 'same',
    },
    { ...options, resource: requiredValue('azureImds', 'resource', resource) },
  );
}

const told = errorAt('error', 'error_description');

function updating(answer: EndpointAnswer): AnswerError | undefined {
  const isUpdating = answer.status === 404 || answer.status === 410;
  return isUpdating ? { error: 'updating', ...told(answer), permanent: false } : undefined;
}
