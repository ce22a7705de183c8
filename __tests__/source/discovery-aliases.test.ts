import { Agent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type ClientAuth, type ClientCredentialsOptions, clientSecretBasic } from '../../lib/index.js';
import { mutualTls } from '../../lib/client-auth/index.js';
import { directoryOf } from '../../lib/source/directory.js';
import { certificateFor, type Issuer } from '../client-auth/certificate.js';
import { newPair, pemOf } from '../client-auth/keys.js';
import { fakeServer, type FakeServer, granted } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { client, handleOf } from './asking.js';
import { authority, discovered, OPENID, requestOf } from './discovering.js';

// A client that shows a certificate uses the endpoints that ask for one (RFC 8705 §5).

const root: Issuer = { pair: newPair('ES256'), name: 'authority' };
const ca = certificateFor(root.pair, root.name);
const pair = newPair('ES256');
const auth = mutualTls({ cert: certificateFor(pair, 'reports', root), key: pemOf(pair.privateKey), ca });
const byCertificate = { clientId: 'the-client', clientSecret: undefined, clientAuth: auth };

function secure(answer: Parameters<typeof fakeServer>[0], asks = true): Promise<FakeServer> {
  const own = newPair('ES256');
  const cert = certificateFor(own, 'server', root);
  return fakeServer(answer, { key: pemOf(own.privateKey), cert, ca, requestCert: asks, rejectUnauthorized: asks });
}

const named = (options: Partial<ClientCredentialsOptions>) => async (document: object) => {
  const server = await authority();
  Object.assign(server.document, document);
  const { tokenUrl, revocationUrl } = await directoryOf({ issuer: server.issuer, ...client, ...options }).find(
    requestOf(),
  );
  return [tokenUrl.href, (await revocationUrl())?.href];
};

const document = {
  token_endpoint: 'https://a.example.com/token',
  revocation_endpoint: 'https://a.example.com/revoke',
  mtls_endpoint_aliases: {
    token_endpoint: 'https://mtls.example.com/token',
    revocation_endpoint: 'https://mtls.example.com/revoke',
  },
};

test('a certificate is shown at the alias, and not where the metadata are and nobody asks for one', async () => {
  const shown: string[] = [];
  const door = await secure((_request, _response, { socket }: { socket: unknown }) => {
    shown.push(String((socket as TLSSocket).getPeerCertificate().subject.CN));
    return { body: granted('by-certificate') };
  });
  const home: FakeServer = await secure(() => {
    const token_endpoint = `${home.url}/token`;
    const mtls_endpoint_aliases = { token_endpoint: `${door.url}/token` };
    return { body: { issuer: home.url, token_endpoint, mtls_endpoint_aliases } };
  }, false);
  const http = { httpsAgent: new Agent({ ca }) };
  const token = await handleOf(discovered(home.url, byCertificate), { http }).getToken();
  expect(token.accessToken).toBe('by-certificate');
  expect(shown).toEqual(['reports']);
  expect(home.requests.map(({ path }) => path)).toEqual([OPENID]);
});

test.each([
  ['that asks for no certificate', false],
  ['that lets nobody in without one, whatever the path', true],
])('the metadata of a server %s are read with the authority that mutualTls() is given', async (_what, asks) => {
  const home: FakeServer = await secure(
    ({ path }) =>
      path === '/token' ? { body: granted() } : { body: { issuer: home.url, token_endpoint: `${home.url}/token` } },
    asks,
  );
  const token = await handleOf(discovered(home.url, byCertificate)).getToken();
  expect(token.accessToken).toBe('granted-token');
  expect(home.requests.map(({ path }) => path)).toEqual([OPENID, '/token']);
});

test('a server that this authority did not certify is not believed', async () => {
  const home: FakeServer = await secure(() => ({ body: { issuer: home.url, token_endpoint: `${home.url}/token` } }));
  const other = mutualTls({
    cert: certificateFor(pair, 'reports'),
    key: pemOf(pair.privateKey),
    ca: certificateFor(pair, 'x'),
  });
  const error = await rejection(handleOf(discovered(home.url, { ...byCertificate, clientAuth: other })).getToken());
  expect(error).toMatchObject({ name: 'TokenNetworkError' });
  expect(home.requests).toEqual([]);
});

describe('mutualTls() goes to', () => {
  test.each<[string, object, string, string | undefined]>([
    ['the aliases', document, 'https://mtls.example.com/token', 'https://mtls.example.com/revoke'],
    [
      'the other endpoint where one has no alias',
      { ...document, mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com/token' } },
      'https://mtls.example.com/token',
      'https://a.example.com/revoke',
    ],
    [
      'the ordinary endpoints where there are no aliases',
      { ...document, mtls_endpoint_aliases: undefined },
      'https://a.example.com/token',
      'https://a.example.com/revoke',
    ],
    [
      'the ordinary endpoints where the aliases are something else',
      { ...document, mtls_endpoint_aliases: 'https://mtls.example.com' },
      'https://a.example.com/token',
      'https://a.example.com/revoke',
    ],
    [
      'the alias where there is nothing else',
      { ...document, token_endpoint: undefined },
      'https://mtls.example.com/token',
      'https://mtls.example.com/revoke',
    ],
  ])('%s', async (_where, said, ...expected) => {
    expect(await named(byCertificate)(said)).toEqual(expected);
  });
});

test.each<[string, ClientAuth | undefined]>([
  ['a secret', undefined],
  ['HTTP Basic', clientSecretBasic()],
  ["a function of the user's own, even one that calls mutualTls()", (request) => auth(request)],
])('a client with %s goes to the ordinary endpoints', async (_what, clientAuth) => {
  expect(await named({ clientAuth })(document)).toEqual([
    'https://a.example.com/token',
    'https://a.example.com/revoke',
  ]);
});

test('an alias that is no address is an error: its owner meant something by it', async () => {
  const aliases = { mtls_endpoint_aliases: { token_endpoint: '/token' } };
  expect(await rejection(named(byCertificate)({ ...document, ...aliases }))).toMatchObject({
    name: 'TokenResponseError',
    message: expect.stringContaining('no absolute http(s) URL ("/token")'),
  });
});

test('an alias over plain http is refused before anything is sent', async () => {
  const server = await authority();
  server.document.mtls_endpoint_aliases = { token_endpoint: server.document.token_endpoint };
  expect(await rejection(handleOf(discovered(server.issuer, byCertificate)).getToken())).toMatchObject({
    option: 'tokenUrl',
    message: expect.stringContaining('the token endpoint must be https'),
  });
  expect(server.asked('/token')).toEqual([]);
});
