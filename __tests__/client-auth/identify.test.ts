import { clientSecretJwt, mutualTls, privateKeyJwt, type PrivateKeyJwtOptions } from '../../lib/client-auth/index.js';
import {
  type ClientAuth,
  clientCredentials,
  type ClientCredentialsOptions,
  type TokenConfigError,
} from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { identityOf } from '../source/identifying.js';
import { manualClock, rejection } from '../support/world.js';
import { certificateFor } from './certificate.js';
import { ALGORITHMS, cryptoKeyOf, FORMS, jwkOf, newPair, pairFor, pemOf } from './keys.js';

// Methods that sign, or show a certificate: who a source is, though it sends something new each time.

const SECRET = 'a-secret-of-more-than-sixty-four-bytes-so-that-it-will-do-for-HS512-too';

const sourceOf = (clientAuth: ClientAuth, options: Partial<ClientCredentialsOptions> = {}) =>
  clientCredentials({ tokenUrl: 'https://auth.example.com/t', clientId: 'reports', clientAuth, ...options });

const identify = (clientAuth: ClientAuth, options: Partial<ClientCredentialsOptions> = {}): Promise<string> =>
  identityOf(sourceOf(clientAuth, options));

async function expectSteady(make: () => ClientAuth, options: Partial<ClientCredentialsOptions> = {}): Promise<void> {
  const [source, clock] = [sourceOf(make(), options), manualClock()];
  const one = await identityOf(source, { clock });
  await clock.advance(3_600_000);
  expect([await identityOf(source, { clock }), await identify(make(), options)]).toEqual([one, one]);
}

describe('privateKeyJwt', () => {
  const key = pemOf(pairFor('ES256').privateKey);
  const make = (options: Partial<PrivateKeyJwtOptions> = {}) => privateKeyJwt({ key, algorithm: 'ES256', ...options });

  const keys = ALGORITHMS.flatMap((algorithm) => FORMS.map(([form, of]) => [algorithm, form, of] as const));

  /** ES256 and PS256 have another signature each time: of a key that shows nothing, only its name is known. */
  const isHidden = (algorithm: string, form: string): boolean => form === 'CryptoKey' && /^[EP]S/.test(algorithm);

  test.each(keys)(
    '%s, %s: the same in another process and an hour later, another one with another key',
    async (algorithm, form, of) => {
      const keyId = isHidden(algorithm, form) ? 'key-1' : undefined;
      const given = await of(pairFor(algorithm).privateKey, algorithm);
      await expectSteady(() => privateKeyJwt({ key: given, algorithm, keyId }));
      const another = await of(newPair(algorithm).privateKey, algorithm);
      const other = privateKeyJwt({ key: another, algorithm, keyId: keyId && 'key-2' });
      expect(await identify(other)).not.toBe(await identify(privateKeyJwt({ key: given, algorithm, keyId })));
    },
    20_000,
  );

  test('a CryptoKey that may be exported is known by itself', async () => {
    const pairs = await Promise.all(
      [1, 2].map(() => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])),
    );
    const [one, two] = pairs.map(({ privateKey }) => make({ key: privateKey }));
    await expectSteady(() => one!);
    expect(await identify(one!)).not.toBe(await identify(two!));
  });

  const certificate = certificateFor(pairFor('ES256'), 'reports');
  test.each<[string, Partial<PrivateKeyJwtOptions>]>([
    ['keyId', { keyId: 'key-2' }],
    ['audience', { audience: 'https://auth.example.com' }],
    ['audience by a function', { audience: () => ['https://auth.example.com'] }],
    ['claim', { claims: { tenant: 'acme' } }],
    ['claim by a function', { claims: () => ({ tenant: 'acme' }) }],
    ['header', { header: { typ: 'client-authentication+jwt' } }],
    ['certificate', { certificate }],
  ])('another %s is another identity', async (_what, options) => {
    expect(await identify(make(options))).not.toBe(await identify(make()));
    await expectSteady(() => make(options));
  });

  test('a key that is rotated makes another one of the same source, with an id too', async () => {
    for (const id of [undefined, 'reports']) {
      let current = key;
      const source = sourceOf(make({ key: () => current }), { id });
      const before = await identityOf(source);
      current = pemOf(newPair('ES256').privateKey);
      expect(await identityOf(source)).not.toBe(before);
    }
  });

  test('a signer is known by its keyId or certificate, and not asked to sign', async () => {
    const signer = { sign: jest.fn() };
    await expectSteady(() => make({ key: signer, keyId: 'key-1' }));
    await expectSteady(() => make({ key: () => ({ sign: signer.sign }), certificate }));
    const [one, two] = ['key-1', 'key-2'].map((keyId) => identify(make({ key: signer, keyId })));
    expect(await one).not.toBe(await two);
    expect(signer.sign).not.toHaveBeenCalled();
  });

  test.each<[string, () => PrivateKeyJwtOptions['key'] | Promise<PrivateKeyJwtOptions['key']>]>([
    ['a signer', () => ({ sign: () => new Uint8Array(64) })],
    ['a CryptoKey that hides', () => cryptoKeyOf(pairFor('ES256').privateKey, 'ES256')],
  ])('%s of which nothing is known is refused, unless the source has an id', async (_what, of) => {
    const hidden = await of();
    const error = (await rejection(identify(make({ key: hidden })))) as TokenConfigError;
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key' });
    expect(error.message).toMatch(/Give its `keyId`, or give the source an `id`/);
    await expectSteady(() => make({ key: hidden }), { id: 'reports' });
  });

  test('claims that are others each time are told, and do not count with an id', async () => {
    const claims = () => ({ nonce: crypto.randomUUID() });
    const error = await rejection(identify(make({ claims })));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'clientAuth' });
    expectHidden(error, [key]);
    await expectSteady(() => make({ claims }), { id: 'reports' });
  });

  test('a wrapper around it signs anew each time: it is told', async () => {
    const own = make();
    expect(await rejection(identify((call) => own(call)))).toMatchObject({ option: 'clientAuth' });
  });
});

describe('clientSecretJwt', () => {
  test('the same in another process and an hour later', async () => {
    await expectSteady(() => clientSecretJwt(), { clientSecret: SECRET });
  });

  test('another secret, algorithm or claim is another identity, with an id too', async () => {
    for (const id of [undefined, 'reports']) {
      const all = await Promise.all([
        identify(clientSecretJwt(), { clientSecret: SECRET, id }),
        identify(clientSecretJwt(), { clientSecret: `${SECRET}!`, id }),
        identify(clientSecretJwt({ algorithm: 'HS512' }), { clientSecret: SECRET, id }),
        identify(clientSecretJwt({ claims: { tenant: 'acme' } }), { clientSecret: SECRET, id }),
      ]);
      expect(new Set(all).size).toBe(4);
    }
  });
});

describe('mutualTls', () => {
  const pair = newPair('ES256');
  const [cert, key] = [certificateFor(pair, 'reports'), pemOf(pair.privateKey)];
  const renewed = certificateFor(pair, 'reports');

  test('the same in another process and an hour later, in whatever form', async () => {
    await expectSteady(() => mutualTls({ cert, key }));
    expect(await identify(mutualTls({ cert: Buffer.from(cert), key: () => key }))).toBe(
      await identify(mutualTls({ cert, key })),
    );
  });

  test('another certificate is another identity, with an id too', async () => {
    const other = newPair('ES256');
    const others = { cert: certificateFor(other, 'reports'), key: pemOf(other.privateKey) };
    for (const id of [undefined, 'reports'])
      expect(await identify(mutualTls(others), { id })).not.toBe(await identify(mutualTls({ cert, key }), { id }));
  });

  test('a certificate that is renewed makes another one of the same source', async () => {
    let current = cert;
    const source = sourceOf(mutualTls({ cert: () => current, key }));
    const before = await identityOf(source);
    current = renewed;
    expect(await identityOf(source)).not.toBe(before);
  });

  test('an issuer is not the endpoint: it need not be https', async () => {
    const options = { tokenUrl: undefined, issuer: 'http://127.0.0.1:1' };
    await expectSteady(() => mutualTls({ cert, key }), options);
  });
});

test('the key is in no message', async () => {
  const jwk = jwkOf(pairFor('ES256').privateKey);
  const error = await rejection(identify(privateKeyJwt({ key: () => ({ ...jwk, kty: 'oct' }), algorithm: 'ES256' })));
  expect(error).toMatchObject({ name: 'TokenConfigError' });
  expectHidden(error, [jwk.d!]);
});
