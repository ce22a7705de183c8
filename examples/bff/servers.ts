import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { identityServer } from './servers/identity.js';
import { createLedger } from './servers/ledger.js';
import { parcelService } from './servers/parcels.js';
import { shopApi } from './servers/shop.js';
import type { Credentials } from './upstreams.js';

/** What a BFF has around it, embedded: an authorization server, the company's API, and a partner's service. */
export interface Servers {
  /** Where everything is, and how this service says who it is there. In a real BFF: its configuration. */
  credentials: Credentials;
  /** A user of a tenant signs in, and gets the token that the BFF keeps in the session. In a real BFF: the login. */
  signIn: (tenant: string, user: string) => string;
  /** Every API refuses every token that was issued so far; users stay signed in. */
  revokeAll(): void;
  /** Whether the token endpoints answer. */
  power: { on: boolean };
  /** Tokens that do not end, for a BFF without the plugin. */
  lasting(tenant: string, user: string): { orders: string; account: string; parcels: string };
  /** Every token and secret that these servers know. */
  secrets(): string[];
  close(): Promise<void>;
}

export interface ServersOptions {
  /** How long a token lives, in ms. Default 20 000, so that one sees it renewed. */
  lifetimeMs?: number | undefined;
  /** How long a token endpoint takes for an answer, in ms. Default 150. */
  latencyMs?: number | undefined;
}

const days = 86_400_000;

export async function startServers({ lifetimeMs = 20_000, latencyMs = 150 }: ServersOptions = {}): Promise<Servers> {
  const client = { clientId: 'storefront', clientSecret: randomBytes(24).toString('base64url') };
  const partner = { apiKey: 'storefront', apiSecret: randomBytes(24).toString('base64url') };
  const power = { on: true, latencyMs };
  const [tokens, logins, sessions] = [createLedger(), createLedger(), createLedger()];
  const servers = [
    identityServer({ client, tokens, logins, lifetimeMs, power }),
    shopApi(tokens),
    parcelService({ ...partner, tokens: sessions, lifetimeMs, power }),
  ] as const;
  const [identity, shop, parcels] = await Promise.all([listen(servers[0]), listen(servers[1]), listen(servers[2])]);

  const loggedIn = new Map<string, string>(); // one login for all browsers of a user
  return {
    credentials: {
      identity: { tokenUrl: `${identity}/oauth2/token`, ...client },
      shop: { url: shop },
      parcels: { url: parcels, ...partner },
    },
    signIn(tenant, user) {
      const known = loggedIn.get(tenant);
      if (known !== undefined && logins.find(known)) return known;
      const token = logins.issue({ tenant, user }, 30 * days);
      loggedIn.set(tenant, token);
      return token;
    },
    revokeAll() {
      tokens.revokeAll();
      sessions.revokeAll();
    },
    power,
    lasting: (tenant, user) => ({
      orders: tokens.issue({ tenant }, 30 * days),
      account: tokens.issue({ tenant, user }, 30 * days),
      parcels: sessions.issue({}, 30 * days),
    }),
    secrets: () => [
      client.clientSecret,
      partner.apiSecret,
      ...[tokens, logins, sessions].flatMap((one) => one.known()),
    ],
    async close() {
      for (const { server } of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function listen(server: FastifyInstance): Promise<string> {
  return server.listen({ host: '127.0.0.1', port: 0 });
}
