import { calculateJwkThumbprint, exportJWK } from 'jose';
import { dpop } from '../../lib/dpop/index.js';
import { clientCredentials } from '../../lib/index.js';
import { unshareable } from '../../lib/source/client-credentials.js';
import { cryptoKeyOf, FORMS, newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { client } from '../source/asking.js';
import { identityOf } from '../source/identifying.js';
import { rejection } from '../support/world.js';

// Tokens that are bound to a key are shared by those who have it.

const sourceOf = (binding: ReturnType<typeof dpop>) =>
  clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, dpop: binding });

const forms = FORMS.filter(([form]) => form !== 'CryptoKey');
const keys = (['ES256', 'Ed25519', 'RS256'] as const).flatMap((algorithm) =>
  forms.map(([form, of]) => [algorithm, form, of] as const),
);

test.each(keys)('%s, %s: the thumbprint of RFC 7638', async (algorithm, _form, of) => {
  const { publicKey, privateKey } = pairFor(algorithm);
  const { thumbprint } = dpop({ key: (await of(privateKey, algorithm)) as never });
  expect(await thumbprint!()).toBe(await calculateJwkThumbprint(await exportJWK(publicKey)));
});

test('of a pair whose private key cannot be exported, and of a key by a function, too', async () => {
  const { publicKey, privateKey } = pairFor('ES256');
  const pair = {
    privateKey: await cryptoKeyOf(privateKey, 'ES256'),
    publicKey: await crypto.subtle.importKey(
      'jwk',
      publicKey.export({ format: 'jwk' }) as never,
      { name: 'ECDSA', namedCurve: 'P-256' },
      true,
      ['verify'],
    ),
  };
  const expected = await calculateJwkThumbprint(await exportJWK(publicKey));
  expect(await dpop({ key: pair }).thumbprint!()).toBe(expected);
  expect(await dpop({ key: () => Promise.resolve(pair) }).thumbprint!()).toBe(expected);
});

test('there is none of a key that each process makes for itself, and its source cannot be shared', async () => {
  const binding = dpop();
  expect(binding.thumbprint).toBeUndefined();
  expect(unshareable(sourceOf(binding))).toMatchObject({
    option: 'dpop',
    message: expect.stringContaining('dpop({ key })'),
  });
  expect(await rejection(identityOf(sourceOf(binding)))).toMatchObject({ name: 'TokenConfigError', option: 'dpop' });
});

test('the same key is the same identity; another one, or none, is another', async () => {
  const [one, two] = [pairFor('ES256'), newPair('ES256')].map(({ privateKey }) => pemOf(privateKey));
  const identify = (key: string) => identityOf(sourceOf(dpop({ key })));
  expect(unshareable(sourceOf(dpop({ key: one! })))).toBeUndefined();
  const first = await identify(one!);
  expect(await identify(one!)).toBe(first);
  expect(await identify(two!)).not.toBe(first);
});

test('a key that cannot be had is named', async () => {
  const binding = dpop({ key: () => Promise.reject(new Error('the vault is away')) });
  expect(await rejection(identityOf(sourceOf(binding)))).toMatchObject({ name: 'TokenConfigError', option: 'dpop' });
});
