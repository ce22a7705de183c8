import type { IncomingMessage } from 'node:http';

/** The whole body. Rejects when the client leaves before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The headers under lower-case names, a repeated one joined by `, `. */
export function readHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The URL that was asked for, at the server that received it. */
export function readUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  const origin = `http://127.0.0.1:${request.socket.localPort ?? 0}`;
  return target.startsWith('/') ? new URL(origin + target) : new URL(target, origin);
}
