import { inspect } from 'node:util';
import { type ClientAuth, clientSecretJwt, privateKeyJwt } from '../../lib/client-auth/index.js';
import { systemClock } from '../../lib/clock.js';
import type { AttachTokenOptions } from '../../lib/index.js';
import { jwkOf, newPair, pairFor } from '../client-auth/keys.js';
import { rejection } from '../support/world.js';
import { authority, Identity } from './certificates.js';
import type { Grant, ProviderClient } from './provider.js';
import { attached, useProvider } from './suite.js';

const ec = pairFor('ES256');
const rsa = pairFor('RS256');
const signs: ProviderClient = { id: 'signs', method: 'private_key_jwt', keys: [{ ...jwkOf(ec.publicKey), kid: 'ec' }] };
const signsPss: ProviderClient = {
  id: 'signs with PS256 alone',
  method: 'private_key_jwt',
  keys: [{ ...jwkOf(rsa.publicKey), kid: 'rsa' }],
  algorithm: 'PS256',
};
const shares: ProviderClient = {
  id: 'shares a secret',
  secret: 'a secret of 32 bytes, or some more of them',
  method: 'client_secret_jwt',
};
const identity = new Identity('certified', authority);
const certified: ProviderClient = { id: 'names its certificate', method: 'private_key_jwt', keys: [identity.jwk] };
const provider = useProvider([signs, signsPss, shares, certified]);

type Options = Partial<Parameters<typeof privateKeyJwt>[0]>;
const method = (options: Options = {}): ClientAuth =>
  privateKeyJwt({ key: ec.privateKey, algorithm: 'ES256', keyId: 'ec', ...options });
const withCertificate = (certificate: string | undefined): ClientAuth =>
  privateKeyJwt({ key: identity.pair.privateKey, algorithm: 'ES256', ...(certificate && { certificate }) });

const aheadBy = (ms: number): AttachTokenOptions => ({ clock: { ...systemClock, now: () => Date.now() + ms } });
/** With a claim that some servers ask for, and that makes an assertion of a clock that is ahead one of tomorrow. */
const notBefore = method({ claims: ({ clock }) => ({ nbf: Math.floor((clock?.now() ?? 0) / 1000) }) });

function expectInvalidClient(error: unknown, advice: RegExp): void {
  expect(error).toMatchObject({
    name: 'TokenEndpointError',
    code: 'ERR_TOKEN_ENDPOINT',
    status: 401,
    error: 'invalid_client',
    permanent: true,
    message: expect.stringMatching(advice),
  });
  expect(inspect(error)).not.toMatch(/eyJ/);
}

const CHECK = /Check `clientId`, .*`keyId`.*`audience`: some want their issuer\.$/;
const behind = / The clock here is (299|30[01]) s behind the server's: set it right\.$/;
const ahead = / The clock here is (299|30[01]) s ahead of the server's: set it right\.$/;

test.each<[string, ProviderClient, ClientAuth, AttachTokenOptions, RegExp, string]>([
  ['expired: the clock here is five minutes late', signs, method(), aheadBy(-300_000), behind, 'jwt expired'],
  ['of a secret, expired likewise', shares, clientSecretJwt(), aheadBy(-300_000), behind, 'jwt expired'],
  ['not valid yet: it is five minutes early', signs, notBefore, aheadBy(300_000), ahead, 'jwt not active yet'],
  [
    'for another audience',
    signs,
    method({ audience: 'https://elsewhere.test' }),
    {},
    CHECK,
    'audience (aud) must equal the endpoint url, issuer identifier or token endpoint url',
  ],
  [
    'signed with another key',
    signs,
    method({ key: newPair('ES256').privateKey }),
    {},
    CHECK,
    'signature verification failed',
  ],
  [
    'that names another key',
    signs,
    method({ keyId: 'EC' }),
    {},
    CHECK,
    'no applicable key found in the JSON Web Key Set',
  ],
  [
    'signed with an algorithm that the client is not registered for',
    signsPss,
    method({ key: rsa.privateKey, algorithm: 'RS256', keyId: 'rsa' }),
    {},
    CHECK,
    'alg mismatch',
  ],
  [
    'in the name of another client',
    signs,
    method({ claims: { iss: 'somebody' } }),
    {},
    CHECK,
    'iss (JWT issuer) must be the client_id',
  ],
  [
    'signed with another secret',
    { ...shares, secret: `not ${shares.secret!}` },
    clientSecretJwt(),
    {},
    /Check `clientId`.*`clientSecret` that signs/,
    'signature verification failed',
  ],
  [
    'with the thumbprint of another certificate',
    certified,
    withCertificate(new Identity('certified', authority).cert),
    {},
    CHECK,
    'x5t#S256 is of another certificate',
  ],
  ['without the thumbprint that is due', certified, withCertificate(undefined), {}, CHECK, 'x5t#S256 is missing'],
])(
  'an assertion %s ends as invalid_client, once for all who wait',
  async (_what, client, auth, options, advice, why) => {
    const { api } = attached(provider(), client, { clientAuth: auth }, options);
    const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
    for (const error of errors) expectInvalidClient(error, advice);
    expect(await provider().refusals()).toEqual([expect.stringContaining(why)]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, logins: ['assertion'], apiRequests: 0 });
  },
);

test('an assertion that was used before ends as invalid_client', async () => {
  const fresh = method();
  let kept: unknown;
  const clientAuth: ClientAuth = async (request) => {
    await fresh(request);
    request.parameters.client_assertion = kept ??= request.parameters.client_assertion;
  };
  const { auth } = attached(provider(), signs, { clientAuth });
  await auth.refresh();
  expectInvalidClient(await rejection(auth.refresh()), CHECK);
  expect(await provider().refusals()).toEqual(['client assertion tokens must only be used once']);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2 });
});

test.each<[string, ProviderClient, ClientAuth, AttachTokenOptions]>([
  ['a clock that is late by less than the lifetime', signs, method(), aheadBy(-20_000)],
  ['a clock that is early, where the server does not mind', signs, method(), aheadBy(300_000)],
  ['a clock that is late by less than a longer lifetime', signs, method({ lifetimeMs: 600_000 }), aheadBy(-300_000)],
  [
    'the algorithm that the client is registered for',
    signsPss,
    method({ key: rsa.privateKey, algorithm: 'PS256', keyId: 'rsa' }),
    {},
  ],
  ['the thumbprint of the right certificate', certified, withCertificate(identity.cert), {}],
])('%s does no harm', async (_what, client, clientAuth, options) => {
  const { api } = attached(provider(), client, { clientAuth }, options);
  expect((await api.get<Grant>('/things')).data.clientId).toBe(client.id);
  expect(await provider().refusals()).toEqual([]);
});
