import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import axios from 'axios';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { privateKeyJwt } from '../../lib/client-auth/index.js';
import { jwtBearer, type JwtBearerOptions, type SignedAssertion } from '../../lib/grants/index.js';
import { clientSecretBasic, noAuthentication, type Token } from '../../lib/index.js';
import { googleServiceAccount } from '../../lib/presets/index.js';
import { certificateFor } from '../client-auth/certificate.js';
import { ALGORITHMS, FORMS, newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { expectHidden } from '../security/shown.js';
import { client, handleOf } from '../source/asking.js';
import { fakeServer, type FakeServer, form, granted, tokenEndpoint } from '../support/fake-server.js';
import { attach, manualClock, protectedApi, rejection } from '../support/world.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const { publicKey, privateKey } = pairFor('ES256');
const signed: SignedAssertion = { key: pemOf(privateKey), algorithm: 'ES256', issuer: 'service@acme.test' };
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

async function formsOf(
  options: JwtBearerOptions,
  ask: object = {},
  failures = 0,
): Promise<{ forms: Record<string, string>[]; endpoint: FakeServer }> {
  const endpoint = await tokenEndpoint((count) =>
    count > failures ? { body: granted() } : { status: 503, headers: { 'retry-after': '0' } },
  );
  await handleOf(jwtBearer({ tokenUrl: `${endpoint.url}/token`, ...options })).getToken(ask);
  return { forms: endpoint.requests.map(({ body }) => form(body)), endpoint };
}

async function claimsOf(
  assertion: Partial<SignedAssertion>,
  options: Partial<JwtBearerOptions> = {},
  ask: object = {},
) {
  const { forms } = await formsOf({ ...options, assertion: { ...signed, ...assertion } }, ask);
  const { payload } = await jwtVerify(forms[0]!.assertion!, publicKey, { currentDate: new Date() });
  return { payload, header: decodeProtectedHeader(forms[0]!.assertion!), form: forms[0]! };
}

describe('an assertion that is there already', () => {
  test('the shape of RFC 7523 §2.1, byte for byte', async () => {
    const assertion = 'eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP';
    const endpoint = await tokenEndpoint();
    await handleOf(jwtBearer({ tokenUrl: `${endpoint.url}/token.oauth2`, assertion })).getToken();
    expect(endpoint.requests[0]).toMatchObject({
      method: 'POST',
      path: '/token.oauth2',
      body: `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=${assertion}`,
    });
    expect(endpoint.requests[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('a function is asked anew for each attempt', async () => {
    let made = 0;
    const { forms } = await formsOf({ assertion: async () => `jwt-${(made += 1)}` }, {}, 2);
    expect(forms.map(({ assertion }) => assertion)).toEqual(['jwt-1', 'jwt-2', 'jwt-3']);
  });

  test('Entra ID, on behalf of: the user’s token, the client’s secret, a word more; each user apart', async () => {
    const endpoint = await fakeServer(({ body }) => {
      const { assertion, ...rest } = form(body);
      expect(rest).toEqual({
        grant_type: GRANT,
        client_id: client.clientId,
        client_secret: client.clientSecret,
        requested_token_use: 'on_behalf_of',
        scope: 'https://graph.microsoft.com/.default',
      });
      return { body: granted(`graph-for-${assertion}`) };
    });
    const upstream = await protectedApi({ accepts: () => true });
    const api = axios.create({ baseURL: upstream.url });
    const source = jwtBearer({
      tokenUrl: endpoint.url,
      ...client,
      scope: 'https://graph.microsoft.com/.default',
      assertion: ({ subjectToken }) => subjectToken,
      params: { requested_token_use: 'on_behalf_of' },
    });
    const auth = attach(api, source);
    const as = (user: string) => api.get(`/${user}`, { token: { subjectToken: `token-of-${user}` } });
    await Promise.all(['ada', 'bob', 'ada', 'bob'].map(as));
    for (const { path, token } of upstream.requests) expect(token).toBe(`graph-for-token-of-${path.slice(1)}`);
    expect(endpoint.requests).toHaveLength(2);
    expectHidden([source, auth.inspect()], ['token-of-ada', 'token-of-bob']);
  });

  test.each([undefined, '', 7])('a function that returns %p: TokenConfigError, nothing is sent', async (value) => {
    const endpoint = await tokenEndpoint();
    const auth = handleOf(jwtBearer({ tokenUrl: endpoint.url, assertion: () => value as string }));
    expect(await rejection(auth.getToken())).toMatchObject({
      name: 'TokenConfigError',
      option: 'assertion',
      message: expect.stringMatching(/^jwtBearer: the `assertion` function returned .*subjectToken/),
    });
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe('an assertion that is signed here', () => {
  test('says who, for whom, to whom and for how long, and nothing goes out beside it', async () => {
    const clock = manualClock();
    const endpoint = await tokenEndpoint();
    const source = jwtBearer({ tokenUrl: `${endpoint.url}/token`, assertion: signed });
    await handleOf(source, { clock }).getToken();
    const { assertion, ...rest } = form(endpoint.requests[0]!.body);
    expect(rest).toEqual({ grant_type: GRANT });
    const { payload } = await jwtVerify(assertion!, publicKey, { currentDate: new Date(clock.now()) });
    const iat = Math.floor(clock.now() / 1000);
    expect(payload).toEqual({
      iss: 'service@acme.test',
      sub: 'service@acme.test',
      aud: `${endpoint.url}/token`,
      jti: expect.stringMatching(UUID),
      iat,
      exp: iat + 60,
    });
    expect(decodeProtectedHeader(assertion!)).toEqual({ alg: 'ES256', typ: 'JWT' });
  });

  test('the example of RFC 7523 §4: its header and its claims', async () => {
    const { payload, form: sent } = await claimsOf({
      issuer: 'https://jwt-idp.example.com',
      subject: 'mailto:mike@example.com',
      audience: 'https://jwt-rp.example.net',
      keyId: '16',
      header: { typ: undefined },
      claims: { nbf: 1300815780, 'http://claims.example.com/member': true },
    });
    expect(sent.assertion!.split('.')[0]).toBe('eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0');
    expect(payload).toMatchObject({
      iss: 'https://jwt-idp.example.com',
      sub: 'mailto:mike@example.com',
      aud: 'https://jwt-rp.example.net',
      nbf: 1300815780,
      'http://claims.example.com/member': true,
    });
  });

  test.each(ALGORITHMS)('%s, with the key in each of its forms', async (algorithm) => {
    const pair = pairFor(algorithm);
    for (const [, make] of FORMS) {
      const key = await make(pair.privateKey, algorithm);
      const { forms } = await formsOf({ assertion: { ...signed, key, algorithm } });
      expect((await jwtVerify(forms[0]!.assertion!, pair.publicKey)).protectedHeader.alg).toBe(algorithm);
    }
  });

  test('each attempt has one of its own', async () => {
    const { forms } = await formsOf({ assertion: signed }, {}, 2);
    const verified = await Promise.all(forms.map(({ assertion }) => jwtVerify(assertion!, publicKey)));
    expect(new Set(verified.map(({ payload }) => payload.jti)).size).toBe(3);
  });

  test('made at the time of the attempt', async () => {
    const clock = manualClock();
    const endpoint = await tokenEndpoint();
    const auth = handleOf(jwtBearer({ tokenUrl: endpoint.url, assertion: signed }), { clock });
    await auth.refresh();
    await clock.advance(90_000);
    await auth.refresh();
    const [first, second] = await Promise.all(
      endpoint.requests.map(async ({ body }) => {
        const { payload } = await jwtVerify(form(body).assertion!, publicKey, {
          currentDate: new Date(clock.now() - 60_000),
        });
        return payload.iat!;
      }),
    );
    expect(second! - first!).toBe(90);
  });

  test('a key that rotates, and what differs per tenant, are asked for with each attempt', async () => {
    const pairs = [newPair('ES256'), newPair('ES256')];
    const keys = pairs.map(({ privateKey: one }) => pemOf(one));
    const endpoint = await tokenEndpoint();
    const source = jwtBearer({
      tokenUrl: endpoint.url,
      assertion: {
        algorithm: 'ES256',
        key: async () => keys.shift(),
        keyId: ({ tenant }) => `key-of-${tenant}`,
        issuer: ({ tenant }) => `issuer-of-${tenant}`,
        subject: ({ tenant }) => `subject-of-${tenant}`,
        audience: ({ tenant }) => `audience-of-${tenant}`,
      },
    });
    const auth = handleOf(source);
    await auth.getToken({ tenant: 'a' });
    await auth.getToken({ tenant: 'b' });
    for (const [index, tenant] of ['a', 'b'].entries()) {
      const { assertion } = form(endpoint.requests[index]!.body);
      const { payload, protectedHeader } = await jwtVerify(assertion!, pairs[index]!.publicKey);
      expect(protectedHeader.kid).toBe(`key-of-${tenant}`);
      expect(payload).toMatchObject({
        iss: `issuer-of-${tenant}`,
        sub: `subject-of-${tenant}`,
        aud: `audience-of-${tenant}`,
      });
    }
  });

  test('the issuer is the client, unless it is said', async () => {
    const { payload, form: sent } = await claimsOf({ issuer: undefined }, { clientId: 'the-client' });
    expect(payload).toMatchObject({ iss: 'the-client', sub: 'the-client' });
    expect(sent.client_id).toBe('the-client');
  });

  test('without a subject', async () => {
    const { payload } = await claimsOf({ subject: false });
    expect(payload).not.toHaveProperty('sub');
  });

  test('the thumbprint of a certificate', async () => {
    const certificate = certificateFor({ publicKey, privateKey }, 'service');
    const { header } = await claimsOf({ certificate });
    const thumbprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');
    expect(header['x5t#S256']).toBe(Buffer.from(thumbprint, 'hex').toString('base64url'));
  });

  test('a signer that keeps its key', async () => {
    const seen: number[] = [];
    const sign = async (data: Uint8Array): Promise<Uint8Array> => {
      seen.push(data.length);
      const key = await crypto.subtle.importKey(
        'pkcs8',
        new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
        { name: 'ECDSA', namedCurve: 'P-256' },
        false,
        ['sign'],
      );
      return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new Uint8Array(data)));
    };
    await claimsOf({ key: { sign } });
    expect(seen).toHaveLength(1);
  });

  test('an hour at most', async () => {
    const { payload } = await claimsOf({ lifetimeMs: 3_600_000 });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });
});

describe('who the client is', () => {
  test.each<[string, Partial<JwtBearerOptions>, object]>([
    ['nobody', {}, {}],
    ['a public client', { clientId: 'app' }, { client_id: 'app' }],
    ['a client with a secret', client, { client_id: client.clientId, client_secret: client.clientSecret }],
    ['said to be nobody', { clientId: 'app', clientAuth: () => undefined }, {}],
    ['noAuthentication()', { clientId: 'app', clientAuth: noAuthentication() }, { client_id: 'app' }],
  ])('%s', async (_what, options, expected) => {
    for (const assertion of ['a-jwt', signed]) {
      const { forms } = await formsOf({ ...options, assertion });
      const { assertion: sent, grant_type, ...rest } = forms[0]!;
      expect(rest).toEqual(expected);
      expect(grant_type).toBe(GRANT);
      expect(sent).toBeTruthy();
    }
  });

  test('HTTP Basic', async () => {
    const { endpoint } = await formsOf({ ...client, clientAuth: clientSecretBasic(), assertion: signed });
    expect(endpoint.requests[0]!.headers.authorization).toMatch(/^Basic /);
  });

  test('an assertion of its own beside the grant’s, with another key', async () => {
    const own = newPair('ES256');
    const { forms } = await formsOf({
      clientId: 'the-client',
      clientAuth: privateKeyJwt({ key: own.privateKey, algorithm: 'ES256' }),
      assertion: signed,
    });
    const [sent] = forms;
    expect((await jwtVerify(sent!.client_assertion!, own.publicKey)).payload.iss).toBe('the-client');
    expect((await jwtVerify(sent!.assertion!, publicKey)).payload.iss).toBe('service@acme.test');
  });

  test('an issuer’s token endpoint is the audience, and a token is revoked without an assertion', async () => {
    const server = await fakeServer(({ path }) => {
      if (path === '/token') return { body: granted() };
      if (path === '/revoke') return {};
      return {
        body: {
          issuer: server.url,
          token_endpoint: `${server.url}/token`,
          revocation_endpoint: `${server.url}/revoke`,
        },
      };
    });
    const auth = handleOf(jwtBearer({ issuer: server.url, clientId: 'app', assertion: signed }));
    await auth.getToken();
    await auth.close({ revoke: true });
    const [asked] = server.requests.filter(({ path }) => path === '/token');
    const [revoked] = server.requests.filter(({ path }) => path === '/revoke');
    expect((await jwtVerify(form(asked!.body).assertion!, publicKey)).payload.aud).toBe(`${server.url}/token`);
    expect(form(revoked!.body)).toMatchObject({ token: 'granted-token', client_id: 'app' });
    expect(form(revoked!.body)).not.toHaveProperty('assertion');
  });
});

describe('providers', () => {
  test('a Google service account: the scope is a claim, delegated users by subject', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const aud = 'https://oauth2.googleapis.com/token';
    const endpoint = await fakeServer(async ({ body }) => {
      const { assertion, ...rest } = form(body);
      expect(rest).toEqual({ grant_type: GRANT });
      const { payload, protectedHeader } = await jwtVerify(assertion!, pair.publicKey, {
        audience: aud,
        issuer: 'reader@acme.test',
      });
      expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
      expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(3600);
      return {
        body: { access_token: `${String(payload.scope)}|${payload.sub}`, expires_in: 3599, token_type: 'Bearer' },
      };
    });
    const source = jwtBearer({
      tokenUrl: endpoint.url,
      assertion: {
        key: pemOf(pair.privateKey),
        algorithm: 'RS256',
        keyId: 'key-1',
        issuer: 'reader@acme.test',
        subject: ({ tenant }) => tenant ?? false,
        audience: aud,
        claims: ({ scope = 'cloud-platform' }) => ({ scope }),
      },
      request: { names: { scope: false } },
    });
    const auth = handleOf(source);
    expect((await auth.getToken()).accessToken).toBe('cloud-platform|undefined');
    expect((await auth.getToken({ scope: 'drive', tenant: 'ada@acme.test' })).accessToken).toBe('drive|ada@acme.test');
  });

  test('Salesforce: the user is the subject, and the API’s address comes with the token', async () => {
    const pair = pairFor('RS256');
    const upstream = await protectedApi({ accepts: () => true });
    const endpoint = await fakeServer(async ({ body }) => {
      const { assertion, ...rest } = form(body);
      expect(rest).toEqual({ grant_type: GRANT });
      const { payload } = await jwtVerify(assertion!, pair.publicKey, {
        audience: 'https://login.salesforce.com',
        issuer: 'consumer-key',
      });
      expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(180);
      return { body: { access_token: `session-of-${payload.sub}`, instance_url: upstream.url, token_type: 'Bearer' } };
    });
    const api = axios.create();
    attach(
      api,
      jwtBearer({
        tokenUrl: endpoint.url,
        assertion: {
          key: pair.privateKey,
          algorithm: 'RS256',
          issuer: 'consumer-key',
          subject: 'user@acme.test',
          audience: 'https://login.salesforce.com',
        },
        baseURL: ({ response }: Token) => (response as { instance_url: string }).instance_url,
      }),
    );
    await api.get('/services/data/v60.0/query');
    expect(upstream.requests).toMatchObject([
      { path: '/services/data/v60.0/query', token: 'session-of-user@acme.test' },
    ]);
  });
});

test('invalid_grant says what to check, and shows no assertion', async () => {
  const endpoint = await fakeServer(({ body }) => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: `bad: ${form(body).assertion}` },
  }));
  const auth = handleOf(jwtBearer({ tokenUrl: endpoint.url, assertion: 'a-jwt-of-some-length' }));
  const error = await rejection(auth.getToken());
  expect(error).toMatchObject({
    error: 'invalid_grant',
    permanent: true,
    message: expect.stringMatching(/bad: \[redacted\].*did not take the assertion.*`aud`.*clock/s),
  });
  expectHidden(error, ['a-jwt-of-some-length']);
});

describe('wrong input', () => {
  const make = (options: object) => () => jwtBearer({ tokenUrl: 'https://auth.test', assertion: 'jwt', ...options });
  const oldForm = '-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END RSA PRIVATE KEY-----';
  const encrypted = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END ENCRYPTED PRIVATE KEY-----';

  test.each<[string, object, RegExp]>([
    ['assertion', { assertion: undefined }, /`assertion` is missing/],
    ['assertion', { assertion: '' }, /must be the text of a JWT.*got an empty string/],
    ['assertion', { assertion: ['jwt'] }, /must be the text of a JWT.*got an array/],
    ['asertion', { asertion: 'x' }, /Did you mean `assertion`/],
    ['assertion.keyID', { assertion: { ...signed, keyID: 'k' } }, /Did you mean `assertion.keyId`/],
    ['assertion.algorithm', { assertion: { ...signed, algorithm: undefined } }, /`assertion.algorithm` is missing/],
    ['assertion.algorithm', { assertion: { ...signed, algorithm: 'HS256' } }, /must be one of "RS256"/],
    ['assertion.key', { assertion: { ...signed, key: undefined } }, /`assertion.key` is missing/],
    ['assertion.key', { assertion: { ...signed, key: oldForm } }, /`assertion.key` is a PEM in the older PKCS#1 form/],
    ['assertion.key', { assertion: { ...signed, key: encrypted } }, /`assertion.key` is encrypted/],
    ['assertion.key', { assertion: { ...signed, key: publicKey } }, /`assertion.key` is a public key/],
    ['assertion.key', { assertion: { ...signed, algorithm: 'RS256' } }, /`assertion.key` does not fit/],
    ['assertion.certificate', { assertion: { ...signed, certificate: 'x' } }, /`assertion.certificate` must be/],
    ['assertion.issuer', { assertion: { ...signed, issuer: undefined } }, /`assertion.issuer` is missing/],
    ['assertion.issuer', { assertion: { ...signed, issuer: '' } }, /must be a non-empty string/],
    ['assertion.subject', { assertion: { ...signed, subject: true } }, /or false for none/],
    ['assertion.lifetimeMs', { assertion: { ...signed, lifetimeMs: 3_600_001 } }, /from 1000 to 3600000/],
    ['assertion.claims', { assertion: { ...signed, claims: { exp: 1 } } }, /must not hold `exp`/],
    ['assertion.header', { assertion: { ...signed, header: { alg: 'none' } } }, /set `algorithm`/],
    ['params.assertion', { params: { assertion: 'x' } }, /that is what `assertion` is for/],
    ['clientSecret', { clientId: 'c', clientSecret: undefined }, /environment variable/],
    ['clientAuth', { clientAuth: clientSecretBasic }, /has to be called/],
    ['tokenUrl', { tokenUrl: undefined }, /`tokenUrl` is missing/],
    ['request.format', { request: { format: 'none' } }, /would stay behind/],
  ])('%s: %j', (option, options, message) => {
    expect(make(options)).toThrow(
      expect.objectContaining({ name: 'TokenConfigError', option, message: expect.stringMatching(message) }),
    );
    expect(make(options)).toThrow(/^jwtBearer: (?!.*c2VjcmV0)/);
  });

  test.each<[string, Partial<SignedAssertion>, string, RegExp]>([
    ['a key', { key: () => undefined }, 'assertion.key', /`assertion.key` is missing/],
    ['another key', { key: () => oldForm }, 'assertion.key', /older PKCS#1 form/],
    [
      'an issuer',
      { issuer: () => '' },
      'assertion.issuer',
      /`assertion.issuer` function must return a non-empty string/,
    ],
    ['a subject', { subject: () => undefined as never }, 'assertion.subject', /or false for none; got undefined/],
    ['claims', { claims: () => ({ iat: 1 }) }, 'assertion.claims', /must not hold `iat`/],
  ])(
    'a function for %s that has none: TokenConfigError in the call, nothing is sent',
    async (_what, wrong, option, message) => {
      const endpoint = await tokenEndpoint();
      const auth = handleOf(jwtBearer({ tokenUrl: endpoint.url, assertion: { ...signed, ...wrong } }));
      const error = await rejection(auth.getToken());
      expect(error).toMatchObject({ name: 'TokenConfigError', option, message: expect.stringMatching(message) });
      expectHidden(error, ['c2VjcmV0LWtleQ==']);
      expect(endpoint.requests).toHaveLength(0);
    },
  );

  test('the source’s id tells who asks for whom, and shows no key and no assertion', () => {
    const ids = [
      make({ assertion: 'a-jwt-text' }),
      make({ assertion: signed }),
      make({ assertion: { ...signed, subject: 'ada' } }),
      make({ assertion: { ...signed, issuer: 'other' } }),
    ].map((one) => one().id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).not.toMatch(/PRIVATE|a-jwt-text/);
  });
});

test('a preset that makes the assertion itself: `params.assertion` is refused without naming an option that it does not have', () => {
  const credentials = { client_email: 'reader@acme.test', private_key: 'a key' };
  const params = { assertion: 'a-jwt' };
  expect(() => googleServiceAccount({ credentials, scope: 'read', params })).toThrow(
    'googleServiceAccount: `params.assertion` cannot be given: it is made of the options of `googleServiceAccount`.',
  );
});
