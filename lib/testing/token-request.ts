import type { IncomingMessage } from 'node:http';
import { authenticate, presentedClientId } from './client-login.js';
import { readBody, readHeaders, readUrl } from './receive.js';
import { Refusal } from './refusal.js';
import type { TokenServerClient, TokenServerRequest } from './token-server-types.js';

/** What a good request is entitled to. */
export interface Grant {
  clientId: string;
  scope: string | undefined;
}

const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const scopeSyntax = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/; // RFC 6749 §3.3
const repeatable = new Set(['audience', 'resource']); // RFC 8707 §2, RFC 8693 §2.1

export async function receiveTokenRequest(incoming: IncomingMessage, receivedAt: number): Promise<TokenServerRequest> {
  const headers = readHeaders(incoming);
  const rawBody = (await readBody(incoming)).toString();
  const parameters = isForm(headers) ? readParameters(rawBody) : {};
  return {
    method: incoming.method ?? '',
    path: readUrl(incoming).pathname,
    headers,
    rawBody,
    parameters,
    receivedAt,
    clientId: presentedClientId({ headers, parameters }),
  };
}

/** Judges a request to the token endpoint (RFC 6749 §4.4.2). Throws a {@link Refusal}. */
export function readGrant(request: TokenServerRequest, clients: readonly TokenServerClient[]): Grant {
  if (request.method !== 'POST') {
    throw new Refusal(405, 'invalid_request', 'the token endpoint takes POST only', { allow: 'POST' });
  }
  checkForm(request);
  const client = authenticate(request, clients);
  checkGrantType(request.parameters.grant_type);
  return { clientId: client.clientId, scope: grantedScope(client, request.parameters.scope) };
}

function isForm(headers: TokenServerRequest['headers']): boolean {
  return formType.test(headers['content-type'] ?? '');
}

/** A parameter without a value counts as left out (RFC 6749 §3.2). */
function readParameters(rawBody: string): Record<string, string> {
  const form = new URLSearchParams(rawBody);
  const pairs = [...new Set(form.keys())].map((name): [string, string] => [name, form.getAll(name).join(' ')]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

export function checkForm({ headers, rawBody }: TokenServerRequest): void {
  if (!isForm(headers)) {
    throw new Refusal(400, 'invalid_request', 'the parameters must be sent as application/x-www-form-urlencoded');
  }
  const names = [...new URLSearchParams(rawBody).keys()];
  const repeated = names.find((name, index) => !repeatable.has(name) && names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new Refusal(400, 'invalid_request', `the parameter ${repeated} was sent more than once`);
}

function checkGrantType(grantType: string | undefined): void {
  if (grantType === undefined) throw new Refusal(400, 'invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw new Refusal(400, 'unsupported_grant_type', 'this server grants client_credentials only');
  }
}

function grantedScope({ scopes }: TokenServerClient, asked: string | undefined): string | undefined {
  if (asked === undefined) return scopes?.join(' ') || undefined;
  if (!scopeSyntax.test(asked))
    throw new Refusal(400, 'invalid_scope', 'the scope is not a list of words separated by single spaces');
  if (scopes !== undefined && !asked.split(' ').every((word) => scopes.includes(word))) {
    throw new Refusal(400, 'invalid_scope', 'the client may not ask for all of this scope');
  }
  return asked;
}
