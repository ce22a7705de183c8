import { noAuthentication } from '../client-auth/no-authentication.js';
import { at } from '../answer.js';
import type { EndpointAnswer, TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import type { AnswerError } from '../source/response.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

export interface AzureImdsOptions extends PresetOptions {
  /** What the token is for, such as `https://management.azure.com/`. */
  resource: Value<string | undefined>;
  /** Which user-assigned identity, where the machine has several: one of the three. */
  clientId?: Value<string> | undefined;
  objectId?: string | undefined;
  miResId?: string | undefined;
}

/**
 * Azure managed identity by the machine's metadata service (IMDS). No secret; plain http past every proxy. It answers from a cache of
 * its own, so asking again gives the same token. 404 and 410 mean that it is being updated, and are tried again.
 *
 * Source: https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token (read).
 */
export function azureImds({ resource, objectId, miResId, ...options }: AzureImdsOptions): TokenSource {
  return preset(
    'azureImds',
    {
      tokenUrl: 'http://169.254.169.254/metadata/identity/oauth2/token',
      clientAuth: noAuthentication(),
      params: { 'api-version': '2018-02-01', object_id: objectId, mi_res_id: miResId },
      request: { method: 'GET', grantType: false, headers: { Metadata: 'true' }, metadataService: true },
      response: { error: updating },
      reissue: 'same',
    },
    { ...options, resource: requiredValue('azureImds', 'resource', resource) },
  );
}

function updating({ status, body }: EndpointAnswer): AnswerError | undefined {
  if (status !== 404 && status !== 410) return undefined;
  const [error, text] = [at(body, 'error'), at(body, 'error_description')];
  return {
    error: typeof error === 'string' ? error : 'updating',
    errorDescription: typeof text === 'string' ? text : undefined,
    permanent: false,
  };
}
