import axios from 'axios';
import { isTokenError, type TokenError } from 'axios-client-credentials';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

interface Answer {
  status: number;
  error: string;
  message: string;
  /** In seconds. */
  retryAfter?: number | string | undefined;
}

/** What a browser is told when something went wrong: in words, and without anything that an API or a token endpoint has said. */
export function explain(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, retryAfter, ...told } = answerTo(error);
  // Never log the error itself: it holds the request to the API with its headers.
  if (status === 500) request.log.error({ stack: error.stack }, 'A fault of this server.');
  else if (status > 500) request.log.warn(failureOf(error), told.message);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  return reply.code(status).send(told);
}

function answerTo(error: FastifyError): Answer {
  const noToken = tokenErrorOf(error);
  if (noToken) return withoutToken(noToken);
  if (axios.isAxiosError(error)) return afterCall(error.code, error.response);
  const { statusCode = 500, code, message } = error;
  if (statusCode < 500) return { status: statusCode, error: code, message };
  return { status: 500, error: 'internal', message: 'Something is wrong here.' };
}

/** The API was not called, or it refused the token that was held and there is no other. */
function withoutToken(error: TokenError & { error?: string }): Answer {
  // What the user brought along is good for nothing any more.
  if (error.error === 'invalid_grant') return { status: 401, error: 'signed_out', message: 'Sign in again.' };
  const { retryAt } = error;
  const retryAfter = retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
  return {
    status: 503,
    error: 'no_token',
    message: 'An API cannot be called at the moment. Try again later.',
    retryAfter,
  };
}

/** The API was called, and said no, or nothing. */
function afterCall(code: string | undefined, response: { status: number; headers: object } | undefined): Answer {
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT')
    return { status: 504, error: 'upstream_timeout', message: 'An API did not answer in time.' };
  switch (response?.status) {
    case 404:
      return { status: 404, error: 'not_found', message: 'There is no such thing.' };
    case 429:
    case 503: {
      const { 'retry-after': retryAfter } = response.headers as Record<string, string | undefined>;
      return { status: 503, error: 'upstream_busy', message: 'An API is too busy. Try again later.', retryAfter };
    }
    default:
      return { status: 502, error: 'upstream', message: 'An API has failed.' };
  }
}

/** For the log: which API, and what it was. The message of a token error never holds a secret. */
function failureOf(error: FastifyError): object {
  const { code, message } = tokenErrorOf(error) ?? error;
  if (!axios.isAxiosError(error)) return { code, reason: message };
  return { code, reason: message, api: error.config?.baseURL, status: error.response?.status };
}

function tokenErrorOf(error: Error): TokenError | undefined {
  return [error, error.cause].find(isTokenError);
}
