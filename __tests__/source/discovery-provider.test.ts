import { clientSecretBasic, clientSecretPost } from '../../lib/index.js';
import { privateKeyJwt } from '../../lib/client-auth/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import { jwkOf, newPair, pemOf } from '../client-auth/keys.js';
import { attached, useProvider } from '../integration/suite.js';
import type { Grant, ProviderClient } from '../integration/provider.js';
import { rejection } from '../support/world.js';
import { requestOf } from './discovering.js';

// The metadata of a real authorization server.

const pair = newPair('ES256');
const basic: ProviderClient = { id: 'by-secret', secret: 'a-secret', method: 'client_secret_basic' };
const signing: ProviderClient = { id: 'by-key', method: 'private_key_jwt', keys: [jwkOf(pair.publicKey)] };
const provider = useProvider([basic, signing]);

test.each([
  ['a secret', basic, clientSecretBasic()],
  ['a key', signing, privateKeyJwt({ key: pemOf(pair.privateKey), algorithm: 'ES256' })],
] as const)('its issuer is all that a client with %s needs', async (_what, client, clientAuth) => {
  const { issuer } = provider();
  const { api } = attached(provider(), client, { tokenUrl: undefined, issuer, clientAuth });
  expect((await api.get<Grant>('/things')).data.clientId).toBe(client.id);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 1 });
});

test('it says where tokens are asked for and revoked', async () => {
  const { issuer, tokenUrl, revocationUrl } = provider();
  const found = await directoryOf({ issuer, clientId: 'x', clientAuth: clientSecretPost() }).find(requestOf());
  expect([found.tokenUrl.href, (await found.revocationUrl())?.href]).toEqual([tokenUrl, revocationUrl]);
});

test('a path that is not its own ends with both addresses, and no token request', async () => {
  const issuer = `${provider().issuer}/realms/things`;
  const { api } = attached(provider(), basic, { tokenUrl: undefined, issuer });
  expect(await rejection(api.get('/things'))).toMatchObject({
    option: 'issuer',
    message: expect.stringMatching(
      /openid-configuration answered 404.*oauth-authorization-server\/realms\/things answered 404/,
    ),
  });
  expect(await provider().counts()).toMatchObject({ tokenRequests: 0, apiRequests: 0 });
});

test('its issuer under another name is refused', async () => {
  const issuer = provider().issuer.replace('127.0.0.1', 'localhost');
  const { api } = attached(provider(), basic, { tokenUrl: undefined, issuer });
  expect(await rejection(api.get('/things'))).toMatchObject({
    option: 'issuer',
    message: expect.stringContaining(`are those of the issuer ${provider().issuer}, not of ${issuer}/`),
  });
});
