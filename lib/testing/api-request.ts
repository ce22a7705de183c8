import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiRequest } from './protected-api-types.js';
import { readBody, readHeaders, readUrl } from './receive.js';
import type { TokenFinder } from './token-location.js';

/** Receives all of a request, its body too: an answer sent before the body is consumed would cost the client its connection. */
export async function receiveApiRequest(incoming: IncomingMessage, finder: TokenFinder): Promise<ApiRequest> {
  const at = Date.now();
  const { pathname, searchParams } = readUrl(incoming);
  const query = readQuery(searchParams);
  const headers = readHeaders(incoming);
  const token = finder.find({ headers, query });
  const body = await readBody(incoming);
  return { method: incoming.method ?? '', path: pathname, query, headers, token, body, status: undefined, at };
}

/** Runs when the head of the answer is written, whoever writes it: before the client can have read it. */
export function onHead(response: ServerResponse, run: (status: number) => void): void {
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (status: number, ...rest: unknown[]) => {
    run(status);
    return writeHead(status, ...rest);
  };
}

function readQuery(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, single(parameters.getAll(name))]));
}

function single(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] as string) : values;
}
