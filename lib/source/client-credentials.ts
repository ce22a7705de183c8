import { systemClock } from '../clock.js';
import type { EndpointAnswer, FetchedToken, TokenRequest, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError, TokenEndpointError } from '../errors.js';
import { checkDescription, describeSource, refuseInPage } from './description.js';
import type { ClientCredentialsOptions } from './dialect.js';
import { type Directory, directoryOf } from './directory.js';
import { lifeOf } from './expiry.js';
import { endpointRequest } from './request.js';
import { readToken } from './response.js';
import { exchange } from './token-endpoint.js';

/**
 * A source of tokens by the client credentials grant (RFC 6749 §4.4), in whatever dialect the endpoint speaks.
 *
 * @param options `tokenUrl` or `issuer`, who the client is, and what is special about the endpoint
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 * @example
 * ```ts
 * import { clientCredentials, errorAt, expiresIn } from 'axios-client-credentials';
 *
 * const standard = clientCredentials({
 *   tokenUrl: 'https://auth.example.com/oauth2/token',
 *   clientId: 'my-service',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   scope: ['read', 'write'],
 * });
 *
 * const peculiar = clientCredentials({
 *   tokenUrl: 'https://api.example.com/login',
 *   clientId: 'my-service',
 *   clientSecret: async () => 'from a vault, asked for every attempt',
 *   request: { format: 'json', grantType: false, names: { clientId: 'user', clientSecret: 'password' } },
 *   response: { token: 'data.jwt', expiry: expiresIn('data.minutes', { unit: 'min' }), error: errorAt('code', 'message') },
 * });
 * ```
 */
export function clientCredentials(options: ClientCredentialsOptions): TokenSource {
  return describedSource('clientCredentials', options);
}

/**
 * A source for any grant of which a description says all.
 *
 * @param owner who was given the options, for messages
 * @param ownRefusal why it cannot have a store in common with other processes, beside what can be seen of any description
 */
export function describedSource(
  owner: string,
  options: ClientCredentialsOptions,
  ownRefusal?: Unshareable,
): TokenSource {
  checkDescription(owner, options);
  const refusal = ownRefusal ?? refusalOf(options);
  if (options.clientSecret !== undefined) refuseInPage(owner, 'clientSecret', options.dangerouslyAllowBrowser);
  const { dpop, sendAs, rejectedWhen, reissue, baseURL, tokenUrl, issuer, revocationUrl } = options;
  const described = { owner, options, directory: directoryOf(options), refusal };
  const identify = async (request: TokenRequest) => {
    const { identityOf } = await import('./identity.js');
    return identityOf(described, secretOf, request);
  };
  if (refusal) refusals.set(identify, refusal);
  const source: TokenSource = {
    id: describeSource(options),
    fetchToken: (request) => withDirectory(described, request),
    sendAs: dpop?.sendAs ?? sendAs,
    rejectedWhen,
    reissue,
    baseURL,
    identify,
  };
  if (issuer ?? revocationUrl) {
    source.revokeToken = async (token, request) => {
      const { revoke } = await import('./revocation.js');
      const asked: TokenRequest = { ...request, reason: 'forced', previous: token };
      await revoke(described, await secretOf(options, asked), token, asked);
    };
  }
  const mayBePlain = options.request?.metadataService === true;
  const known = mayBePlain ? {} : { tokenUrl, issuer, revocationUrl };
  const fixed = Object.entries(known).flatMap(([option, url]): [string, URL][] =>
    url === undefined || typeof url === 'function' ? [] : [[option, new URL(url)]],
  );
  guardedEndpoints.set(source, fixed);
  return source;
}

/** What a source is made of. */
export interface Described {
  owner: string;
  options: ClientCredentialsOptions;
  directory: Directory;
  refusal: Unshareable | undefined;
}

/** What has to change before a source can have a store in common with other processes: the option, and the rest of a sentence. */
export interface Unshareable {
  option: string;
  message: string;
}

const refusals = new WeakMap<object, Unshareable>();

/** Why a source cannot have a store in common with other processes, as far as that is known before any request. */
export function unshareable({ identify }: TokenSource): Unshareable | undefined {
  return identify && refusals.get(identify);
}

function refusalOf({ dpop, id, request }: ClientCredentialsOptions): Unshareable | undefined {
  if (dpop && !dpop.thumbprint)
    return {
      option: 'dpop',
      message: 'has a key of its own in each process: give `dpop({ key })`, the same key everywhere',
    };
  if (request?.metadataService === true && id === undefined)
    return { option: 'id', message: 'is missing: only the machine knows for whom its tokens are' };
  return undefined;
}

const guardedEndpoints = new WeakMap<TokenSource, [option: string, url: URL][]>();

/** The addresses of a source that are known before any request: their transport is checked at construction. */
export function endpointsOf(source: TokenSource): [option: string, url: URL][] {
  return guardedEndpoints.get(source) ?? [];
}

/** An endpoint that was discovered may move. */
async function withDirectory(described: Described, request: TokenRequest): Promise<FetchedToken> {
  try {
    return await withRotation(described, request);
  } catch (error) {
    if (!(await described.directory.moved(error, request))) throw error;
    return withRotation(described, request);
  }
}

/** A secret that is a function may have been rotated: after a lasting refusal it is asked once more, and a new one is tried at once. */
async function withRotation(described: Described, request: TokenRequest): Promise<FetchedToken> {
  const { options } = described;
  const secret = await secretOf(options, request);
  try {
    return await fetchToken(described, secret, request);
  } catch (error) {
    const rotates =
      typeof options.clientSecret === 'function' && isTokenError(error) && error instanceof TokenEndpointError;
    if (!rotates || !mayBeTheSecret(error)) throw error;
    const rotated = await secretOf(options, request);
    if (rotated === secret) throw error;
    return fetchToken(described, rotated, request);
  }
}

/** `invalid_client` by the standard; in other dialects whatever will not pass by itself and does not say that it is something else. */
function mayBeTheSecret({ error = '', status, permanent }: TokenEndpointError): boolean {
  return status === 401 || error === 'invalid_client' || (permanent && !NOT_THE_SECRET.has(error));
}

const NOT_THE_SECRET = new Set(['invalid_scope', 'invalid_target', 'unsupported_grant_type']);

async function fetchToken(
  { options, directory }: Described,
  clientSecret: string | undefined,
  request: TokenRequest,
): Promise<FetchedToken> {
  const { dpop } = options;
  const ask = async (askedBy?: EndpointAnswer) => {
    const asked = await endpointRequest(options, await directory.find(request), clientSecret, request, askedBy);
    const answer = await exchange(asked, request);
    return { asked, answer, again: dpop?.resendFor(answer, asked.url.origin) };
  };
  const first = await ask();
  const { asked, answer } = first.again ? await ask(first.answer) : first; // with the nonce that it wanted
  const now = (request.clock ?? systemClock).now();
  const { token, error, expiry } = options.response ?? {};
  const accessToken = await readToken(answer, { ...asked, now }, token, error);
  dpop?.checkToken(answer, asked.endpoint);
  return {
    accessToken,
    expiresInMs: lifeOf(answer, accessToken, now, expiry),
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
