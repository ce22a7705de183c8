import { needsSecret } from '../client-auth/client-auth.js';
import { TokenConfigError } from '../errors.js';
import { parseUrl } from '../transport.js';
import {
  aBoolean,
  aFunction,
  anObject,
  aString,
  checkOptions,
  either,
  oneOf,
  type Rules,
  strings,
  valueOf,
} from '../validate.js';
import type { ClientCredentialsOptions } from './client-credentials.js';

// What `clientCredentials` is given: is it right, and what is it called?

const OWNER = 'clientCredentials';

const sourceRules: Rules = {
  tokenUrl: (value) => (typeof value === 'function' ? undefined : endpointFault(value)),
  clientId: valueOf(aString),
  clientSecret: (value) =>
    typeof value === 'string' || typeof value === 'function'
      ? undefined
      : 'must be a string or a function that returns one',
  clientAuth: (value) => (typeof value === 'function' ? undefined : 'must be a function such as clientSecretBasic()'),
  scope: valueOf(strings),
  audience: valueOf(aString),
  resource: valueOf(strings),
  params: anObject,
  request: {
    method: oneOf('POST', 'GET', 'PUT'),
    format: oneOf('form', 'json', 'query', 'none'),
    grantType: either('must be a non-empty string, or false to leave it out', aString, oneOf(false)),
    names: {
      clientId: either('must be a name, or false to leave it out', aString, oneOf(false)),
      clientSecret: aString,
      grantType: aString,
      scope: aString,
    },
    scopeSeparator: (value) => (typeof value === 'string' ? undefined : 'must be a string'),
    query: anObject,
    headers: anObject,
    body: aFunction,
  },
  response: {
    token: either('must be a path or a function', aString, aFunction),
    expiry: (value) =>
      typeof value === 'function' ? undefined : 'must be a function such as expiresIn() or lifetime(ms)',
    error: (value) => (typeof value === 'function' ? undefined : 'must be a function such as errorAt(path)'),
  },
  sendAs: (value) => (typeof value === 'function' ? undefined : 'must be a function such as bearer() or header(name)'),
  rejectedWhen: (value) => (typeof value === 'function' ? undefined : 'must be a function such as unauthorized()'),
  reissue: oneOf('independent', 'same', 'extends', 'replaces'),
  baseURL: aFunction,
  dangerouslyAllowBrowser: aBoolean,
};

export function checkClientCredentials(options: ClientCredentialsOptions): void {
  checkOptions(OWNER, options, sourceRules);
  const { tokenUrl, clientId, clientSecret, clientAuth, request = {}, params } = options;
  if ((tokenUrl as unknown) === undefined) {
    throw new TokenConfigError(`${OWNER}: \`tokenUrl\` is missing. Is the environment variable that holds it set?`, {
      option: 'tokenUrl',
    });
  }
  const secretExpected =
    clientAuth === undefined ||
    needsSecret(clientAuth) ||
    (Object.hasOwn(options, 'clientSecret') && clientAuth.name !== 'noAuthentication');
  if (secretExpected && (clientSecret === undefined || clientSecret === '')) {
    throw new TokenConfigError(
      `${OWNER}: \`clientSecret\` is ${clientSecret === '' ? 'an empty string' : 'missing'}. Is the environment variable that holds it set? ` +
        'A client without a secret says so with `clientAuth: noAuthentication()`.',
      { option: 'clientSecret' },
    );
  }
  if ((clientAuth === undefined || needsSecret(clientAuth)) && clientId === undefined) {
    throw new TokenConfigError(`${OWNER}: \`clientId\` is missing. Is the environment variable that holds it set?`, {
      option: 'clientId',
    });
  }
  const { method = 'POST', format, body } = request;
  if (method === 'GET' && (format === 'form' || format === 'json')) {
    throw new TokenConfigError(
      `${OWNER}: \`request.format\` '${format}' needs a body, and a GET request has none. Use 'query'.`,
      { option: 'request.format' },
    );
  }
  if (
    format === 'none' &&
    body === undefined &&
    (params !== undefined || clientAuth === undefined || clientAuth.name === 'clientSecretPost')
  ) {
    throw new TokenConfigError(
      `${OWNER}: with \`request.format\` 'none' no parameters are sent, so ${params === undefined ? 'the credentials would stay behind: set `clientAuth: clientSecretBasic()`' : '`params` would stay behind: use `request.query` or `request.headers`'}.`,
      { option: 'request.format' },
    );
  }
}

function endpointFault(value: unknown): string | undefined {
  const url = typeof value === 'string' || value instanceof URL ? parseUrl(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be an absolute http(s) URL, or a function that returns one';
  if (url.username !== '' || url.password !== '')
    return 'must not hold credentials: give them as clientId and clientSecret';
  return url.hash === '' ? undefined : 'must not hold a fragment (RFC 6749 §3.2)';
}

const SECRET_NAME = /secret|password|passwd|pwd|key|token|assertion|code|signature|credential|pin/i;

/**
 * The source's `id`: endpoint, client, authentication method and plain parameters. Functions and whatever is named like a secret
 * stand there by name only.
 */
export function describeSource(options: ClientCredentialsOptions): string {
  const { tokenUrl, clientId, clientAuth, scope, audience, resource, params = {}, request = {} } = options;
  const plain = (name: string, value: unknown): unknown =>
    value === undefined
      ? undefined
      : typeof value === 'function'
        ? `${name}()`
        : SECRET_NAME.test(name)
          ? `${name}*`
          : value;
  const each = (record: Record<string, unknown>): [string, unknown][] =>
    Object.entries(record)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, plain(name, value)]);
  const endpoint = typeof tokenUrl === 'function' ? 'tokenUrl()' : address(new URL(tokenUrl));
  return JSON.stringify([
    endpoint,
    plain('clientId', clientId) ?? null,
    clientAuth === undefined ? 'clientSecretPost' : clientAuth.name || 'clientAuth()',
    ...each({ scope, audience, resource }),
    ...each(params),
    ...each(request.query ?? {}),
  ]);
}

function address(url: URL): string {
  for (const name of [...url.searchParams.keys()]) if (SECRET_NAME.test(name)) url.searchParams.set(name, '*');
  return url.href;
}
