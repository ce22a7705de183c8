import axios from 'axios';
import { tokenExchange, type TokenExchangeOptions } from '../../lib/grants/index.js';
import { clientCredentials, clientSecretBasic, noAuthentication } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { client, handleOf } from '../source/asking.js';
import { fakeServer, type FakeServer, form, granted, tokenEndpoint } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { attach, manualClock, protectedApi, record, rejection, tokenServer } from '../support/world.js';
import { diagnosed } from './diagnostics.js';
import { controlled } from './rotating-server.js';

const URN = 'urn:ietf:params:oauth:token-type:';
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

async function sentBy(options: Partial<TokenExchangeOptions>, ask: object = {}): Promise<Record<string, string>> {
  const endpoint = await tokenEndpoint();
  await handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client, ...options })).getToken(ask);
  return form(endpoint.requests[0]!.body);
}

/** Exchanges the token of each user for one with the user's name in it. `gate`: before the answers. */
async function exchangeServer(gate?: { of: string; until: Promise<unknown> }): Promise<FakeServer> {
  return fakeServer(async ({ body }) => {
    const { grant_type, subject_token = '', client_secret } = form(body);
    if (grant_type !== GRANT || client_secret !== client.clientSecret) return { status: 400 };
    const user = /^subject-token-of-(\w+)$/.exec(subject_token)?.[1];
    if (user !== undefined && user === gate?.of) await gate.until;
    if (user === undefined || user.startsWith('bad')) return { status: 400, body: { error: 'invalid_request' } };
    return { body: { ...granted(`exchanged-for-${user}`), issued_token_type: `${URN}access_token` } };
  });
}

describe('what is sent', () => {
  test('the example of RFC 8693 §2.3, byte for byte', async () => {
    const answer = { ...granted(), issued_token_type: `${URN}access_token`, expires_in: 60 };
    const endpoint = await tokenEndpoint(answer);
    const source = tokenExchange({
      tokenUrl: `${endpoint.url}/as/token.oauth2`,
      clientId: 'rs08',
      clientSecret: 'long-secure-random-secret',
      clientAuth: clientSecretBasic(),
      resource: 'https://backend.example.com/api',
    });
    const token = await handleOf(source).getToken({ subjectToken: 'accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC' });
    const [request] = endpoint.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/as/token.oauth2' });
    expect(request!.headers).toMatchObject({
      authorization: 'Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(request!.body).toBe(
      'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange' +
        '&resource=https%3A%2F%2Fbackend.example.com%2Fapi' +
        '&subject_token=accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC' +
        '&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token',
    );
    expect(token.expiresAt! - token.issuedAt).toBe(60_000);
  });

  test('everything that RFC 8693 §2.1 knows', async () => {
    const sent = await sentBy(
      {
        audience: 'api',
        resource: ['https://a.test', 'https://b.test'],
        scope: ['read', 'write'],
        subjectTokenType: 'jwt',
        actorToken: 'actor',
        requestedTokenType: 'access_token',
        params: { more: 1 },
      },
      { subjectToken: 'subject' },
    );
    expect(sent).toEqual({
      grant_type: GRANT,
      audience: 'api',
      resource: 'https://b.test', // the last of the two, as a record has it
      scope: 'read write',
      requested_token_type: `${URN}access_token`,
      subject_token: 'subject',
      subject_token_type: `${URN}jwt`,
      actor_token: 'actor',
      actor_token_type: `${URN}access_token`,
      more: '1',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
  });

  test.each(['access_token', 'refresh_token', 'id_token', 'jwt', 'saml1', 'saml2'])(
    '%s has a short name',
    async (kind) => {
      const types = { subjectTokenType: kind, actorTokenType: kind, requestedTokenType: kind };
      expect(await sentBy({ subjectToken: 's', actorToken: 'a', ...types })).toMatchObject({
        subject_token_type: URN + kind,
        actor_token_type: URN + kind,
        requested_token_type: URN + kind,
      });
    },
  );

  test('a server’s own kinds go by their URI, also from a function', async () => {
    const own = 'http://oauth.net/grant_type/device';
    const subjectTokenType = ({ tenant }: { tenant?: string | undefined }): string => `urn:${tenant}:token`;
    const options = { subjectToken: 's', subjectTokenType, requestedTokenType: own };
    expect(await sentBy(options, { tenant: 'acme' })).toMatchObject({
      subject_token_type: 'urn:acme:token',
      requested_token_type: own,
    });
  });

  test('another grant type, for servers that have their own', async () => {
    expect(await sentBy({ subjectToken: 's', request: { grantType: 'exchange' } })).toMatchObject({
      grant_type: 'exchange',
    });
  });

  test('a workload without a client: its token is read anew for each attempt', async () => {
    const endpoint = await tokenEndpoint((count) =>
      count === 1 ? { status: 503, headers: { 'retry-after': '0' } } : { body: granted() },
    );
    let reads = 0;
    const source = tokenExchange({
      tokenUrl: endpoint.url,
      clientAuth: noAuthentication(),
      subjectToken: async () => `workload-token-${(reads += 1)}`,
      subjectTokenType: 'jwt',
    });
    await handleOf(source).getToken();
    expect(endpoint.requests.map(({ body }) => form(body))).toEqual(
      [1, 2].map((read) => ({
        grant_type: GRANT,
        subject_token: `workload-token-${read}`,
        subject_token_type: `${URN}jwt`,
      })),
    );
  });

  test('the request’s own subject token comes before the option', async () => {
    const options = { subjectToken: () => 'of-the-process' };
    expect(await sentBy(options, { subjectToken: 'of-the-user' })).toMatchObject({ subject_token: 'of-the-user' });
    expect(await sentBy(options)).toMatchObject({ subject_token: 'of-the-process' });
  });

  test('an actor that asks another handle', async () => {
    const server = await tokenServer();
    const { tokenUrl, clientId, clientSecret } = server;
    const own = handleOf(clientCredentials({ tokenUrl, clientId, clientSecret }));
    const actorToken = async (): Promise<string> => (await own.getToken()).accessToken;
    const sent = await sentBy({ actorToken }, { subjectToken: 's' });
    expect(sent.actor_token).toBe((await own.getToken()).accessToken);
    expect(server.stats().requests).toBe(1);
  });
});

describe('on behalf of users', () => {
  test('two at once: each API call carries the token of its own user', async () => {
    const gate = controlled();
    const endpoint = await exchangeServer({ of: 'ada', until: gate.promise });
    const upstream = await protectedApi({ accepts: () => true });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, tokenExchange({ tokenUrl: endpoint.url, ...client }), {
      tokenParams: ({ headers }) => ({ subjectToken: String(headers['x-session']) }),
    });
    const as = (user: string) => api.get(`/${user}`, { headers: { 'x-session': `subject-token-of-${user}` } });
    const ada = as('ada');
    await until(() => endpoint.requests.length === 1);
    await as('bob'); // overtakes her
    gate.resolve();
    await ada;
    await Promise.all(['bob', 'ada', 'bob', 'ada'].map(as));
    for (const { path, token } of upstream.requests) expect(token).toBe(`exchanged-for-${path.slice(1)}`);
    expect(endpoint.requests).toHaveLength(2);
  });

  test('twenty calls of one user at once: one exchange', async () => {
    const gate = controlled();
    const endpoint = await exchangeServer({ of: 'ada', until: gate.promise });
    const auth = handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client }));
    const calls = Array.from({ length: 20 }, () => auth.getToken({ subjectToken: 'subject-token-of-ada' }));
    await until(() => auth.inspect()[0]?.waiting === 20 && endpoint.requests.length === 1);
    gate.resolve();
    expect(new Set((await Promise.all(calls)).map(({ accessToken }) => accessToken))).toEqual(
      new Set(['exchanged-for-ada']),
    );
    expect(endpoint.requests).toHaveLength(1);
  });

  test('one whose token is not accepted fails at once and for himself; nobody else waits or fails', async () => {
    const endpoint = await exchangeServer();
    const clock = manualClock();
    const auth = handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client }), { clock });
    const bad = { subjectToken: 'subject-token-of-bad' };
    for (let call = 0; call < 3; call += 1) {
      expect(await rejection(auth.getToken(bad))).toMatchObject({
        name: 'TokenEndpointError',
        error: 'invalid_request',
        permanent: true,
        message: expect.stringContaining('Is the subject token'),
      });
      const good = await auth.getToken({ subjectToken: `subject-token-of-user${call}` });
      expect(good.accessToken).toBe(`exchanged-for-user${call}`);
    }
    expect(endpoint.requests).toHaveLength(4); // his failure is remembered; no time has passed
  });

  test('memory is bounded: beyond maxKeys the users who were not seen longest are forgotten', async () => {
    const endpoint = await exchangeServer();
    const auth = handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client }), { maxKeys: 5 });
    const ask = (user: number) => auth.getToken({ subjectToken: `subject-token-of-user${user}` });
    for (let user = 0; user < 20; user += 1) await ask(user);
    expect(auth.inspect()).toHaveLength(5);
    await ask(19);
    expect(endpoint.requests).toHaveLength(20);
    await ask(0);
    expect(endpoint.requests).toHaveLength(21);
  });

  test('a token that was rejected is exchanged anew, from the same subject token', async () => {
    const endpoint = await exchangeServer();
    const upstream = await protectedApi({ accepts: () => true });
    const api = axios.create({ baseURL: upstream.url });
    attach(api, tokenExchange({ tokenUrl: endpoint.url, ...client }));
    const token = { subjectToken: 'subject-token-of-ada' };
    await api.get('/one', { token });
    upstream.rejectNext();
    await rejection(api.get('/two', { token })); // the server gives the same token again
    expect(endpoint.requests.map(({ body }) => form(body).subject_token)).toEqual(Array(2).fill(token.subjectToken));
  });

  test('no subject token is in ids, keys, events, diagnostics or errors', async () => {
    const [good, bad, actor] = ['subject-token-of-ada', 'subject-token-of-bad', 'token-of-the-actor'];
    await diagnosed(async (seen) => {
      const endpoint = await fakeServer(({ body }) => {
        const { subject_token, actor_token } = form(body);
        const error_description = `cannot take ${subject_token} with ${actor_token}`;
        return subject_token === good
          ? { body: granted('exchanged') }
          : { status: 400, body: { error: 'invalid_request', error_description } };
      });
      const upstream = await protectedApi({ accepts: () => true });
      const api = axios.create({ baseURL: upstream.url });
      const source = tokenExchange({ tokenUrl: endpoint.url, ...client, actorToken: actor });
      const auth = attach(api, source);
      const events = record(auth);
      await api.get('/one', { token: { subjectToken: good } });
      upstream.rejectNext();
      const rejected = await rejection(api.get('/two', { token: { subjectToken: good } }));
      const refused = await rejection(api.get('/three', { token: { subjectToken: bad } }));
      expect(refused).toMatchObject({ message: expect.stringContaining('cannot take [redacted] with [redacted]') });
      const token = await auth.getToken({ subjectToken: good });
      expect(seen.length).toBeGreaterThan(4);
      expect(auth.inspect()).toHaveLength(2);
      for (const one of [refused, auth.inspect(), events.all, seen, source, token])
        expectHidden(one, [good, bad, actor]);
      expect(rejected).toMatchObject({ response: { status: 401 } });
    });
  });
});

describe('what came', () => {
  const answering = async (answer: object, options: Partial<TokenExchangeOptions> = {}) => {
    const endpoint = await tokenEndpoint({ access_token: 'issued-token', expires_in: 60, ...answer });
    return handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client, subjectToken: 's', ...options })).getToken();
  };
  const notForApis = { issued_token_type: `${URN}id_token`, token_type: 'N_A' };

  test('N_A is no access token: refused, with what to do about it', async () => {
    const error = await rejection(answering(notForApis));
    expect(error).toMatchObject({
      name: 'TokenResponseError',
      permanent: true,
      message: expect.stringMatching(/issued_token_type` is urn:\S+id_token.*N_A.*requestedTokenType/),
    });
    expectHidden(error, ['issued-token']);
    expect(await rejection(answering(notForApis, { requestedTokenType: 'access_token' }))).toMatchObject({
      name: 'TokenResponseError',
    });
  });

  test('N_A is handed out to who has asked for another kind', async () => {
    const token = await answering(notForApis, { requestedTokenType: 'id_token' });
    expect(token).toMatchObject({ accessToken: 'issued-token', response: notForApis });
  });

  test.each([{ token_type: 'Bearer' }, { token_type: 'bearer', issued_token_type: `${URN}jwt` }, {}])(
    'anything else is a token: %j',
    async (answer) => {
      expect(await answering(answer)).toMatchObject({ accessToken: 'issued-token' });
    },
  );
});

describe('wrong input', () => {
  const make = (options: object) => () => tokenExchange({ tokenUrl: 'https://auth.test', ...client, ...options });

  test.each<[string, object, RegExp]>([
    ['subjectTokn', { subjectTokn: 's' }, /Did you mean `subjectToken`/],
    ['subjectToken', { subjectToken: '' }, /must be a non-empty string; got an empty string/],
    ['subjectToken', { subjectToken: 7 }, /got a number/],
    ['subjectTokenType', { subjectTokenType: 'accesstoken' }, /must be one of 'access_token', .*or a URI/],
    ['requestedTokenType', { requestedTokenType: () => 'jwt' }, /got a function/],
    ['actorTokenType', { actorTokenType: 'jwt' }, /without an `actorToken`/],
    ['actorTokenType', { actorToken: 'a', actorTokenType: 'saml 2' }, /must be one of/],
    ['params.subject_token', { params: { subject_token: 's' } }, /that is what `subjectToken` is for/],
    ['params.subject_token_type', { params: { subject_token_type: 's' } }, /`subjectTokenType` is for/],
    ['tokenUrl', { tokenUrl: undefined }, /`tokenUrl` is missing/],
    ['clientSecret', { clientSecret: undefined }, /environment variable.*noAuthentication/],
    ['request.format', { request: { format: 'none' } }, /would stay behind/],
    ['scope', { scope: 7 }, /must be a string or an array/],
    ['grantType', { grantType: 'x' }, /Did you mean `request.grantType`/],
  ])('%s: %j', (option, options, message) => {
    expect(make(options)).toThrow(
      expect.objectContaining({ name: 'TokenConfigError', option, message: expect.stringMatching(message) }),
    );
    expect(make(options)).toThrow(/^tokenExchange: /);
  });

  test.each([undefined, null, 'https://auth.test', []])('options that are none: %p', (options) => {
    expect(() => tokenExchange(options as never)).toThrow(/^tokenExchange: `options` must be an object/);
  });

  test.each<[string, Partial<TokenExchangeOptions>, object, string, RegExp]>([
    [
      'no subject token at all',
      {},
      {},
      'subjectToken',
      /token: \{ subjectToken \}.*tokenParams.*getToken.*option `subjectToken`/,
    ],
    [
      'a subject function without one',
      { subjectToken: () => undefined },
      {},
      'subjectToken',
      /function returned undefined/,
    ],
    ['a subject function with an empty one', { subjectToken: async () => '' }, {}, 'subjectToken', /an empty string/],
    [
      'an actor function without one',
      { subjectToken: 's', actorToken: () => undefined },
      {},
      'actorToken',
      /`actorToken` function returned undefined/,
    ],
    [
      'a type function without one',
      { subjectToken: 's', subjectTokenType: () => 'x y' },
      {},
      'subjectTokenType',
      /function must return one of/,
    ],
    [
      'a parameter of the request',
      {},
      { params: { subject_token: 's' } },
      'params.subject_token',
      /`subjectToken` is for/,
    ],
  ])('%s: TokenConfigError in the call, nothing is sent', async (_what, options, ask, option, message) => {
    const endpoint = await tokenEndpoint();
    const auth = handleOf(tokenExchange({ tokenUrl: endpoint.url, ...client, ...options }));
    expect(await rejection(auth.getToken(ask))).toMatchObject({
      name: 'TokenConfigError',
      option,
      message: expect.stringMatching(message),
    });
    expect(endpoint.requests).toHaveLength(0);
  });

  test('the source’s id tells exchanges apart, without a token', () => {
    const ids = [{}, { requestedTokenType: 'jwt' }, { subjectTokenType: 'jwt' }, { actorToken: 'actor-token' }].map(
      (options) => make({ subjectToken: 'subject-token', ...options })().id,
    );
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).not.toMatch(/subject-token|actor-token/);
  });
});
