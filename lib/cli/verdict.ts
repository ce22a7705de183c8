import { STATUS_CODES } from 'node:http';
import type { EndpointAnswer } from '../contract.js';
import { type Challenge, parseChallenges } from '../interceptor/challenge.js';
import { printableText } from '../redact.js';
import { isRecord } from '../validate.js';
import type { Exit } from './exit.js';
import { type Presented, sentences, suspicions } from './suspicions.js';

/** The API's answer to a call with a token, and what else there is to know about it. */
export interface Called extends Presented {
  /** Whether the source takes this answer for: the token is not good. */
  isRejected: boolean;
  /** The package has asked for a new token after a first refusal, and sent the call again with it. */
  wasResent: boolean;
  /** Where the token was not sent any more, since a redirect led to another origin. */
  strayedTo: string | undefined;
}

export interface Verdict {
  exit: Exit;
  /** One paragraph: what the answer means, and what to change. */
  paragraph: string;
}

/** What an API's answer says about the token. */
export function verdictOf(called: Called): Verdict {
  const { answer, isRejected, strayedTo } = called;
  const { status } = answer;
  const challenge = challengeOf(answer);
  const refused = isRejected || status === 401 || status === 403;
  if (strayedTo !== undefined && (refused || isPage(answer)))
    return { exit: 'apiRefused', paragraph: strayed(called, strayedTo) };
  if (refused) return { exit: 'apiRefused', paragraph: sentences(refusal(called, challenge), said(called)) };
  if (status >= 200 && status < 300) {
    const note = isPage(answer)
      ? 'The answer is a web page, though: is `--url` an address of the API, and not of a site with a login?'
      : '';
    return { exit: 'ok', paragraph: sentences('The API takes the token.', note, strayedNote(strayedTo)) };
  }
  return { exit: 'apiFailed', paragraph: sentences(failure(called), said(called)) };
}

export function statusText(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trim();
}

function strayed({ url, answer }: Called, to: string): string {
  return `${url} redirects to ${to}, which is another origin: the token is not sent there, and without it the answer is ${statusText(answer.status)}. Give the final address as \`--url\` (in code: as \`baseURL\`, or in \`allowedOrigins\`). If that is a login page, the API does not take tokens at this address.`;
}

function strayedNote(to: string | undefined): string {
  return to === undefined
    ? ''
    : `The answer comes from ${to}, to which the API redirects; the token was not sent there, and nobody asked for it.`;
}

function refusal(called: Called, { scheme, parameters }: Challenge): string {
  const { answer, wasResent } = called;
  const { error = '' } = parameters;
  if (error === 'insufficient_scope') return tooLittleScope(called, parameters.scope);
  if (error === 'insufficient_user_authentication')
    return 'The API wants a user who has logged in, in a certain way (RFC 9470). A token of a client alone cannot say that: this address is not for client credentials, or ask with a token of the user (grant `tokenExchange`).';
  if (error === 'insufficient_claims')
    return 'The API wants claims that the token does not have. In code `attachToken(…, { stepUp: true })` asks for them.';
  if (answer.status === 403)
    return `The API knows who calls, and does not allow this call. The token is probably good: what is missing is a permission or a role of the client${scopeNote(called)}, or this address is not for it.`;
  const again = wasResent ? 'A new token was asked for and refused, too, so it is not about its age. ' : '';
  const other = scheme !== '' && !/^bearer$/.test(scheme);
  if (other)
    return `${again}The API wants \`${scheme}\` in place of \`Bearer\`. ${scheme === 'dpop' ? 'Such a token is bound to a key: use `dpop()` in a source file (`--source`).' : 'Say in a source file (`--source`) how it is sent: `sendAs`.'}`;
  return sentences(`The API refused the token. ${again}`.trim(), suspicions(called));
}

function tooLittleScope(called: Called, wanted: string | undefined): string {
  const scope = wanted && printableText(wanted, called.secrets);
  const change = scope
    ? `Ask for it: \`--scope "${scope}"\` (besides what you need otherwise). If the token endpoint does not grant it, the client has to be given it there.`
    : "Ask for it with `--scope`; the API's documentation says its name.";
  return `The token is good, but it is not for this: the API wants ${scope ? `the scope \`${scope}\`` : 'another scope'}${scopeNote(called)}. ${change}`;
}

function scopeNote({ jwt, asked, secrets }: Called): string {
  const { scope = jwt?.claims.scp ?? asked.scope } = jwt?.claims ?? {};
  const text = [scope].flat().join(' ');
  return text === '' ? '' : ` (the token has \`${printableText(text, secrets)}\`)`;
}

function failure({ answer: { status, headers } }: Called): string {
  const token = 'Of the token nothing can be said.';
  if (status === 404 || status === 405 || status === 410)
    return `The API knows no such address for GET: check \`--url\`. ${token}`;
  if (status === 429) {
    const after = headers['retry-after'];
    return `The API is asked too often${after === undefined ? '' : `: it says to wait (Retry-After: ${printableText(after)})`}. ${token}`;
  }
  if (status >= 500) return `The API has a trouble of its own: try again later, or ask those who run it. ${token}`;
  if (status >= 300 && status < 400)
    return `The API answers with a redirect that leads nowhere: check \`--url\`. ${token}`;
  return `The API does not like the request, which is a plain GET: check \`--url\` and its parameters. ${token}`;
}

/** What the API itself says, cut and without secrets. */
function said({ answer, secrets }: Called): string {
  const { parameters } = challengeOf(answer);
  const { error, error_description: description } = parameters;
  const challenge = [error, description && `"${description}"`].filter(Boolean).join(' ');
  const words = challenge || wordsIn(answer);
  return words === ''
    ? ''
    : `It says: ${printableText(words, secrets).slice(0, 300)}${/[.!?"]$/.test(words) ? '' : '.'}`;
}

function wordsIn({ body, text }: EndpointAnswer): string {
  if (isRecord(body)) {
    const found = ['error_description', 'message', 'detail', 'title', 'error', 'errors', 'code'].map(
      (name) => body[name],
    );
    const first = found.find((one) => one !== undefined && one !== null && one !== '');
    return first === undefined ? text : typeof first === 'string' ? first : JSON.stringify(first);
  }
  return /^\s*</.test(text) ? '' : text;
}

function challengeOf({ headers }: EndpointAnswer): Challenge {
  const challenges = parseChallenges(headers['www-authenticate']);
  return challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges[0] ?? { scheme: '', parameters: {} };
}

function isPage({ headers, text }: EndpointAnswer): boolean {
  return /html/i.test(headers['content-type'] ?? '') || /^\s*<!doctype html/i.test(text);
}
