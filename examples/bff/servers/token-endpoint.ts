import type { FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';

/** The switch of the token endpoints, and how long they take for an answer. */
export interface Power {
  on: boolean;
  latencyMs: number;
}

/** Runs before a token request is answered. Without power the connection ends unanswered, as with a server that has gone. */
export function powered(power: Power) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (power.on) await sleep(power.latencyMs);
    if (power.on) return;
    reply.hijack();
    request.raw.socket.destroy();
  };
}
