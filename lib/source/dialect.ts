import type { ClientAuth } from '../client-auth/client-auth.js';
import type { Reissue, RejectionDetector, TokenBinding, TokenPlacement } from '../contract.js';
import type { Token } from '../token.js';
import type { Expiry } from './expiry.js';
import type { ParameterFormat, ParameterNames, ParamValue, Value } from './parameters.js';
import type { ErrorReader, TokenReader } from './readers.js';

// The words in which a token endpoint is described.

/** How a token endpoint wants to be asked. */
export interface RequestDialect {
  /** The HTTP method. Default `'POST'`. */
  method?: 'POST' | 'GET' | 'PUT' | undefined;
  /** Where parameters go. Default `'form'`, for GET `'query'`; `'none'`: nowhere. */
  format?: ParameterFormat | undefined;
  /** The value of `grant_type` (RFC 6749 §4.4.2). Default `'client_credentials'`; `false`: not sent. */
  grantType?: string | false | undefined;
  /** The endpoint's own names for standard parameters; with `format: 'json'` also as dotted paths. */
  names?: ParameterNames | undefined;
  /** What joins scopes. Default: a space (RFC 6749 §3.3). */
  scopeSeparator?: string | undefined;
  /** Parameters that go into the URL whatever the format. */
  query?: Record<string, ParamValue> | undefined;
  /** Headers of the token request; `null` takes one away. Default: `Accept: application/json`. */
  headers?: Record<string, ParamValue> | undefined;
  /**
   * Last say over the parameters, credentials included; may be async. An object it returns is serialised as `format` says; a string,
   * bytes, `URLSearchParams` and `FormData` go out as the body.
   */
  body?: ((parameters: Record<string, unknown>) => unknown) | undefined;
  /**
   * The endpoint is a metadata service of the machine or the platform that this process runs on, such as `169.254.169.254`: plain
   * http is accepted for it, and no proxy is asked. Default `false`.
   */
  metadataService?: boolean | undefined;
}

/** How a token endpoint answers. */
export interface ResponseDialect {
  /** Where the token is: a path, `responseHeader()`, `wholeBody()` or a function. Default `'access_token'`. */
  token?: TokenReader | undefined;
  /** How long the token lives. Default: `expires_in`, else `expires_at` or `expires_on`, else the token's own `exp`. */
  expiry?: Expiry | undefined;
  /** Errors that the endpoint hides in a success, or tells in words of its own. Default: `error` of RFC 6749 §5.2. */
  error?: ErrorReader | undefined;
}

/** Options of `clientCredentials`. A `Value` may be a function, sync or async; it is asked anew for every attempt. */
export interface ClientCredentialsOptions {
  /**
   * Says who asks, where functions do not tell: for a store that processes have in common (option `store` of `attachToken`). No
   * secret; the same text wherever the same tokens may be used, and another one wherever they may not. With it, functions in `params`,
   * `request.query`, `request.headers` and `request.body` and a `clientAuth` of your own do not count, and neither do functions as options
   * of a preset or grant that it can do without, so what they return may be new each time. All else still does: with another `clientSecret` the tokens of the old one are not used. Default: all of it counts.
   */
  id?: string | undefined;
  /** The token endpoint (RFC 6749 §3.2). https, unless it is on this machine or `allowInsecureHttp` is set. */
  tokenUrl?: Value<string | URL> | undefined;
  /** In place of `tokenUrl`: the authorization server, whose metadata say where its endpoints are (RFC 8414, OpenID Connect Discovery). */
  issuer?: Value<string | URL> | undefined;
  /** Where tokens are revoked (RFC 7009 §2). Default with `issuer`: what its metadata say. */
  revocationUrl?: Value<string | URL> | undefined;
  /** Who the client is (RFC 6749 §2.2). Needed by the methods of authentication that send or sign with it. */
  clientId?: Value<string> | undefined;
  /** What the client proves that with (RFC 6749 §2.3.1). `undefined` and `''` are refused: the environment variable is probably not set. */
  clientSecret?: Value<string | undefined> | undefined;
  /** How the client authenticates (RFC 6749 §2.3). Default: `clientSecretPost()`. */
  clientAuth?: ClientAuth | undefined;
  /** What the token is for (RFC 6749 §3.3); an array is joined by `request.scopeSeparator`. Default: none is sent. */
  scope?: Value<string | string[] | undefined> | undefined;
  /** Which API the token is for, sent as `audience`. Default: none is sent. */
  audience?: Value<string | undefined> | undefined;
  /** Which API the token is for, by its URI (RFC 8707 §2). Default: none is sent. */
  resource?: Value<string | string[] | undefined> | undefined;
  /** More parameters, placed as `request.format` says. One that is `undefined` is left out. */
  params?: Record<string, ParamValue> | undefined;
  /** How the endpoint wants to be asked. Default: as RFC 6749 §4.4.2 has it. */
  request?: RequestDialect | undefined;
  /** How the endpoint answers. Default: as RFC 6749 §5.1 has it. */
  response?: ResponseDialect | undefined;
  /** Binds tokens to a key: `dpop()` of the entry `./dpop` (RFC 9449). It also says how API requests carry them. */
  dpop?: TokenBinding | undefined;
  /** How an API request carries the token. Default: `bearer()`. */
  sendAs?: TokenPlacement | undefined;
  /** Which answers of an API mean "token rejected". Default: `unauthorized()`. */
  rejectedWhen?: RejectionDetector | undefined;
  /** What asking again does while a token is live. Default: `'independent'`. */
  reissue?: Reissue | undefined;
  /** For APIs whose address comes with the token: an absolute http(s) URL that takes the place of the instance's `baseURL`. */
  baseURL?: ((token: Token) => string) | undefined;
  /** A client secret in a browser page is public. Set this if you know that and mean it. */
  dangerouslyAllowBrowser?: boolean | undefined;
}
