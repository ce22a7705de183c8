import { inspect } from 'node:util';
import {
  type ClientAuth,
  clientSecretJwt,
  mutualTls,
  privateKeyJwt,
  type SigningAlgorithm,
} from '../../lib/client-auth/index.js';
import type { Issuer } from '../client-auth/certificate.js';
import { FORMS, jwkOf, newPair, pairFor } from '../client-auth/keys.js';
import { rejection } from '../support/world.js';
import { authority, Identity, tls } from './certificates.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const satisfies SigningAlgorithm[];

const signing = (algorithm: SigningAlgorithm): ProviderClient => ({
  id: `signs with ${algorithm}`,
  method: 'private_key_jwt',
  keys: [{ ...jwkOf(pairFor(algorithm).publicKey), kid: algorithm, use: 'sig', alg: algorithm }],
});
const signers = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, signing(algorithm)]));

const successor = newPair('ES256');
const rotating: ProviderClient = {
  id: 'rotates',
  method: 'private_key_jwt',
  keys: [pairFor('ES256'), successor].map(({ publicKey }, index) => ({ ...jwkOf(publicKey), kid: `key-${index}` })),
};
const sharing: ProviderClient = {
  id: 'shares a secret',
  secret: 'a secret of 32 bytes, or some more of them',
  method: 'client_secret_jwt',
};

const certified = new Identity('reports', authority);
const byAuthority: ProviderClient = { id: 'certified', method: 'tls_client_auth', commonName: 'reports' };
const itself = new Identity('itself');
const byItself: ProviderClient = { id: 'certifies itself', method: 'self_signed_tls_client_auth', keys: [itself.jwk] };

const clients = [...Object.values(signers), rotating, sharing, byAuthority, byItself];
const provider = useProvider(clients, tls);

/** The method with the algorithm's own key. */
const method = (algorithm: SigningAlgorithm, options: Partial<Parameters<typeof privateKeyJwt>[0]> = {}): ClientAuth =>
  privateKeyJwt({ key: pairFor(algorithm).privateKey, algorithm, keyId: algorithm, ...options });

describe.each(ALGORITHMS)('private_key_jwt with %s', (algorithm) => {
  test.each(FORMS)('a key as %s gets a token', async (_form, make) => {
    const key = await make(pairFor(algorithm).privateKey, algorithm);
    const { api } = attached(provider(), signers[algorithm]!, { clientAuth: method(algorithm, { key }) });
    expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', clientId: signers[algorithm]!.id });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: ['assertion'], apiRejections: 0 });
  });

  test('and for a resource a JWT; each refresh has an assertion that was not used before', async () => {
    const options = { clientAuth: method(algorithm), resource: RESOURCES[0] };
    const { api, auth } = attached(provider(), signers[algorithm]!, options);
    for (let i = 0; i < 3; i++) await auth.refresh();
    expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'jwt', clientId: signers[algorithm]!.id });
    expect((await provider().counts()).logins).toEqual(['assertion', 'assertion', 'assertion']);
  });
});

test('the issuer is an audience, too', async () => {
  const clientAuth = method('ES256', { audience: provider().issuer });
  const { api } = attached(provider(), signers.ES256!, { clientAuth });
  expect((await api.get('/things')).status).toBe(200);
});

test('a key that is rotated meanwhile signs the next assertion', async () => {
  const keys = [pairFor('ES256'), successor].map((pair, i) => ({ ...jwkOf(pair.privateKey), kid: `key-${i}` }));
  let current = 0;
  const clientAuth = privateKeyJwt({ key: async () => keys[current], algorithm: 'ES256' });
  const { auth } = attached(provider(), rotating, { clientAuth });
  await auth.refresh();
  current = 1;
  await auth.refresh();
  expect((await provider().counts()).logins).toEqual(['assertion', 'assertion']);
});

test('client_secret_jwt with HS256 gets tokens; the secret is never sent', async () => {
  const { api, auth } = attached(provider(), sharing, { clientAuth: clientSecretJwt() });
  expect((await api.get<Grant>('/things')).data.clientId).toBe(sharing.id);
  await auth.refresh();
  expect((await provider().counts()).logins).toEqual(['assertion', 'assertion']);
});

describe('mutual TLS', () => {
  const overTls = (client: ProviderClient, clientAuth: ClientAuth) =>
    attached(provider(), client, { tokenUrl: provider().tlsTokenUrl!, clientAuth });
  const another: Issuer = { pair: newPair('ES256'), name: 'authority' };

  test('a certificate of an authority gets tokens (tls_client_auth)', async () => {
    const { api, auth } = overTls(byAuthority, certified.clientAuth());
    expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', clientId: byAuthority.id });
    await auth.refresh();
    expect((await provider().counts()).logins).toEqual(['none', 'none']);
  });

  test('a certificate of its own gets tokens (self_signed_tls_client_auth)', async () => {
    const { api } = overTls(byItself, itself.clientAuth());
    expect((await api.get<Grant>('/things')).data.clientId).toBe(byItself.id);
  });

  test('a server that the client does not trust is told nothing', async () => {
    const clientAuth = mutualTls({ cert: certified.cert, key: certified.key });
    const { auth } = overTls(byAuthority, clientAuth);
    expect(await rejection(auth.getToken())).toMatchObject({
      name: 'TokenNetworkError',
      message: expect.stringContaining('SELF_SIGNED_CERT_IN_CHAIN'),
    });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 0 });
  });

  test.each<[string, ProviderClient, Identity, string]>([
    ['of another authority', byAuthority, new Identity('reports', another), 'client certificate was not verified'],
    [
      'of another name',
      byAuthority,
      new Identity('payroll', authority),
      'certificate subject value does not match the registered one',
    ],
    ['that is not registered', byItself, certified, 'unregistered client certificate provided'],
  ])('a certificate %s ends as invalid_client', async (_what, client, identity, says) => {
    const { api } = overTls(client, identity.clientAuth());
    const error = await rejection(api.get('/things'));
    expect(error).toMatchObject({
      name: 'TokenEndpointError',
      status: 401,
      error: 'invalid_client',
      permanent: true,
      message: expect.stringMatching(/Check .*certificate/),
    });
    expect(inspect(error)).not.toMatch(/PRIVATE|CERTIFICATE/);
    expect(await provider().refusals()).toEqual([says]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 0 });
  });
});
