import axios, { type AxiosInstance } from 'axios';
import {
  attachToken,
  bodyCode,
  clientCredentials,
  clientSecretBasic,
  errorAt,
  expiresIn,
  header,
  type TokenHandle,
} from 'axios-client-credentials';
import { tokenExchange } from 'axios-client-credentials/grants';
import { Agent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { currentCaller } from './caller.js';

export interface Credentials {
  identity: { tokenUrl: string; clientId: string; clientSecret: string };
  shop: { url: string };
  parcels: { url: string; apiKey: string; apiSecret: string };
}

export const upstreamNames = ['orders', 'account', 'parcels'] as const;
export type UpstreamName = (typeof upstreamNames)[number];

/** The APIs that this server calls, and the tokens it has for them. */
export interface Upstreams {
  api: Record<UpstreamName, AxiosInstance>;
  auth: Partial<Record<UpstreamName, TokenHandle>>;
}

/** A token that nobody has asked for in this time is not kept warm any longer. */
const idleMs = 5 * 60_000;

export function connectUpstreams({ identity, shop, parcels }: Credentials): Upstreams {
  const api = createClients(shop.url, parcels.url);
  const client = { ...identity, clientAuth: clientSecretBasic() };
  return {
    api,
    auth: {
      // The service's own token, one for each tenant. What differs from caller to caller goes through `tokenParams`.
      orders: attachToken(api.orders, clientCredentials({ ...client, params: { tenant: ({ tenant }) => tenant } }), {
        tokenParams: () => ({ tenant: currentCaller().tenant }),
        keepWarm: { idleMs },
      }),

      // On behalf of the user: the token of the login is exchanged for one that the API takes (RFC 8693).
      account: attachToken(api.account, tokenExchange(client), {
        tokenParams: () => ({ tenant: currentCaller().tenant, subjectToken: currentCaller().userToken }),
        keepWarm: { idleMs },
      }),

      // A partner with a dialect of its own. One credential for all tenants, and a new login ends the one before.
      parcels: attachToken(
        api.parcels,
        clientCredentials({
          tokenUrl: `${parcels.url}/v1/login`,
          clientId: parcels.apiKey,
          clientSecret: parcels.apiSecret,
          request: { format: 'json', grantType: false, names: { clientId: 'apiKey', clientSecret: 'apiSecret' } },
          response: {
            token: 'data.session',
            expiry: expiresIn('data.validForMs', { unit: 'ms' }),
            error: errorAt('code', 'message'),
          },
          sendAs: header('X-Parcel-Session'),
          rejectedWhen: bodyCode('code', [4401]),
          reissue: 'replaces',
        }),
        { keepWarm: true },
      ),
    },
  };
}

const timeoutMs = 15_000; // less than a server that ends waits for the calls under way
const connections = { keepAlive: true, maxSockets: 64 };

/** One axios for each API, with a deadline, and a bounded number of connections that are used again. */
export function createClients(shop: string, parcels: string): Upstreams['api'] {
  const create = (baseURL: string): AxiosInstance =>
    axios.create({
      baseURL,
      timeout: timeoutMs,
      httpAgent: new Agent(connections),
      httpsAgent: new HttpsAgent(connections),
    });
  return { orders: create(shop), account: create(shop), parcels: create(parcels) };
}
