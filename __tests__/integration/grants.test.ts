import axios, { type AxiosInstance } from 'axios';
import { clientSecretBasic, noAuthentication, privateKeyJwt } from '../../lib/client-auth/index.js';
import { dpop } from '../../lib/dpop/index.js';
import { jwtBearer, refreshToken, tokenExchange } from '../../lib/grants/index.js';
import { type AttachTokenOptions, isTokenError, type TokenHandle, type TokenSource } from '../../lib/index.js';
import { jwkOf, newPair } from '../client-auth/keys.js';
import { attach, manualClock, record, type RecordedEvents, rejection } from '../support/world.js';
import { tls, trusting } from './certificates.js';
import { type Method, METHODS, methods } from './methods.js';
import type { Grant, ProviderClient } from './provider.js';
import { revoke, useProvider, whileAdvanced } from './suite.js';

const clientOf = (method: Method): ProviderClient => ({ id: method, method, ...METHODS[method].registered });
const backend = clientOf('client_secret_basic');
const bound: ProviderClient = { ...backend, id: 'bound', binding: 'dpop with nonces' };
const frontend: ProviderClient = { id: 'frontend', method: 'none' };
const signer = newPair('ES256');
const account: ProviderClient = { id: 'account', method: 'none', keys: [{ ...jwkOf(signer.publicKey), kid: 'one' }] };
const provider = useProvider([...methods.map(clientOf), bound, frontend, account], tls);

function attached(
  source: TokenSource,
  options: AttachTokenOptions = {},
): { api: AxiosInstance; auth: TokenHandle; events: RecordedEvents } {
  const api = axios.create({ baseURL: provider().apiUrl, httpsAgent: trusting() });
  const auth = attach(api, source, options);
  return { api, auth, events: record(auth) };
}

const clientAuth = clientSecretBasic();
const common = () => ({
  tokenUrl: provider().tokenUrl,
  clientId: backend.id,
  clientSecret: backend.secret!,
  clientAuth,
});

describe('refreshToken', () => {
  /** What a user of the grant writes down. */
  async function loggedIn({ id }: ProviderClient, scope = 'read'): Promise<{ current: string; saved: string[] }> {
    const { refreshToken: current } = await provider().login({ clientId: id, scope });
    return { current, saved: [] };
  }
  const kept = (login: { current: string; saved: string[] }) => ({
    refreshToken: () => login.current,
    save: async (next: string) => {
      login.saved.push(next);
      login.current = next;
    },
  });

  test.each(methods)('%s: each token comes with a new refresh token, which is saved and spent next', async (method) => {
    const client = clientOf(method);
    const login = await loggedIn(client);
    const { api, auth } = attached(
      refreshToken({
        issuer: provider().issuer,
        clientId: client.id,
        ...(client.secret !== undefined && { clientSecret: client.secret }),
        clientAuth: METHODS[method].clientAuth,
        ...kept(login),
      }),
    );
    expect((await api.get<Grant>('/things')).data).toMatchObject({ clientId: method, sub: 'somebody', scope: 'read' });
    await auth.refresh();
    await auth.refresh();
    expect(new Set(login.saved).size).toBe(3);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3, logins: Array(3).fill(METHODS[method].login) });
    expect(await provider().refusals()).toEqual([]);
  });

  const fifty = Array.from({ length: 50 }, (_, index) => `/things/${index}`);

  test('fifty calls at once on a cold cache spend one refresh token', async () => {
    const login = await loggedIn(backend);
    const { api } = attached(refreshToken({ ...common(), ...kept(login) }));
    await Promise.all(fifty.map((path) => api.get(path)));
    expect(login.saved).toHaveLength(1);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 50 });
  });

  test('a login that the provider has ended: the 401 surfaces, with the refusal as its cause', async () => {
    const login = await loggedIn(backend);
    const { api, auth } = attached(refreshToken({ ...common(), ...kept(login) }));
    await api.get('/things');
    await revoke(provider(), backend, await auth.getToken()); // and with the token all that came of this login
    expect(await rejection(api.get('/things'))).toMatchObject({
      name: 'AxiosError',
      response: { status: 401 },
      cause: { name: 'TokenEndpointError', error: 'invalid_grant', permanent: true },
    });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 2 });
  });

  test('an API that refuses the token: fifty calls spend one refresh token', async () => {
    const clock = manualClock();
    const login = await loggedIn(backend);
    const { api } = attached(refreshToken({ ...common(), ...kept(login) }), { clock });
    await api.get('/things');
    // The token has ended there, and not here.
    const grants = await whileAdvanced(provider(), 700_000, () =>
      Promise.all(fifty.map((path) => api.get<Grant>(path))),
    );
    expect(new Set(grants.map(({ data }) => data.fingerprint)).size).toBe(1);
    expect(login.saved).toHaveLength(2);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRejections: 50 });
  });

  test('with DPoP: a request that is sent again for the nonce does not spend two', async () => {
    const login = await loggedIn(bound);
    const { api, auth } = attached(refreshToken({ ...common(), clientId: bound.id, dpop: dpop(), ...kept(login) }));
    expect((await api.get<Grant>('/things')).data).toMatchObject({ scheme: 'DPoP', sub: 'somebody' });
    await auth.refresh();
    expect(login.saved).toHaveLength(2);
    expect(await provider().refusals()).toEqual(['nonce is required in the DPoP proof']);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3 });
  });

  test('one that somebody else has spent: refused for good, and the message says what is left to do', async () => {
    const login = await loggedIn(backend);
    const thief = await loggedIn(backend);
    thief.current = login.current;
    await attached(refreshToken({ ...common(), ...kept(thief) })).auth.getToken();
    const { api } = attached(refreshToken({ ...common(), ...kept(login) }));
    const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
    for (const error of errors)
      expect(error).toMatchObject({
        name: 'TokenEndpointError',
        error: 'invalid_grant',
        permanent: true,
        message: expect.stringContaining('must sign in again'),
      });
    expect(await provider().refusals()).toEqual(['refresh token already used']);
    expect(login.saved).toEqual([]);
  });

  test.each([0, 500, 502, 504])(
    'an answer that was lost on the way (%d): its refresh token is not sent again',
    async (status) => {
      const login = await loggedIn(backend);
      const { api } = attached(refreshToken({ ...common(), ...kept(login) }));
      await provider().loseAnswers([status]);
      const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
      for (const error of [...errors, await rejection(api.get('/things'))]) expect(isTokenError(error)).toBe(true);
      // A second time it would be refused, and the whole login ended: it would look stolen.
      expect(await provider().refusals()).toEqual([]);
      expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 0 });
    },
  );

  test('less scope is granted, more is refused and spends nothing', async () => {
    const login = await loggedIn(backend, 'read write');
    const { api } = attached(refreshToken({ ...common(), ...kept(login) }));
    expect((await api.get<Grant>('/things', { token: { scope: 'read' } })).data.scope).toBe('read');
    const { current } = login;
    expect(await rejection(api.get('/things', { token: { scope: 'read admin' } }))).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_scope',
    });
    expect(login.current).toBe(current);
    expect((await api.get<Grant>('/things', { token: { scope: 'write' } })).data.scope).toBe('write');
  });
});

describe('tokenExchange', () => {
  const tokenOf = async (person: string): Promise<string> =>
    (await provider().login({ clientId: frontend.id, scope: 'read', person })).accessToken;

  test('calls are made on behalf of each person, with one token request a person', async () => {
    const { api } = attached(tokenExchange(common()));
    const people = ['ada', 'ben', 'cleo'];
    const tokens = await Promise.all(people.map(tokenOf));
    const ask = () =>
      Promise.all(
        tokens.flatMap((subjectToken) => [1, 2, 3].map(() => api.get<Grant>('/things', { token: { subjectToken } }))),
      );
    const grants = await ask();
    await ask();
    expect(grants.map(({ data }) => data.sub)).toEqual(people.flatMap((person) => [person, person, person]));
    expect(grants.every(({ data }) => data.clientId === backend.id)).toBe(true);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3, apiRequests: 18, apiRejections: 0 });
  });

  test.each<[string, () => Promise<string>]>([
    ['that nobody issued', async () => 'k7Jq2h9v_0mYc3Wl1bTtZr5xN8sDfGpa4EuXiQo6VHR'],
    [
      'that was revoked',
      async () => {
        const { accessToken } = await provider().login({ clientId: backend.id, scope: 'read' });
        await revoke(provider(), backend, { accessToken });
        return accessToken;
      },
    ],
  ])('a subject token %s is refused, with what to check', async (_what, make) => {
    const { api } = attached(tokenExchange(common()));
    expect(await rejection(api.get('/things', { token: { subjectToken: await make() } }))).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_grant',
      permanent: true,
      message: expect.stringContaining('Is the subject token'),
    });
    expect(await provider().refusals()).toEqual(['subject token is not good']);
  });
});

describe('jwtBearer', () => {
  const signed = { key: signer.privateKey, algorithm: 'ES256', keyId: 'one' } as const;
  const source = (assertion: object = {}): TokenSource =>
    jwtBearer({ tokenUrl: provider().tokenUrl, clientId: account.id, assertion: { ...signed, ...assertion } });

  test('an assertion of its own gets tokens, without any other authentication; none is used twice', async () => {
    const { api, auth } = attached(source());
    expect((await api.get<Grant>('/things')).data).toMatchObject({ clientId: account.id, sub: account.id });
    await auth.refresh();
    await auth.refresh();
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3, logins: ['none', 'none', 'none'] });
    expect(await provider().refusals()).toEqual([]);
  });

  test('the subject of the assertion is who the token is for', async () => {
    const { api } = attached(source({ subject: ({ tenant }: { tenant?: string }) => tenant ?? 'nobody' }));
    const asked = ['ada', 'ben'].map((tenant) => api.get<Grant>('/things', { token: { tenant } }));
    expect((await Promise.all(asked)).map(({ data }) => data.sub)).toEqual(['ada', 'ben']);
  });

  test('beside it the client says who it is, where it has to', async () => {
    const { registered } = METHODS.private_key_jwt;
    const key = newPair('ES256');
    const client = { ...clientOf('private_key_jwt'), ...registered, keys: [{ ...jwkOf(key.publicKey), kid: 'two' }] };
    await provider().register(client);
    const { api } = attached(
      jwtBearer({
        tokenUrl: provider().tokenUrl,
        clientId: client.id,
        clientAuth: privateKeyJwt({ key: key.privateKey, algorithm: 'ES256', keyId: 'two' }),
        assertion: { key: key.privateKey, algorithm: 'ES256', keyId: 'two', subject: 'ada' },
      }),
    );
    expect((await api.get<Grant>('/things')).data).toMatchObject({ clientId: client.id, sub: 'ada' });
    expect((await provider().counts()).logins).toEqual(['assertion']);
  });

  test.each<[string, object, string]>([
    ['for another audience', { audience: 'https://elsewhere.test' }, 'unexpected "aud" claim value'],
    ['of another issuer', { issuer: 'somebody' }, 'unexpected "iss" claim value'],
    ['signed with another key', { key: newPair('ES256').privateKey }, 'signature verification failed'],
  ])('an assertion %s is refused, with what to check', async (_what, assertion, why) => {
    const { api } = attached(source(assertion));
    expect(await rejection(api.get('/things'))).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_grant',
      permanent: true,
      message: expect.stringContaining('did not take the assertion'),
    });
    expect(await provider().refusals()).toEqual([why]);
  });

  test('noAuthentication() may be said, too', async () => {
    const { auth } = attached(
      jwtBearer({
        tokenUrl: provider().tokenUrl,
        clientId: account.id,
        clientAuth: noAuthentication(),
        assertion: signed,
      }),
    );
    await auth.getToken();
    expect(await provider().refusals()).toEqual([]);
  });
});
