import {
  bodyCode,
  clientSecretBasic,
  errorAt,
  expiresIn,
  header,
  lifetime,
  queryParameter,
  status,
  wholeBody,
} from '../../lib/index.js';
import { client, type Dialect, HOUR, MINUTE, NOW, provesDialects, SECRET } from './dialects-play.js';

// Logins and sessions: a user name and a password, and a token of whatever shape.

const USER = { username: client.clientId, password: SECRET };
const asUser = { clientId: 'username', clientSecret: 'password' } as const;
const basic = { authorization: `Basic ${btoa(`${client.clientId}:${SECRET}`)}` };
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

const dialects: Dialect[] = [
  {
    name: 'HashiCorp Vault AppRole: own names in JSON, a token two levels down, 403 for all that is wrong with it',
    options: {
      request: { format: 'json', grantType: false, names: { clientId: 'role_id', clientSecret: 'secret_id' } },
      response: {
        token: 'auth.client_token',
        expiry: expiresIn('auth.lease_duration'),
        error: errorAt('errors.0'),
      },
      sendAs: header('X-Vault-Token'),
      rejectedWhen: status(403),
    },
    request: { path: '/v1/auth/approle/login', body: { role_id: client.clientId, secret_id: SECRET } },
    answer: (token) => ({ body: { auth: { client_token: token, lease_duration: 1200, renewable: true }, data: null } }),
    lifeMs: 20 * MINUTE,
    carried: (token) => ({ headers: { 'x-vault-token': token } }),
    rejected: { status: 403, body: { errors: ['permission denied'] } },
    lookAlike: { status: 404, body: { errors: [] } },
    refused: { status: 400, body: { errors: ['invalid role or secret ID'] } },
    told: { error: 'invalid role or secret ID', permanent: true },
  },
  {
    name: 'VMware vCenter session: Basic, an empty body, a JSON text for an answer',
    options: {
      clientAuth: clientSecretBasic({ encoding: 'raw' }),
      request: { format: 'none' },
      response: {
        token: wholeBody(),
        expiry: lifetime(5 * MINUTE),
        error: errorAt('error_type', 'messages.default_message'),
      },
      sendAs: header('vmware-api-session-id'),
    },
    request: { path: '/api/session', headers: basic },
    answer: (token) => ({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(token),
    }),
    lifeMs: 5 * MINUTE,
    carried: (token) => ({ headers: { 'vmware-api-session-id': token } }),
    rejected: { status: 401, body: { error_type: 'UNAUTHENTICATED' } },
    lookAlike: { status: 403, body: { error_type: 'UNAUTHORIZED' } },
    refused: {
      status: 401,
      body: { error_type: 'UNAUTHENTICATED', messages: [{ id: 'x', default_message: 'Authentication required.' }] },
    },
    told: { error: 'UNAUTHENTICATED', errorDescription: 'Authentication required.', permanent: true },
  },
  {
    name: 'F5 BIG-IP: a life in a field beside an end in microseconds',
    options: {
      params: { loginProviderName: 'tmos' },
      request: { format: 'json', grantType: false, names: asUser },
      response: { token: 'token.token', expiry: expiresIn('token.timeout'), error: errorAt('code', 'message') },
      sendAs: header('X-F5-Auth-Token'),
    },
    request: { path: '/mgmt/shared/authn/login', body: { ...USER, loginProviderName: 'tmos' } },
    answer: (token) => ({
      body: { token: { token, timeout: 1200, expirationMicros: (NOW + 20 * MINUTE) * 1000 } },
    }),
    lifeMs: 20 * MINUTE,
    carried: (token) => ({ headers: { 'x-f5-auth-token': token } }),
    rejected: { status: 401, body: { code: 401, message: 'X-F5-Auth-Token does not exist.' } },
    refused: { status: 401, body: { code: 401, message: 'Authentication failed.' } },
    told: { error: '401', errorDescription: 'Authentication failed.', permanent: true },
  },
  {
    name: 'Splunk: a form, XML for an answer, a scheme of its own',
    options: {
      request: { grantType: false, names: asUser, headers: { Accept: 'text/xml' } },
      response: {
        token: ({ text }) => /<sessionKey>([^<]+)<\/sessionKey>/.exec(text)?.[1],
        expiry: lifetime(HOUR),
        error: ({ text }) => {
          const [, kind, said] = /<msg type="(\w+)">([^<]+)<\/msg>/.exec(text) ?? [];
          return kind === undefined ? undefined : { error: kind, errorDescription: said };
        },
      },
      sendAs: header('Authorization', { scheme: 'Splunk' }),
    },
    request: { path: '/services/auth/login', form: USER, headers: { accept: 'text/xml' } },
    answer: (token) => ({
      headers: { 'content-type': 'text/xml' },
      body: `<response>\n  <sessionKey>${token}</sessionKey>\n</response>`,
    }),
    lifeMs: HOUR,
    carried: (token) => ({ headers: { authorization: `Splunk ${token}` } }),
    rejected: {
      status: 401,
      body: '<response><messages><msg type="WARN">call not properly authenticated</msg></messages></response>',
    },
    refused: { status: 401, body: '<response><messages><msg type="WARN">Login failed</msg></messages></response>' },
    told: { error: 'WARN', errorDescription: 'Login failed', permanent: true },
  },
  {
    name: 'Magento: user name and password in JSON, a JSON text for an answer',
    options: {
      request: { format: 'json', grantType: false, names: asUser },
      response: { token: wholeBody(), expiry: lifetime(4 * HOUR), error: errorAt('message') },
    },
    request: { path: '/rest/V1/integration/admin/token', body: USER },
    answer: (token) => ({
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(token),
    }),
    lifeMs: 4 * HOUR,
    carried: bearer,
    rejected: { status: 401, body: { message: "The consumer isn't authorized to access %resources." } },
    refused: { status: 401, body: { message: 'The account sign-in was incorrect.' } },
    told: { error: 'The account sign-in was incorrect.', permanent: true },
  },
  {
    name: 'Tableau: nested JSON, what is left of a life as clock text',
    options: {
      params: { 'credentials.site.contentUrl': '' },
      request: {
        format: 'json',
        grantType: false,
        names: {
          clientId: 'credentials.personalAccessTokenName',
          clientSecret: 'credentials.personalAccessTokenSecret',
        },
      },
      response: {
        token: 'credentials.token',
        expiry: expiresIn('credentials.estimatedTimeToExpiration', { unit: 'h:m:s' }),
        error: errorAt('error.code', 'error.detail'),
      },
      sendAs: header('X-Tableau-Auth'),
    },
    request: {
      path: '/api/3.22/auth/signin',
      body: {
        credentials: {
          personalAccessTokenName: client.clientId,
          personalAccessTokenSecret: SECRET,
          site: { contentUrl: '' },
        },
      },
    },
    answer: (token) => ({ body: { credentials: { token, estimatedTimeToExpiration: '177:05:38' } } }),
    lifeMs: ((177 * 60 + 5) * 60 + 38) * 1000,
    carried: (token) => ({ headers: { 'x-tableau-auth': token } }),
    rejected: { status: 401, body: { error: { code: '401002', detail: 'Invalid authentication credentials' } } },
    lookAlike: { status: 403, body: { error: { code: '403004', detail: 'Forbidden' } } },
    refused: { status: 401, body: { error: { summary: 'Signin Error', detail: 'Error signing in', code: '401001' } } },
    told: { error: '401001', errorDescription: 'Error signing in', permanent: true },
  },
  {
    name: 'Cisco ACI: a token inside an array, seconds as text, a cookie at the API, 403 told apart by its text',
    options: {
      request: {
        format: 'json',
        grantType: false,
        names: { clientId: 'aaaUser.attributes.name', clientSecret: 'aaaUser.attributes.pwd' },
      },
      response: {
        token: ({ body }) => {
          const { imdata } = body as { imdata: { aaaLogin: { attributes: { token: string } } }[] };
          return `APIC-cookie=${imdata[0]?.aaaLogin.attributes.token}`;
        },
        expiry: expiresIn('imdata.0.aaaLogin.attributes.refreshTimeoutSeconds'),
        error: errorAt('imdata.error.attributes.code', 'imdata.error.attributes.text'),
      },
      sendAs: header('Cookie'),
      rejectedWhen: bodyCode('imdata.error.attributes.text', ['Token was invalid (Error: Token timeout)']),
    },
    request: {
      path: '/api/aaaLogin.json',
      body: { aaaUser: { attributes: { name: client.clientId, pwd: SECRET } } },
    },
    token: (count) => `APIC-cookie=token-${count}`,
    answer: (token) => ({
      body: {
        imdata: [{ aaaLogin: { attributes: { token: token.slice(12), refreshTimeoutSeconds: '600' } } }],
      },
    }),
    lifeMs: 10 * MINUTE,
    carried: (token) => ({ headers: { cookie: token } }),
    rejected: {
      status: 403,
      body: { imdata: [{ error: { attributes: { code: '403', text: 'Token was invalid (Error: Token timeout)' } } }] },
    },
    lookAlike: {
      status: 403,
      body: { imdata: [{ error: { attributes: { code: '403', text: 'Need a valid webtoken cookie' } } }] },
    },
    refused: {
      status: 401,
      body: { imdata: [{ error: { attributes: { code: '401', text: 'Username or password is incorrect' } } }] },
    },
    told: { error: '401', errorDescription: 'Username or password is incorrect', permanent: true },
  },
  {
    name: 'Proxmox: a cookie, and a second value from the same answer in a header',
    options: {
      request: { grantType: false, names: asUser },
      response: { token: 'data.ticket', expiry: lifetime(2 * HOUR) },
      sendAs: ({ headers }, { accessToken, response }) => {
        const { data } = response as { data: { CSRFPreventionToken: string } };
        headers.set('Cookie', `PVEAuthCookie=${accessToken}`);
        headers.set('CSRFPreventionToken', data.CSRFPreventionToken);
      },
    },
    request: { path: '/api2/json/access/ticket', form: USER },
    token: (count) => `PVE:root@pam:4EEC61E2::rsKoApxDTLYPn6H3NNT6iP2m${count}`,
    answer: (token) => ({ body: { data: { ticket: token, CSRFPreventionToken: `csrf-of-${token.at(-1)}` } } }),
    lifeMs: 2 * HOUR,
    carried: (token) => ({
      headers: { cookie: `PVEAuthCookie=${token}`, csrfpreventiontoken: `csrf-of-${token.at(-1)}` },
    }),
    rejected: { status: 401, body: { data: null } },
    refused: { status: 401, body: { data: null } },
    told: { permanent: true },
  },
  {
    name: 'Synology: everything in the query, at the API as well, and every error inside HTTP 200',
    options: {
      params: { api: 'SYNO.API.Auth', version: 6, method: 'login', format: 'sid' },
      request: { method: 'GET', grantType: false, names: { clientId: 'account', clientSecret: 'passwd' } },
      response: { token: 'data.sid', error: errorAt('error.code') },
      sendAs: queryParameter('_sid'),
      rejectedWhen: bodyCode('error.code', [106, 107, 119]),
    },
    request: {
      method: 'GET',
      path: '/webapi/entry.cgi',
      query: {
        api: 'SYNO.API.Auth',
        version: '6',
        method: 'login',
        format: 'sid',
        account: client.clientId,
        passwd: SECRET,
      },
    },
    answer: (token) => ({ body: { success: true, data: { sid: token } } }),
    lifeMs: undefined,
    carried: (token) => ({ target: `/x?_sid=${token}` }),
    rejected: { body: { success: false, error: { code: 106 } } },
    lookAlike: { body: { success: false, error: { code: 105 } } },
    refused: { body: { success: false, error: { code: 400 } } },
    told: { error: '400', permanent: true },
  },
  {
    name: 'Moodle: a form, an error beside no status, a token in the query',
    options: {
      params: { service: 'machine' },
      request: { grantType: false, names: asUser },
      response: { token: 'token', error: errorAt('errorcode', 'error') },
      sendAs: queryParameter('wstoken'),
      rejectedWhen: bodyCode('errorcode', ['invalidtoken']),
    },
    request: { path: '/login/token.php', form: { ...USER, service: 'machine' } },
    answer: (token) => ({ body: { token, privatetoken: null } }),
    lifeMs: undefined,
    carried: (token) => ({ target: `/x?wstoken=${token}` }),
    rejected: { body: { exception: 'moodle_exception', errorcode: 'invalidtoken', message: 'Invalid token' } },
    lookAlike: { body: { exception: 'webservice_access_exception', errorcode: 'accessexception' } },
    refused: { body: { error: 'Invalid login, please try again', errorcode: 'invalidlogin' } },
    told: { error: 'invalidlogin', errorDescription: 'Invalid login, please try again', permanent: true },
  },
];

provesDialects(dialects);
