import axios from 'axios';
import { isTokenError } from 'axios-client-credentials';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** What a browser is told when something went wrong: in words, and without anything that an API or a token endpoint has said. */
export function explain(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // No token: the API was not called, or it refused the one that was held. It is known when to try again.
  const noToken = [error, error.cause].find(isTokenError);
  if (noToken) {
    const { retryAt } = noToken as { retryAt?: number };
    if (retryAt !== undefined) reply.header('retry-after', Math.max(1, Math.ceil((retryAt - Date.now()) / 1000)));
    return reply
      .code(503)
      .send({ error: 'no_token', message: 'An API cannot be called at the moment. Try again later.' });
  }
  // The API was called, and said no or nothing. Never log or send the error itself: it holds the request with its headers.
  if (axios.isAxiosError(error)) {
    const status = error.response?.status;
    if (status === 404) return reply.code(404).send({ error: 'not_found', message: 'There is no such thing.' });
    return reply.code(502).send({ error: 'upstream', status, message: 'An API has failed.' });
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return reply.code(error.statusCode).send({ error: error.code, message: error.message });
  }
  console.error(error);
  return reply.code(500).send({ error: 'internal', message: 'Something is wrong here.' });
}
