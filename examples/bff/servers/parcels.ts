import fastify, { type FastifyInstance } from 'fastify';
import type { Ledger } from './ledger.js';
import { powered, type Power } from './token-endpoint.js';

export interface ParcelOptions {
  apiKey: string;
  apiSecret: string;
  tokens: Ledger;
  lifetimeMs: number;
  power: Power;
}

interface Login {
  apiKey?: string;
  apiSecret?: string;
}

/**
 * A partner's service with a dialect of its own: JSON, errors inside HTTP 200, a life in milliseconds, a header of its own for the
 * token, 403 for one that has ended. A new login ends the session before it.
 */
export function parcelService({ apiKey, apiSecret, tokens, lifetimeMs, power }: ParcelOptions): FastifyInstance {
  const app = fastify();

  app.post<{ Body: Login }>('/v1/login', { preHandler: powered(power) }, ({ body }, reply) => {
    const known = body.apiKey === apiKey && body.apiSecret === apiSecret;
    if (!known) return reply.send({ code: 4010, message: 'wrong key or secret' });
    tokens.revokeAll();
    return reply.send({ code: 0, data: { session: tokens.issue({}, lifetimeMs), validForMs: lifetimeMs } });
  });
  app.get('/v1/parcels', async ({ headers }, reply) => {
    const session = headers['x-parcel-session'];
    if (typeof session === 'string' && tokens.find(session)) return { parcels: ['P-77', 'P-78'] };
    return reply.code(403).send({ code: 4401, message: 'session has ended' });
  });
  return app;
}
