import { calculateJwkThumbprint } from 'jose';
import { dpop, type DpopOptions } from '../../lib/dpop/index.js';
import { clientSecretBasic, type ClientCredentialsOptions } from '../../lib/index.js';
import { cryptoKeyOf, jwkOf, newPair, pemOf } from '../client-auth/keys.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, revoke, useProvider, whileAdvanced } from './suite.js';

const common = { secret: 's3cret', method: 'client_secret_basic' } as const;
const bound: ProviderClient = { ...common, id: 'bound', binding: 'dpop' };
const nonced: ProviderClient = { ...common, id: 'bound, with nonces', binding: 'dpop with nonces' };
const provider = useProvider([bound, nonced]);

const withDpop = (options?: DpopOptions): Partial<ClientCredentialsOptions> => ({
  clientAuth: clientSecretBasic(),
  dpop: dpop(options),
});
const fifty = Array.from({ length: 50 }, (_, index) => `/things/${index}`);

describe('the key is proven, whatever its kind', () => {
  const es = newPair('ES256');
  const ed = newPair('EdDSA');
  const rsa = newPair('PS256');
  test.each<[string, () => DpopOptions | Promise<DpopOptions>, object]>([
    ['ES256, as PEM', () => ({ key: pemOf(es.privateKey) }), es.publicKey],
    ['ES256, as JWK', () => ({ key: jwkOf(es.privateKey), algorithm: 'ES256' }), es.publicKey],
    ['Ed25519, as KeyObject', () => ({ key: ed.privateKey, algorithm: 'Ed25519' }), ed.publicKey],
    [
      'PS256, as CryptoKeyPair',
      async () => ({
        key: {
          privateKey: await cryptoKeyOf(rsa.privateKey, 'PS256'),
          publicKey: await crypto.subtle.importKey(
            'jwk',
            jwkOf(rsa.publicKey),
            { name: 'RSA-PSS', hash: 'SHA-256' },
            true,
            ['verify'],
          ),
        },
      }),
      rsa.publicKey,
    ],
    ['ES256, from a function', () => ({ key: async () => es.privateKey }), es.publicKey],
  ])('%s', async (_what, options, publicKey) => {
    const { api } = attached(provider(), nonced, withDpop(await options()));
    const { data } = await api.get<Grant>('/things');
    expect(data.jkt).toBe(await calculateJwkThumbprint(jwkOf(publicKey as Parameters<typeof jwkOf>[0])));
  });
});

describe.each(['http', 'fetch'])('with the %s adapter', (adapter) => {
  test.each(['opaque', 'jwt'])(
    'fifty calls at once on a cold cache: one %s token, and a nonce for all',
    async (kind) => {
      const options = { ...withDpop(), ...(kind === 'jwt' && { resource: RESOURCES[0] }) };
      const { api } = attached(provider(), nonced, options, {}, { adapter });
      const grants = await Promise.all(fifty.map((path) => api.get<Grant>(path)));
      expect(new Set(grants.map(({ data }) => data.fingerprint)).size).toBe(1);
      expect(grants[0]!.data).toMatchObject({ kind, scheme: 'DPoP' });
      const { tokenRequests, apiRequests, apiRejections } = await provider().counts();
      expect(tokenRequests).toBe(2);
      expect(apiRequests - apiRejections).toBe(50);
      expect(new Set(await provider().apiRefusals())).toEqual(new Set(['nonce is wanted']));

      await Promise.all(fifty.map((path) => api.get(path)));
      expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRejections });
    },
  );

  test('a nonce that the API takes no more costs a resend, and no token', async () => {
    const { api, events } = attached(provider(), nonced, withDpop(), {}, { adapter });
    const first = await api.get<Grant>('/things');
    await provider().renewNonces();
    await provider().resetCounts();
    const second = await api.put<Grant>('/things', { some: 'thing' });
    expect(second.data).toEqual({ ...first.data, nonce: expect.not.stringMatching(first.data.nonce!) });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 0, apiRequests: 2, apiRejections: 1 });
    expect(await provider().apiRefusals()).toEqual(['nonce is not known']);
    expect(events.of('request:retried').at(-1)).toMatchObject({ reason: 'nonce', status: 200, accepted: true });
    expect(events.of('token:rejected')).toEqual([]);
  });
});

test('a nonce that the provider takes no more costs one token request', async () => {
  const { auth } = attached(provider(), nonced, withDpop());
  await auth.getToken();
  await provider().resetCounts();
  await whileAdvanced(provider(), 600_000, async () => {
    await auth.refresh();
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2 });
    expect(await provider().refusals()).toEqual(['invalid nonce in DPoP proof']);
    await auth.refresh();
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3 });
  });
});

test('a token revoked at the provider and a new nonce in one call: both are dealt with', async () => {
  const { api, auth, events } = attached(provider(), nonced, withDpop());
  const first = await api.get<Grant>('/things');
  await revoke(provider(), nonced, await auth.getToken());
  await provider().renewNonces();
  await provider().resetCounts();
  const second = await api.get<Grant>('/things');
  expect(second.data.fingerprint).not.toBe(first.data.fingerprint);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1 });
  expect(await provider().apiRefusals()).toEqual(['inactive token', 'nonce is not known']);
  const retried = events.of('request:retried');
  expect(new Set(retried.map(({ reason }) => reason))).toEqual(new Set(['nonce', 'rejected']));
  expect(retried.every(({ status, accepted }) => accepted === (status === 200))).toBe(true);
});

test('fifty calls with a revoked token: one token request', async () => {
  const { api, auth } = attached(provider(), nonced, withDpop());
  await api.get('/things');
  await revoke(provider(), nonced, await auth.getToken());
  await provider().resetCounts();
  const grants = await Promise.all(fifty.map((path) => api.get<Grant>(path)));
  expect(new Set(grants.map(({ data }) => data.fingerprint)).size).toBe(1);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 100, apiRejections: 50 });
});

test('a clock that is off by an hour does no harm where there are nonces at the provider', async () => {
  const { auth } = attached(provider(), bound, withDpop());
  await whileAdvanced(provider(), 3_600_000, () => auth.getToken());
  expect(await provider().refusals()).toEqual(['DPoP proof iat is not recent enough, use a DPoP nonce instead']);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2 });
});

test('two clients that share a key have tokens of their own, bound to the same key', async () => {
  const shared = dpop();
  const grants = await Promise.all(
    [bound, nonced].map(async (client) => {
      const { api } = attached(provider(), client, { clientAuth: clientSecretBasic(), dpop: shared });
      return (await api.get<Grant>('/things')).data;
    }),
  );
  expect(grants).toMatchObject([{ clientId: bound.id }, { clientId: nonced.id }]);
  expect(grants[0]!.jkt).toBe(grants[1]!.jkt);
});
