import {
  bodyCode,
  clientSecretBasic,
  errorAt,
  expiresAt,
  expiresIn,
  header,
  noAuthentication,
  queryParameter,
  wholeBody,
} from '../../lib/index.js';
import { client, type Dialect, HOUR, jwt, MINUTE, NOW, provesDialects, SECRET } from './dialects-play.js';

// Platforms and partners: identities of machines, and standards bent in one place or another.

const nobody = { clientId: undefined, clientSecret: undefined, clientAuth: noAuthentication() };
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

const dialects: Dialect[] = [
  {
    name: 'EC2 IMDSv2: PUT, plain text, the life in a header each way',
    options: {
      ...nobody,
      request: {
        method: 'PUT',
        format: 'none',
        headers: { 'X-aws-ec2-metadata-token-ttl-seconds': 21_600 },
        metadataService: true,
      },
      response: {
        token: wholeBody(),
        expiry: ({ headers }) => ({ expiresInMs: Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) * 1000 }),
      },
      sendAs: header('X-aws-ec2-metadata-token'),
    },
    request: {
      method: 'PUT',
      path: '/latest/api/token',
      headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
    },
    token: (count) => `AQAEAHoD${count}nz==`,
    answer: (token) => ({
      headers: { 'content-type': 'text/plain', 'x-aws-ec2-metadata-token-ttl-seconds': '21600' },
      body: token,
    }),
    lifeMs: 6 * HOUR,
    carried: (token) => ({ headers: { 'x-aws-ec2-metadata-token': token } }),
    rejected: { status: 401, body: '<html>401 - Unauthorized</html>' },
    refused: { status: 403, body: '<html>403 - Forbidden</html>' },
    told: { permanent: true },
  },
  {
    name: 'Google metadata identity: a JWT as plain text, for one audience',
    options: {
      ...nobody,
      audience: 'https://service.test',
      params: { format: 'full' },
      request: {
        method: 'GET',
        grantType: false,
        headers: { 'Metadata-Flavor': 'Google', Accept: '*/*' },
        metadataService: true,
      },
      response: { token: wholeBody() },
    },
    request: {
      method: 'GET',
      path: '/computeMetadata/v1/instance/service-accounts/default/identity',
      query: { audience: 'https://service.test', format: 'full' },
      headers: { 'metadata-flavor': 'Google', accept: '*/*' },
    },
    token: (count) => jwt({ exp: NOW / 1000 + 3599, aud: 'https://service.test', jti: count }),
    answer: (token) => ({ headers: { 'content-type': 'text/html' }, body: token }),
    lifeMs: 3_599_000,
    carried: bearer,
    rejected: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    refused: { status: 404, body: 'non-empty audience parameter required' },
    told: { permanent: true },
  },
  {
    name: 'Kubernetes TokenRequest: a token for a token, a list of audiences, status 201',
    options: {
      clientId: undefined,
      clientAuth: ({ headers, clientSecret }) => {
        headers.Authorization = `Bearer ${clientSecret}`;
      },
      params: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        'spec.audiences': ({ audience }) => [audience ?? 'vault'],
        'spec.expirationSeconds': 3600,
      },
      request: { format: 'json', grantType: false, names: { audience: false } },
      response: {
        token: 'status.token',
        expiry: expiresAt('status.expirationTimestamp'),
        error: errorAt('reason', 'message'),
      },
    },
    request: {
      path: '/api/v1/namespaces/default/serviceaccounts/machine/token',
      headers: { authorization: `Bearer ${SECRET}` },
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['vault'], expirationSeconds: 3600 },
      },
    },
    answer: (token) => ({
      status: 201,
      body: { kind: 'TokenRequest', status: { token, expirationTimestamp: '2030-01-01T01:00:00Z' } },
    }),
    lifeMs: HOUR,
    carried: bearer,
    rejected: { status: 401, body: { kind: 'Status', reason: 'Unauthorized', code: 401 } },
    lookAlike: { status: 403, body: { kind: 'Status', reason: 'Forbidden', code: 403 } },
    refused: {
      status: 403,
      body: { kind: 'Status', reason: 'Forbidden', message: 'cannot create serviceaccounts/token' },
    },
    told: { error: 'Forbidden', errorDescription: 'cannot create serviceaccounts/token', permanent: true },
  },
  {
    name: 'ArcGIS: an end in epoch ms, codes 498 and 499 inside HTTP 200',
    options: {
      params: { client: 'requestip', expiration: 60, f: 'json' },
      request: { grantType: false, names: { clientId: 'username', clientSecret: 'password' } },
      response: { token: 'token', expiry: expiresAt('expires'), error: errorAt('error.code', 'error.details') },
      sendAs: header('X-Esri-Authorization', { scheme: 'Bearer' }),
      rejectedWhen: bodyCode('error.code', [498, 499]),
    },
    request: {
      path: '/sharing/rest/generateToken',
      form: { username: client.clientId, password: SECRET, client: 'requestip', expiration: '60', f: 'json' },
    },
    answer: (token) => ({ body: { token, expires: NOW + HOUR, ssl: true } }),
    lifeMs: HOUR,
    carried: (token) => ({ headers: { 'x-esri-authorization': `Bearer ${token}` } }),
    rejected: { body: { error: { code: 498, message: 'Invalid token.', details: [] } } },
    lookAlike: { body: { error: { code: 403, message: 'You do not have permissions', details: [] } } },
    refused: { body: { error: { code: 400, message: 'Unable to generate token.', details: ['Invalid username.'] } } },
    told: { error: '400', permanent: true },
  },
  {
    name: 'Kaltura: a JSON text on success and an object on failure, both with status 200',
    options: {
      params: { type: 2, format: 1, expiry: 86_400 },
      request: { grantType: false, names: { clientId: 'partnerId', clientSecret: 'secret' } },
      response: { token: wholeBody(), error: errorAt('code', 'message') },
      sendAs: queryParameter('ks'),
      rejectedWhen: bodyCode('code', ['INVALID_KS', 'EXPIRED_KS']),
    },
    request: {
      path: '/api_v3/service/session/action/start',
      form: { partnerId: client.clientId, secret: SECRET, type: '2', format: '1', expiry: '86400' },
    },
    answer: (token) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(token) }),
    lifeMs: undefined,
    carried: (token) => ({ target: `/x?ks=${token}` }),
    rejected: { body: { code: 'INVALID_KS', message: 'Invalid KS', objectType: 'KalturaAPIException' } },
    lookAlike: { body: { code: 'SERVICE_FORBIDDEN', message: 'no', objectType: 'KalturaAPIException' } },
    refused: { body: { code: 'START_SESSION_ERROR', message: 'Error while starting session', objectType: 'x' } },
    told: { error: 'START_SESSION_ERROR', errorDescription: 'Error while starting session', permanent: true },
  },
  {
    name: 'Sabre: id and secret in base64 each before they are Basic',
    options: { clientAuth: clientSecretBasic({ encoding: btoa }) },
    request: {
      path: '/v2/auth/token',
      headers: { authorization: `Basic ${btoa(`${btoa(client.clientId)}:${btoa(SECRET)}`)}` },
      form: { grant_type: 'client_credentials' },
    },
    answer: (token) => ({ body: { access_token: token, token_type: 'bearer', expires_in: 604_800 } }),
    lifeMs: 604_800_000,
    carried: bearer,
    rejected: { status: 401, body: { status: 'NotProcessed', errorCode: 'ERR.2SG.SEC.INVALID_CREDENTIALS' } },
    refused: { status: 401, body: { error: 'invalid_client', error_description: 'Credentials are missing' } },
    told: { error: 'invalid_client', errorDescription: 'Credentials are missing', permanent: true },
  },
  {
    name: 'SAP Ariba: a grant of its own in the URL of a POST without a body',
    options: {
      clientAuth: clientSecretBasic(),
      request: { format: 'query', grantType: 'openapi_2lo' },
      sendAs: ({ headers }, { accessToken }) => {
        headers.set('Authorization', `Bearer ${accessToken}`);
        headers.set('apiKey', 'application-key');
      },
    },
    request: {
      path: '/v2/oauth/token',
      query: { grant_type: 'openapi_2lo' },
      headers: { authorization: `Basic ${btoa(`${client.clientId}:${SECRET}`)}` },
    },
    answer: (token) => ({ body: { access_token: token, token_type: 'bearer', expires_in: 1440, timeUpdated: 1 } }),
    lifeMs: 24 * MINUTE,
    carried: (token) => ({ headers: { authorization: `Bearer ${token}`, apikey: 'application-key' } }),
    rejected: { status: 401, body: { message: 'Invalid access token' } },
    refused: { status: 401, body: { error: 'invalid_client' } },
    told: { error: 'invalid_client', permanent: true },
  },
  {
    name: 'SAP SuccessFactors: a SAML assertion, fresh for each request, and an id without a secret',
    options: {
      clientSecret: undefined,
      clientAuth: noAuthentication(),
      params: {
        company_id: 'acme',
        assertion: () => Promise.resolve(btoa(`<Assertion ID="${crypto.randomUUID()}"/>`)),
      },
      request: { grantType: 'urn:ietf:params:oauth:grant-type:saml2-bearer' },
    },
    request: {
      path: '/oauth/token',
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
        client_id: client.clientId,
        company_id: 'acme',
        assertion: '*',
      },
    },
    answer: (token) => ({ body: { access_token: token, token_type: 'Bearer', expires_in: 86_399 } }),
    lifeMs: 86_399_000,
    carried: bearer,
    rejected: { status: 401, body: { error: { code: 'LGN0022' } } },
    refused: { status: 400, body: { errorHttpCode: '400', errorMessage: 'Unable to verify the signature' } },
    told: { permanent: true },
  },
  {
    name: 'ASP.NET Identity: a password grant, dots in the name of the end, wrong case of the token type',
    options: {
      request: { grantType: 'password', names: { clientId: 'username', clientSecret: 'password' } },
      response: { expiry: expiresAt('.expires') },
    },
    request: { path: '/token', form: { grant_type: 'password', username: client.clientId, password: SECRET } },
    answer: (token) => ({
      body: {
        access_token: token,
        token_type: 'MAC',
        '.issued': 'Tue, 01 Jan 2030 00:00:00 GMT',
        '.expires': 'Tue, 15 Jan 2030 00:00:00 GMT',
      },
    }),
    lifeMs: 14 * 24 * HOUR,
    carried: bearer,
    rejected: { status: 401, body: { Message: 'Authorization has been denied for this request.' } },
    refused: { status: 400, body: { error: 'invalid_grant', error_description: 'The user name is incorrect.' } },
    told: { error: 'invalid_grant', errorDescription: 'The user name is incorrect.', permanent: true },
  },
  {
    name: 'Wialon: JSON inside a query parameter, numbers for errors',
    options: {
      clientId: undefined,
      clientAuth: ({ parameters, clientSecret }) => {
        parameters.params = { token: clientSecret };
      },
      params: { svc: 'token/login' },
      request: { method: 'GET', grantType: false },
      response: { token: 'eid', error: errorAt('error', 'reason') },
      sendAs: queryParameter('sid'),
      rejectedWhen: bodyCode('error', [1]),
    },
    request: {
      method: 'GET',
      path: '/wialon/ajax.html',
      query: { svc: 'token/login', params: JSON.stringify({ token: SECRET }) },
    },
    answer: (token) => ({ body: { eid: token, host: '192.0.2.1', user: { nm: 'machine' } } }),
    lifeMs: undefined,
    carried: (token) => ({ target: `/x?sid=${token}` }),
    rejected: { body: { error: 1 } },
    lookAlike: { body: { error: 7 } },
    refused: { body: { error: 8, reason: 'INVALID_AUTH_TOKEN' } },
    told: { error: '8', errorDescription: 'INVALID_AUTH_TOKEN', permanent: true },
  },
  {
    name: 'Toast: a client type in place of a grant, the token one level down',
    options: {
      params: { userAccessType: 'TOAST_MACHINE_CLIENT' },
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'clientId', clientSecret: 'clientSecret' },
      },
      response: {
        token: 'token.accessToken',
        expiry: expiresIn('token.expiresIn'),
        error: errorAt('code', 'message'),
      },
    },
    request: {
      path: '/authentication/v1/authentication/login',
      body: { clientId: client.clientId, clientSecret: SECRET, userAccessType: 'TOAST_MACHINE_CLIENT' },
    },
    answer: (token) => ({
      body: { status: 'SUCCESS', token: { tokenType: 'Bearer', expiresIn: 19_168, accessToken: token } },
    }),
    lifeMs: 19_168_000,
    carried: bearer,
    rejected: { status: 401, body: { status: 401, code: 10_010, message: 'Unauthorized' } },
    refused: { status: 401, body: { status: 401, code: 10_010, message: 'Incorrect credentials' } },
    told: { error: '10010', errorDescription: 'Incorrect credentials', permanent: true },
  },
];

provesDialects(dialects);
