import { parseText } from '../answer.js';
import type { ClientAuthRequest } from '../client-auth/client-auth.js';
import { clientSecretPost } from '../client-auth/client-secret-post.js';
import type { EndpointAnswer, TokenRequest } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { printableUrl } from '../redact.js';
import type { Endpoints } from './directory.js';
import type { ClientCredentialsOptions, RequestDialect } from './dialect.js';
import { asForm, defined, evaluated, nested, type ParameterFormat, renamed, valueOf } from './parameters.js';
import { placed } from './placed.js';
import type { Exchange } from './refusal.js';
import { type Headers, headersOver, secretsOf } from './sent.js';
import type { EndpointRequest } from './token-endpoint.js';

/** A description and what is asked for become one HTTP request: who asks, what is wanted, and where each goes. */
export async function endpointRequest(
  options: ClientCredentialsOptions,
  { tokenUrl }: Pick<Endpoints, 'tokenUrl'>,
  clientSecret: string | undefined,
  request: TokenRequest,
  askedBy?: EndpointAnswer,
): Promise<EndpointRequest & Pick<Exchange, 'secretSentIn' | 'grant'>> {
  const dialect = options.request ?? {};
  const { method = 'POST', format = method === 'GET' ? 'query' : 'form' } = dialect;
  const parameters = await parametersOf(options, request);
  const call = await identified(options, { tokenUrl, method, parameters }, clientSecret, request);
  const { tokenUrl: url, headers, agentOptions } = call;

  const query = await evaluated(dialect.query ?? {}, request);
  const content = await contentOf(dialect, format, renamed(call.parameters, dialect.names ?? {}));
  const { inUrl, body, contentType } = placed(content, format);
  for (const [name, value] of asForm({ ...inUrl, ...query })) url.searchParams.append(name, value);
  const ownHeaders = await evaluated(dialect.headers ?? {}, request);
  const proof = options.dpop && { DPoP: await options.dpop.proof({ url, method, askedBy }) };
  const sentHeaders = [headers, ownHeaders, proof ?? {}].reduce<Headers>(headersOver, { 'Content-Type': contentType });

  const written = typeof content === 'string' ? parseText(content, '') : content;
  const sent = [sentHeaders, url.searchParams, call.parameters, written];
  return {
    url,
    method,
    headers: sentHeaders,
    body,
    agentOptions,
    endpoint: printableUrl(url),
    secrets: secretsOf([clientSecret, request.previous?.accessToken], sent),
    metadataService: dialect.metadataService === true,
    secretSentIn: whereSent(call),
    grant: call.parameters.grant_type,
  };
}

/** The request under the standard names, after the client has said who it is. */
export async function identified(
  options: ClientCredentialsOptions,
  asked: Pick<ClientAuthRequest, 'tokenUrl' | 'method' | 'parameters'>,
  clientSecret: string | undefined,
  request: TokenRequest,
): Promise<ClientAuthRequest> {
  const clientId = await valueOf(options.clientId, request);
  if (clientId === '')
    throw new TokenConfigError('The `clientId` function returned an empty string.', { option: 'clientId' });
  const call: ClientAuthRequest = {
    ...asked,
    clientId,
    clientSecret,
    headers: { Accept: 'application/json' },
    agentOptions: {},
    tokenRequest: request,
  };
  const authenticate = options.clientAuth ?? clientSecretPost();
  await authenticate(call);
  return call;
}

/** Everything but who the client is, under the standard names; the request's own wishes come before the source's. */
export async function parametersOf(
  options: ClientCredentialsOptions,
  request: TokenRequest,
): Promise<Record<string, unknown>> {
  const { grantType = 'client_credentials', scopeSeparator = ' ' } = options.request ?? {};
  const { extraScope } = request;
  const own = request.scope ?? (await valueOf(options.scope, request));
  const scope = extraScope === undefined ? own : union(own, extraScope);
  return {
    ...(grantType === false ? {} : { grant_type: grantType }),
    ...defined({
      scope: (Array.isArray(scope) ? scope.join(scopeSeparator) : scope) || undefined, // RFC 6749 §3.2: without a value, as if omitted
      audience: request.audience ?? (await valueOf(options.audience, request)),
      resource: request.resource ?? (await valueOf(options.resource, request)),
    }),
    ...(await evaluated({ ...options.params, ...request.params }, request)),
    ...(request.params?.claims === undefined ? {} : await (await import('./claims.js')).claimsFor(options, request)),
  };
}

function union(...scopes: (string | string[] | undefined)[]): string[] {
  return [...new Set(scopes.flatMap((scope) => scope ?? []).flatMap((scope) => scope.split(' ')))];
}

/** What is to be sent; `undefined`: nothing but what the dialect puts into the URL and the headers. */
function contentOf({ body }: RequestDialect, format: ParameterFormat, parameters: Record<string, unknown>): unknown {
  if (body) return body(parameters);
  if (format === 'none') return undefined;
  return format === 'json' ? nested(parameters) : parameters;
}

function whereSent({ headers, parameters, agentOptions }: ClientAuthRequest): Exchange['secretSentIn'] {
  if (headers.Authorization !== undefined) return 'header';
  if (parameters.client_assertion !== undefined) return 'assertion';
  if (parameters.client_secret !== undefined) return 'body';
  return agentOptions.cert === undefined ? undefined : 'certificate';
}
