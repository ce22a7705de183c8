import type { Servers } from './servers.js';
import { createClients, type Upstreams } from './upstreams.js';

/** The same upstreams without the plugin, each with a token that does not end: what the plugin costs is measured against it. */
export function staticUpstreams(
  servers: Pick<Servers, 'credentials' | 'lasting'>,
  tenant: string,
  user: string,
): Upstreams {
  const { shop, parcels } = servers.credentials;
  const api = createClients(shop.url, parcels.url);
  const tokens = servers.lasting(tenant, user);
  api.orders.defaults.headers.common.Authorization = `Bearer ${tokens.orders}`;
  api.account.defaults.headers.common.Authorization = `Bearer ${tokens.account}`;
  api.parcels.defaults.headers.common['X-Parcel-Session'] = tokens.parcels;
  return { api, auth: {} };
}
