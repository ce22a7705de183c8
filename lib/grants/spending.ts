import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { at } from '../answer.js';
import { systemClock } from '../clock.js';
import type { EndpointAnswer, TokenRequest } from '../contract.js';
import { InsecureTransportError, TokenNetworkError } from '../errors.js';
import type { ResponseDialect } from '../source/dialect.js';
import { readAnswer } from '../source/token-endpoint.js';

/**
 * What became of one token request with a refresh token:
 * - `'unsent'`: it cannot have reached the server (yet);
 * - `'under way'`: it may be read at this moment;
 * - `'refused'`: the server answered, and the answer is no;
 * - `'granted'`: the server said yes, whatever else is in the answer;
 * - `'lost'`: it may have reached the server, and there is no answer of its own.
 */
export type SpendingState = 'unsent' | 'under way' | 'refused' | 'granted' | 'lost';

export interface SpendingPlan {
  refreshToken: string;
  request: TokenRequest;
  /** What an answer looks like. */
  response: ResponseDialect | undefined;
  /** Called at once when the server has said yes. */
  granted: (answer: EndpointAnswer) => void;
}

/**
 * Watches over one refresh token while it is sent, from below: an error that comes out above may have become another one, and whoever
 * sends a token request again up there (to another address, with another secret) gets the refresh token only where that is safe.
 */
export class Spending {
  /** The request to ask the source with. */
  readonly request: TokenRequest;
  state: SpendingState = 'unsent';
  /** Whether the answer held an access token: then nothing else in it was lost. */
  hasToken = false;
  /** Wall clock and monotonic ms at which it was sent last. */
  sentAt = 0;
  sentAtMonotonic = 0;
  readonly #plan: SpendingPlan;
  #isNext = false;

  constructor(plan: SpendingPlan) {
    this.#plan = plan;
    const { http } = plan.request;
    this.request = { ...plan.request, http: watched(http, (config) => this.#send(http, config)) };
  }

  /** The refresh token, for the request that is made now. */
  take(): string {
    if (this.state !== 'unsent' && this.state !== 'refused')
      throw new TokenNetworkError(
        'The first answer of the token endpoint was lost; the refresh token is not sent again.',
      );
    this.#isNext = true;
    return this.#plan.refreshToken;
  }

  /**
   * A source may send others, too, such as for an issuer's metadata or to a vault: the one with the refresh token is the exchange that
   * comes when it was taken. It is not given up with the call that it is for: the server may have taken the refresh token, and the
   * answer is worth a login.
   */
  async #send(http: AxiosInstance, config: AxiosRequestConfig & { isExchange?: boolean }): Promise<AxiosResponse> {
    if (!this.#isNext || config.isExchange !== true) return http.request(config);
    const { request, granted } = this.#plan;
    const { clock = systemClock, signal } = request;
    signal.throwIfAborted();
    this.#isNext = false;
    this.state = 'under way';
    [this.sentAt, this.sentAtMonotonic] = [clock.now(), clock.monotonic()];
    try {
      const response = await http.request({ ...config, ...toTheEnd });
      const answer = readAnswer(response);
      this.state = isInDoubt(answer) ? 'lost' : this.#isRefusal(answer) ? 'refused' : 'granted';
      if (this.state === 'granted') granted(answer);
      return response;
    } catch (error) {
      if (this.state === 'under way')
        this.state = wasNeverSent(error) ? 'unsent' : wasAnswered(error) ? 'refused' : 'lost';
      throw error;
    }
  }

  #isRefusal(answer: EndpointAnswer): boolean {
    const { token: reader = 'access_token', error: readError } = this.#plan.response ?? {};
    this.hasToken = false;
    const isSuccess = answer.status >= 200 && answer.status < 300;
    if (!isSuccess || readError?.(answer) !== undefined) return true;
    const token: unknown = typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
    this.hasToken = typeof token === 'string' && token !== '';
    return token === undefined && typeof at(answer.body, 'error') === 'string';
  }
}

/** Long after every deadline of a caller; and an axios of the user's own does not repeat what only we know to be safe. */
const toTheEnd: object = { signal: undefined, timeout: 60_000, 'axios-retry': { retries: 0 } };

type SendRequest = (config: AxiosRequestConfig) => Promise<AxiosResponse>;

/** The same axios with an eye on what is sent by `request()`, as token requests are. */
function watched(http: AxiosInstance, send: SendRequest): AxiosInstance {
  return new Proxy(http, {
    get: (target, name) => (name === 'request' ? send : (Reflect.get(target, name) as unknown)),
  });
}

/** An axios of the user's own may reject for a status. */
function wasAnswered(error: unknown): boolean {
  const { response } = (error ?? {}) as { response?: Parameters<typeof readAnswer>[0] };
  if (typeof response?.status !== 'number') return false;
  return (response.status < 200 || response.status >= 300) && !isInDoubt(readAnswer(response));
}

/**
 * Who has failed, and when? Perhaps a gateway, after the server had done it all. One that says `error` as OAuth does is the server
 * itself; and a 503 that has nothing to tell, or says when to come back, has turned the request away.
 */
function isInDoubt({ status, headers, body, text }: EndpointAnswer): boolean {
  if (status < 500) return false;
  const error = at(body, 'error');
  if (typeof error === 'string' && /^[a-z_]+$/.test(error)) return false;
  return !(status === 503 && (headers['retry-after'] !== undefined || text.trim() === ''));
}

/** No connection, or none that was good for a request: a name that is not found, a closed port, a certificate of somebody else. */
const NO_CONNECTION =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT|ERR_TLS_CERT_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_INVALID_URL|ERR_BAD_OPTION(_VALUE)?|ERR_NOT_SUPPORT)$/;

/** Only where it is certain. What can also happen later, such as a reset, counts as sent. */
export function wasNeverSent(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false;
  if (error instanceof InsecureTransportError) return true; // our token client has looked before it sends
  const { code, syscall, message, cause, errors } = error as Record<string, unknown>;
  if (Array.isArray(errors) && errors.length > 0) return errors.every((one) => wasNeverSent(one, depth + 1)); // one for each address
  if (syscall === 'connect' || syscall === 'getaddrinfo') return true;
  if (typeof code === 'string' && NO_CONNECTION.test(code)) return true;
  if (typeof message === 'string' && message.includes('before secure TLS connection was established')) return true;
  return wasNeverSent(cause, depth + 1);
}
