import type { TokenSource } from '../contract.js';
import type { Value } from '../source/parameters.js';
import { preset, type PresetOptions } from './preset.js';

/** Options of {@link xsuaa}. */
export interface XsuaaOptions extends PresetOptions {
  /** The subaccount's subdomain: the first part of `url` in the service binding. */
  subdomain: Value<string | undefined>;
  /** The region of the subaccount, such as `eu10`. */
  region: Value<string | undefined>;
  /** The zone (tenant) that the token is for, where it is not the subdomain's own: sent in `X-zid`. Default: not sent. */
  zoneId?: Value<string | undefined>;
}

/**
 * SAP BTP, XSUAA: form, id and secret in the body (an id holds `!` and `|`, which get lost in a Basic that is not decoded as it was
 * encoded), `response_type=token`. Tokens live 12 hours unless the binding says otherwise. A binding by certificate has another
 * host: give its `tokenUrl`.
 *
 * Source: https://help.sap.com/docs/btp (unverified).
 *
 * @param options `clientId`, `clientSecret`, `subdomain` and `region`; any option of `clientCredentials`
 */
export function xsuaa({ subdomain, region, zoneId, ...options }: XsuaaOptions): TokenSource {
  return preset(
    'xsuaa',
    {
      tokenUrl: 'https://{subdomain}.authentication.{region}.hana.ondemand.com/oauth/token',
      params: { response_type: 'token' },
      request: { headers: { 'X-zid': zoneId } },
    },
    options,
    { subdomain, region },
    { zoneId },
  );
}
