import { at } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import { TokenEndpointError, TokenResponseError } from '../errors.js';
import { printableText } from '../redact.js';
import { describeType } from '../token.js';
import type { AnswerError, TokenReader } from './readers.js';

/** What a message about a refusal needs to know of the request. */
export interface Exchange {
  /** Printable address of the endpoint. */
  endpoint: string;
  /** What must not appear in any message. */
  secrets: readonly string[];
  /** Ms since the epoch. */
  now: number;
  /** How the client said who it is; `undefined`: not at all, or by a way of its own. */
  secretSentIn?: 'body' | 'header' | 'assertion' | 'certificate' | undefined;
  /** The `grant_type`. */
  grant?: unknown;
}

const TRANSIENT_STATUS = new Set([408, 429]);
const TRANSIENT_ERROR = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/**
 * RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5, RFC 8707 §2, RFC 9449 §5 and §8: words of the protocol are shown, even where a parameter
 * has such a value.
 */
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
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

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

/** A success, and no token in it. @param token what was found in its place */
export function noToken(
  answer: EndpointAnswer,
  { endpoint, secrets }: Exchange,
  reader: TokenReader,
  token: unknown,
): TokenResponseError {
  const looked = typeof reader === 'function' ? 'by response.token' : `at \`${reader}\``;
  const found = token === undefined ? `nothing there; ${whatIsThere(answer, secrets)}` : `found ${describeType(token)}`;
  return new TokenResponseError(
    `${endpoint} answered ${answer.status}, but there is no token in it: looked ${looked} for a non-empty string, ${found}. ${whereElse(answer)}`,
  );
}

function whereElse({ headers, text, body }: EndpointAnswer): string {
  const isPage = /html/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(text);
  if (isPage) return 'A web page came, not a token: check `tokenUrl`, or `issuer`.';
  if (typeof body === 'string' || (body === undefined && /^\s*[^\s<{[]+\s*$/.test(text)))
    return 'If the whole body is the token, set `response.token: wholeBody()`.';
  return 'If the token is elsewhere, say where with `response.token`; if this is an error, say so with `response.error`.';
}

function advice(
  status: number,
  error: string | undefined,
  headers: Record<string, string>,
  { secretSentIn, grant, now }: Exchange,
): string | undefined {
  if (status === 0 || (status >= 300 && status < 400)) {
    return 'Redirects are not followed, they would carry the credentials away: set `tokenUrl` (or `issuer`) to the final address.';
  }
  if (error === 'invalid_dpop_proof') {
    return `Check that \`dpop\` is set, that the server takes its \`algorithm\`, and that it knows itself by this address, also behind a proxy.${skewOf(headers, now)}`;
  }
  if (error === 'use_dpop_nonce')
    return 'It wants a DPoP proof with a nonce: `dpop` is not set, or it gave no usable `DPoP-Nonce`, or did not take it.';
  if (error === 'invalid_client' || status === 401) {
    if (secretSentIn === 'body')
      return 'Check `clientId` and `clientSecret`. They went in the body; if this server wants HTTP Basic, set `clientAuth: clientSecretBasic()`.';
    if (secretSentIn === 'header') {
      return "Check `clientId` and `clientSecret`. They went as HTTP Basic; servers differ in how both are encoded first (`clientSecretBasic({ encoding: 'raw' })` or 'rfc6749'), and some want them in the body (`clientSecretPost()`).";
    }
    if (secretSentIn === 'assertion') {
      const skew = skewOf(headers, now);
      return `Check \`clientId\`, that the key (and its \`keyId\`) or the \`clientSecret\` that signs is the one that the server knows, and \`audience\`: some want their issuer.${skew}`;
    }
    if (secretSentIn === 'certificate')
      return 'Check `clientId`, and that the certificate is the one, or has the subject, that the server knows, and is from an authority that it trusts.';
    return 'Check the client id and how the client authenticates (`clientAuth`).';
  }
  if (error === 'invalid_scope')
    return 'Check `scope`: this client may not ask for it, or the server wants it written differently.';
  if (error === 'invalid_grant' && grant === 'client_credentials') {
    return 'Tokens of this client may have to be bound: to a key (`dpop`), or to a client certificate (`mutualTls()`, or an `httpsAgent` that has it).';
  }
  if (error === 'invalid_target')
    return 'Check `resource` (and `audience`): the server does not know it, or this client may not have tokens for it.';
  if (error === 'unsupported_grant_type') {
    return grant === 'client_credentials'
      ? 'Check `request.grantType` and `request.format`: the server may not have read the parameters.'
      : 'Does the server know this grant, and is it enabled for this client?';
  }
  if (status === 404 || status === 405) return 'Check `tokenUrl` (or `issuer`) and `request.method`.';
  if (status === 415) return 'Check `request.format`.';
  return headers['retry-after'] === undefined ? undefined : 'It says when to try again; see `retryAt`.';
}

/** A clock that is off makes an assertion expired, or not valid yet. */
function skewOf({ date = '' }: Record<string, string>, now: number): string {
  const seconds = Math.round((now - Date.parse(date)) / 1000);
  if (!(Math.abs(seconds) > 30)) return '';
  return ` The clock here is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the server's: set it right.`;
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
export function whatIsThere({ body, text, headers }: EndpointAnswer, secrets: readonly string[]): string {
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
