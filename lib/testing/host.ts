import { once, setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendJson } from './send.js';

/** An HTTP server on 127.0.0.1 that leaves nothing behind. */
export interface Host {
  /** Its origin, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Waits that many milliseconds, really (fake timers do not reach it). Rejects when the server is closed. */
  pause(ms: number): Promise<void>;
  /** Stops listening, destroys every connection, ends every pause. */
  close(): Promise<void>;
}

/** Listens on an ephemeral port. What `serve` throws is answered with a 500 that says so. */
export async function startHost(
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Host> {
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => answerFailure(response, error));
  });
  server.keepAliveTimeout = 0; // no idle connection is closed under a client that is about to use it
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let closed: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    closing.abort();
    const ends = [
      once(server, 'close'),
      ...[...sockets].map((socket) => new Promise((end) => socket.once('close', end))),
    ];
    server.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(ends);
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async pause(ms) {
      closing.signal.throwIfAborted();
      if (ms > 0) await sleep(ms, undefined, { signal: closing.signal });
    },
    close: () => (closed ??= stop()),
  };
}

function answerFailure(response: ServerResponse, error: unknown): void {
  const gone = response.socket?.destroyed ?? true;
  if (gone || response.headersSent) response.destroy();
  else sendJson(response, 500, { error: 'server_error', error_description: String(error) });
}
