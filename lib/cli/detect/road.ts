import axios, { type AxiosInstance } from 'axios';
import type { Clock } from '../../clock.js';
import type { EndpointAnswer, TokenRequest } from '../../contract.js';
import { isTokenError, TokenConfigError, type TokenError, TokenTimeoutError } from '../../errors.js';
import { createTokenClient } from '../../source/token-client.js';
import type { Life } from './life.js';
import type { Step } from './step.js';
import type { FoundToken } from './token-place.js';

// How requests leave, and what came of them.

/** What came of a request, for the report. Holds the token: only the report's own words leave it. */
export interface Exchange extends Step {
  answer?: EndpointAnswer | undefined;
  found?: (FoundToken & { life: Life }) | undefined;
  /** Ms since the epoch. */
  sentAt: number;
  receivedAt: number;
}

/** How requests leave. */
export interface Road {
  http: AxiosInstance | undefined;
  allowInsecureHttp: boolean;
  clock: Clock;
  signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** The answer, or what went wrong on the way, within the time that a try has. */
export async function within(
  { http, allowInsecureHttp, clock, signal }: Road,
  send: (request: TokenRequest) => Promise<EndpointAnswer>,
): Promise<EndpointAnswer | TokenError> {
  signal.throwIfAborted();
  const own = new AbortController();
  const follow = (): void => {
    own.abort(signal.reason);
  };
  signal.addEventListener('abort', follow, { once: true });
  const timer = clock.setTimeout(() => {
    own.abort(new TokenTimeoutError(`It did not answer within ${TIMEOUT_MS / 1000} s.`));
  }, TIMEOUT_MS);
  try {
    const client = http ?? createTokenClient(axios.create(), undefined, allowInsecureHttp);
    return await send({ reason: 'missing', signal: own.signal, http: client, allowInsecureHttp, clock });
  } catch (error) {
    if (signal.aborted || !isTokenError(error) || error instanceof TokenConfigError) throw error;
    return error;
  } finally {
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
}
