import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { randomBytes } from 'node:crypto';
import type { Caller } from './caller.js';

/** Who is signed in, by a signed cookie. The browser holds a random id and nothing else. */
export interface Sessions {
  /** Ends the session of this browser, if there is one, and opens another. */
  open(request: FastifyRequest, reply: FastifyReply, caller: Caller): void;
  /** `undefined` without a cookie, for one that is forged, and for a session that has ended. */
  find(request: FastifyRequest): Caller | undefined;
  close(request: FastifyRequest, reply: FastifyReply): void;
}

const cookieName = 'session';
const ttl = 8 * 3_600_000;
const path = '/';

export function createSessions(): Sessions {
  const callers = new LRUCache<string, Caller>({ max: 10_000, ttl });
  const idOf = (request: FastifyRequest): string => {
    const { [cookieName]: cookie = '' } = request.cookies;
    const { valid, value } = request.unsignCookie(cookie);
    return valid ? value : '';
  };
  return {
    open(request, reply, caller) {
      callers.delete(idOf(request));
      const id = randomBytes(18).toString('base64url');
      callers.set(id, caller);
      void reply.setCookie(cookieName, id, {
        signed: true,
        httpOnly: true,
        sameSite: 'strict',
        secure: 'auto', // over https only; behind a proxy that ends TLS: fastify's `trustProxy`
        path,
        maxAge: ttl / 1000,
      });
    },
    find: (request) => callers.get(idOf(request)),
    close(request, reply) {
      callers.delete(idOf(request));
      void reply.clearCookie(cookieName, { path });
    },
  };
}
