import { TokenConfigError } from '../errors.js';

/** The token request as a client authentication sees it; it changes what it is given. */
export interface ClientAuthRequest {
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  tokenUrl: URL;
  method: string;
  headers: Record<string, string>;
  /** Under the standard names (`client_id` …); they get the endpoint's own names afterwards. */
  parameters: Record<string, unknown>;
  /** Options for an https agent made for this request alone, such as a client certificate. */
  agentOptions: Record<string, unknown>;
}

/** Says who the client is (RFC 6749 §2.3). Called anew for every attempt; may be async. One that does nothing sends nothing. */
export type ClientAuth = (request: ClientAuthRequest) => void | Promise<void>;

/** Id and secret for a method that needs both. */
export function credentials(
  { clientId, clientSecret }: ClientAuthRequest,
  method: string,
): [id: string, secret: string] {
  if (clientId === undefined) throw new TokenConfigError(`${method} needs a \`clientId\`.`, { option: 'clientId' });
  if (clientSecret === undefined)
    throw new TokenConfigError(`${method} needs a \`clientSecret\`.`, { option: 'clientSecret' });
  return [clientId, clientSecret];
}

/** What is known of a method of ours before it is called: to find what is missing at construction, and to name it in a source's id. */
export interface AuthTraits {
  name: string;
  needsSecret: boolean;
  /** Puts the credentials among the parameters, so these must be sent. */
  needsParameters: boolean;
}

const known = new WeakMap<ClientAuth, AuthTraits>();

export function withTraits(traits: AuthTraits, auth: ClientAuth): ClientAuth {
  known.set(auth, traits);
  return auth;
}

/** `undefined` for a function of the user's own. */
export function traitsOf(auth: ClientAuth): AuthTraits | undefined {
  return known.get(auth);
}
