import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Grant, Ledger } from './ledger.js';

/** The company's own API: it wants `Authorization: Bearer` (RFC 6750), and a token of a user's for what belongs to the user. */
export function shopApi(tokens: Ledger): FastifyInstance {
  const app = fastify();

  app.get('/orders', async (request, reply) => {
    const grant = bearer(request);
    if (!grant?.tenant) return refuse(reply);
    return { tenant: grant.tenant, orders: [1001, 1002, 1003].map((number) => `${grant.tenant}-${number}`) };
  });
  app.get('/account', async (request, reply) => {
    const grant = bearer(request);
    if (!grant?.user) return refuse(reply);
    return { tenant: grant.tenant, name: grant.user };
  });

  function bearer({ headers }: FastifyRequest): Grant | undefined {
    return tokens.find(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]);
  }
  return app;
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('www-authenticate', 'Bearer error="invalid_token"').send({ error: 'invalid_token' });
}
