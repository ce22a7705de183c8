import {
  anyOf,
  bodyCode,
  errorAt,
  expiresAt,
  expiresIn,
  header,
  lifetime,
  responseHeader,
  unauthorized,
  wholeBody,
  type Token,
} from '../../lib/index.js';
import { client, type Dialect, HOUR, jwt, MINUTE, NOW, provesDialects, SECRET } from './dialects-play.js';

// Logins with something odd in the answer, or in the way the token goes to the API.

const USER = { username: client.clientId, password: SECRET };
const asUser = { clientId: 'username', clientSecret: 'password' } as const;
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

const dialects: Dialect[] = [
  {
    name: 'ThingsBoard: a JWT without any life beside it, a header of its own with a scheme',
    options: {
      request: { format: 'json', grantType: false, names: asUser },
      response: { token: 'token', error: errorAt('errorCode', 'message') },
      sendAs: header('X-Authorization', { scheme: 'Bearer' }),
      rejectedWhen: bodyCode('errorCode', [11]),
    },
    request: { path: '/api/auth/login', body: USER },
    token: (count) => jwt({ exp: (NOW + 2.5 * HOUR) / 1000, jti: count }),
    answer: (token) => ({ body: { token, refreshToken: jwt({ exp: (NOW + 168 * HOUR) / 1000 }) } }),
    lifeMs: 2.5 * HOUR,
    carried: (token) => ({ headers: { 'x-authorization': `Bearer ${token}` } }),
    rejected: { status: 401, body: { status: 401, message: 'Token has expired', errorCode: 11 } },
    lookAlike: { status: 401, body: { status: 401, message: 'Authentication failed', errorCode: 10 } },
    refused: { status: 401, body: { status: 401, message: 'Invalid username or password', errorCode: 10 } },
    told: { error: '10', errorDescription: 'Invalid username or password', permanent: true },
  },
  {
    name: 'Rocket.Chat: two headers of one answer',
    options: {
      request: { format: 'json', grantType: false, names: { clientId: 'user', clientSecret: 'password' } },
      response: { token: 'data.authToken', error: errorAt('error', 'message') },
      sendAs: ({ headers }, { accessToken, response }) => {
        headers.set('X-Auth-Token', accessToken);
        headers.set('X-User-Id', (response as { data: { userId: string } }).data.userId);
      },
    },
    request: { path: '/api/v1/login', body: { user: client.clientId, password: SECRET } },
    answer: (token) => ({ body: { status: 'success', data: { authToken: token, userId: 'aobEdbYhXfu5hkeqG' } } }),
    lifeMs: undefined,
    carried: (token) => ({ headers: { 'x-auth-token': token, 'x-user-id': 'aobEdbYhXfu5hkeqG' } }),
    rejected: { status: 401, body: { status: 'error', message: 'You must be logged in to do this.' } },
    refused: { status: 401, body: { status: 'error', error: 'Unauthorized', message: 'Unauthorized user' } },
    told: { error: 'Unauthorized', errorDescription: 'Unauthorized user', permanent: true },
  },
  {
    name: 'Matrix: a life in ms, a pause in ms in the body of a 429',
    options: {
      params: { type: 'm.login.password', 'identifier.type': 'm.id.user' },
      request: { format: 'json', grantType: false, names: { clientId: 'identifier.user', clientSecret: 'password' } },
      response: {
        expiry: expiresIn('expires_in_ms', { unit: 'ms' }),
        error: ({ body }) => {
          const { errcode, error, retry_after_ms } = body as Record<string, string> & { retry_after_ms?: number };
          return errcode === undefined
            ? undefined
            : { error: errcode, errorDescription: error, retryAfterMs: retry_after_ms };
        },
      },
      rejectedWhen: bodyCode('errcode', ['M_UNKNOWN_TOKEN']),
    },
    request: {
      path: '/_matrix/client/v3/login',
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: client.clientId },
        password: SECRET,
      },
    },
    answer: (token) => ({ body: { access_token: token, expires_in_ms: 60_000, user_id: '@machine:matrix.test' } }),
    lifeMs: MINUTE,
    carried: bearer,
    rejected: { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown token', soft_logout: true } },
    lookAlike: { status: 401, body: { errcode: 'M_MISSING_TOKEN' } },
    refused: { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests', retry_after_ms: 2000 } },
    told: { error: 'M_LIMIT_EXCEEDED', permanent: false, retryAt: NOW + 2000 } as Dialect['told'],
  },
  {
    name: 'Zabbix: JSON-RPC, and a token in the body of every API request',
    options: {
      params: { jsonrpc: '2.0', method: 'user.login', id: 1 },
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'params.username', clientSecret: 'params.password' },
        headers: { 'Content-Type': 'application/json-rpc' },
      },
      response: { token: 'result', error: errorAt('error.code', 'error.data') },
      sendAs: (config, { accessToken }) => {
        config.data = JSON.stringify({ ...(JSON.parse(String(config.data)) as object), auth: accessToken });
      },
      rejectedWhen: bodyCode('error.data', ['Session terminated, re-login, please.']),
    },
    request: {
      path: '/api_jsonrpc.php',
      headers: { 'content-type': 'application/json-rpc' },
      body: { jsonrpc: '2.0', method: 'user.login', id: 1, params: USER },
    },
    answer: (token) => ({ body: { jsonrpc: '2.0', result: token, id: 1 } }),
    lifeMs: undefined,
    call: (api) => api.post('/x', { jsonrpc: '2.0', method: 'host.get', id: 2 }),
    carried: (token) => ({ body: { jsonrpc: '2.0', method: 'host.get', id: 2, auth: token } }),
    rejected: { body: { error: { code: -32602, data: 'Session terminated, re-login, please.' }, id: 2 } },
    lookAlike: { body: { error: { code: -32602, data: 'Invalid parameter "/1": value must be one of 1.' }, id: 2 } },
    refused: {
      body: { error: { code: -32500, message: 'Application error.', data: 'Incorrect user name or password.' }, id: 1 },
    },
    told: { error: '-32500', errorDescription: 'Incorrect user name or password.', permanent: true },
  },
  {
    name: 'Odoo: a cookie for a token, with its Max-Age',
    options: {
      params: { jsonrpc: '2.0', 'params.db': 'main' },
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'params.login', clientSecret: 'params.password' },
      },
      response: {
        token: ({ headers }) => /\bsession_id=[^;]+/.exec(headers['set-cookie'] ?? '')?.[0],
        expiry: ({ headers }) => ({
          expiresInMs: Number(/\bMax-Age=(\d+)/i.exec(headers['set-cookie'] ?? '')?.[1]) * 1000,
        }),
        error: errorAt('error.data.name', 'error.data.message'),
      },
      sendAs: header('Cookie'),
      rejectedWhen: anyOf(unauthorized(), bodyCode('error.code', [100])),
    },
    request: {
      path: '/web/session/authenticate',
      body: { jsonrpc: '2.0', params: { db: 'main', login: client.clientId, password: SECRET } },
    },
    token: (count) => `session_id=token-${count}`,
    answer: (token) => ({
      headers: { 'set-cookie': `${token}; Expires=Tue, 08-Jan-2030 00:00:00 GMT; Max-Age=604800; HttpOnly; Path=/` },
      body: { jsonrpc: '2.0', id: null, result: { uid: 2 } },
    }),
    lifeMs: 7 * 24 * HOUR,
    carried: (token) => ({ headers: { cookie: token } }),
    rejected: { body: { error: { code: 100, message: 'Odoo Session Expired' } } },
    lookAlike: { body: { error: { code: 200, message: 'Odoo Server Error' } } },
    refused: {
      body: { error: { code: 200, data: { name: 'odoo.exceptions.AccessDenied', message: 'Access Denied' } } },
    },
    told: { error: 'odoo.exceptions.AccessDenied', errorDescription: 'Access Denied', permanent: true },
  },
  {
    name: 'a GraphQL login: credentials in variables, codes in an array of errors',
    options: {
      params: { query: 'mutation($u:String!,$p:String!){login(u:$u,p:$p){token expiresAt}}' },
      request: { format: 'json', grantType: false, names: { clientId: 'variables.u', clientSecret: 'variables.p' } },
      response: {
        token: 'data.login.token',
        expiry: expiresAt('data.login.expiresAt'),
        error: errorAt('errors.extensions.code', 'errors.message'),
      },
      rejectedWhen: bodyCode('errors.extensions.code', ['UNAUTHENTICATED']),
    },
    request: {
      path: '/graphql',
      body: {
        query: 'mutation($u:String!,$p:String!){login(u:$u,p:$p){token expiresAt}}',
        variables: { u: client.clientId, p: SECRET },
      },
    },
    answer: (token) => ({ body: { data: { login: { token, expiresAt: '2030-01-01T00:30:00Z' } } } }),
    lifeMs: 30 * MINUTE,
    carried: bearer,
    rejected: { body: { data: null, errors: [{ message: 'x' }, { extensions: { code: 'UNAUTHENTICATED' } }] } },
    lookAlike: { body: { data: null, errors: [{ extensions: { code: 'FORBIDDEN' } }] } },
    refused: { body: { data: null, errors: [{ message: 'Wrong', extensions: { code: 'BAD_USER_INPUT' } }] } },
    told: { error: 'BAD_USER_INPUT', errorDescription: 'Wrong', permanent: true },
  },
  {
    name: 'Qualys: a JWT as plain text with status 201',
    options: {
      params: { token: true },
      request: { grantType: false, names: asUser },
      response: { token: wholeBody() },
    },
    request: { path: '/auth', form: { ...USER, token: 'true' } },
    token: (count) => jwt({ exp: (NOW + 4 * HOUR) / 1000, jti: count }),
    answer: (token) => ({ status: 201, headers: { 'content-type': 'text/plain' }, body: `${token}\n` }),
    lifeMs: 4 * HOUR,
    carried: bearer,
    rejected: { status: 401, body: 'JWT expired' },
    refused: { status: 401, body: '{"timestamp":1,"message":"Invalid credentials"}' },
    told: { permanent: true },
  },
  {
    name: 'CyberArk Conjur: the key alone for a body, JSON for a token, quotes around it in the header',
    options: {
      request: {
        body: ({ client_secret }) => client_secret,
        headers: { 'Content-Type': 'text/plain' },
      },
      response: { token: ({ text }) => btoa(text), expiry: lifetime(8 * MINUTE) },
      sendAs: Object.assign(
        ({ headers }: { headers: { set(name: string, value: string): unknown } }, { accessToken }: Token) => {
          headers.set('Authorization', `Token token="${accessToken}"`);
        },
        { header: 'Authorization' },
      ),
    },
    request: {
      path: '/authn/main/host%2Fmachine/authenticate',
      headers: { 'content-type': 'text/plain' },
      body: SECRET,
    },
    token: (count) => btoa(`{"protected":"e30=","payload":"e30=","signature":"s${count}"}`),
    answer: (token) => ({ headers: { 'content-type': 'application/json' }, body: atob(token) }),
    lifeMs: 8 * MINUTE,
    carried: (token) => ({ headers: { authorization: `Token token="${token}"` } }),
    rejected: { status: 401 },
    refused: { status: 401 },
    told: { permanent: true },
  },
  {
    name: 'OpenStack Keystone: an application credential, the token in a header, its end in the body',
    options: {
      params: { 'auth.identity.methods': ['application_credential'] },
      request: {
        format: 'json',
        grantType: false,
        names: {
          clientId: 'auth.identity.application_credential.id',
          clientSecret: 'auth.identity.application_credential.secret',
        },
      },
      response: {
        token: responseHeader('X-Subject-Token'),
        expiry: expiresAt('token.expires_at'),
        error: errorAt('error.title', 'error.message'),
      },
      sendAs: header('X-Auth-Token'),
    },
    request: {
      path: '/v3/auth/tokens',
      body: {
        auth: {
          identity: {
            methods: ['application_credential'],
            application_credential: { id: client.clientId, secret: SECRET },
          },
        },
      },
    },
    answer: (token) => ({
      status: 201,
      headers: { 'X-Subject-Token': token },
      body: { token: { expires_at: '2030-01-01T01:00:00.000000Z' } },
    }),
    lifeMs: HOUR,
    carried: (token) => ({ headers: { 'x-auth-token': token } }),
    rejected: { status: 401, body: { error: { code: 401, title: 'Unauthorized' } } },
    refused: {
      status: 401,
      body: {
        error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
      },
    },
    told: {
      error: 'Unauthorized',
      errorDescription: 'The request you have made requires authentication.',
      permanent: true,
    },
  },
];

provesDialects(dialects);
