import { inspect } from 'node:util';
import {
  type ClientAuth,
  clientSecretJwt,
  mutualTls,
  privateKeyJwt,
  type SigningAlgorithm,
} from '../../lib/client-auth/index.js';
import { systemClock } from '../../lib/clock.js';
import type { AttachTokenOptions } from '../../lib/index.js';
import { certificateFor, type Issuer } from '../client-auth/certificate.js';
import { FORMS, jwkOf, newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { rejection } from '../support/world.js';
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

const authority: Issuer = { pair: newPair('ES256'), name: 'authority' };
const ca = certificateFor(authority.pair, authority.name);
const door = newPair('ES256');
const tls = { key: pemOf(door.privateKey), cert: certificateFor(door, 'provider', authority), ca };

const certified = newPair('ES256');
const byAuthority: ProviderClient = { id: 'certified', method: 'tls_client_auth', commonName: 'reports' };
const itself = newPair('ES256');
const ownCertificate = certificateFor(itself, 'itself');
const byItself: ProviderClient = {
  id: 'certifies itself',
  method: 'self_signed_tls_client_auth',
  keys: [{ ...jwkOf(itself.publicKey), x5c: [ownCertificate.replace(/-----.*-----|\s/g, '')] }],
};

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

describe('an assertion that is not good ends as invalid_client, once for all who wait', () => {
  const late = (ms: number): AttachTokenOptions => ({ clock: { ...systemClock, now: () => Date.now() - ms } });
  const replaying = (): ClientAuth => {
    const fresh = method('ES256');
    let kept: unknown;
    return async (request) => {
      await fresh(request);
      request.parameters.client_assertion = kept ??= request.parameters.client_assertion;
    };
  };

  test.each<[string, ProviderClient, ClientAuth, AttachTokenOptions, string]>([
    ['expired: the clock here is two minutes late', signers.ES256!, method('ES256'), late(120_000), 'jwt expired'],
    [
      'for another audience',
      signers.ES256!,
      method('ES256', { audience: 'https://elsewhere.test' }),
      {},
      'audience (aud) must equal',
    ],
    [
      'signed with another key',
      signers.ES256!,
      method('ES256', { key: successor.privateKey }),
      {},
      'signature verification failed',
    ],
    ['signed with another algorithm', signers.RS256!, method('RS384', { keyId: 'RS256' }), {}, 'alg mismatch'],
    [
      'in the name of another client',
      signers.RS256!,
      method('RS256', { claims: { iss: 'somebody' } }),
      {},
      'iss (JWT issuer) must be the client_id',
    ],
    [
      'signed with another secret',
      { ...sharing, secret: `not ${sharing.secret}` },
      clientSecretJwt(),
      {},
      'signature verification failed',
    ],
  ])('%s', async (_what, client, clientAuth, attachOptions, says) => {
    const { api } = attached(provider(), client, { clientAuth }, attachOptions);
    const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
    for (const error of errors) expectInvalidClient(error);
    expect(await provider().refusals()).toEqual([expect.stringContaining(says)]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: ['assertion'], apiRequests: 0 });
  });

  test('used before', async () => {
    const { auth } = attached(provider(), signers.ES256!, { clientAuth: replaying() });
    await auth.refresh();
    expectInvalidClient(await rejection(auth.refresh()));
    expect(await provider().refusals()).toEqual(['client assertion tokens must only be used once']);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2 });
  });

  test('a clock that is late by less than the lifetime does no harm', async () => {
    const { auth } = attached(provider(), signers.ES256!, { clientAuth: method('ES256') }, late(20_000));
    await auth.getToken();
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1 });
  });
});

function expectInvalidClient(error: unknown): void {
  expect(error).toMatchObject({
    name: 'TokenEndpointError',
    status: 401,
    error: 'invalid_client',
    permanent: true,
  });
  expect(inspect(error)).not.toMatch(/eyJ/);
}

describe('mutual TLS', () => {
  const overTls = (client: ProviderClient, clientAuth: ClientAuth) =>
    attached(provider(), client, { tokenUrl: provider().tlsTokenUrl!, clientAuth });
  const shown = (issuer: Issuer, commonName = 'reports'): ClientAuth =>
    mutualTls({ cert: certificateFor(certified, commonName, issuer), key: pemOf(certified.privateKey), ca });
  const another: Issuer = { pair: newPair('ES256'), name: 'authority' };

  test('a certificate of an authority gets tokens (tls_client_auth)', async () => {
    const { api, auth } = overTls(byAuthority, shown(authority));
    expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', clientId: byAuthority.id });
    await auth.refresh();
    expect((await provider().counts()).logins).toEqual(['none', 'none']);
  });

  test('a certificate of its own gets tokens (self_signed_tls_client_auth)', async () => {
    const clientAuth = mutualTls({ cert: ownCertificate, key: pemOf(itself.privateKey), ca });
    const { api } = overTls(byItself, clientAuth);
    expect((await api.get<Grant>('/things')).data.clientId).toBe(byItself.id);
  });

  test.each<[string, ProviderClient, ClientAuth, string]>([
    ['of another authority', byAuthority, shown(another), 'client certificate was not verified'],
    [
      'of another name',
      byAuthority,
      shown(authority, 'payroll'),
      'certificate subject value does not match the registered one',
    ],
    ['that is not registered', byItself, shown(authority), 'unregistered client certificate provided'],
  ])('a certificate %s ends as invalid_client', async (_what, client, clientAuth, says) => {
    const { api } = overTls(client, clientAuth);
    expectInvalidClient(await rejection(api.get('/things')));
    expect(await provider().refusals()).toEqual([says]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 0 });
  });
});
