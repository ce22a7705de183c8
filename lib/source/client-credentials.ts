import { parseText } from '../answer.js';
import { type ClientAuthRequest, traitsOf } from '../client-auth/client-auth.js';
import { clientSecretPost } from '../client-auth/client-secret-post.js';
import { systemClock } from '../clock.js';
import type { FetchedToken, TokenRequest, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError, TokenEndpointError } from '../errors.js';
import { printableUrl } from '../redact.js';
import { parseUrl } from '../transport.js';
import { checkClientCredentials, describeSource, refuseInPage } from './description.js';
import type { ClientCredentialsOptions, RequestDialect } from './dialect.js';
import { lifeOf } from './expiry.js';
import { asForm, evaluated, nested, type ParameterFormat, renamed, valueOf } from './parameters.js';
import { placed } from './placed.js';
import type { Exchange } from './refusal.js';
import { readToken } from './response.js';
import { type Headers, headersOver, secretsOf } from './sent.js';
import { exchange } from './token-endpoint.js';

/**
 * A source of tokens by the client credentials grant (RFC 6749 §4.4), in whatever dialect the endpoint speaks.
 *
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  checkClientCredentials(options);
  if (options.clientAuth) traitsOf(options.clientAuth)?.check?.(options);
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
    tokenRequest: request,
  };
  await auth(call);
  const secretSentIn = whereSent(call);

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

function whereSent({
  headers,
  parameters,
}: Pick<ClientAuthRequest, 'headers' | 'parameters'>): Exchange['secretSentIn'] {
  if (headers.Authorization !== undefined) return 'header';
  if (parameters.client_assertion !== undefined) return 'assertion';
  return parameters.client_secret === undefined ? undefined : 'body';
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

function defined(parameters: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}
