import { inspect } from 'node:util';
import axios from 'axios';
import { decodeJwt } from 'jose';
import { clientSecretJwt, mutualTls, privateKeyJwt } from '../../lib/client-auth/index.js';
import type { RevocationRequest } from '../../lib/contract.js';
import {
  type ClientAuth,
  clientCredentials,
  type ClientCredentialsOptions,
  clientSecretBasic,
  isTokenError,
  noAuthentication,
  TokenConfigError,
  type TokenError,
} from '../../lib/index.js';
import { createTokenClient } from '../../lib/source/token-client.js';
import { createToken } from '../../lib/token.js';
import { certificateFor } from '../client-auth/certificate.js';
import { newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { type Answer, fakeServer, type FakeServer, form, type Received } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { client, SECRET } from './asking.js';

const ACCESS_TOKEN = 'the-token/that+is=not~needed';
const NOW = Date.UTC(2030, 0, 1);

type Options = Partial<ClientCredentialsOptions>;

/** Revokes a token at the endpoint, in the words of a source. */
async function revoke(endpoint: FakeServer, options: Options = {}, more: Partial<RevocationRequest> = {}) {
  const source = clientCredentials({
    tokenUrl: `${endpoint.url}/token`,
    revocationUrl: `${endpoint.url}/revoke`,
    ...client,
    ...options,
  });
  const request: RevocationRequest = {
    signal: new AbortController().signal,
    http: createTokenClient(axios.create(), undefined, false),
    allowInsecureHttp: false,
    clock: { now: () => NOW, monotonic: () => 0, setTimeout: () => 0, clearTimeout: () => undefined },
    ...more,
  };
  await source.revokeToken!(createToken({ accessToken: ACCESS_TOKEN, issuedAt: NOW }), request);
}

async function sentBy(options: Options, more: Partial<RevocationRequest> = {}): Promise<Received> {
  const endpoint = await fakeServer();
  await revoke(endpoint, options, more);
  expect(endpoint.requests).toHaveLength(1);
  return endpoint.requests[0]!;
}

async function failureOf(answer: Answer, options: Options = {}): Promise<TokenError> {
  const error = await rejection(revoke(await fakeServer(() => answer), options));
  expect(isTokenError(error)).toBe(true);
  return error as TokenError;
}

const token = { token: ACCESS_TOKEN, token_type_hint: 'access_token' };

describe('the request', () => {
  test('is a POST of a form with the token, what it is, and the client', async () => {
    const request = await sentBy({});
    expect(request).toMatchObject({ method: 'POST', target: '/revoke' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(form(request.body)).toEqual({ ...token, client_id: client.clientId, client_secret: SECRET });
  });

  const id = { client_id: client.clientId };
  const basic = `Basic ${Buffer.from(`${client.clientId}:${SECRET}`).toString('base64')}`;
  const names = { clientId: 'appid', clientSecret: 'secret' };
  const sayWho: ClientAuth = ({ parameters, clientId }) => {
    parameters.who = clientId;
  };
  test.each<[string, Options, Record<string, string>, string | undefined]>([
    ['in the header', { clientAuth: clientSecretBasic() }, {}, basic],
    ['without a secret', { clientAuth: noAuthentication(), clientSecret: undefined }, id, undefined],
    ['under other names', { request: { names } }, { appid: client.clientId, secret: SECRET }, undefined],
    ['without an id', { request: { names: { clientId: false } } }, { client_secret: SECRET }, undefined],
    ['by a function', { clientAuth: sayWho }, { who: client.clientId }, undefined],
    ['with a new secret', { clientSecret: async () => 'rotated' }, { ...id, client_secret: 'rotated' }, undefined],
  ])('says who the client is as a token request does: %s', async (_how, options, parameters, authorization) => {
    const request = await sentBy(options);
    expect(form(request.body)).toEqual({ ...token, ...parameters });
    expect(request.headers.authorization).toBe(authorization);
  });

  test('asks functions with what the token was for', async () => {
    const seen: unknown[] = [];
    await sentBy(
      {
        clientSecret: (request) => {
          seen.push(request.tenant, request.reason, request.previous?.accessToken);
          return SECRET;
        },
      },
      { tenant: 'acme' },
    );
    expect(seen).toEqual(['acme', 'forced', ACCESS_TOKEN]);
  });

  test('has the headers of the dialect, and nothing else of it: RFC 7009 knows forms only', async () => {
    const request = await sentBy({
      scope: 'read',
      audience: 'urn:api',
      params: { more: 'x' },
      request: {
        method: 'PUT',
        format: 'json',
        query: { version: '2' },
        headers: { 'X-Api-Key': () => 'gateway', 'Content-Type': 'application/json' },
        body: () => 'another body',
      },
    });
    expect(request).toMatchObject({ method: 'POST', target: '/revoke' });
    expect(request.headers).toMatchObject({
      'x-api-key': 'gateway',
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(form(request.body)).toEqual({ ...token, client_id: client.clientId, client_secret: SECRET });
  });

  test('goes to a URL with its query, which may come from a function', async () => {
    const endpoint = await fakeServer();
    await revoke(
      endpoint,
      { revocationUrl: async ({ tenant }) => `${endpoint.url}/${tenant}/revoke?v=1` },
      { tenant: 'acme' },
    );
    expect(endpoint.requests.map(({ target }) => target)).toEqual(['/acme/revoke?v=1']);
  });

  const signing = () => privateKeyJwt({ key: pairFor('ES256').privateKey, algorithm: 'ES256' });
  test.each([
    ['privateKeyJwt', signing, { clientSecret: undefined }],
    ['clientSecretJwt', () => clientSecretJwt(), { clientSecret: SECRET.repeat(2) }],
  ])(
    'an assertion of %s is for the token endpoint: some servers know themselves by that address only',
    async (_name, clientAuth, options) => {
      const endpoint = await fakeServer();
      for (let i = 0; i < 2; i++) await revoke(endpoint, { clientAuth: clientAuth(), ...options });
      const claims = endpoint.requests.map(({ body }) => decodeJwt(form(body).client_assertion!));
      expect(claims.map(({ aud }) => aud)).toEqual([`${endpoint.url}/token`, `${endpoint.url}/token`]);
      expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
      expect(form(endpoint.requests[0]!.body)).toMatchObject({ ...token, client_id: client.clientId });
    },
  );

  test('an audience that is given is used here, too', async () => {
    const clientAuth = privateKeyJwt({
      key: pairFor('ES256').privateKey,
      algorithm: 'ES256',
      audience: 'https://issuer.test',
    });
    const { body } = await sentBy({ clientAuth, clientSecret: undefined });
    expect(decodeJwt(form(body).client_assertion!).aud).toBe('https://issuer.test');
  });

  const pair = newPair('ES256');
  const certificate = certificateFor(pair, 'reports');
  const tls = { key: pemOf(pair.privateKey), cert: certificate, ca: certificate };

  test('the certificate of mutualTls is shown', async () => {
    const shown: unknown[] = [];
    const endpoint = await fakeServer(
      (_request, _response, incoming) => {
        shown.push((incoming.socket as unknown as { authorized: boolean }).authorized);
        return {};
      },
      { ...tls, requestCert: true, rejectUnauthorized: false },
    );
    await revoke(endpoint, { clientAuth: mutualTls(tls), clientSecret: undefined });
    expect(shown).toEqual([true]);
    expect(form(endpoint.requests[0]!.body)).toEqual({ ...token, client_id: client.clientId });
  });

  test('a certificate that could not be shown: nothing is sent', async () => {
    const endpoint = await fakeServer();
    const options = { tokenUrl: 'https://127.0.0.1:1/token', clientAuth: mutualTls(tls), clientSecret: undefined };
    expect(await rejection(revoke(endpoint, options))).toMatchObject({
      code: 'ERR_TOKEN_CONFIG',
      option: 'revocationUrl',
    });
    expect(endpoint.requests).toEqual([]);
  });
});

test.each([
  ['200 without a body', {}],
  ['200 with a body', { body: { error: 'not an error, with this status' } }],
  ['204', { status: 204 }],
])('%s: done, also where the server has never seen the token', async (_what, answer) => {
  await expect(revoke(await fakeServer(() => answer))).resolves.toBeUndefined();
});

describe('an answer that is no success', () => {
  test.each<[string, Answer, object, RegExp]>([
    [
      'a kind of token that cannot be revoked',
      { status: 400, body: { error: 'unsupported_token_type', error_description: 'an access_token is not revocable' } },
      { status: 400, error: 'unsupported_token_type', permanent: true, retryAt: undefined },
      /did not revoke the token: 400 unsupported_token_type "an access_token is not revocable"\. The server cannot revoke tokens of this kind/,
    ],
    [
      'a client that is not let in',
      { status: 401, body: { error: 'invalid_client' } },
      { status: 401, error: 'invalid_client', permanent: true },
      /401 invalid_client\. Check how the client authenticates \(`clientAuth`\)/,
    ],
    [
      'another address',
      { status: 404, body: 'Not Found' },
      { status: 404, permanent: true },
      /404\. Check `revocationUrl`\./,
    ],
    ['any other refusal', { status: 403 }, { status: 403, permanent: true }, /did not revoke the token: 403\.$/],
    [
      'an outage with a date',
      { status: 503, headers: { 'retry-after': '7' } },
      { status: 503, permanent: false, retryAt: NOW + 7000 },
      /did not revoke the token: 503\.$/,
    ],
    ['too many requests', { status: 429 }, { status: 429, permanent: false }, /429/],
    [
      'a redirect, which is not followed',
      { status: 307, headers: { location: 'https://elsewhere.test/' } },
      { status: 307, permanent: true },
      /set `revocationUrl` to the final address/,
    ],
  ])('%s', async (_what, answer, fields, message) => {
    const error = await failureOf(answer);
    expect(error).toMatchObject({ name: 'TokenEndpointError', code: 'ERR_TOKEN_ENDPOINT', ...fields });
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/revoke did not/);
  });

  test('neither the token nor the secret is repeated, in whatever form the server does', async () => {
    for (const options of [
      {},
      { clientAuth: clientSecretBasic() },
      { request: { headers: { 'X-Key': 'gateway-key-1' } } },
    ]) {
      const endpoint = await fakeServer(({ body, headers }) => ({
        status: 400,
        body: {
          error: ACCESS_TOKEN,
          error_description: `${body} ${headers.authorization ?? ''} ${headers['x-key'] ?? ''} ${SECRET}`,
          error_uri: `https://x.test/${encodeURIComponent(ACCESS_TOKEN)}`,
        },
      }));
      const error = await rejection(
        revoke(endpoint, { ...options, revocationUrl: `${endpoint.url}/revoke?key=in-the-query` }),
      );
      expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT' });
      const shown = `${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 10 })}`;
      const basic = Buffer.from(`${client.clientId}:${SECRET}`).toString('base64');
      for (const secret of [
        ACCESS_TOKEN,
        encodeURIComponent(ACCESS_TOKEN),
        SECRET,
        basic,
        'gateway-key-1',
        'in-the-query',
      ])
        expect(shown).not.toContain(secret);
    }
  });
});

test('no answer: a network error; an abort: its reason', async () => {
  const gone = await fakeServer((_request, response) => void response.destroy());
  expect(await rejection(revoke(gone))).toMatchObject({ code: 'ERR_TOKEN_NETWORK' });

  const abort = new AbortController();
  const hanging = await fakeServer(() => {
    abort.abort('enough');
    return undefined;
  });
  expect(await rejection(revoke(hanging, {}, { signal: abort.signal }))).toBe('enough');
});

describe('plain http', () => {
  const revocationUrl = 'http://auth.example.com/revoke';

  test.each([
    ['by default', {}],
    ['also where a metadata service gives the tokens', { request: { metadataService: true } }],
  ])('is refused %s', async (_when, options) => {
    const error = await rejection(revoke(await fakeServer(), { revocationUrl, ...options }));
    expect(error).toMatchObject({ name: 'InsecureTransportError', message: expect.stringContaining(revocationUrl) });
  });
});

describe('where tokens are revoked', () => {
  test('a source without `revocationUrl` and `issuer` cannot revoke', () => {
    expect(clientCredentials({ tokenUrl: 'https://auth.test/token', ...client }).revokeToken).toBeUndefined();
  });

  const issuing = async (more: (url: string) => object): Promise<FakeServer> => {
    const server = await fakeServer(({ path }) => {
      if (!path.startsWith('/.well-known/')) return {};
      return { body: { issuer: server.url, token_endpoint: `${server.url}/token`, ...more(server.url) } };
    });
    return server;
  };
  const paths = ({ requests }: FakeServer): string[] =>
    requests.map(({ path }) => path).filter((path) => !path.startsWith('/.well-known/'));

  test('with an `issuer` its metadata say it', async () => {
    const server = await issuing((url) => ({ revocation_endpoint: `${url}/of-the-metadata` }));
    await revoke(server, { issuer: server.url, tokenUrl: undefined, revocationUrl: undefined });
    expect(paths(server)).toEqual(['/of-the-metadata']);
  });

  test('metadata that do not say it: a TokenConfigError that names `revocationUrl`, which helps', async () => {
    const server = await issuing(() => ({}));
    const options = { issuer: server.url, tokenUrl: undefined };
    const error = await rejection(revoke(server, { ...options, revocationUrl: undefined }));
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(error).toMatchObject({ option: 'revocationUrl', message: expect.stringContaining('Give `revocationUrl`') });
    await revoke(server, { ...options, revocationUrl: `${server.url}/revoke` });
    expect(paths(server)).toEqual(['/revoke']);
  });
});
