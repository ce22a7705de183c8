import { base64 } from '../base64.js';
import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import type { TokenPlacement, TokenSource } from '../contract.js';
import { header } from '../interceptor/placement.js';
import { errorAt } from '../source/readers.js';
import { parameterOf } from '../source/stand-in.js';
import { preset, type PresetOptions } from './preset.js';
import { plain, withHeaders } from './with-headers.js';

const SERVICE = { 'WM_SVC.NAME': 'Walmart Marketplace' };

const CORRELATION = 'WM_QOS.CORRELATION_ID';

const fresh = (): string => globalThis.crypto.randomUUID();

/**
 * Walmart Marketplace: HTTP Basic over the raw id and secret; tokens live 15 minutes. Every request carries `WM_SVC.NAME` and a
 * fresh `WM_QOS.CORRELATION_ID`. API calls carry the token in `WM_SEC.ACCESS_TOKEN`, and id and secret in `Authorization` as well: so
 * both must be plain strings.
 *
 * Source: https://developer.walmart.com/doc/us/mp/us-mp-auth/,
 * https://developer.walmart.com/us-marketplace/reference/gettokendetail (read).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function walmart(options: PresetOptions): TokenSource {
  return preset(
    'walmart',
    {
      tokenUrl: 'https://marketplace.walmartapis.com/v3/token',
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { headers: { ...SERVICE, [CORRELATION]: parameterOf(fresh, () => undefined) } },
      response: { error: errorAt('error.code', 'error.description') },
      sendAs: options.sendAs ?? placement(options),
    },
    options,
  );
}

function placement({ clientId, clientSecret }: PresetOptions): TokenPlacement {
  const [id, secret] = [plain('walmart', 'clientId', clientId), plain('walmart', 'clientSecret', clientSecret)];
  const basic = `Basic ${base64(`${id}:${secret}`)}`;
  return withHeaders({ ...SERVICE, [CORRELATION]: fresh, Authorization: basic }, header('WM_SEC.ACCESS_TOKEN'));
}
