import type { ServerResponse } from 'node:http';
import { isRecord } from './options.js';
import { send, type AnswerHeaders } from './send.js';

/** An answer with a status of your choice: `{ status: 503, retryAfter: 2 }`, `{ status: 400, error: 'invalid_grant' }`. */
export interface StatusFault {
  /** The HTTP status, 200 to 599. */
  status: number;
  /** The `error` of a JSON answer (RFC 6749 §5.2). Without it and without `body` the answer is empty. */
  error?: string | undefined;
  /** The `error_description` beside it. */
  errorDescription?: string | undefined;
  /** `Retry-After`: seconds as a number, or an HTTP date as a string (RFC 9110 §10.2.3). */
  retryAfter?: number | string | undefined;
  /** Further headers, in lower case; they win over the others. */
  headers?: Record<string, string> | undefined;
  /** The whole body, instead of the JSON one. */
  body?: string | undefined;
  /** Default `application/json`. */
  contentType?: string | undefined;
}

/**
 * What goes wrong with a token request:
 * - a status, see {@link StatusFault};
 * - `'hang'`: no answer, until the client leaves or the server is closed;
 * - `'reset'`: the connection is destroyed before an answer;
 * - `'truncate'`: the connection is destroyed in the middle of a 200;
 * - `'malformed'`: a 200 whose JSON is broken; `'html'`: a 200 with a web page; `'empty'`: a 200 without a body;
 * - `{ redirect }`: a redirect to that address, status 302 unless given;
 * - `{ oversized }`: a 200 of exactly that many bytes of JSON, at least 88, with a token in it that was never issued.
 */
export type Fault =
  | StatusFault
  | 'hang'
  | 'reset'
  | 'truncate'
  | 'malformed'
  | 'html'
  | 'empty'
  | {
      /** Where to. */
      redirect: string;
      /** Default 302. */
      status?: 301 | 302 | 303 | 307 | 308 | undefined;
    }
  | {
      /** Length of the body, in bytes. */
      oversized: number;
    };

const json: AnswerHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const answerStart = '{"access_token":"tok_never_issued","token_type":"Bearer","expires_in":3600,"padding":"';
const answerEnd = '"}';
const smallestAnswer = answerStart.length + answerEnd.length;

const named: Record<Extract<Fault, string>, (response: ServerResponse) => void> = {
  hang: () => undefined,
  reset: (response) => void response.destroy(),
  truncate(response) {
    response.writeHead(200, { ...json, 'content-length': '1000' });
    response.write(answerStart, () => response.destroy());
  },
  malformed: (response) => send(response, 200, answerStart, json),
  html: (response) =>
    send(response, 200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html; charset=utf-8' }),
  empty: (response) => send(response, 200, '', json),
};

/** Does to this answer what the fault says. */
export function commitFault(fault: Fault, response: ServerResponse): void {
  if (typeof fault === 'string') named[fault](response);
  else if ('redirect' in fault) send(response, fault.status ?? 302, '', { location: fault.redirect });
  else if ('oversized' in fault) send(response, 200, oversizedAnswer(fault.oversized), json);
  else sendStatus(fault, response);
}

/** Throws a `TypeError` when it is none of the faults. */
export function checkFault(fault: unknown): asserts fault is Fault {
  if (typeof fault === 'string' && Object.hasOwn(named, fault)) return;
  if (isRecord(fault)) {
    if (typeof fault.redirect === 'string') return;
    if (Number.isInteger(fault.oversized) && Number(fault.oversized) >= smallestAnswer) return;
    if (Number.isInteger(fault.status) && Number(fault.status) >= 200 && Number(fault.status) <= 599) return;
  }
  const names = Object.keys(named).map((name) => `'${name}'`);
  throw new TypeError(
    `fail: the fault must be { status: 200…599 }, { redirect }, { oversized: ${smallestAnswer} or more } or one of ${names.join(', ')}`,
  );
}

function sendStatus(fault: StatusFault, response: ServerResponse): void {
  const { status, error, errorDescription, retryAfter, headers, contentType = 'application/json' } = fault;
  const errorBody = error === undefined ? '' : JSON.stringify({ error, error_description: errorDescription });
  const body = fault.body ?? errorBody;
  send(response, status, body, {
    ...(body !== '' && { 'content-type': contentType }),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    'cache-control': 'no-store',
    ...headers,
  });
}

function oversizedAnswer(bytes: number): string {
  return answerStart + 'x'.repeat(bytes - smallestAnswer) + answerEnd;
}
