import { generateKeyPairSync, sign } from 'node:crypto';
import { clientSecretBasic } from '../../lib/index.js';
import { rejection } from '../support/world.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

const [things, people] = RESOURCES;
const service: ProviderClient = { id: 'service', secret: 's3cret', method: 'client_secret_basic' };
const reader: ProviderClient = { id: 'reader', secret: 's3cret', method: 'client_secret_basic', scope: 'read' };
const provider = useProvider([service, reader]);
const clientAuth = clientSecretBasic();

describe('the API of this suite takes what the provider has issued, and nothing else', () => {
  const ask = async (token: string, headers: Record<string, string> = {}): Promise<number> => {
    const answer = await fetch(provider().apiUrl, { headers: { ...headers, authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    return answer.status;
  };

  test('an opaque token that nobody issued is refused', async () => {
    expect(await ask('k7Jq2h9v_0mYc3Wl1bTtZr5xN8sDfGpa4EuXiQo6VHR')).toBe(401);
  });

  test('a JWT that somebody else signed is refused', async () => {
    const { auth } = attached(provider(), service, { clientAuth, resource: things });
    const { accessToken } = await auth.getToken();
    const [head, body] = accessToken.split('.') as [string, string];
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    expect(await ask(accessToken)).toBe(200);
    expect(await ask(`${head}.${body}.${signature.toString('base64url')}`)).toBe(401);
  });

  test('a JWT for another audience is refused', async () => {
    const { auth } = attached(provider(), service, { clientAuth, resource: people });
    const { accessToken } = await auth.getToken();
    expect(await ask(accessToken)).toBe(401);
    expect(await ask(accessToken, { 'x-audience': people })).toBe(200);
  });
});

test('an opaque token carries the scope that was asked for', async () => {
  const { api, auth } = attached(provider(), service, { clientAuth, scope: ['read', 'write'] });
  expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', scope: 'read write' });
  const { response, expiresAt, issuedAt } = await auth.getToken();
  expect(response).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'read write' });
  expect(expiresAt! - issuedAt).toBe(600_000);
});

test('a resource gets a JWT for that audience', async () => {
  const { api } = attached(provider(), service, { clientAuth, resource: things, scope: 'read' });
  const [first, second] = await Promise.all([api.get<Grant>('/a'), api.get<Grant>('/b')]);
  expect(first.data).toMatchObject({ kind: 'jwt', clientId: service.id, audience: things, scope: 'read' });
  expect(second.data).toEqual(first.data);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 2, apiRejections: 0 });
});

test('requests for two resources and two scopes have a token each, whatever the order, and keep it', async () => {
  const { api } = attached(provider(), service, { clientAuth, resource: things });
  const wishes = [
    { token: { resource: people }, headers: { 'x-audience': people } },
    { token: { scope: 'write' } },
    {},
    { token: { scope: ['write', 'read'] } },
  ];
  const ask = (): Promise<Grant[]> =>
    Promise.all(wishes.map(async (wish) => (await api.get<Grant>('/things', wish)).data));
  const grants = await ask();
  expect(grants).toMatchObject([
    { kind: 'jwt', audience: people },
    { kind: 'jwt', audience: things, scope: 'write' },
    { kind: 'jwt', audience: things },
    { kind: 'jwt', audience: things, scope: expect.stringMatching(/^(read write|write read)$/) },
  ]);
  expect(new Set(grants.map(({ fingerprint }) => fingerprint)).size).toBe(4);
  wishes.push({ token: { scope: ['read', 'write'] } }); // the same scope in another order
  expect(await ask()).toEqual([...grants, grants[3]]);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 4, apiRejections: 0 });
});

test('every resource of a list is sent: this provider takes one and says so', async () => {
  const { api } = attached(provider(), service, { clientAuth, resource: [things, people] });
  expect(await rejection(api.get('/things'))).toMatchObject({
    name: 'TokenEndpointError',
    error: 'invalid_target',
    errorDescription: 'only a single resource indicator value is supported for this grant type',
  });
});

test.each([
  [
    'a resource that is unknown ends as invalid_target',
    service,
    { resource: 'https://elsewhere.test/' },
    'invalid_target',
    'Check `resource`',
    'resource indicator is unknown here',
  ],
  [
    'a scope that the client may not have ends as invalid_scope',
    reader,
    { scope: 'read write' },
    'invalid_scope',
    'Check `scope`',
    'requested scope is not allowed',
  ],
] as const)(
  '%s, once for all who wait, and is not asked again',
  async (_title, client, options, error, advice, why) => {
    const { api } = attached(provider(), client, { clientAuth, ...options });
    const ask = (): Promise<unknown> => rejection(api.get('/things'));
    const errors = [...(await Promise.all([ask(), ask(), ask()])), await ask()];
    for (const one of errors) {
      expect(one).toMatchObject({
        name: 'TokenEndpointError',
        status: 400,
        error,
        permanent: true,
        message: expect.stringContaining(advice),
      });
    }
    expect(new Set(errors).size).toBe(errors.length);
    expect(await provider().refusals()).toEqual([why]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 0 });
  },
);

test('a refused scope of one request leaves the others alone', async () => {
  const { api } = attached(provider(), reader, { clientAuth });
  const refused = rejection(api.get('/things', { token: { scope: 'write' } }));
  expect((await api.get<Grant>('/things', { token: { scope: 'read' } })).data.scope).toBe('read');
  expect(await refused).toMatchObject({ error: 'invalid_scope' });
  expect((await api.get<Grant>('/things')).data.clientId).toBe(reader.id);
});
