import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

// A server that writes down what it receives, byte for byte, and answers as a test says. Closed after the test.

export interface Received {
  method: string;
  /** With the query, as it stood in the request line. */
  target: string;
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: string;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** An object goes out as JSON. */
  body?: string | object;
}

/** Answers a request; one that answers by itself returns nothing. */
export type Answering = (
  request: Received,
  response: ServerResponse,
  incoming: IncomingMessage,
) => Answer | undefined | Promise<Answer>;

export interface FakeServer {
  /** Its origin. */
  url: string;
  port: number;
  requests: Received[];
}

const running: Server[] = [];

afterEach(async () => {
  await Promise.all(
    running.splice(0).map(async (server) => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }),
  );
});

export async function fakeServer(answering: Answering = () => ({}), secure?: ServerOptions): Promise<FakeServer> {
  const requests: Received[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await receive(incoming);
    requests.push(request);
    const answer = await answering(request, response, incoming);
    if (answer) send(response, answer);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    serve(incoming, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  };
  const server = secure ? createSecureServer(secure, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(server);
  const { port } = server.address() as AddressInfo;
  return { url: `${secure ? 'https' : 'http'}://127.0.0.1:${port}`, port, requests };
}

/** A token endpoint that answers every request with this token, or with what a function says. */
export function tokenEndpoint(answer: object | ((count: number) => Answer) = granted()): Promise<FakeServer> {
  let count = 0;
  return fakeServer(() =>
    typeof answer === 'function' ? (answer as (count: number) => Answer)(++count) : { body: answer },
  );
}

export function granted(accessToken = 'granted-token'): object {
  return { access_token: accessToken, token_type: 'Bearer', expires_in: 3600 };
}

export function form(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? '/';
  const { pathname, searchParams } = new URL(target, 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    target,
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString(),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { 'content-length': Buffer.byteLength(text), ...type, ...headers }).end(text);
}
