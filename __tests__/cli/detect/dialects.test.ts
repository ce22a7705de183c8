import { type Answer, fakeServer, type Received } from '../../support/fake-server.js';
import { attached, basicOf, CLIENT, type Detected, detecting, formOf, jsonOf, jwt } from './detecting.js';

// Endpoints that take one dialect only, and refuse others as servers of their kind do. Each hands out `token-1`, `token-2` …

const { clientId, clientSecret } = CLIENT;
const BASIC = `${clientId}:${clientSecret}`;
const POSTED = { client_id: clientId, client_secret: clientSecret };
const GRANT = { grant_type: 'client_credentials' };

/** `undefined`: the request is right. */
type Refusing = (request: Received) => Answer | undefined;

interface Row {
  name: string;
  refuses: Refusing;
  answer?: (token: string) => Answer;
  given?: { scope?: string; audience?: string; params?: Record<string, string> };
  /** Requests until the token is there. */
  tries: number;
  /** What the code says beyond address, id and secret. */
  code: string[];
  lifeMs?: number | undefined;
}

const HOUR = 3_600_000;
const standard = (token: string): Answer => ({ body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } });
const same = (one: object, other: object): boolean => {
  const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return sorted(one) === sorted(other);
};
const refuse = (status: number, body: string | object, headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers,
});
const invalidClient = refuse(401, { error: 'invalid_client' });
const wantsJson = refuse(415, { message: "Unsupported Media Type: 'application/x-www-form-urlencoded'" });

const rows: Row[] = [
  {
    name: 'ActiGraph: the standard, with a scope',
    given: { scope: 'CentrePoint' },
    refuses: (request) =>
      same(formOf(request), { ...GRANT, ...POSTED, scope: 'CentrePoint' }) ? undefined : invalidClient,
    answer: (token) => ({ body: { access_token: jwt({ jti: token }), expires_in: 3600, token_type: 'Bearer' } }),
    tries: 1,
    code: ["  scope: 'CentrePoint',"],
    lifeMs: HOUR,
  },
  {
    name: 'PokitDok: Basic, an absolute end in the past beside the life',
    refuses: (request) =>
      basicOf(request) === BASIC && same(formOf(request), GRANT)
        ? undefined
        : refuse(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="api"' }),
    answer: (token) => ({
      body: { access_token: token, token_type: 'bearer', expires: 1_393_350_569, expires_in: 3600 },
    }),
    tries: 2,
    code: ['  clientAuth: clientSecretBasic(),'],
    lifeMs: HOUR,
  },
  {
    name: 'DADI: JSON with clientId and secret and nothing else',
    refuses: (request) =>
      same(jsonOf(request), { clientId, secret: clientSecret })
        ? undefined
        : refuse(401, { statusCode: 401 }, { 'www-authenticate': 'Bearer, error="invalid_credentials"' }),
    answer: (token) => ({ body: { accessToken: token, tokenType: 'Bearer', expiresIn: 1800 } }),
    tries: 4,
    code: [
      '  request: {',
      "    format: 'json',",
      '    grantType: false,',
      '    names: {',
      "      clientId: 'clientId',",
      "      clientSecret: 'secret',",
      '    },',
      '  },',
      '  response: {',
      "    token: 'accessToken',",
      "    expiry: expiresIn('expiresIn'),",
      '  },',
    ],
    lifeMs: HOUR / 2,
  },
  {
    name: 'Healthwise: Basic and a scope of one star',
    given: { scope: '*' },
    refuses: (request) =>
      basicOf(request) === BASIC && same(formOf(request), { ...GRANT, scope: '*' }) ? undefined : invalidClient,
    tries: 2,
    code: ['  clientAuth: clientSecretBasic(),', "  scope: '*',"],
    lifeMs: HOUR,
  },
  {
    name: 'SurveySphere: the standard',
    refuses: (request) => (same(formOf(request), { ...GRANT, ...POSTED }) ? undefined : invalidClient),
    tries: 1,
    code: [],
    lifeMs: HOUR,
  },
  {
    name: 'Auth0 and others: JSON alone',
    given: { audience: 'https://api.example.com/' },
    refuses: (request) =>
      same(jsonOf(request), { ...GRANT, ...POSTED, audience: 'https://api.example.com/' }) ? undefined : wantsJson,
    tries: 2,
    code: ["  audience: 'https://api.example.com/',", '  request: {', "    format: 'json',", '  },'],
    lifeMs: HOUR,
  },
  {
    name: 'WeChat: GET, names and a grant of its own, errors in HTTP 200',
    refuses: ({ method, query }) => {
      if (method !== 'GET') return refuse(405, '', { allow: 'GET, HEAD' });
      const given = Object.fromEntries(query);
      if (given.appid !== clientId) return refuse(200, { errcode: 41_002, errmsg: 'appid missing' });
      if (given.secret !== clientSecret) return refuse(200, { errcode: 41_004, errmsg: 'appsecret missing' });
      return given.grant_type === 'client_credential'
        ? undefined
        : refuse(200, { errcode: 40_002, errmsg: 'invalid grant_type' });
    },
    answer: (token) => ({ body: { access_token: token, expires_in: 7200 } }),
    tries: 4,
    code: [
      '  request: {',
      "    method: 'GET',",
      "    grantType: 'client_credential',",
      '    names: {',
      "      clientId: 'appid',",
      "      clientSecret: 'secret',",
      '    },',
      '  },',
    ],
    lifeMs: 2 * HOUR,
  },
  {
    name: 'DingTalk: names that the error tells, a word for the life',
    refuses: (request) => {
      const { appKey, appSecret } = jsonOf(request);
      if (request.headers['content-type'] !== 'application/json') return wantsJson;
      if (appKey === undefined)
        return refuse(400, { code: 'MissingappKey', message: 'appKey is mandatory for this action.' });
      return appKey === clientId && appSecret === clientSecret
        ? undefined
        : refuse(400, { code: 'invalidClientIdOrSecret' });
    },
    answer: (token) => ({ body: { accessToken: token, expireIn: 7200 } }),
    tries: 3,
    code: [
      '  request: {',
      "    format: 'json',",
      '    grantType: false,',
      '    names: {',
      "      clientId: 'appKey',",
      "      clientSecret: 'appSecret',",
      '    },',
      '  },',
      '  response: {',
      "    token: 'accessToken',",
      "    expiry: expiresIn('expireIn'),",
      '  },',
    ],
    lifeMs: 2 * HOUR,
  },
  {
    name: 'Feishu: a code that is 0 when all is well',
    refuses: (request) => {
      const { app_id, app_secret } = jsonOf(request);
      if (app_id === undefined) return refuse(200, { code: 10_003, msg: 'invalid param: app_id is required' });
      return app_id === clientId && app_secret === clientSecret
        ? undefined
        : refuse(200, { code: 10_014, msg: 'app secret invalid' });
    },
    answer: (token) => ({ body: { code: 0, msg: 'ok', tenant_access_token: token, expire: 7200 } }),
    tries: 3,
    code: [
      '  request: {',
      "    format: 'json',",
      '    names: {',
      "      clientId: 'app_id',",
      "      clientSecret: 'app_secret',",
      '    },',
      '  },',
      '  response: {',
      "    token: 'tenant_access_token',",
      "    expiry: expiresIn('expire'),",
      "    error: errorAt('code', 'msg'),",
      '  },',
    ],
    lifeMs: 2 * HOUR,
  },
  {
    name: 'Daraja: GET with Basic, the grant in the URL, the life as text',
    refuses: (request) => {
      if (request.method !== 'GET') return refuse(405, { errorMessage: 'Method Not Allowed' });
      return basicOf(request) === BASIC && same(Object.fromEntries(request.query), GRANT) ? undefined : refuse(400, '');
    },
    answer: (token) => ({ body: { access_token: token, expires_in: '3599' } }),
    tries: 2,
    code: ['  clientAuth: clientSecretBasic(),', '  request: {', "    method: 'GET',", '  },'],
    lifeMs: 3_599_000,
  },
  {
    name: 'Apigee: POST with Basic, the grant in the URL, an empty body',
    refuses: (request) => {
      if (!request.query.has('grant_type'))
        return refuse(400, { ErrorCode: 'invalid_request', Error: 'Required param : grant_type' });
      return basicOf(request) === BASIC
        ? undefined
        : refuse(401, { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' });
    },
    answer: (token) => ({ body: { access_token: token, token_type: 'BearerToken', expires_in: '3599' } }),
    tries: 3,
    code: ['  clientAuth: clientSecretBasic(),', '  request: {', "    format: 'query',", '  },'],
    lifeMs: 3_599_000,
  },
  {
    name: 'a login of one’s own: JSON, user name and password, the life in the JWT alone',
    refuses: (request) => {
      if (request.headers['content-type'] !== 'application/json') return wantsJson;
      const { username, password } = jsonOf(request);
      if (username === undefined) return refuse(400, { errors: { username: ['must not be blank'] } });
      return username === clientId && password === clientSecret ? undefined : refuse(401, { message: 'no' });
    },
    answer: (token) => ({
      body: { token: jwt({ sub: token, exp: Date.UTC(2030, 0, 1, 2) / 1000 }), refreshToken: jwt({ sub: 'other' }) },
      headers: { date: new Date(Date.UTC(2030, 0, 1)).toUTCString() },
    }),
    tries: 3,
    code: [
      '  request: {',
      "    format: 'json',",
      '    grantType: false,',
      '    names: {',
      "      clientId: 'username',",
      "      clientSecret: 'password',",
      '    },',
      '  },',
      '  response: {',
      "    token: 'token',",
      '  },',
    ],
    lifeMs: 2 * HOUR,
  },
  {
    name: 'FastAPI: what is missing stands in `loc`; a token two levels down, a life in milliseconds',
    refuses: (request) => {
      const { clientId: id, clientSecret: secret } = jsonOf(request);
      const missing = ['clientId', 'clientSecret'].map((name) => ({
        loc: ['body', name],
        msg: 'Field required',
        type: 'missing',
      }));
      if (id === undefined) return refuse(422, { detail: missing });
      return id === clientId && secret === clientSecret ? undefined : invalidClient;
    },
    answer: (token) => ({ body: { data: { access_token: token, expires: 900_000, refresh_token: 'not-this-one' } } }),
    tries: 3,
    code: [
      '  request: {',
      "    format: 'json',",
      '    grantType: false,',
      '    names: {',
      "      clientId: 'clientId',",
      "      clientSecret: 'clientSecret',",
      '    },',
      '  },',
      '  response: {',
      "    token: 'data.access_token',",
      "    expiry: expiresIn('data.expires', { unit: 'ms' }),",
      '  },',
    ],
    lifeMs: 900_000,
  },
  {
    name: 'the token in a header, its end a date in the body',
    refuses: (request) => (same(formOf(request), { ...GRANT, ...POSTED }) ? undefined : invalidClient),
    answer: (token) => ({
      status: 201,
      headers: { 'x-subject-token': token, date: new Date(Date.UTC(2030, 0, 1)).toUTCString() },
      body: { session: { expires_at: '2030-01-01T01:00:00.000000Z', user: 'machine' } },
    }),
    tries: 1,
    code: [
      '  response: {',
      "    token: responseHeader('x-subject-token'),",
      "    expiry: expiresAt('session.expires_at'),",
      '  },',
    ],
    lifeMs: HOUR,
  },
  {
    name: 'the whole body is the token',
    refuses: (request) => (same(formOf(request), { ...GRANT, ...POSTED }) ? undefined : invalidClient),
    answer: (token) => ({ headers: { 'content-type': 'text/plain' }, body: `${token}-of-the-whole-body\n` }),
    tries: 1,
    code: ['  response: {', '    token: wholeBody(),', '  },'],
    lifeMs: undefined,
  },
  {
    name: 'a grant type that the error names, a parameter of its own, a life on the clock',
    given: { params: { account_id: 'A-1', api_key: 'k-1234567' } },
    refuses: (request) => {
      const { grant_type, ...rest } = formOf(request);
      if (grant_type !== 'account_credentials')
        return refuse(400, { error: 'unsupported_grant_type', error_description: 'use account_credentials' });
      return same(rest, { ...POSTED, account_id: 'A-1', api_key: 'k-1234567' }) ? undefined : invalidClient;
    },
    answer: (token) => ({ body: { access_token: token, valid_for: '1:30:00' } }),
    tries: 2,
    code: [
      '  params: {',
      "    account_id: 'A-1',",
      '    api_key: process.env.API_KEY,',
      '  },',
      '  request: {',
      "    grantType: 'account_credentials',",
      '  },',
      '  response: {',
      "    expiry: expiresIn('valid_for', { unit: 'h:m:s' }),",
      '  },',
    ],
    lifeMs: 1.5 * HOUR,
  },
];

async function played({ refuses, answer = standard, given }: Row): Promise<Detected & { url: string; count: number }> {
  let count = 0;
  const server = await fakeServer((request) => refuses(request) ?? answer(`token-${++count}`));
  const url = `${server.url}/oauth/token`;
  const detected = await detecting(url, given);
  return { ...detected, url, count: server.requests.length };
}

test.each(rows.map((row) => [row.name, row] as const))(
  '%s: it is found, and the printed code works',
  async (_name, row) => {
    const detected = await played(row);
    expect([detected.outcome, detected.exit, detected.reason]).toEqual(['found', 'ok', undefined]);
    expect(detected.count).toBe(row.tries + 1); // one more asks again
    expect(detected.rows.requests).toBe(`${row.tries + 1} of at most 6`);
    const lines = detected.code!.split('\n');
    expect(lines.slice(lines.indexOf('const source = clientCredentials({') + 1, lines.indexOf('});'))).toEqual([
      `  tokenUrl: '${detected.url}',`,
      `  clientId: '${clientId}',`,
      '  clientSecret: process.env.CLIENT_SECRET,',
      ...row.code,
    ]);
    const { authorization, lifeMs } = await attached(detected, { API_KEY: 'k-1234567' });
    expect(authorization).toMatch(/^Bearer (token-\d|eyJ)/);
    expect(lifeMs).toBe(row.lifeMs);
    expect(detected.said.join('\n')).not.toMatch(/token-\d|k-1234567/);
  },
);

test.each(['raw', 'rfc6749'] as const)(
  'Basic written %s is told from the other way, where they differ',
  async (encoding) => {
    const secret = 'p+ss w%rd:ä';
    const written = encoding === 'raw' ? secret : new URLSearchParams({ '': secret }).toString().slice(1);
    const server = await fakeServer((request) =>
      basicOf(request) === `${clientId}:${written}`
        ? standard('token-1')
        : refuse(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="t"' }),
    );
    const detected = await detecting(`${server.url}/token`, { clientSecret: secret });
    expect(detected.code).toContain(
      encoding === 'raw' ? "clientSecretBasic({ encoding: 'raw' })" : 'clientSecretBasic(),',
    );
    expect(await attached(detected, { CLIENT_SECRET: secret })).toMatchObject({ authorization: 'Bearer token-1' });
  },
);

test('each try is said before it is sent, and what came of it after', async () => {
  const row = rows.find(({ name }) => name.startsWith('PokitDok'))!;
  const { said } = await played(row);
  expect(said).toEqual([
    '1/6  POST, in a form: client_id, client_secret, grant_type',
    '     401 invalid_client',
    '2/6  POST, HTTP Basic, in a form: grant_type',
    '     a token',
    '3/6  the same once more: is the token another one?',
    '     another token',
  ]);
});
