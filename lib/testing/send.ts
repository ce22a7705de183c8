import type { ServerResponse } from 'node:http';

export type AnswerHeaders = Readonly<Record<string, string>>;

/** Answers with a text or bytes of a known length. */
export function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: AnswerHeaders = {},
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
  response.end(bytes);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: AnswerHeaders = {}): void {
  send(response, status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}
