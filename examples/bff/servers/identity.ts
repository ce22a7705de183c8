import fastify, { type FastifyInstance } from 'fastify';
import type { Ledger } from './ledger.js';
import { powered, type Power } from './token-endpoint.js';

export interface IdentityOptions {
  client: { clientId: string; clientSecret: string };
  /** The tokens for the shop's API. */
  tokens: Ledger;
  /** The tokens that users got when they signed in. */
  logins: Ledger;
  lifetimeMs: number;
  power: Power;
}

type Form = Readonly<Record<string, string | undefined>>;

/**
 * The company's authorization server, in small: OAuth 2.0 with HTTP Basic (RFC 6749), client credentials for a tenant, and token
 * exchange (RFC 8693) for a user.
 */
export function identityServer({ client, tokens, logins, lifetimeMs, power }: IdentityOptions): FastifyInstance {
  const app = fastify();
  const basic = `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });

  app.post<{ Body: Form }>('/oauth2/token', { preHandler: powered(power) }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (request.headers.authorization !== basic) return reply.code(401).send({ error: 'invalid_client' });
    const grant = granted(request.body);
    if (typeof grant === 'string') return reply.code(400).send({ error: grant });
    const token = tokens.issue(grant, lifetimeMs);
    return { access_token: token, token_type: 'Bearer', expires_in: lifetimeMs / 1000, issued_token_type: kind(grant) };
  });

  function granted(form: Form): { tenant?: string; user?: string } | string {
    if (form.grant_type === 'client_credentials') return form.tenant ? { tenant: form.tenant } : 'invalid_request';
    if (form.grant_type !== 'urn:ietf:params:oauth:grant-type:token-exchange') return 'unsupported_grant_type';
    const login = logins.find(form.subject_token);
    return login?.user && login.tenant ? { tenant: login.tenant, user: login.user } : 'invalid_grant';
  }
  return app;
}

function kind({ user }: { user?: string }): string | undefined {
  return user === undefined ? undefined : 'urn:ietf:params:oauth:token-type:access_token';
}
