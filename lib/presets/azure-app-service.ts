import { noAuthentication } from '../client-auth/no-authentication.js';
import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** Options of {@link azureAppService}. */
export interface AzureAppServiceOptions extends PresetOptions {
  /** The whole URL, as it stands in the environment variable `IDENTITY_ENDPOINT`. */
  identityEndpoint: Value<string | undefined>;
  /** A secret: what stands in the environment variable `IDENTITY_HEADER`. Sent in `X-IDENTITY-HEADER`. */
  identityHeader: Value<string | undefined>;
  /** What the token is for, such as `https://management.azure.com/`. Sent as `resource`. */
  resource: Value<string | string[] | undefined>;
  /** Which user-assigned identity, by its client id: sent as `client_id`. Default: the system-assigned one. */
  clientId?: Value<string> | undefined;
}

/**
 * Azure managed identity inside App Service and Functions, API version 2019-08-01. Nothing but the platform's header says who asks;
 * plain http past every proxy. Tokens live up to a day; the answer has the end only (`expires_on`). It comes from a cache, presumably:
 * asking again gives the same token.
 *
 * Source: https://github.com/Azure/azure-sdk-for-python/issues/5952 (read).
 *
 * @param options `identityEndpoint`, `identityHeader` and `resource`; any option of `clientCredentials`
 */
export function azureAppService({
  identityEndpoint,
  identityHeader,
  resource,
  ...options
}: AzureAppServiceOptions): TokenSource {
  const headers = { 'X-IDENTITY-HEADER': requiredValue(OWNER, 'identityHeader', identityHeader) };
  return preset(
    OWNER,
    {
      clientAuth: noAuthentication(),
      params: { 'api-version': '2019-08-01' },
      request: { method: 'GET', grantType: false, headers, metadataService: true },
      response: { error: errorAt('statusCode', 'message') },
      reissue: 'same',
    },
    {
      ...options,
      tokenUrl: options.tokenUrl ?? requiredValue(OWNER, 'identityEndpoint', identityEndpoint),
      resource: requiredValue(OWNER, 'resource', resource),
    },
  );
}

const OWNER = 'azureAppService';
