import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import type { Clock } from './clock.js';
import type { Token, TokenParams } from './token.js';

// The seams of the package: what a source, a placement and a detector are. Everything built in is made of these, too.

/** An HTTP answer as readers and detectors see it. Header names are in lower case. */
export interface EndpointAnswer {
  /** The HTTP status. */
  status: number;
  /** By name; the values of a repeated one are joined by `, `. */
  headers: Record<string, string>;
  /** Parsed where it can be; `undefined` for streams and for API bodies over 64 KiB. */
  body: unknown;
  /** As it came; `''` where there is no text to read. */
  text: string;
}

/** Why a token is asked for: none yet, near its end, refused by an API, or `handle.refresh()`. */
export type TokenRequestReason = 'missing' | 'expiring' | 'rejected' | 'forced';

/** What a source is given for each attempt to get a token. */
export interface TokenRequest extends TokenParams {
  /** Why it is asked for. */
  reason: TokenRequestReason;
  /** The last token of this key, if there was one. */
  previous?: Token | undefined;
  /** Aborts at the deadline (`tokenTimeoutMs`) and at `handle.close()`. */
  signal: AbortSignal;
  /** An axios for token requests: apart from the API's and from the global defaults, follows no redirects, takes answers up to 1 MiB. */
  http: AxiosInstance;
  /** The option of `attachToken`: whether plain http beyond loopback is accepted. */
  allowInsecureHttp: boolean;
  /** The handle's clock, for what depends on time. Default: the system's. */
  clock?: Clock | undefined;
}

/** What a plain function may return in place of a {@link Token}. Relative life wins over absolute. */
export interface FetchedToken {
  /** The token itself: visible ASCII characters. */
  accessToken: string;
  /** How long it lives, in ms from the moment of the request. Without any end it is used until an API rejects it. */
  expiresInMs?: number | undefined;
  /** Ms since the epoch, or a Date. */
  expiresAt?: number | Date | undefined;
  /** What else came with it: `response` of the {@link Token}. */
  response?: unknown;
}

/**
 * The one-method seam: anything that can get a token. Called for every attempt; may depend only on its argument. An error of axios that it
 * throws is read as that of a token request; a {@link TokenError} stays what it is; anything else becomes one with the code
 * `ERR_TOKEN_SOURCE`, and is not tried again at once.
 *
 * @example
 * ```ts
 * import type { FetchToken } from 'axios-client-credentials';
 *
 * const login: FetchToken = async ({ http, scope, signal }) => {
 *   const { data } = await http.post<{ jwt: string; seconds: number }>('https://auth.example.com/login', { scope }, { signal });
 *   return { accessToken: data.jwt, expiresInMs: data.seconds * 1000 };
 * };
 * ```
 */
export type FetchToken = (request: TokenRequest) => Promise<Token | FetchedToken>;

/**
 * What asking the endpoint again does while a token is live: it gives one more token (`'independent'`), the same one (`'same'`), the
 * same with a later end (`'extends'`), or one that ends the earlier (`'replaces'`).
 */
export type Reissue = 'independent' | 'same' | 'extends' | 'replaces';

/** Writes the token into an API request. `header` or `parameter` says where, so that the caller's own value there can win. */
export type TokenPlacement = ((
  config: InternalAxiosRequestConfig,
  token: Token,
  /** The answer for which the request is sent once more (`resendFor`). */
  askedBy?: EndpointAnswer,
) => void | Promise<void>) & {
  /** The header that it writes. */
  header?: string | undefined;
  /** The parameter of the URL that it writes. */
  parameter?: string | undefined;
  /**
   * Whether what an answer says makes it worth sending the request once more, with the same token: so DPoP hears of a nonce. Asked
   * about every answer; `origin` is whose answer it is.
   */
  resendFor?: ((answer: EndpointAnswer, origin: string) => boolean) | undefined;
  /** Writes anew what is good for one address only, before a redirect is followed to one that may have the token (http adapter). */
  redirected?: ((options: Record<string, unknown>, token: Token) => void) | undefined;
};

/** Binds tokens to a key that the client proves to have (RFC 9449). Made by `dpop()` of the entry `./dpop`. */
export interface TokenBinding {
  /** The `DPoP` header of a token request. `askedBy`: the answer for which it is sent once more. */
  proof: (request: { url: URL; method: string; askedBy?: EndpointAnswer | undefined }) => Promise<string>;
  /** Whether a token request is to be sent once more, for the nonce in this answer. Asked about every answer. */
  resendFor: (answer: EndpointAnswer, origin: string) => boolean;
  /**
   * Looks at the answer in which a token came.
   *
   * @throws TokenResponseError when the token is not bound to the key
   */
  checkToken: (answer: EndpointAnswer, endpoint: string) => void;
  /** The key, for those who may share tokens that are bound to it (RFC 7638). `undefined`: nobody else has it. */
  thumbprint: (() => Promise<string>) | undefined;
  /** How API requests carry the token and its proof. */
  sendAs: TokenPlacement;
}

/** Whether an API's answer means: this token is not (or no longer) good. */
export type RejectionDetector = (answer: EndpointAnswer) => boolean;

/**
 * What an API may ask for beyond the token that it got, by the `error` of its challenge: more scope (RFC 6750 §3.1), another
 * authentication (RFC 9470 §3), claims (Microsoft Entra).
 */
export type StepUp = 'insufficient_scope' | 'insufficient_user_authentication' | 'insufficient_claims';

/**
 * Where tokens come from, and what the API side must know about them. Made by {@link clientCredentials}, a preset or a grant; or by
 * hand, around a function of your own.
 */
export interface TokenSource {
  /** Gets a token. Called for every attempt. */
  fetchToken: FetchToken;
  /** Endpoint, client, authentication method and plain parameters: what tells sources apart. Never a secret. */
  id: string;
  /** How an API request carries the token. Default: `bearer()`. */
  sendAs?: TokenPlacement | undefined;
  /** Which answers of an API mean "token rejected". Default: `unauthorized()`. */
  rejectedWhen?: RejectionDetector | undefined;
  /** What asking again does while a token is live. Default: `'independent'`. */
  reissue?: Reissue | undefined;
  /** For APIs whose address comes with the token: an absolute http(s) URL that takes the place of the instance's `baseURL`. */
  baseURL?: ((token: Token) => string) | undefined;
  /** Tells the server that a token is not needed any more (RFC 7009). */
  revokeToken?: ((token: Token, request: RevocationRequest) => Promise<void>) | undefined;
  /**
   * What `id` does not show of who asks, such as the secret: a text that differs where two sources, or one before and after its
   * secret has changed, may not use each other's tokens. Only a hash leaves the process. Asked before each look into a shared
   * store. Default: `id` tells all.
   */
  identify?: ((request: TokenRequest) => string | Promise<string>) | undefined;
}

/** What the token was asked for with, and what it is revoked with. */
export type RevocationRequest = Omit<TokenRequest, 'reason' | 'previous'>;
