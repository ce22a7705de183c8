import { clientSecretPost } from '../client-auth/client-secret-post.js';
import type { ClientAuth } from '../client-auth/client-auth.js';
import type {
  FetchedToken,
  Reissue,
  RejectionDetector,
  TokenPlacement,
  TokenRequest,
  TokenSource,
} from '../contract.js';
import { parseText } from '../answer.js';
import { systemClock } from '../clock.js';
import { isTokenError, TokenConfigError, TokenEndpointError } from '../errors.js';
import { printableUrl, textsIn } from '../redact.js';
import type { Token } from '../token.js';
import { parseUrl } from '../transport.js';
import { checkClientCredentials, describeSource, refuseInPage } from './description.js';
import { type Expiry, lifeOf } from './expiry.js';
import {
  asForm,
  asText,
  evaluated,
  nested,
  type ParameterFormat,
  type ParameterNames,
  type ParamValue,
  renamed,
  type Value,
  valueOf,
} from './parameters.js';
import { type ErrorReader, readToken, type TokenReader } from './response.js';
import { placed } from './placed.js';
import { exchange } from './token-endpoint.js';

/** How a token endpoint wants to be asked. */
export interface RequestDialect {
  /** Default `'POST'`. */
  method?: 'POST' | 'GET' | 'PUT' | undefined;
  /** Where parameters go. Default `'form'`, for GET `'query'`; `'none'`: nowhere. */
  format?: ParameterFormat | undefined;
  /** Default `'client_credentials'`; `false`: not sent. */
  grantType?: string | false | undefined;
  /** The endpoint's own names for standard parameters; with `format: 'json'` also as dotted paths. */
  names?: ParameterNames | undefined;
  /** What joins scopes. Default: a space (RFC 6749 §3.3). */
  scopeSeparator?: string | undefined;
  /** Parameters that go into the URL whatever the format. */
  query?: Record<string, ParamValue> | undefined;
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
  /** Default: `expires_in`, else `expires_at` or `expires_on`, else the token's own `exp`. */
  expiry?: Expiry | undefined;
  /** Errors that the endpoint hides in a success. */
  error?: ErrorReader | undefined;
}

/** Options of {@link clientCredentials}. A `Value` may be a function, sync or async; it is asked anew for every attempt. */
export interface ClientCredentialsOptions {
  /** The token endpoint (RFC 6749 §3.2). https, unless it is on this machine or `allowInsecureHttp` is set. */
  tokenUrl: Value<string | URL>;
  clientId?: Value<string> | undefined;
  /** `undefined` and `''` are refused: the environment variable is probably not set. */
  clientSecret?: Value<string | undefined> | undefined;
  /** How the client authenticates. Default, with a `clientSecret`: {@link clientSecretPost}. */
  clientAuth?: ClientAuth | undefined;
  scope?: Value<string | string[] | undefined> | undefined;
  audience?: Value<string | undefined> | undefined;
  /** RFC 8707. */
  resource?: Value<string | string[] | undefined> | undefined;
  /** More parameters, placed as `request.format` says. One that is `undefined` is left out. */
  params?: Record<string, ParamValue> | undefined;
  request?: RequestDialect | undefined;
  response?: ResponseDialect | undefined;
  sendAs?: TokenPlacement | undefined;
  rejectedWhen?: RejectionDetector | undefined;
  reissue?: Reissue | undefined;
  baseURL?: ((token: Token) => string) | undefined;
  /** A client secret in a browser page is public. Set this if you know that and mean it. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/**
 * A source of tokens by the client credentials grant (RFC 6749 §4.4), in whatever dialect the endpoint speaks.
 *
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  checkClientCredentials(options);
  if (options.clientSecret !== undefined)
    refuseInPage('clientCredentials', 'clientSecret', options.dangerouslyAllowBrowser);
  const { sendAs, rejectedWhen, reissue, baseURL, tokenUrl } = options;
  const source: TokenSource = {
    id: describeSource(options),
    fetchToken: (request) => withRotation(options, request),
    sendAs,
    rejectedWhen,
    reissue,
    baseURL,
  };
  const mayBePlain = options.request?.metadataService === true;
  if (typeof tokenUrl !== 'function' && !mayBePlain) guardedEndpoints.set(source, new URL(tokenUrl));
  return source;
}

const guardedEndpoints = new WeakMap<TokenSource, URL>();

/** The token endpoint of a source, where it is known before any request: its transport is checked at construction. */
export function endpointOf(source: TokenSource): URL | undefined {
  return guardedEndpoints.get(source);
}

/** A secret that is a function may have been rotated: after a lasting refusal it is asked once more, and a new one is tried at once. */
async function withRotation(options: ClientCredentialsOptions, request: TokenRequest): Promise<FetchedToken> {
  const secret = await secretOf(options, request);
  try {
    return await fetchToken(options, secret, request);
  } catch (error) {
    const rotates =
      typeof options.clientSecret === 'function' && isTokenError(error) && error instanceof TokenEndpointError;
    if (!rotates || !mayBeTheSecret(error)) throw error;
    const rotated = await secretOf(options, request);
    if (rotated === secret) throw error;
    return fetchToken(options, rotated, request);
  }
}

/** `invalid_client` by the standard; in other dialects whatever will not pass by itself and does not say that it is something else. */
function mayBeTheSecret({ error = '', status, permanent }: TokenEndpointError): boolean {
  return status === 401 || error === 'invalid_client' || (permanent && !NOT_THE_SECRET.has(error));
}

const NOT_THE_SECRET = new Set(['invalid_scope', 'invalid_target', 'unsupported_grant_type']);

async function fetchToken(
  options: ClientCredentialsOptions,
  clientSecret: string | undefined,
  request: TokenRequest,
): Promise<FetchedToken> {
  const dialect = options.request ?? {};
  const { method = 'POST', format = method === 'GET' ? 'query' : 'form' } = dialect;
  const url = endpointUrl(await valueOf(options.tokenUrl, request));
  const endpoint = printableUrl(url);
  const clientId = await valueOf(options.clientId, request);
  if (clientId === '')
    throw new TokenConfigError('The `clientId` function returned an empty string.', { option: 'clientId' });
  const auth = options.clientAuth ?? clientSecretPost();

  const headers: Record<string, string> = { Accept: 'application/json' };
  const call = {
    clientId,
    clientSecret,
    tokenUrl: url,
    method,
    headers,
    parameters: await parametersOf(options, request),
    agentOptions: {},
  };
  await auth(call);
  const secretSentIn =
    headers.Authorization === undefined ? (call.parameters.client_secret === undefined ? undefined : 'body') : 'header';

  const parameters = renamed(call.parameters, dialect.names ?? {});
  const query = await evaluated(dialect.query ?? {}, request);
  const content = await contentOf(dialect, format, parameters);
  const { inUrl, body, contentType } = placed(content, format);
  for (const [name, value] of asForm({ ...inUrl, ...query })) url.searchParams.append(name, value);
  const ownHeaders = await evaluated(dialect.headers ?? {}, request);
  const sentHeaders = [headers, ownHeaders].reduce<Headers>(headersOver, { 'Content-Type': contentType });

  const written = typeof content === 'string' ? parseText(content, '') : content;
  const sent = [sentHeaders, url.searchParams, call.parameters, written];
  const secrets = secretsOf([clientSecret, request.previous?.accessToken], sent);
  const answer = await exchange(
    {
      url,
      method,
      headers: sentHeaders,
      body,
      agentOptions: call.agentOptions,
      endpoint,
      secrets,
      metadataService: dialect.metadataService === true,
    },
    request,
  );
  const now = (request.clock ?? systemClock).now();
  const accessToken = readToken(
    answer,
    { endpoint, secrets, now, secretSentIn },
    options.response?.token,
    options.response?.error,
  );
  return {
    accessToken,
    expiresInMs: lifeOf(answer, accessToken, now, options.response?.expiry),
    response: answer.body ?? answer.text,
  };
}

/** Everything but who the client is, under the standard names; the request's own wishes come before the source's. */
async function parametersOf(
  options: ClientCredentialsOptions,
  request: TokenRequest,
): Promise<Record<string, unknown>> {
  const { grantType = 'client_credentials', scopeSeparator = ' ' } = options.request ?? {};
  const scope = request.scope ?? (await valueOf(options.scope, request));
  return {
    ...(grantType === false ? {} : { grant_type: grantType }),
    ...defined({
      scope: (Array.isArray(scope) ? scope.join(scopeSeparator) : scope) || undefined, // RFC 6749 §3.2: without a value, as if omitted
      audience: request.audience ?? (await valueOf(options.audience, request)),
      resource: request.resource ?? (await valueOf(options.resource, request)),
    }),
    ...(await evaluated({ ...options.params, ...request.params }, request)),
  };
}

/** What is to be sent; `undefined`: nothing but what the dialect puts into the URL and the headers. */
function contentOf({ body }: RequestDialect, format: ParameterFormat, parameters: Record<string, unknown>): unknown {
  if (body) return body(parameters);
  if (format === 'none') return undefined;
  return format === 'json' ? nested(parameters) : parameters;
}

async function secretOf(
  { clientSecret }: ClientCredentialsOptions,
  request: TokenRequest,
): Promise<string | undefined> {
  if (typeof clientSecret !== 'function') return clientSecret;
  const secret: unknown = await clientSecret(request);
  if (typeof secret === 'string' && secret !== '') return secret;
  throw new TokenConfigError(
    `The \`clientSecret\` function returned ${secret === '' ? 'an empty string' : typeof secret}: is the environment variable, file or vault entry that it reads set?`,
    { option: 'clientSecret' },
  );
}

function endpointUrl(value: unknown): URL {
  const url = parseUrl(value);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new TokenConfigError('The `tokenUrl` function must return an absolute http(s) URL.', { option: 'tokenUrl' });
}

type Headers = Record<string, string | false | undefined>;

/** Headers over others, whose names may be in another case; `null` takes one away. */
function headersOver(under: Headers, over: Record<string, unknown>): Headers {
  const names = new Set(Object.keys(over).map((name) => name.toLowerCase()));
  const kept = Object.entries(under).filter(([name]) => !names.has(name.toLowerCase()));
  const given = Object.entries(over).map(([name, value]) => [name, value === null ? false : asText(value)] as const);
  return Object.fromEntries([...kept, ...given]);
}

const HARMLESS = /^(grant_type|response_type|scope|audience|resource|client_id|accept|content-type|user-agent)$/i;

/**
 * All that a message must not repeat: whatever an attempt sends beyond the protocol's own words may be a secret. Those words are no
 * secret under an endpoint's own names either.
 */
function secretsOf(known: (string | undefined)[], sent: unknown[]): string[] {
  const entries = sent.flatMap((part): [string, unknown][] =>
    part instanceof URLSearchParams ? [...part] : Object.entries(part ?? {}),
  );
  const harmless = textsIn(entries.filter(([name]) => HARMLESS.test(name)).map(([, value]) => value));
  const values = entries.filter(([name]) => !HARMLESS.test(name)).map(([, value]) => value);
  const unknown = textsIn(values).filter((text) => !harmless.includes(text));
  return textsIn([known, unknown]).flatMap((text) => [text, text.replace(/^[\w-]+ +(?=\S+$)/, '')]); // and without its scheme
}

function defined(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}
