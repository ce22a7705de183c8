import { authenticate } from './client-login.js';
import type { Ledger } from './ledger.js';
import { Refusal } from './refusal.js';
import { checkForm } from './token-request.js';
import type { TokenServerClient, TokenServerRequest } from './token-server-types.js';

/** Judges a request to the revocation endpoint (RFC 7009 §2.1): the token that it is about. Throws a {@link Refusal}. */
export function readRevocation(
  request: TokenServerRequest,
  clients: readonly TokenServerClient[],
  { describe }: Pick<Ledger, 'describe'>,
): string {
  if (request.method !== 'POST') {
    throw new Refusal(405, 'invalid_request', 'the revocation endpoint takes POST only', { allow: 'POST' });
  }
  checkForm(request);
  const client = authenticate(request, clients);
  const { token } = request.parameters;
  if (token === undefined) throw new Refusal(400, 'invalid_request', 'token is missing');
  const owner = describe(token)?.clientId ?? client.clientId; // one that is unknown counts as revoked (§2.2)
  if (owner !== client.clientId) throw new Refusal(400, 'invalid_grant', 'the token was issued to another client');
  return token;
}
