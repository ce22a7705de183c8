import { createHmac, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  bodyCode,
  clientCredentials,
  errorAt,
  expiresAt,
  expiresIn,
  header,
  noAuthentication,
  status,
} from '../../lib/index.js';
import { client, type Dialect, HOUR, NOW, provesDialects, SECRET } from './dialects-play.js';

// Signatures, nonces, tokens for tokens, and addresses that come with the token.

const hmac = (text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHmac('sha256', SECRET).update(text).digest(encoding);
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const previousRefreshToken = (response: unknown): unknown =>
  (response as { refresh_token?: unknown } | undefined)?.refresh_token;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signedJwt = (): string => {
  const content = `${base64url({ alg: 'RS256', kid: 'key-1' })}.${base64url({ iss: 'account', aud: 'iam', iat: NOW / 1000 })}`;
  return `${content}.${sign('sha256', Buffer.from(content), rsa.privateKey).toString('base64url')}`;
};
const isSigned = (text: unknown): boolean => {
  const [head, claims, signature] = String(text).split('.');
  return verify('sha256', Buffer.from(`${head}.${claims}`), rsa.publicKey, Buffer.from(signature ?? '', 'base64url'));
};

const dialects: Dialect[] = [
  {
    name: 'Yandex Cloud IAM: a signed JWT in JSON, an ISO end with nanoseconds',
    options: {
      clientId: undefined,
      clientSecret: undefined,
      clientAuth: noAuthentication(),
      params: { jwt: signedJwt },
      request: { format: 'json', grantType: false },
      response: { token: 'iamToken', expiry: expiresAt('expiresAt'), error: errorAt('code', 'message') },
    },
    request: {
      path: '/iam/v1/tokens',
      body: { jwt: '*' },
      verify: ({ body }) => isSigned((JSON.parse(body) as { jwt: string }).jwt),
    },
    answer: (token) => ({ body: { iamToken: token, expiresAt: '2030-01-01T12:00:00.123456789Z' } }),
    lifeMs: 12 * HOUR + 123,
    carried: bearer,
    rejected: { status: 401, body: { code: 16, message: 'The token has expired' } },
    refused: { status: 401, body: { code: 16, message: 'Unable to verify the JWT' } },
    told: { error: '16', errorDescription: 'Unable to verify the JWT', permanent: true },
  },
  {
    name: 'Withings: a nonce of its own endpoint, then a signature over it; the status in the body of HTTP 200',
    options: ({ endpoint }) => ({
      params: {
        action: 'requesttoken',
        nonce: async ({ http }) => {
          const { data } = await http.post<{ body: { nonce: string } }>(`${endpoint}/v2/signature`);
          return data.body.nonce;
        },
      },
      clientAuth: ({ clientId, parameters }) => {
        parameters.client_id = clientId;
        parameters.signature = hmac(['requesttoken', clientId, parameters.nonce].join(','));
      },
      request: { grantType: false },
      response: {
        token: 'body.access_token',
        expiry: expiresIn('body.expires_in'),
        error: errorAt('status', 'error', { transient: [601] }),
      },
      rejectedWhen: bodyCode('status', [401]),
    }),
    beside: ({ path }) => (path === '/v2/signature' ? { body: { status: 0, body: { nonce: 'nonce-7' } } } : undefined),
    request: {
      path: '/v2/oauth2',
      form: {
        action: 'requesttoken',
        nonce: 'nonce-7',
        client_id: client.clientId,
        signature: hmac(`requesttoken,${client.clientId},nonce-7`),
      },
    },
    answer: (token) => ({ body: { status: 0, body: { access_token: token, expires_in: 10_800 } } }),
    lifeMs: 3 * HOUR,
    carried: bearer,
    rejected: { body: { status: 401, body: {}, error: 'XRequestID: Not provided invalid_token' } },
    lookAlike: { body: { status: 503, body: {}, error: 'Invalid Params' } },
    refused: { body: { status: 601, body: {}, error: 'Too many request' } },
    told: { error: '601', errorDescription: 'Too many request', permanent: false },
  },
  {
    name: 'eWeLink: a signature over the very body, in a header',
    options: {
      params: { countryCode: '+49', email: 'machine@acme.test', password: 'p4ssword-of-the-user' },
      clientAuth: ({ clientId, headers, parameters }) => {
        headers['X-CK-Appid'] = String(clientId);
        headers.Authorization = `Sign ${hmac(JSON.stringify(parameters), 'base64')}`;
      },
      request: { format: 'json', grantType: false },
      response: { token: 'data.at', error: errorAt('error', 'msg') },
      rejectedWhen: bodyCode('error', [401, 402]),
    },
    request: {
      path: '/v2/user/login',
      headers: { 'x-ck-appid': client.clientId, authorization: '*' },
      body: { countryCode: '+49', email: 'machine@acme.test', password: 'p4ssword-of-the-user' },
      verify: ({ body, headers }) => headers.authorization === `Sign ${hmac(body, 'base64')}`,
    },
    answer: (token) => ({ body: { error: 0, msg: '', data: { at: token, rt: 'refresh-1', region: 'eu' } } }),
    lifeMs: undefined,
    carried: bearer,
    rejected: { body: { error: 402, msg: 'at expired', data: {} } },
    lookAlike: { body: { error: 406, msg: 'permission denied', data: {} } },
    refused: { body: { error: 10_001, msg: 'wrong password', data: {} } },
    told: { error: '10001', errorDescription: 'wrong password', permanent: true },
  },
  {
    name: 'Shopee: a signed query at the endpoint, and one of another kind at the API',
    options: {
      params: { refresh_token: 'refresh-0', partner_id: 1234, shop_id: 77 },
      clientAuth: ({ tokenUrl }) => {
        const timestamp = String(Math.floor(Date.now() / 1000));
        tokenUrl.searchParams.set('partner_id', '1234');
        tokenUrl.searchParams.set('timestamp', timestamp);
        tokenUrl.searchParams.set('sign', hmac(`1234${tokenUrl.pathname}${timestamp}`));
      },
      request: { format: 'json', grantType: false },
      response: { expiry: expiresIn('expire_in'), error: errorAt('error', 'message') },
      sendAs: (config, { accessToken }) => {
        const timestamp = Math.floor(Date.now() / 1000);
        const signature = hmac(`1234${config.url}${timestamp}${accessToken}77`);
        config.params = { partner_id: 1234, timestamp, access_token: accessToken, shop_id: 77, sign: signature };
      },
      rejectedWhen: bodyCode('error', ['invalid_access_token']),
    },
    request: {
      path: '/api/v2/auth/access_token/get',
      query: { partner_id: '1234', timestamp: '*', sign: '*' },
      body: { refresh_token: 'refresh-0', partner_id: 1234, shop_id: 77 },
      verify: ({ path, query }) => query.get('sign') === hmac(`1234${path}${query.get('timestamp')}`),
    },
    answer: (token) => ({ body: { access_token: token, expire_in: 14_400, error: '', message: '' } }),
    lifeMs: 4 * HOUR,
    carried: (token) => ({
      target: '*',
      verify: ({ path, query }) =>
        query.get('access_token') === token &&
        query.get('sign') === hmac(`1234${path}${query.get('timestamp')}${token}77`),
    }),
    rejected: { status: 403, body: { error: 'invalid_access_token', message: 'Invalid access_token.' } },
    lookAlike: { status: 403, body: { error: 'error_permission', message: 'No permission.' } },
    refused: { body: { error: 'error_sign', message: 'Wrong sign.' } },
    told: { error: 'error_sign', errorDescription: 'Wrong sign.', permanent: true },
  },
  {
    name: 'Bitrix24: a refresh token that changes with each answer, and the address of the API beside it',
    options: {
      params: { refresh_token: ({ previous }) => previousRefreshToken(previous?.response) ?? 'refresh-0' },
      request: { method: 'GET', grantType: 'refresh_token' },
      sendAs: Object.assign(
        (config: { params?: unknown }, { accessToken }: { accessToken: string }) => {
          config.params = { ...(config.params as object | undefined), auth: accessToken };
        },
        { parameter: 'auth' },
      ),
      baseURL: ({ response }) => (response as { client_endpoint: string }).client_endpoint,
      rejectedWhen: bodyCode('error', ['expired_token', 'invalid_token']),
      reissue: 'replaces',
    },
    request: (count) => ({
      method: 'GET',
      path: '/oauth/token/',
      query: {
        grant_type: 'refresh_token',
        refresh_token: `refresh-${count - 1}`,
        client_id: client.clientId,
        client_secret: SECRET,
      },
    }),
    answer: (token, api) => ({
      body: {
        access_token: token,
        expires: NOW / 1000 + 3600,
        expires_in: 3600,
        refresh_token: token.replace('token', 'refresh'),
        client_endpoint: `${api}/rest/`,
      },
    }),
    lifeMs: HOUR,
    call: (api) => api.get('crm.deal.list'),
    carried: (token) => ({ target: `/rest/crm.deal.list?auth=${token}` }),
    rejected: { status: 401, body: { error: 'expired_token', error_description: 'The access token has expired.' } },
    lookAlike: { status: 401, body: { error: 'NO_AUTH_FOUND', error_description: 'Wrong authorization data' } },
    refused: { status: 400, body: { error: 'invalid_grant' } },
    told: { error: 'invalid_grant', permanent: true },
  },
  {
    name: 'Bullhorn: a token for a token, and the address of the API beside it',
    options: ({ endpoint }) => {
      const oauth = clientCredentials({ tokenUrl: `${endpoint}/oauth/token`, ...client });
      return {
        clientId: undefined,
        clientSecret: undefined,
        clientAuth: noAuthentication(),
        params: {
          version: '*',
          access_token: async (request) => (await oauth.fetchToken(request)).accessToken,
        },
        request: { format: 'query', grantType: false },
        response: { token: 'BhRestToken', error: errorAt('errorCode', 'errorMessage') },
        sendAs: header('BhRestToken'),
        baseURL: ({ response }) => (response as { restUrl: string }).restUrl,
      };
    },
    beside: ({ path, body }) =>
      path === '/oauth/token' && new URLSearchParams(body).get('client_secret') === SECRET
        ? { body: { access_token: 'oauth-token', expires_in: 600 } }
        : undefined,
    request: { path: '/rest-services/login', query: { version: '*', access_token: 'oauth-token' } },
    answer: (token, api) => ({ body: { BhRestToken: token, restUrl: `${api}/rest-services/e999/` } }),
    lifeMs: undefined,
    call: (api) => api.get('entity/Candidate/5'),
    carried: (token) => ({ target: '/rest-services/e999/entity/Candidate/5', headers: { bhresttoken: token } }),
    rejected: { status: 401, body: { errorMessage: "Bad 'BhRestToken' or timed-out.", errorCode: 401 } },
    lookAlike: { status: 403, body: { errorCode: 403 } },
    refused: { status: 401, body: { errorMessage: 'Invalid or expired OAuth token.', errorCode: 401 } },
    told: { error: '401', errorDescription: 'Invalid or expired OAuth token.', permanent: true },
  },
  {
    name: 'Salesforce SOAP login: XML both ways, an error that is not to be tried again with status 500',
    options: {
      request: {
        body: ({ client_id, client_secret }) =>
          `<Envelope><Body><login><username>${String(client_id)}</username><password>${String(client_secret)}</password></login></Body></Envelope>`,
        headers: { 'Content-Type': 'text/xml; charset=UTF-8', SOAPAction: 'login', Accept: 'text/xml' },
      },
      response: {
        token: ({ text }) => /<sessionId>([^<]+)</.exec(text)?.[1],
        expiry: ({ text }) => ({ expiresInMs: Number(/<sessionSeconds>(\d+)</.exec(text)?.[1]) * 1000 }),
        error: ({ text }) => {
          const code = /<faultcode>(?:\w+:)?(\w+)</.exec(text)?.[1];
          return code === undefined ? undefined : { error: code, permanent: code === 'INVALID_LOGIN' };
        },
      },
      baseURL: ({ response }) => new URL(/<serverUrl>([^<]+)</.exec(String(response))?.[1] ?? '').origin,
    },
    request: {
      path: '/services/Soap/u/59.0',
      headers: { accept: 'text/xml', soapaction: 'login' },
      body: `<Envelope><Body><login><username>${client.clientId}</username><password>${SECRET}</password></login></Body></Envelope>`,
    },
    token: (count) => `00D!AQ8AQ${count}`,
    answer: (token, api) => ({
      headers: { 'content-type': 'text/xml' },
      body: `<result><serverUrl>${api}/services/Soap/u/59.0/00D</serverUrl><sessionId>${token}</sessionId><sessionSeconds>7200</sessionSeconds></result>`,
    }),
    lifeMs: 2 * HOUR,
    carried: bearer,
    rejected: { status: 401, body: [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }] },
    refused: {
      status: 500,
      headers: { 'content-type': 'text/xml' },
      body: '<Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN</faultstring></Fault>',
    },
    told: { error: 'INVALID_LOGIN', permanent: true },
  },
  {
    name: 'OpenSubtitles: a key in a header of both, an address without a scheme, 406 for wrong credentials',
    options: {
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'username', clientSecret: 'password' },
        headers: { 'Api-Key': 'application-key', 'User-Agent': 'acme v1.0' },
      },
      response: {
        token: 'token',
        error: ({ status: code, body }) =>
          code === 200 ? undefined : { error: String(code), errorDescription: (body as { message?: string }).message },
      },
      sendAs: ({ headers }, { accessToken }) => {
        headers.set('Authorization', `Bearer ${accessToken}`);
        headers.set('Api-Key', 'application-key');
      },
      baseURL: ({ response }) => `http://${(response as { base_url: string }).base_url}/api/v1`,
      rejectedWhen: status(401, 500),
    },
    request: {
      path: '/api/v1/login',
      headers: { 'api-key': 'application-key', 'user-agent': 'acme v1.0' },
      body: { username: client.clientId, password: SECRET },
    },
    answer: (token, api) => ({ body: { user: { level: 'x' }, base_url: new URL(api).host, token, status: 200 } }),
    lifeMs: undefined,
    carried: (token) => ({
      target: '/api/v1/x',
      headers: { authorization: `Bearer ${token}`, 'api-key': 'application-key' },
    }),
    rejected: { status: 500, body: { message: 'invalid token', status: 500 } },
    lookAlike: { status: 406, body: { message: 'You cannot consume this service', status: 406 } },
    refused: { status: 401, body: { message: 'Error, invalid username/password', status: 401 } },
    told: { error: '401', errorDescription: 'Error, invalid username/password', permanent: true },
  },
];

provesDialects(dialects);
