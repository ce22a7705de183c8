import { Refusal } from './refusal.js';
import type { TokenServerClient, TokenServerRequest } from './token-server-types.js';

/** How a client says who it is: in the Authorization header, among the parameters, or both (which RFC 6749 §2.3 forbids). */
interface Login {
  inHeader: boolean;
  clientId: string | undefined;
  clientSecret: string | undefined;
}

type Credentials = Pick<TokenServerRequest, 'headers' | 'parameters'>;

/** The client id that was presented, whether it is a right one or not. */
export function presentedClientId(request: Credentials): string | undefined {
  return readLogin(request).clientId;
}

/** The client that the request authenticates as. Throws a {@link Refusal}. */
export function authenticate(request: Credentials, clients: readonly TokenServerClient[]): TokenServerClient {
  const login = readLogin(request);
  if (login.inHeader) refuseSecondLogin(request.parameters, login.clientId);
  const client = clients.find(({ clientId }) => clientId === login.clientId);
  if (client === undefined || (client.clientSecret ?? '') !== (login.clientSecret ?? '')) {
    throw new Refusal(
      401,
      'invalid_client',
      login.clientId === undefined ? 'no client credentials were understood' : 'unknown client or wrong secret',
      login.inHeader ? { 'www-authenticate': 'Basic realm="token endpoint"' } : {},
    );
  }
  return client;
}

function readLogin({ headers, parameters }: Credentials): Login {
  if (headers.authorization === undefined) {
    return { inHeader: false, clientId: parameters.client_id, clientSecret: parameters.client_secret };
  }
  return { inHeader: true, ...readBasic(headers.authorization) };
}

/** RFC 6749 §2.3.1: id and secret are form-urlencoded before they become `id:secret` of RFC 7617. */
function readBasic(authorization: string): Omit<Login, 'inHeader'> {
  const nothing = { clientId: undefined, clientSecret: undefined };
  const encoded = /^basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return nothing;
  const pair = Buffer.from(encoded, 'base64').toString();
  const colon = pair.indexOf(':');
  if (colon === -1) return nothing;
  try {
    return { clientId: formDecode(pair.slice(0, colon)), clientSecret: formDecode(pair.slice(colon + 1)) };
  } catch {
    return nothing;
  }
}

function formDecode(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '));
}

function refuseSecondLogin(parameters: TokenServerRequest['parameters'], clientId: string | undefined): void {
  if (parameters.client_secret !== undefined) {
    throw new Refusal(
      400,
      'invalid_request',
      'the client authenticated in the header and in the body: one of them only',
    );
  }
  if (parameters.client_id !== undefined && clientId !== undefined && parameters.client_id !== clientId) {
    throw new Refusal(400, 'invalid_request', 'client_id is not the client of the Authorization header');
  }
}
