import { everyAt } from '../answer.js';
import type { EndpointAnswer, TokenSource } from '../contract.js';
import { preset, type PresetOptions } from './preset.js';

/**
 * USPS: form, id and secret in the body; tokens live 8 hours. Labels need a second token (`X-Payment-Authorization-Token`), which is
 * not got here. Where it is missing the API answers 401 as well: an error whose `source` names the payment token (presumed) is not
 * taken for a rejection of the access token.
 *
 * Source: https://revaddress.com/blog/usps-oauth-troubleshooting (read; `expires_in` is presumed).
 *
 * @param options `clientId` and `clientSecret`; any option of `clientCredentials`
 */
export function usps(options: PresetOptions): TokenSource {
  return preset(
    'usps',
    {
      tokenUrl: 'https://apis.usps.com/oauth2/v3/token',
      rejectedWhen: (answer) => answer.status === 401 && !concernsPayment(answer),
    },
    options,
  );
}

function concernsPayment({ body }: EndpointAnswer): boolean {
  return everyAt(body, 'error.errors.source').some((source) => /payment/i.test(String(source)));
}
