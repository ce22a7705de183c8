import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Challenger } from './challenge.js';
import type { ApiEcho, ApiRequest } from './protected-api-types.js';
import { send, sendJson } from './send.js';
import type { TokenFinder } from './token-location.js';

/** A request, the answer to it, and what the routes need to write one. */
export interface Exchange {
  request: ApiRequest;
  response: ServerResponse;
  finder: TokenFinder;
  challenger: Challenger;
  pause(ms: number): Promise<void>;
}

export type Route = (exchange: Exchange) => void | Promise<void>;

const openRoutes: Readonly<Record<string, Route>> = {
  '/public': echo,
  '/denied': ({ response, challenger }) => challenger.rejectToken(response),
  '/large-401': ({ request, response, challenger }) =>
    challenger.rejectToken(response, { bytes: amount(request, 'bytes') }),
};

const guardedRoutes: Readonly<Record<string, Route>> = {
  '/forbidden': (exchange) => refuse(exchange, 403, { error: 'insufficient_scope', scope: 'admin' }),
  '/denied-scope': (exchange) => refuse(exchange, 401, { error: 'insufficient_scope', scope: 'admin' }),
  '/step-up': (exchange) => refuse(exchange, 401, { error: 'insufficient_user_authentication', acr_values: 'mfa' }),
  '/redirect': redirect,
  '/slow': async (exchange) => {
    await exchange.pause(amount(exchange.request, 'ms'));
    echo(exchange);
  },
  '/stream': stream,
  '/upload': ({ request, response }) =>
    sendJson(response, 200, { ...digest(request.body), contentType: request.headers['content-type'] }),
};

/** A route that does not look at the token, where the path has one. */
export function openRoute(path: string): Route | undefined {
  return openRoutes[path];
}

/** The route for a request whose token is good. */
export function guardedRoute(path: string): Route {
  const code = /^\/status\/([2-5]\d\d)$/.exec(path)?.[1];
  if (code !== undefined) return ({ response }) => sendStatus(response, Number(code));
  return guardedRoutes[path] ?? echo;
}

function echo({ request, response, finder }: Exchange): void {
  const { method, path, body } = request;
  const answer: ApiEcho = { method, path, ...finder.redact(request), body: body.toString(), ...digest(body) };
  sendJson(response, 200, answer);
}

function digest(body: Buffer): { bytes: number; sha256: string } {
  return { bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}

function sendStatus(response: ServerResponse, status: number): void {
  if (status === 204 || status === 304) response.writeHead(status).end();
  else sendJson(response, status, { status });
}

function refuse({ response, challenger }: Exchange, status: number, parameters: Record<string, string>): void {
  sendJson(response, status, parameters, challenger.headers(parameters));
}

function redirect({ request, response }: Exchange): void {
  const { to, status = '302' } = request.query;
  if (typeof to !== 'string' || !/^30[12378]$/.test(String(status))) {
    return sendJson(response, 400, { message: 'to must be given, and status be 301, 302, 303, 307 or 308' });
  }
  send(response, Number(status), '', { location: to });
}

async function stream({ request, response }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  await pipeline(Readable.from(chunks(amount(request, 'bytes'))), response, { end: false });
  response.end();
}

function* chunks(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= 16_384) yield Buffer.alloc(Math.min(left, 16_384), 'x');
}

/** A number from the query, 0 unless given. */
function amount({ query }: ApiRequest, name: string): number {
  const value = Number(query[name] ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
