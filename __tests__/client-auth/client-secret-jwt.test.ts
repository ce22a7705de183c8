import { clientSecretJwt, type ClientSecretJwtOptions } from '../../lib/client-auth/index.js';
import { clientCredentials } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { tokenEndpoint } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { CLIENT_ID, failing, formsSent, verified } from './assertions.js';

const clientSecret = 'päss-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789';
const key = new TextEncoder().encode(clientSecret);

test.each([
  ['HS256', undefined],
  ['HS256', { algorithm: undefined }],
  ['HS256', { algorithm: 'HS256' }],
  ['HS384', { algorithm: 'HS384' }],
  ['HS512', { algorithm: 'HS512' }],
] as const)('%s (%j): the secret signs and stays here', async (alg, options) => {
  const endpoint = await failing();
  const [sent] = await formsSent(clientSecretJwt(options), endpoint, { clientSecret });
  expect(Object.keys(sent!).sort()).toEqual(['client_assertion', 'client_assertion_type', 'client_id', 'grant_type']);
  expect(endpoint.requests[0]!.headers).not.toHaveProperty('authorization');
  const { header, claims } = await verified(sent!, key);
  expect(header).toEqual({ alg, typ: 'JWT' });
  expect(claims).toMatchObject({ iss: CLIENT_ID, sub: CLIENT_ID, aud: `${endpoint.url}/token` });
  expect(claims.exp! - claims.iat!).toBe(60);
});

test('each attempt has an assertion of its own, also the one after a 503', async () => {
  const sent = await formsSent(clientSecretJwt(), await failing(1), { clientSecret });
  const assertions = await Promise.all(sent.map((one) => verified(one, key)));
  expect(new Set(assertions.map(({ claims }) => claims.jti)).size).toBe(2);
});

test('a secret from a function that was rotated is tried at once after a refusal', async () => {
  const secrets = [`old-${clientSecret}`, clientSecret];
  const endpoint = await tokenEndpoint((count) =>
    count === 1 ? { status: 401, body: { error: 'invalid_client' } } : { body: { access_token: 'tok' } },
  );
  const options = { clientSecret: () => secrets.shift() ?? clientSecret };
  const [first, second] = await formsSent(clientSecretJwt(), endpoint, options);
  await verified(first!, new TextEncoder().encode(`old-${clientSecret}`));
  await verified(second!, key);
});

test('options say audience, lifetime, claims and header', async () => {
  const audience = 'https://issuer.example.com';
  const clientAuth = clientSecretJwt({ audience, lifetimeMs: 5_000, claims: { nbf: 1 }, header: { kid: 'k' } });
  const [sent] = await formsSent(clientAuth, await failing(), { clientSecret });
  const { header, claims } = await verified(sent!, key);
  expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k' });
  expect(claims).toMatchObject({ aud: audience, nbf: 1 });
  expect(claims.exp! - claims.iat!).toBe(5);
});

describe('a secret that is shorter than the hash is a TokenConfigError (RFC 7518 §3.2)', () => {
  const lengths: [NonNullable<ClientSecretJwtOptions['algorithm']>, number][] = [
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ];

  test.each(lengths)('%s: %d bytes are enough, one less is not', (algorithm, bytes) => {
    const make = (secret: string) => () =>
      clientCredentials({
        tokenUrl: 'https://auth.example.com/token',
        clientId: CLIENT_ID,
        clientSecret: secret,
        clientAuth: clientSecretJwt({ algorithm }),
      });
    expect(make('é'.repeat(bytes / 2))).not.toThrow();
    expect(make('é'.repeat(bytes / 2 - 1) + 'e')).toThrow(
      expect.objectContaining({
        name: 'TokenConfigError',
        option: 'clientSecret',
        message: expect.stringContaining(`at least ${bytes} bytes long for ${algorithm}`),
      }),
    );
  });

  test('from a function as well; it is not shown, and nothing is sent', async () => {
    const endpoint = await tokenEndpoint();
    const secret = 'only-21-bytes-of-text';
    const error = await rejection(formsSent(clientSecretJwt(), endpoint, { clientSecret: () => secret }));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'clientSecret' });
    expectHidden(error, [secret]);
    expect(endpoint.requests).toHaveLength(0);
  });
});

test.each([
  ['clientSecret', { clientId: CLIENT_ID, clientSecret: undefined }],
  ['clientSecret', { clientId: CLIENT_ID, clientSecret: '' }],
  ['clientId', { clientId: undefined, clientSecret }],
])('a missing %s is a TokenConfigError at construction', (option, options) => {
  const tokenUrl = 'https://auth.example.com/token';
  expect(() => clientCredentials({ tokenUrl, clientAuth: clientSecretJwt(), ...options })).toThrow(
    expect.objectContaining({ name: 'TokenConfigError', option }),
  );
});

test.each([
  ['algorithm', { algorithm: 'RS256' }, 'must be one of "HS256"'],
  ['lifetimeMs', { lifetimeMs: 0 }, 'from 1000 to 600000'],
  ['keyId', { keyId: 'x' }, 'unknown option'],
  ['options', 'HS256', 'must be an object'],
])('a wrong %s is a TokenConfigError', (option, options, says) => {
  expect(() => clientSecretJwt(options as never)).toThrow(
    expect.objectContaining({ name: 'TokenConfigError', option, message: expect.stringContaining(says) }),
  );
});

test('handed over without being called: told to call it', () => {
  const options = { tokenUrl: 'https://auth.example.com/token', clientId: CLIENT_ID, clientSecret };
  expect(() => clientCredentials({ ...options, clientAuth: clientSecretJwt as never })).toThrow('`clientSecretJwt(…)`');
});
