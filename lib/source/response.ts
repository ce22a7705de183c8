import { at, everyAt } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import { TokenEndpointError, TokenResponseError } from '../errors.js';
import { printableText } from '../redact.js';
import { describeType } from '../token.js';
import { checkOptions, noteFactories, requireString, type Rule } from '../validate.js';

/** Finds the token in an answer: a path into its body, or a function. */
export type TokenReader = string | ((answer: EndpointAnswer) => string | undefined);

/** An error as an endpoint tells it, also inside HTTP 200. */
export interface AnswerError {
  error: string;
  errorDescription?: string | undefined;
  /** Default: as the HTTP status says; an error inside a success is permanent. */
  permanent?: boolean | undefined;
  retryAfterMs?: number | undefined;
}

export type ErrorReader = (answer: EndpointAnswer) => AnswerError | undefined;

/** The token is in a response header. */
export function responseHeader(name: string): (answer: EndpointAnswer) => string | undefined {
  requireString('responseHeader', 'name', name);
  return ({ headers }) => headers[name.toLowerCase()];
}

/** The whole body is the token: as text without white space around it, or as a JSON text. A page or a JSON object is none. */
export function wholeBody(): (answer: EndpointAnswer) => string | undefined {
  return ({ text, body }) => {
    if (typeof body === 'string') return body;
    return /^\s*(<|\[|\{\s*["}])/.test(text) ? undefined : text.trim() || undefined; // `{…}` around a GUID is a token
  };
}

/** What codes mean, where the status does not say it. */
export interface ErrorCodes {
  /** Codes that are no error, such as `200` or `'SUCCESS'`, beside those that never are. */
  success?: readonly (string | number)[] | undefined;
  /** Codes that may pass by themselves, such as "busy" or "too often": tried again. */
  transient?: readonly (string | number)[] | undefined;
  /** Codes that do not, even with 5xx, such as a wrong password: not tried again. */
  permanent?: readonly (string | number)[] | undefined;
}

/**
 * An error by path: a code that is present and not `0`, `'0'`, `''`, `false` or `'ok'` is one. A path may lead through arrays.
 */
export function errorAt(codePath: string, textPath?: string, options: ErrorCodes = {}): ErrorReader {
  requireString('errorAt', 'codePath', codePath);
  if (textPath !== undefined) requireString('errorAt', 'textPath', textPath);
  checkOptions('errorAt', options, { success: codes, transient: codes, permanent: codes });
  const { success = [], transient = [], permanent = [] } = options;
  const has = (list: readonly (string | number)[], code: string | number | true): boolean =>
    list.map(String).includes(String(code));
  return ({ body }) => {
    const all = everyAt(body, codePath);
    const index = all.findIndex((one) => isError(one) && !has(success, one));
    const code = all[index];
    if (!isError(code)) return undefined;
    const texts = textPath === undefined ? [] : everyAt(body, textPath);
    const text = texts.length === all.length ? texts[index] : texts[0];
    return {
      error: String(code),
      errorDescription: typeof text === 'string' ? text : undefined,
      permanent: has(transient, code) ? false : has(permanent, code) || undefined,
    };
  };
}

function isError(code: unknown): code is string | number | true {
  if (typeof code === 'string' || typeof code === 'number') return !/^(0|ok|)$/i.test(String(code));
  return code === true;
}

const codes: Rule = (value) =>
  Array.isArray(value) && value.every((code) => typeof code === 'string' || typeof code === 'number')
    ? undefined
    : 'must be an array of codes';

const TRANSIENT_STATUS = new Set([408, 429]);
const TRANSIENT_ERROR = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5, RFC 8707 §2: words of the protocol are shown, even where a parameter has such a value. */
const PROTOCOL_ERROR = new Set([
  ...TRANSIENT_ERROR,
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'unauthorized_client',
  'unsupported_grant_type',
  'access_denied',
]);

/** What a message about a refusal needs to know of the request. */
export interface Exchange {
  /** Printable address of the endpoint. */
  endpoint: string;
  /** What must not appear in any message. */
  secrets: readonly string[];
  /** Ms since the epoch. */
  now: number;
  /** How the client secret was sent; `undefined`: not at all, or by a way of its own. */
  secretSentIn?: 'body' | 'header' | undefined;
}

/**
 * The token in an answer.
 *
 * @throws TokenEndpointError when the answer is a refusal; TokenResponseError when it is a success without a usable token
 */
export function readToken(
  answer: EndpointAnswer,
  exchange: Exchange,
  reader: TokenReader = 'access_token',
  readError?: ErrorReader,
): string {
  const success = answer.status >= 200 && answer.status < 300;
  const told = readError?.(answer);
  if (told || !success) throw refusal(answer, exchange, told);
  const token: unknown = typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
  if (typeof token === 'string' && token !== '') return token;
  if (token === undefined && typeof at(answer.body, 'error') === 'string') throw refusal(answer, exchange, undefined);
  const looked = typeof reader === 'function' ? 'by response.token' : `at \`${reader}\``;
  const found =
    token === undefined ? `nothing there; ${whatIsThere(answer, exchange.secrets)}` : `found ${describeType(token)}`;
  throw new TokenResponseError(
    `${exchange.endpoint} answered ${answer.status}, but there is no token in it: looked ${looked} for a non-empty string, ${found}. ` +
      hint(answer),
  );
}

function hint({ headers, text, body }: EndpointAnswer): string {
  const isPage = /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text);
  if (isPage) return 'A web page came, not a token: check `tokenUrl`.';
  if (typeof body === 'string' || (body === undefined && /^\s*[^\s<{[]+\s*$/.test(text)))
    return 'If the whole body is the token, set `response.token: wholeBody()`.';
  return 'If the token is elsewhere, say where with `response.token`; if this is an error, say so with `response.error`.';
}

/** The refusal in an answer, with what to do about it. */
export function refusal(answer: EndpointAnswer, exchange: Exchange, told: AnswerError | undefined): TokenEndpointError {
  const { status, body, headers } = answer;
  const say = (text: unknown): string | undefined =>
    typeof text === 'string' && text !== '' ? printableText(text, exchange.secrets) : undefined;
  const code: unknown = told?.error ?? at(body, 'error');
  const error = typeof code === 'string' && PROTOCOL_ERROR.has(code) ? code : say(code);
  const errorDescription = say(told ? told.errorDescription : at(body, 'error_description'));
  const transient =
    TRANSIENT_STATUS.has(status) || status >= 500 || (typeof code === 'string' && TRANSIENT_ERROR.has(code));
  const reason = [error, errorDescription === undefined ? undefined : `"${errorDescription}"`]
    .filter(Boolean)
    .join(' ');
  return new TokenEndpointError(
    [
      `${exchange.endpoint} refused the token request: ${status}${reason === '' ? `; ${whatIsThere(answer, exchange.secrets)}` : ` ${reason}`}.`,
      advice(status, error, headers, exchange),
    ]
      .filter(Boolean)
      .join(' '),
    {
      status,
      error,
      errorDescription,
      errorUri: say(at(body, 'error_uri')),
      permanent: told?.permanent ?? !transient,
      retryAt: told?.retryAfterMs === undefined ? retryAfter(headers, exchange.now) : exchange.now + told.retryAfterMs,
    },
  );
}

function advice(
  status: number,
  error: string | undefined,
  headers: Record<string, string>,
  { secretSentIn }: Exchange,
): string | undefined {
  if (status === 0 || (status >= 300 && status < 400)) {
    return 'Redirects are not followed, they would carry the credentials away: set `tokenUrl` to the final address.';
  }
  if (error === 'invalid_client' || status === 401) {
    if (secretSentIn === 'body')
      return 'Check `clientId` and `clientSecret`. They went in the body; if this server wants HTTP Basic, set `clientAuth: clientSecretBasic()`.';
    if (secretSentIn === 'header') {
      return "Check `clientId` and `clientSecret`. They went as HTTP Basic; servers differ in how both are encoded first (`clientSecretBasic({ encoding: 'raw' })` or 'rfc6749'), and some want them in the body (`clientSecretPost()`).";
    }
    return 'Check the client id and how the client authenticates (`clientAuth`).';
  }
  if (error === 'invalid_scope')
    return 'Check `scope`: this client may not ask for it, or the server wants it written differently.';
  if (error === 'unsupported_grant_type')
    return 'Check `request.grantType` and `request.format`: the server may not have read the parameters.';
  if (status === 404 || status === 405) return 'Check `tokenUrl` and `request.method`.';
  if (status === 415) return 'Check `request.format`.';
  return headers['retry-after'] === undefined ? undefined : 'It says when to try again; see `retryAt`.';
}

/** RFC 9110 §10.2.3: seconds, or a date, which is measured against the answer's own clock. */
function retryAfter(headers: Record<string, string>, now: number): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return now + Number(value) * 1000;
  const then = Date.parse(value);
  const serverNow = Date.parse(headers.date ?? '');
  return Number.isNaN(then) ? undefined : now + Math.max(0, then - (Number.isNaN(serverNow) ? now : serverNow));
}

/** Names, never values: a value could be the token. */
function whatIsThere({ body, text, headers }: EndpointAnswer, secrets: readonly string[]): string {
  if (text === '') return 'the body is empty';
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    const names = Object.keys(body)
      .slice(0, 20)
      .map((name) => printableText(name.slice(0, 40), secrets));
    return names.length === 0 ? 'the body is an empty object' : `the body has ${names.join(', ')}`;
  }
  const type = printableText((headers['content-type'] ?? 'unknown type').slice(0, 80), secrets);
  if (body !== undefined) return `the body is ${describeType(body)}`;
  return /json/i.test(type) || /^\s*[[{]/.test(text)
    ? `the body (${type}, ${text.length} characters) is no valid JSON`
    : `the body (${type}, ${text.length} characters) could not be read`;
}

noteFactories({ responseHeader, wholeBody, errorAt });
