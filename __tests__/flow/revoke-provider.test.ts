import { clientSecretBasic, noAuthentication } from '../../lib/index.js';
import { clientSecretJwt, mutualTls, privateKeyJwt } from '../../lib/client-auth/index.js';
import type { ClientCredentialsOptions } from '../../lib/index.js';
import axios from 'axios';
import { certificateFor, type Issuer } from '../client-auth/certificate.js';
import { jwkOf, newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { type Grant, type ProviderClient, RESOURCES } from '../integration/provider.js';
import { attached, useProvider } from '../integration/suite.js';
import { until } from '../support/turn.js';
import { manualClock, rejection } from '../support/world.js';

// Against a real authorization server, whose API asks it about every token.

const secret = 'a secret of 32 bytes, or some more of them';
const key = pairFor('ES256');
const basic: ProviderClient = { id: 'basic service', secret, method: 'client_secret_basic' };
const post: ProviderClient = { id: 'post service', secret, method: 'client_secret_post' };
const sharing: ProviderClient = { id: 'shares a secret', secret, method: 'client_secret_jwt' };
const open: ProviderClient = { id: 'public service', method: 'none' };
const signing: ProviderClient = { id: 'signs', method: 'private_key_jwt', keys: [jwkOf(key.publicKey)] };

const authority: Issuer = { pair: newPair('ES256'), name: 'authority' };
const ca = certificateFor(authority.pair, authority.name);
const [door, certified] = [newPair('ES256'), newPair('ES256')];
const tls = { key: pemOf(door.privateKey), cert: certificateFor(door, 'provider', authority), ca };
const showing: ProviderClient = { id: 'certified', method: 'tls_client_auth', commonName: 'reports' };

const provider = useProvider([basic, post, sharing, open, signing, showing], tls);

const shown = { cert: certificateFor(certified, 'reports', authority), key: pemOf(certified.privateKey), ca };
test.each<[string, ProviderClient, () => Partial<ClientCredentialsOptions>]>([
  ['client_secret_basic', basic, () => ({ clientAuth: clientSecretBasic() })],
  ['client_secret_post', post, () => ({})],
  ['client_secret_jwt', sharing, () => ({ clientAuth: clientSecretJwt() })],
  ['private_key_jwt', signing, () => ({ clientAuth: privateKeyJwt({ key: key.privateKey, algorithm: 'ES256' }) })],
  ['none', open, () => ({ clientAuth: noAuthentication() })],
  [
    'tls_client_auth',
    showing,
    () => ({
      clientAuth: mutualTls(shown),
      tokenUrl: provider().tlsTokenUrl!,
      revocationUrl: `${provider().tlsTokenUrl!}/revocation`,
    }),
  ],
])('%s: after close({ revoke: true }) the API refuses the token', async (_method, client, options) => {
  const { revocationUrl } = provider();
  const { api, auth, events } = attached(provider(), client, { revocationUrl, ...options() });
  const { accessToken } = await auth.getToken();
  expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'opaque', clientId: client.id });
  await auth.close({ revoke: true });
  const bare = { headers: { Authorization: `Bearer ${accessToken}` } };
  expect(await rejection(axios.get(provider().apiUrl, bare))).toMatchObject({ response: { status: 401 } });
  expect(events.of('token:revoked')).toMatchObject([{ reason: 'closed' }]);
  expect(events.of('token:revoke-failed')).toEqual([]);
});

test('a token that was replaced is refused half a minute later, and the new one is not', async () => {
  const clock = manualClock();
  const { revocationUrl } = provider();
  const options = { revocationUrl, clientAuth: clientSecretBasic() };
  const { api, auth, events } = attached(provider(), basic, options, { clock, random: () => 0, revokeReplaced: true });
  const { accessToken } = await auth.getToken();
  await auth.refresh();
  await until(() => clock.pending === 1);
  const old = () => axios.get(provider().apiUrl, { headers: { Authorization: `Bearer ${accessToken}` } });
  expect((await old()).status).toBe(200);
  await clock.advance(30_000);
  await until(() => events.of('token:revoked').length === 1);
  expect(await rejection(old())).toMatchObject({ response: { status: 401 } });
  expect((await api.get('/things')).status).toBe(200);
});

test('a wrong secret: the server refuses, and the token lives on', async () => {
  const { revocationUrl } = provider();
  const clientSecret = ({ reason }: { reason: string }) => (reason === 'forced' ? 'wrong' : secret);
  const { auth, events } = attached(provider(), post, { revocationUrl, clientSecret });
  const { accessToken } = await auth.getToken();
  await auth.close({ revoke: true });
  expect(events.of('token:revoke-failed')).toMatchObject([{ code: 'ERR_TOKEN_ENDPOINT' }]);
  const bare = { headers: { Authorization: `Bearer ${accessToken}` } };
  expect((await axios.get(provider().apiUrl, bare)).status).toBe(200);
});

test('a JWT, which this server cannot revoke: an event, and close() resolves', async () => {
  const { revocationUrl } = provider();
  const { auth, events } = attached(provider(), post, { revocationUrl, resource: RESOURCES[0] });
  await auth.getToken();
  await auth.close({ revoke: true });
  expect(events.of('token:revoked')).toEqual([]);
  expect(events.of('token:revoke-failed')).toMatchObject([{ reason: 'closed', code: 'ERR_TOKEN_ENDPOINT' }]);
});
