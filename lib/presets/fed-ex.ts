import type { TokenSource } from '../contract.js';
import type { ParamValue, Value } from '../source/parameters.js';
import { errorAt } from '../source/readers.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';
import { systemHost } from './sandbox.js';

/** Options of {@link fedEx}. */
export interface FedExOptions extends PresetOptions {
  /** The customer's key, for partners; with `childSecret`. Sent as `child_Key`. For many customers give functions of `tenant`. */
  childKey?: Value<string | undefined>;
  /** The customer's secret, for partners; with `childKey`. Sent as `child_secret`. */
  childSecret?: Value<string | undefined>;
  /** The system for tests, with credentials of its own; its API is at `apis-sandbox.fedex.com`. Default: `false`. */
  sandbox?: boolean | undefined;
}

/**
 * FedEx: form, id and secret in the body; tokens live an hour. Partners send their customer's key and secret as well, and a grant
 * type of their own: `request: { grantType: 'csp_credentials' }`, or `'client_pc_credentials'` for parent and child.
 *
 * Source: https://developer.fedex.com/api/en-ca/catalog/authorization/docs.html (read; the sandbox's host is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function fedEx({ childKey, childSecret, sandbox, ...options }: FedExOptions): TokenSource {
  const host = systemHost('fedEx', sandbox, 'apis.fedex.com', 'apis-sandbox.fedex.com');
  const isPartner = childKey !== undefined || childSecret !== undefined;
  return preset(
    'fedEx',
    {
      tokenUrl: `https://${host}/oauth/token`,
      params: isPartner ? child(childKey, childSecret) : {},
      response: { error: errorAt('errors.code', 'errors.message') },
    },
    options,
  );
}

function child(key: FedExOptions['childKey'], secret: FedExOptions['childSecret']): Record<string, ParamValue> {
  return {
    child_Key: requiredValue('fedEx', 'childKey', key),
    child_secret: requiredValue('fedEx', 'childSecret', secret),
  };
}
