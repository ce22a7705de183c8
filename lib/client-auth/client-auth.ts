import type { TokenRequest } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { type Value, valueOf } from '../source/parameters.js';
import { missing } from '../validate.js';

/** The token request as a client authentication sees it; it changes what it is given. */
export interface ClientAuthRequest {
  /** The option, or what its function returned. */
  clientId?: string | undefined;
  /** The option, or what its function returned. */
  clientSecret?: string | undefined;
  /** Where the request goes. */
  tokenUrl: URL;
  /** The HTTP method: `POST`, `GET` or `PUT`. */
  method: string;
  /** The headers of the request. */
  headers: Record<string, string>;
  /** Under the standard names (`client_id` …); they get the endpoint's own names afterwards. */
  parameters: Record<string, unknown>;
  /** Options for an https agent made for this request alone, such as a client certificate. */
  agentOptions: Record<string, unknown>;
  /** What the token is wanted for, such as its `tenant`, and the clock. `undefined` only where the method is called by hand. */
  tokenRequest?: TokenRequest | undefined;
}

/**
 * Says who the client is (RFC 6749 §2.3), by changing the token request that it is given. Called anew for every attempt; may be async.
 * One that does nothing sends nothing.
 *
 * @example
 * ```ts
 * import { type ClientAuth, clientCredentials } from 'axios-client-credentials';
 *
 * const apiKey: ClientAuth = ({ headers, clientSecret = '' }) => {
 *   headers['X-API-Key'] = clientSecret;
 * };
 * const source = clientCredentials({
 *   tokenUrl: 'https://auth.example.com/token',
 *   clientSecret: process.env.API_KEY,
 *   clientAuth: apiKey,
 * });
 * ```
 */
export type ClientAuth = (request: ClientAuthRequest) => void | Promise<void>;

/** Id and secret for a method that needs both. */
export function credentials(
  { clientId, clientSecret }: ClientAuthRequest,
  method: string,
): [id: string, secret: string] {
  const id = identity({ clientId }, method);
  if (clientSecret === undefined)
    throw new TokenConfigError(`${method} needs a \`clientSecret\`.`, { option: 'clientSecret' });
  return [id, clientSecret];
}

/** The id for a method that needs no secret. */
export function identity({ clientId }: Pick<ClientAuthRequest, 'clientId'>, method: string): string {
  if (clientId === undefined) throw new TokenConfigError(`${method} needs a \`clientId\`.`, { option: 'clientId' });
  return clientId;
}

/** An option of a method, which may be a function: asked anew for every attempt, with what the token is wanted for. */
export function asked<T>(option: Value<T>, { tokenRequest }: ClientAuthRequest): Promise<T> {
  return valueOf(option, tokenRequest ?? ({} as TokenRequest));
}

/** What is known of a method of ours before it is called: to find what is missing at construction, and to name it in a source's id. */
export interface AuthTraits {
  name: string;
  needsSecret: boolean;
  /** Puts the credentials among the parameters, so these must be sent. */
  needsParameters: boolean;
  /** What assertions are signed with, where that is known before any is made: compared with a server's metadata. */
  algorithm?: string | undefined;
  /** What else can be seen of the source's options at construction. @throws TokenConfigError */
  check?: ((options: { clientId?: unknown; clientSecret?: unknown }) => void) | undefined;
}

/** A {@link AuthTraits.check} for a method that needs a `clientId`, and no secret. */
export function requireClientId(method: string): NonNullable<AuthTraits['check']> {
  return ({ clientId }) => {
    if (clientId === undefined) throw missing(method, 'clientId');
  };
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
