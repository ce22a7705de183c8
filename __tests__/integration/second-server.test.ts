import axios, { type AxiosInstance } from 'axios';
import { inspect } from 'node:util';
import { noAuthentication } from '../../lib/client-auth/index.js';
import { refreshToken } from '../../lib/grants/index.js';
import {
  clientCredentials,
  type ClientCredentialsOptions,
  clientSecretBasic,
  clientSecretPost,
  type TokenHandle,
} from '../../lib/index.js';
import { attach, record, type RecordedEvents, rejection } from '../support/world.js';
import { type SecondClient, type SecondGrant, type SecondServer, startSecondServer } from './second-server.js';

const plain: SecondClient = { id: 'plain', secret: 's3cret', scopes: ['read', 'write'] };
const reader: SecondClient = { id: 'reader', secret: 's3cret', scopes: ['read'] };
const special: SecondClient = { id: 'special', secret: 'p%2Bss+w/rd:&=', scopes: ['read'] };
const useless: SecondClient = { id: 'useless', secret: 's3cret', scopes: ['read'], grants: ['refresh_token'] };

let server: SecondServer;
beforeEach(async () => {
  server = await startSecondServer([plain, reader, special, useless]);
});
afterEach(() => server.close());

function attached(
  { id, secret }: SecondClient,
  options: Partial<ClientCredentialsOptions> = {},
): { api: AxiosInstance; auth: TokenHandle; events: RecordedEvents } {
  const api = axios.create({ baseURL: server.apiUrl });
  const source = clientCredentials({ tokenUrl: server.tokenUrl, clientId: id, clientSecret: secret, ...options });
  const auth = attach(api, source);
  return { api, auth, events: record(auth) };
}

describe.each([
  ['as HTTP Basic', clientSecretBasic()],
  ['in the body', clientSecretPost()],
])('a secret sent %s', (_where, clientAuth) => {
  test('gets one token for fifty calls', async () => {
    const { api } = attached(plain, { clientAuth });
    const grants = await Promise.all(
      Array.from({ length: 50 }, (_, index) => api.get<SecondGrant>(`/things/${index}`)),
    );
    expect(new Set(grants.map(({ data }) => data.accessToken)).size).toBe(1);
    expect(grants[0]!.data).toMatchObject({ clientId: 'plain', scope: ['read', 'write'] });
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.apiAnswers).toEqual(Array(50).fill(200));
  });

  test('gets the scope that a request asks for, and no more', async () => {
    const { api } = attached(plain, { clientAuth, scope: 'read' });
    expect((await api.get<SecondGrant>('/things')).data.scope).toEqual(['read']);
    const both = await api.get<SecondGrant>('/admin', { token: { scope: ['read', 'write'] } });
    expect(both.data.scope).toEqual(['read', 'write']);
    expect(server.tokenRequests.map(({ scope }) => scope)).toEqual(['read', 'read write']);
  });

  test('that is wrong ends as invalid_client, once for all who wait', async () => {
    const { api } = attached({ ...plain, secret: 'wrong' }, { clientAuth });
    const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
    for (const error of errors) {
      expect(error).toMatchObject({
        name: 'TokenEndpointError',
        error: 'invalid_client',
        errorDescription: 'Invalid client: client is invalid',
        permanent: true,
      });
      expect(inspect(error)).not.toContain('wrong');
    }
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.apiAnswers).toEqual([]);
  });
});

test('a wrong secret: 401 for Basic, 400 for the body, and each message names the other way', async () => {
  const wrong = { ...plain, secret: 'wrong' };
  expect(await rejection(attached(wrong, { clientAuth: clientSecretBasic() }).auth.getToken())).toMatchObject({
    status: 401,
    message: expect.stringContaining('They went as HTTP Basic'),
  });
  expect(await rejection(attached(wrong, { clientAuth: clientSecretPost() }).auth.getToken())).toMatchObject({
    status: 400,
    message: expect.stringContaining('They went in the body'),
  });
});

test('this server decodes nothing in the header: the message names the encoding that it takes', async () => {
  const { auth } = attached(special, { clientAuth: clientSecretBasic() });
  expect(await rejection(auth.getToken())).toMatchObject({
    error: 'invalid_client',
    message: expect.stringContaining("clientSecretBasic({ encoding: 'raw' })"),
  });
  const raw = attached(special, { clientAuth: clientSecretBasic({ encoding: 'raw' }) });
  expect((await raw.api.get<SecondGrant>('/things')).data.clientId).toBe('special');
});

test.each<[string, SecondClient, Partial<ClientCredentialsOptions>, object]>([
  [
    'a scope that the client may not have',
    reader,
    { scope: 'write' },
    { error: 'invalid_scope', status: 400, message: expect.stringContaining('Check `scope`') },
  ],
  [
    'a grant that the server does not know',
    plain,
    { request: { grantType: 'magic' } },
    { error: 'unsupported_grant_type', status: 400, message: expect.stringContaining('know this grant') },
  ],
  ['a grant that the client may not use', useless, {}, { error: 'unauthorized_client', status: 400 }],
  [
    'no secret at all',
    plain,
    { clientAuth: noAuthentication(), clientSecret: undefined },
    { error: 'invalid_client', status: 400, message: expect.stringContaining('how the client authenticates') },
  ],
])('%s is refused for good, and is not asked again', async (_what, client, options, expected) => {
  const { api } = attached(client, options);
  const refused = { name: 'TokenEndpointError', permanent: true, ...expected };
  expect(await rejection(api.get('/things'))).toMatchObject(refused);
  expect(await rejection(api.get('/things'))).toMatchObject(refused);
  expect(server.tokenRequests).toHaveLength(1);
  expect(server.apiAnswers).toEqual([]);
});

test('the life of a token is what the server says', async () => {
  const { auth } = attached(plain);
  const { expiresAt, issuedAt, response } = await auth.getToken();
  expect(response).toMatchObject({ token_type: 'Bearer' });
  expect(expiresAt! - issuedAt).toBe((response as { expires_in: number }).expires_in * 1000);
});

test('a token that has ended at the server is refused once, and replaced', async () => {
  const { api, events } = attached(plain);
  const first = await api.get<SecondGrant>('/things');
  server.expireAll();
  const second = await api.get<SecondGrant>('/things');
  expect(second.data.accessToken).not.toBe(first.data.accessToken);
  expect(server.tokenRequests).toHaveLength(2);
  expect(server.apiAnswers).toEqual([200, 401, 200]);
  expect(events.of('request:retried')).toMatchObject([{ status: 200, accepted: true, reason: 'rejected' }]);
});

test("a token that may too little is the caller's 403: no new token, no resend", async () => {
  const { api } = attached(reader);
  expect(await rejection(api.get('/admin'))).toMatchObject({
    name: 'AxiosError',
    response: {
      status: 403,
      headers: { 'www-authenticate': 'Bearer realm="Service",error="insufficient_scope"' },
    },
  });
  expect(server.tokenRequests).toHaveLength(1);
  expect(server.apiAnswers).toEqual([403]);
});

describe('refreshToken', () => {
  const { id: clientId, secret: clientSecret } = plain;
  async function kept(): Promise<{ refreshToken: () => string; save: (next: string) => void; saved: string[] }> {
    const saved = [await server.login(plain, ['read', 'write'])];
    return { refreshToken: () => saved.at(-1)!, save: (next) => void saved.push(next), saved };
  }
  const attachedTo = (login: Pick<Parameters<typeof refreshToken>[0], 'refreshToken' | 'save'>): AxiosInstance => {
    const { refreshToken: current, save } = login;
    const api = axios.create({ baseURL: server.apiUrl });
    attach(api, refreshToken({ tokenUrl: server.tokenUrl, clientId, clientSecret, refreshToken: current, save }));
    return api;
  };

  test('each token comes with a new refresh token, which is saved and spent next', async () => {
    const login = await kept();
    const api = attachedTo(login);
    const first = await Promise.all(['/a', '/b', '/c'].map((path) => api.get<SecondGrant>(path)));
    server.expireAll();
    const second = await Promise.all(['/a', '/b', '/c'].map((path) => api.get<SecondGrant>(path)));
    expect(new Set([...first, ...second].map(({ data }) => data.accessToken)).size).toBe(2);
    expect(new Set(login.saved).size).toBe(3);
    expect(server.tokenRequests.map(({ refresh_token }) => refresh_token)).toEqual(login.saved.slice(0, 2));
    expect(server.tokenRequests[0]).toMatchObject({ grant_type: 'refresh_token' });
    expect(server.tokenRequests[0]).not.toHaveProperty('scope');
  });

  test('one that was spent is refused for good, and is not asked again', async () => {
    const login = await kept();
    await attachedTo(login).get('/things');
    const api = attachedTo({ ...login, refreshToken: login.saved[0] });
    for (let i = 0; i < 2; i++) {
      expect(await rejection(api.get('/things'))).toMatchObject({
        name: 'TokenEndpointError',
        error: 'invalid_grant',
        permanent: true,
        message: expect.stringContaining('must sign in again'),
      });
    }
    expect(server.tokenRequests).toHaveLength(2);
  });
});
