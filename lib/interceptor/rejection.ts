import type { AxiosResponse } from 'axios';
import { everyAt, parseText, plainHeaders } from '../answer.js';
import type { EndpointAnswer, RejectionDetector } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { parseChallenges } from './challenge.js';
import { aHelper, decided, fault, noteFactories } from '../validate.js';

// Which answers of an API mean: this token is not, or no longer, good.

/** Status 401 (RFC 9110 §15.5.2). The default. */
export function unauthorized(): RejectionDetector {
  return ({ status }) => status === 401;
}

/**
 * One of these statuses.
 *
 * @param codes HTTP statuses
 * @throws TokenConfigError for none, or what is no whole number
 * @example
 * ```ts
 * import { status } from 'axios-client-credentials';
 *
 * const rejectedWhen = status(401, 440);
 * ```
 */
export function status(...codes: number[]): RejectionDetector {
  if (codes.length === 0 || !codes.every(Number.isInteger)) {
    throw new TokenConfigError('status(...codes) takes one or more HTTP status codes.', { option: 'codes' });
  }
  return (answer) => codes.includes(answer.status);
}

/**
 * A code in the body, whatever the status. Numbers and their texts are the same; of an array every element is looked at.
 *
 * @param path such as `'errcode'`, `'error.code'` or, through an array, `'errors.code'`
 * @param codes which of them mean "token rejected"
 * @throws TokenConfigError for an empty path or list
 * @example
 * ```ts
 * import { anyOf, bodyCode, unauthorized } from 'axios-client-credentials';
 *
 * const rejectedWhen = anyOf(unauthorized(), bodyCode('errors.code', ['SESSION_ENDED', 4011]));
 * ```
 */
export function bodyCode(path: string, codes: readonly (string | number)[]): RejectionDetector {
  if (typeof path !== 'string' || path === '' || !Array.isArray(codes) || codes.length === 0) {
    throw new TokenConfigError('bodyCode(path, codes) takes a path and a list of codes.', { option: 'codes' });
  }
  const known = new Set(codes.map(String));
  // A code of word characters stands in the text as it is, so that nearly every answer is settled without parsing it.
  const words = [...known].every((code) => /^\w+$/.test(code)) ? [...known] : undefined;
  return (answer) => {
    const { text } = answer;
    if (words && text !== '' && !words.some((code) => text.includes(code))) return false;
    return everyAt(answer.body, path).some((code) => known.has(String(code)));
  };
}

/**
 * One of several detectors says so; those behind it are not asked.
 *
 * @param detectors in the order in which they are asked
 * @throws TokenConfigError for none, or what is no function
 */
export function anyOf(...detectors: RejectionDetector[]): RejectionDetector {
  if (detectors.length === 0) {
    throw new TokenConfigError('anyOf(...detectors) takes one or more detectors.', { option: 'detectors' });
  }
  for (const detector of detectors) {
    const must = aHelper('unauthorized()')(detector);
    if (must !== undefined) throw fault('anyOf', 'detectors', must, detector);
  }
  return (answer) => {
    for (const detector of detectors) {
      const verdict: unknown = detector(answer);
      if (verdict !== false) return verdict as boolean; // what is neither true nor false, too: whoever asks complains of it
    }
    return false;
  };
}

/** Whether an API's answer is a refusal of the token that was sent, and not of what the token may do. */
export function isRejected(response: AxiosResponse, rejectedWhen: RejectionDetector): boolean {
  const answer = new ApiAnswer(response);
  return decided('rejectedWhen', rejectedWhen(answer)) && !asksForMore(answer);
}

/** Whether the API has nothing against the token. */
export function isAccepted(response: AxiosResponse, rejectedWhen: RejectionDetector): boolean {
  const answer = new ApiAnswer(response);
  return !rejectedWhen(answer) && !asksForMore(answer);
}

/** Whether an answer may hold a challenge that asks for a token of another kind. */
export function mayAskForMore(response: AxiosResponse): boolean {
  const { status } = response;
  return (status === 401 || status === 403) && new ApiAnswer(response).headers['www-authenticate'] !== undefined;
}

/**
 * `insufficient_scope` (RFC 6750 §3.1) and step-up (RFC 9470 §3): the token is good, only not for this. Of a proof (RFC 9449 §7.1 and
 * §9): it is not the token that is wrong.
 */
const NOT_THE_TOKEN = new Set([
  'insufficient_scope',
  'insufficient_user_authentication',
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

function asksForMore({ headers }: EndpointAnswer): boolean {
  const header = headers['www-authenticate'];
  if (header === undefined) return false;
  const errors = parseChallenges(header).map(({ parameters }) => parameters.error);
  return errors.some((error) => error !== undefined && NOT_THE_TOKEN.has(error)) && !errors.includes('invalid_token');
}

/** A larger body is not looked into. */
export const LARGEST_BODY = 64 * 1024;

/** An API's response as a detector sees it. Nothing is read or parsed before somebody asks: most only look at the status. */
export class ApiAnswer implements EndpointAnswer {
  readonly #response: AxiosResponse<unknown>;
  #headers: Record<string, string> | undefined;
  #text: string | undefined;
  #body: { value: unknown } | undefined;

  constructor(response: AxiosResponse<unknown>) {
    this.#response = response;
  }

  get status(): number {
    return this.#response.status;
  }

  get headers(): Record<string, string> {
    return (this.#headers ??= plainHeaders(this.#response.headers));
  }

  get text(): string {
    return (this.#text ??= asText(this.#response.data));
  }

  get body(): unknown {
    const { data } = this.#response;
    if (isPlain(data)) return data; // parsed already: a mock's answer
    this.#body ??= { value: parseText(this.text, this.headers['content-type'] ?? '') };
    return this.#body.value;
  }
}

function asText(data: unknown): string {
  if (typeof data === 'string') return data.length <= LARGEST_BODY ? data : '';
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return data.byteLength <= LARGEST_BODY ? new TextDecoder().decode(data) : '';
  }
  return '';
}

function isPlain(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if (Array.isArray(data)) return true;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

noteFactories({ unauthorized, status, bodyCode, anyOf });
