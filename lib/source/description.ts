import { type ClientAuth, traitsOf } from '../client-auth/client-auth.js';
import { TokenConfigError } from '../errors.js';
import { isBrowserPage } from '../runtime.js';
import { parseUrl } from '../transport.js';
import {
  aBoolean,
  aFunction,
  aHelper,
  anObject,
  aString,
  checkOptions,
  either,
  isRecord,
  missing,
  oneOf,
  type Rule,
  type Rules,
  strings,
  valueOf,
  wrong,
} from '../validate.js';
import type { ClientCredentialsOptions } from './dialect.js';

// What `clientCredentials` is given: is it right, and what is it called?

/** Of a name that is listed for the hint only: its value has been taken out already. */
const unusable: Rule = () => 'cannot be given here';

const aName = either('must be a name, or false to leave it out', aString, oneOf(false));

const sourceRules: Rules = {
  id: aString,
  tokenUrl: valueOf(endpointFault),
  issuer: valueOf(issuerFault),
  revocationUrl: valueOf(endpointFault),
  clientId: valueOf(aString),
  clientSecret: (value) =>
    typeof value === 'string' || typeof value === 'function'
      ? undefined
      : 'must be a string or a function that returns one',
  clientAuth: aHelper('clientSecretBasic()'),
  scope: valueOf(strings),
  audience: valueOf(aString),
  resource: valueOf(strings),
  params: anObject,
  request: {
    method: oneOf('POST', 'GET', 'PUT'),
    format: oneOf('form', 'json', 'query', 'none'),
    grantType: either('must be a non-empty string, or false to leave it out', aString, oneOf(false)),
    names: {
      clientId: aName,
      clientSecret: aString,
      grantType: aString,
      scope: aName,
      audience: aName,
      resource: aName,
    },
    scopeSeparator: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
    query: anObject,
    headers: anObject,
    body: aFunction,
    metadataService: aBoolean,
  },
  response: {
    token: (value) =>
      typeof value === 'function' ? aHelper('wholeBody()')(value) : aString(value) && 'must be a path or a function',
    expiry: aHelper('expiresIn() or lifetime(ms)'),
    error: aHelper('errorAt(path)'),
  },
  dpop: (value) =>
    isRecord(value) && typeof value.proof === 'function'
      ? undefined
      : 'must be the result of dpop() of the entry ./dpop, which has to be called',
  sendAs: aHelper('bearer() or header(name)'),
  rejectedWhen: aHelper('unauthorized()'),
  reissue: oneOf('independent', 'same', 'extends', 'replaces'),
  baseURL: aFunction,
  dangerouslyAllowBrowser: aBoolean,
};

/** For presets: names and types of the options, before anything that may be missing. @param more names of the preset's own */
export function checkNames(owner: string, options: object, more: string[]): void {
  checkOptions(owner, options, { ...sourceRules, ...Object.fromEntries(more.map((name) => [name, unusable])) });
}

export function checkDescription(owner: string, options: ClientCredentialsOptions): void {
  checkOptions(owner, options, sourceRules);
  const { clientId, clientSecret, clientAuth, request = {}, params } = options;
  checkPairs(owner, options);
  const { needsSecret, needsParameters, check } = traits(clientAuth);
  const secretExpected = needsSecret ?? Object.hasOwn(options, 'clientSecret');
  if (secretExpected && (clientSecret === undefined || clientSecret === '')) {
    const what = clientSecret === '' ? 'an empty string' : 'missing';
    throw wrong(
      owner,
      'clientSecret',
      `is ${what}. Is the environment variable that holds it set? A client without a secret says so with \`clientAuth: noAuthentication()\`.`,
    );
  }
  if (needsSecret && clientId === undefined) throw missing(owner, 'clientId');
  const { method = 'POST', format, body } = request;
  if (method === 'GET' && (format === 'form' || format === 'json')) {
    throw wrong(owner, 'request.format', `'${format}' needs a body, and a GET request has none. Use 'query'.`);
  }
  if (format === 'none' && body === undefined && (params !== undefined || needsParameters)) {
    const behind =
      params === undefined
        ? 'the credentials would stay behind: set `clientAuth: clientSecretBasic()`'
        : '`params` would stay behind: use `request.query` or `request.headers`';
    throw wrong(owner, 'request.format', `'none' sends no parameters, so ${behind}.`);
  }
  check?.(options);
}

function checkPairs(owner: string, options: ClientCredentialsOptions): void {
  const { tokenUrl, issuer, dpop, sendAs } = options;
  if (tokenUrl === undefined && issuer === undefined) throw missing(owner, 'issuer' in options ? 'issuer' : 'tokenUrl');
  if (tokenUrl !== undefined && issuer !== undefined)
    throw wrong(owner, 'issuer', 'and `tokenUrl` both say where tokens come from. Give one.');
  if (dpop && sendAs)
    throw wrong(owner, 'sendAs', 'does not go with `dpop`: the proof says how tokens are sent. Leave `sendAs` out.');
}

/** A secret in a browser page is public. */
export function refuseInPage(owner: string, option: string, allowed: boolean | undefined): void {
  if (!isBrowserPage() || allowed === true) return;
  throw new TokenConfigError(
    `${owner}: this is a browser page, where every visitor can read the client secret. Get the token on a server and pass ` +
      'a function as the source; `dangerouslyAllowBrowser: true` overrides this.',
    { option },
  );
}

/** Without `clientAuth` it is clientSecretPost(). Of a function of the user's own nothing is known. */
function traits(clientAuth: ClientAuth | undefined): Partial<ReturnType<typeof traitsOf>> & { name: string } {
  if (clientAuth === undefined) return { name: 'clientSecretPost', needsSecret: true, needsParameters: true };
  return traitsOf(clientAuth) ?? { name: 'clientAuth()' };
}

export function endpointFault(value: unknown): string | undefined {
  const url = typeof value === 'string' || value instanceof URL ? parseUrl(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an absolute http(s) URL, with its `https://`';
  if (url.username !== '' || url.password !== '')
    return 'must not hold credentials: give them as clientId and clientSecret';
  return url.hash === '' ? undefined : 'must not hold a fragment (RFC 6749 §3.2)';
}

export function issuerFault(value: unknown): string | undefined {
  const { href = '', pathname = '' } = parseUrl(value) ?? {};
  if (/[?#]/.test(href)) return 'must not hold a query or a fragment (RFC 8414 §2)';
  return pathname.includes('/.well-known/')
    ? 'must be the issuer itself, not the address of its metadata: leave out `/.well-known/…`'
    : endpointFault(value);
}

const SECRET_WORD =
  /^(pass|passphrase|pwd|pin|otp|code|sig|sign|hash|jwt|sas|sid|session|cookie|auth|bearer|cert|certificate)$|(secret|password|passwd|key|token|assertion|signature|credential)s?$/i;

/** By its words, such as in `api_key`, `accessToken`, `authCode`. Not every code is one to be hidden. */
function isSecretName(name: string): boolean {
  const words = name.split(/[^a-zA-Z\d]+|(?<=[a-z\d])(?=[A-Z])/);
  return (
    words.some((word) => SECRET_WORD.test(word)) && !/^(country|currency|language|region|postal)[_-]?code$/i.test(name)
  );
}

/**
 * The source's `id`: endpoint, client, authentication method, the option `id` and plain parameters. Functions and whatever is named like a secret
 * stand there by name only.
 */
export function describeSource(options: ClientCredentialsOptions): string {
  const { id, clientId, clientAuth, scope, audience, resource, params = {}, request = {} } = options;
  const each = (record: Record<string, unknown>): [string, unknown][] =>
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, masked(name, value)]);
  const { tokenUrl, issuer } = options;
  const place = (name: string, url: typeof tokenUrl): string | undefined =>
    typeof url === 'function' ? `${name}()` : url && address(new URL(url));
  return JSON.stringify([
    tokenUrl === undefined ? `issuer ${place('issuer', issuer)}` : place('tokenUrl', tokenUrl),
    masked('clientId', clientId) ?? null,
    traits(clientAuth).name,
    ...(options.dpop ? ['dpop'] : []),
    ...(id === undefined ? [] : [`id ${id}`]),
    ...each({ scope, audience, resource }),
    ...each(params),
    ...each(request.query ?? {}),
  ]);
}

/** A value as it may stand in an id: whatever is named like a secret, at any depth, and every function by its name only. */
function masked(name: string, value: unknown): unknown {
  if (typeof value === 'function') return `${name}()`;
  if (isSecretName(name) && value !== undefined) return `${name}*`;
  if (typeof value !== 'object' || value === null || value instanceof URL) return value;
  if (Array.isArray(value)) return value.map((item) => masked('', item));
  return Object.entries(value).map(([inner, one]) => [inner, masked(inner, one)]);
}

function address(url: URL): string {
  for (const name of [...url.searchParams.keys()]) if (isSecretName(name)) url.searchParams.set(name, '*');
  return url.href;
}
