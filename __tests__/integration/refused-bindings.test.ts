import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { Agent } from 'node:https';
import { dpop } from '../../lib/dpop/index.js';
import {
  bearer,
  clientCredentials,
  type ClientCredentialsOptions,
  clientSecretBasic,
  clientSecretPost,
  type Token,
  type TokenBinding,
  type TokenPlacement,
  type TokenSource,
} from '../../lib/index.js';
import { attach, rejection } from '../support/world.js';
import { authority, ca, Identity, tls } from './certificates.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { type SecondServer, startSecondServer } from './second-server.js';
import { attached, useProvider, whileAdvanced } from './suite.js';

const common = { secret: 's3cret', method: 'client_secret_basic' } as const;
const plain: ProviderClient = { ...common, id: 'plain' };
const toKey: ProviderClient = { ...common, id: 'to-key', binding: 'dpop' };
const toCertificate: ProviderClient = { ...common, id: 'to-certificate', binding: 'certificate' };
const certified: ProviderClient = {
  id: 'certified',
  method: 'tls_client_auth',
  commonName: 'certified',
  binding: 'certificate',
};
// No client wants nonces, so there are none: this provider goes by the time of a proof alone.
const provider = useProvider([plain, toKey, toCertificate, certified], tls);

const clientAuth = clientSecretBasic();
const identity = new Identity('certified', authority);
const another = new Identity('another', authority);

/** The source of a client, with what it is made of changed by a user's own hand. */
function sourceOf({ id, secret }: ProviderClient, options: Partial<ClientCredentialsOptions>): TokenSource {
  return clientCredentials({
    tokenUrl: provider().tokenUrl,
    clientId: id,
    ...(secret !== undefined && { clientSecret: secret, clientAuth }),
    ...options,
  });
}

const apiWith = (agent?: Agent): AxiosInstance =>
  axios.create(agent ? { baseURL: provider().apiTlsUrl!, httpsAgent: agent } : { baseURL: provider().apiUrl });

describe('a token request whose proof is not good is refused for good, once for all who wait', () => {
  const stale = (binding: TokenBinding): TokenBinding => {
    let kept: Promise<string> | undefined;
    return { ...binding, proof: (request) => (kept ??= binding.proof(request)) };
  };

  test.each<[string, TokenBinding | undefined, object, string]>([
    [
      'missing',
      undefined,
      { error: 'invalid_grant', status: 400, message: expect.stringContaining('`dpop`') },
      'DPoP proof JWT not provided',
    ],
    [
      'of an algorithm that the provider does not take',
      dpop({ algorithm: 'RS256' }),
      { error: 'invalid_dpop_proof', status: 400 },
      '"alg" (Algorithm) Header Parameter value not allowed',
    ],
    [
      'for another address',
      {
        ...dpop(),
        proof: ({ method }) => dpop().proof({ url: new URL('https://elsewhere.test/token'), method }),
      },
      { error: 'invalid_dpop_proof', status: 400, errorDescription: 'DPoP proof htu mismatch' },
      'DPoP proof htu mismatch',
    ],
  ])('%s', async (_what, binding, expected, why) => {
    const { api } = attached(provider(), toKey, { clientAuth, dpop: binding });
    const errors = await Promise.all([1, 2, 3].map(() => rejection(api.get('/things'))));
    for (const error of errors)
      expect(error).toMatchObject({ name: 'TokenEndpointError', permanent: true, ...expected });
    expect(await provider().refusals()).toEqual([why]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 0 });
  });

  test('used before', async () => {
    const { auth } = attached(provider(), toKey, { clientAuth, dpop: stale(dpop()) });
    await auth.refresh();
    expect(await rejection(auth.refresh())).toMatchObject({ name: 'TokenEndpointError', error: 'invalid_grant' });
    expect(await provider().refusals()).toEqual(['DPoP proof JWT Replay detected']);
  });

  test.each([
    ['behind', 600_000],
    ['ahead of', -600_000],
  ])('of a clock that is %s the provider: the error says by how much', async (where, aheadMs) => {
    const { api } = attached(provider(), toKey, { clientAuth, dpop: dpop() });
    const error = await whileAdvanced(provider(), aheadMs, () => rejection(api.get('/things')));
    expect(error).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_dpop_proof',
      permanent: true,
      message: expect.stringMatching(new RegExp(`The clock here is (599|60[01]) s ${where} the server's`)),
    });
    expect(await provider().refusals()).toEqual(['DPoP proof iat is not recent enough']);
  });

  test('a clock that is off by less does no harm', async () => {
    const { auth } = attached(provider(), toKey, { clientAuth, dpop: dpop() });
    await whileAdvanced(provider(), 240_000, () => auth.getToken());
    expect(await provider().refusals()).toEqual([]);
  });
});

let server: SecondServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

test('a server that knows nothing of DPoP: the token is not used, and the error says why', async () => {
  const client = { id: 'plain', secret: 's3cret', scopes: ['read'] };
  server = await startSecondServer([client]);
  const api = axios.create({ baseURL: server.apiUrl });
  attach(
    api,
    clientCredentials({ tokenUrl: server.tokenUrl, clientId: client.id, clientSecret: client.secret, dpop: dpop() }),
  );
  expect(await rejection(api.get('/things'))).toMatchObject({
    name: 'TokenResponseError',
    message: expect.stringMatching(/its `token_type` is not DPoP.*leave `dpop` out/),
  });
  expect(server.tokenRequests).toHaveLength(1);
  expect(server.apiAnswers).toEqual([]);
});

describe.each(['opaque', 'jwt'])('an %s token that somebody else sends is refused by the API', (kind) => {
  const resource = kind === 'jwt' ? { resource: RESOURCES[0] } : {};
  const overTls = { ...resource, tokenUrl: (): string => provider().tlsTokenUrl! };
  const certificate = (): TokenSource => sourceOf(certified, { ...overTls, clientAuth: identity.clientAuth() });

  test.each<[string, () => TokenSource, Agent | undefined, string]>([
    [
      'with the proof of another key',
      () => ({ ...sourceOf(toKey, { ...resource, dpop: dpop() }), sendAs: dpop().sendAs }),
      undefined,
      'token is bound to another key',
    ],
    [
      'as a bearer token',
      () => ({ ...sourceOf(toKey, { ...resource, dpop: dpop() }), sendAs: bearer() }),
      undefined,
      'DPoP-bound token sent as Bearer',
    ],
    [
      'with a proof, though it is bound to nothing',
      () => ({ ...sourceOf(plain, resource), sendAs: dpop().sendAs }),
      undefined,
      'token is not bound to a key',
    ],
    ['with the certificate of another', certificate, another.agent(), 'token is bound to another certificate'],
    ['without a certificate', certificate, new Agent({ ca }), 'no certificate, and the token is bound to one'],
  ])('%s: a new one is tried once, and the 401 surfaces', async (_what, source, agent, why) => {
    const api = apiWith(agent);
    attach(api, source());
    expect(await rejection(api.get('/things'))).toMatchObject({ name: 'AxiosError', response: { status: 401 } });
    expect(await provider().apiRefusals()).toEqual([why, why]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 2 });
  });
});

describe('a proof that the API does not take says nothing of the token: the 401 surfaces, and no token is asked for', () => {
  type Place = (config: InternalAxiosRequestConfig, token: Token) => Promise<void>;
  let kept: unknown;
  test.each<[string, (place: Place) => Place, string]>([
    [
      'none',
      (place) => async (config, token) => {
        await place(config, token);
        config.headers.delete('DPoP');
      },
      '0 proofs',
    ],
    [
      'for another address',
      (place) => async (config, token) => {
        await place({ ...config, url: '/elsewhere' }, token);
      },
      'htu mismatch',
    ],
    [
      'for another method',
      (place) => async (config, token) => {
        await place({ ...config, method: 'post' }, token);
      },
      'htm mismatch',
    ],
    [
      'for another token',
      (place) => async (config, token) => {
        await place(config, { ...token, accessToken: 'another' });
        config.headers.set('Authorization', `DPoP ${token.accessToken}`);
      },
      'ath mismatch',
    ],
    [
      'used before',
      (place) => async (config, token) => {
        await place(config, token);
        config.headers.set('DPoP', (kept ??= config.headers.get('DPoP')) as string);
      },
      'proof was used before',
    ],
  ])('%s', async (_what, changed, why) => {
    const source = sourceOf(toKey, { dpop: dpop() });
    const place = source.sendAs as Place;
    const sendAs: TokenPlacement = Object.assign(changed(place), { header: 'Authorization' });
    const api = apiWith();
    attach(api, { ...source, sendAs });
    if (why === 'proof was used before') await api.get('/things');
    expect(await rejection(api.get('/things'))).toMatchObject({
      name: 'AxiosError',
      response: {
        status: 401,
        headers: { 'www-authenticate': expect.stringContaining('error="invalid_dpop_proof"') },
      },
    });
    expect(await provider().apiRefusals()).toEqual([why]);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRejections: 1 });
  });
});

describe('a client whose tokens are bound to a certificate', () => {
  test('that does not show one to the provider is refused', async () => {
    const { api } = attached(provider(), toCertificate, { clientAuth: clientSecretPost() });
    expect(await rejection(api.get('/things'))).toMatchObject({
      name: 'TokenEndpointError',
      error: 'invalid_grant',
      permanent: true,
      message: expect.stringMatching(/certificate/),
    });
    expect(await provider().refusals()).toEqual(['mutual TLS client certificate not provided']);
  });

  test('gets a token for whatever certificate it shows, and uses it with that one alone', async () => {
    const options = { clientAuth, tokenUrl: provider().tlsTokenUrl! };
    for (const shown of [identity, another]) {
      const defaults = { baseURL: provider().apiTlsUrl!, httpsAgent: shown.agent() };
      const { api } = attached(provider(), toCertificate, options, {}, defaults);
      expect((await api.get<Grant>('/things')).data.thumbprint).toBe(shown.thumbprint);
    }
  });

  test('a certificate that the instance changes while a token lives: the token is refused once, and replaced', async () => {
    const options = { clientAuth, tokenUrl: provider().tlsTokenUrl! };
    const defaults = { baseURL: provider().apiTlsUrl!, httpsAgent: identity.agent() };
    const { api } = attached(provider(), toCertificate, options, {}, defaults);
    expect((await api.get<Grant>('/things')).data.thumbprint).toBe(identity.thumbprint);
    api.defaults.httpsAgent = another.agent();
    expect((await api.get<Grant>('/things')).data.thumbprint).toBe(another.thumbprint);
    expect(await provider().apiRefusals()).toEqual(['token is bound to another certificate']);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3 });
  });
});
