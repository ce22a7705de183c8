import { systemClock } from '../clock.js';
import type { FetchedToken, TokenRequest, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError, TokenEndpointError } from '../errors.js';
import { checkClientCredentials, describeSource, refuseInPage } from './description.js';
import type { ClientCredentialsOptions } from './dialect.js';
import { lifeOf } from './expiry.js';
import { endpointRequest } from './request.js';
import { readToken } from './response.js';
import { exchange } from './token-endpoint.js';

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
  const asked = await endpointRequest(options, clientSecret, request);
  const answer = await exchange(asked, request);
  const now = (request.clock ?? systemClock).now();
  const accessToken = readToken(answer, { ...asked, now }, options.response?.token, options.response?.error);
  return {
    accessToken,
    expiresInMs: lifeOf(answer, accessToken, now, options.response?.expiry),
    response: answer.body ?? answer.text,
  };
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
