import type { FastifyReply, FastifyRequest } from 'fastify';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * What changes something is taken from the server's own pages only. The cookie's `SameSite` is not enough for that: a page on another
 * port or subdomain is of the same site.
 */
export function refuseForeignPages(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (reading.has(request.method) || isOwnPage(request)) done();
  else void reply.code(403).send({ error: 'foreign_page', message: 'This page may not do that here.' });
}

function isOwnPage({ headers, host }: FastifyRequest): boolean {
  const { 'sec-fetch-site': site, origin } = headers;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  // Browsers before 2023 do not say. Without either header it is none, and no cookie is sent behind its owner's back.
  return origin === undefined || origin.replace(/^https?:\/\//, '') === host;
}
