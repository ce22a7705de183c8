import type { ServerResponse } from 'node:http';
import { send, sendJson } from './send.js';

/** Writes challenges for one scheme and realm. */
export interface Challenger {
  /** Headers with a challenge (RFC 9110 §11.6.1, RFC 6750 §3). */
  headers(parameters?: Readonly<Record<string, string>>): Record<string, string>;
  /** 401 without an error code: no credentials were sent (RFC 6750 §3.1). */
  demandToken(response: ServerResponse): void;
  /** 401 `invalid_token`. `headers` replace the challenge, `bytes` makes it a plain body of that length. */
  rejectToken(
    response: ServerResponse,
    how?: { headers?: Record<string, string> | undefined; bytes?: number | undefined },
  ): void;
}

export function createChallenger(scheme: string, realm: string): Challenger {
  const invalid = { error: 'invalid_token', error_description: 'The access token is unknown, expired or revoked' };
  const headers: Challenger['headers'] = (parameters = {}) => {
    const pairs = Object.entries({ realm, ...parameters }).map(([name, value]) => `${name}=${quote(value)}`);
    return { 'www-authenticate': `${scheme} ${pairs.join(', ')}` };
  };
  return {
    headers,
    demandToken: (response) => sendJson(response, 401, { message: 'An access token is needed' }, headers()),
    rejectToken(response, how = {}) {
      const answerHeaders = how.headers ?? headers(invalid);
      if (how.bytes === undefined) sendJson(response, 401, invalid, answerHeaders);
      else send(response, 401, Buffer.alloc(how.bytes, 'x'), { 'content-type': 'text/plain', ...answerHeaders });
    },
  };
}

/** RFC 9110 §5.6.4. */
function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
