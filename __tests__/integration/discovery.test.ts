import { privateKeyJwt } from '../../lib/client-auth/index.js';
import { dpop } from '../../lib/dpop/index.js';
import { clientSecretBasic, type ClientCredentialsOptions } from '../../lib/index.js';
import { newPair } from '../client-auth/keys.js';
import { manualClock, rejection } from '../support/world.js';
import { until } from '../support/turn.js';
import { tls, trusting } from './certificates.js';
import { type Method, METHODS, methods } from './methods.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

const clientOf = (method: Method): ProviderClient => ({ id: method, method, ...METHODS[method].registered });
const bound: ProviderClient = { ...clientOf('client_secret_basic'), id: 'bound', binding: 'dpop with nonces' };
const certified: ProviderClient = { ...clientOf('tls_client_auth'), id: 'certified', binding: 'dpop with nonces' };
const provider = useProvider([...methods.map(clientOf), bound, certified], tls);

const found = (method: Method): Partial<ClientCredentialsOptions> => ({
  issuer: provider().issuer,
  clientAuth: METHODS[method].clientAuth,
});

describe.each(methods)('by the issuer alone, with %s', (method) => {
  const { login, identity } = METHODS[method];

  test('tokens are got where the metadata say, which are read once', async () => {
    const { api, auth } = attached(provider(), clientOf(method), found(method), {}, { httpsAgent: trusting() });
    const things = await Promise.all(['/a', '/b', '/c'].map((path) => api.get<Grant>(path)));
    expect(things.every(({ data }) => data.clientId === method)).toBe(true);
    await auth.refresh();
    await auth.getToken({ resource: RESOURCES[0] });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 3, logins: [login, login, login] });
    expect(await provider().discoveries()).toBe(1);
  });

  test('close({ revoke: true }) ends the token at the provider, in the same way', async () => {
    const { api, auth, events } = attached(provider(), clientOf(method), found(method), {}, { httpsAgent: trusting() });
    await api.get('/things');
    const { accessToken } = await auth.getToken();
    await auth.close({ revoke: true });
    expect(events.of('token:revoked')).toMatchObject([{ reason: 'closed' }]);
    expect(await provider().revocations()).toEqual([{ login, over: identity ? 'https' : 'http' }]);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await fetch(`${provider().apiUrl}/things`, { headers })).status).toBe(401);
    expect(await provider().apiRefusals()).toEqual(['inactive token']);
  });
});

test('a client that shows a certificate, with tokens bound to a key, for a resource: all by the issuer', async () => {
  const options = { ...found(certified.method), dpop: dpop(), resource: RESOURCES[0] };
  const { api, auth } = attached(provider(), certified, options, {}, { httpsAgent: trusting() });
  expect((await api.get<Grant>('/things')).data).toMatchObject({ kind: 'jwt', scheme: 'DPoP', clientId: certified.id });
  await auth.refresh();
  expect(await provider().counts()).toMatchObject({ tokenRequests: 3, logins: ['none', 'none', 'none'] });
  expect(await provider().refusals()).toEqual(['nonce is required in the DPoP proof']);
});

describe('metadata that do not fit end before any token request, and say what would', () => {
  test.each<[string, () => Partial<ClientCredentialsOptions>, RegExp]>([
    [
      'an algorithm that the provider does not take',
      () => ({
        issuer: provider().issuer,
        clientAuth: privateKeyJwt({ key: newPair('ES512').privateKey, algorithm: 'ES512' }),
      }),
      /takes no client assertions signed with ES512; it takes .*ES256.*Set `algorithm`/,
    ],
    [
      'a path that is not there',
      () => ({ issuer: `${provider().issuer}/realms/one` }),
      /No metadata of the issuer .*\/realms\/one were found.*Is its path right\?/,
    ],
    [
      'another name of the same server',
      () => ({ issuer: provider().issuer.replace('127.0.0.1', 'localhost') }),
      /are those of the issuer http:\/\/127\.0\.0\.1:\d+\/?, not of http:\/\/localhost/,
    ],
    [
      'the other door of the same server',
      () => ({ issuer: new URL(provider().tlsTokenUrl!).origin }),
      /are those of the issuer http:\/\/127/,
    ],
  ])('%s', async (_what, options, message) => {
    const client = clientOf('client_secret_basic');
    const { api } = attached(
      provider(),
      client,
      { clientAuth: clientSecretBasic(), ...options() },
      {},
      { httpsAgent: trusting() },
    );
    const errors = await Promise.all([1, 2].map(() => rejection(api.get('/things'))));
    for (const error of errors)
      expect(error).toMatchObject({ name: 'TokenConfigError', message: expect.stringMatching(message) });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 0, apiRequests: 0 });
  });
});

describe('revocation', () => {
  const basic = clientOf('client_secret_basic');
  const clientAuth = clientSecretBasic();

  test('of every token that is held, each once', async () => {
    const { api, auth, events } = attached(provider(), basic, { clientAuth, revocationUrl: provider().revocationUrl });
    await api.get('/things');
    await api.get('/things', { token: { scope: 'read' } });
    await auth.close({ revoke: true });
    expect(events.of('token:revoked')).toMatchObject([{ scope: undefined }, { scope: 'read' }]);
    expect(await provider().revocations()).toEqual(Array(2).fill({ login: 'header', over: 'http' }));
  });

  test('of a token that is bound to a key, without a proof', async () => {
    const { api, auth } = attached(provider(), bound, { clientAuth, issuer: provider().issuer, dpop: dpop() });
    await api.get('/things');
    await auth.close({ revoke: true });
    expect(await provider().revocations()).toHaveLength(1);
    expect(await provider().refusals()).toEqual(['nonce is required in the DPoP proof']); // of the token request
  });

  test('of a JWT is refused, as this provider cannot revoke one: an event says so, and the handle closes all the same', async () => {
    const options = { clientAuth, issuer: provider().issuer, resource: RESOURCES[0] };
    const { api, auth, events } = attached(provider(), basic, options);
    await api.get('/things');
    await auth.close({ revoke: true });
    expect(events.of('token:revoke-failed')).toMatchObject([{ reason: 'closed', code: 'ERR_TOKEN_ENDPOINT' }]);
    expect(await provider().revocations()).toHaveLength(1);
    expect(await provider().refusals()).toEqual([expect.stringContaining('Structured JWT Tokens cannot be revoked')]);
  });

  test('of a token that was replaced, half a minute later', async () => {
    const clock = manualClock();
    const options = { clientAuth, issuer: provider().issuer };
    const { auth, events } = attached(provider(), basic, options, { clock, revokeReplaced: true });
    await auth.getToken();
    await auth.refresh();
    expect(await provider().revocations()).toEqual([]);
    await clock.advance(30_000);
    await until(() => events.of('token:revoked').length === 1);
    expect(events.of('token:revoked')).toMatchObject([{ reason: 'replaced' }]);
    expect(await provider().revocations()).toHaveLength(1);
  });
});
