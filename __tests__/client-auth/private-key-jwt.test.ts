import { createHash, sign as signBytes } from 'node:crypto';
import { privateKeyJwt, type PrivateKeyJwtOptions, type SigningAlgorithm } from '../../lib/client-auth/index.js';
import { clientCredentials, type TokenRequest } from '../../lib/index.js';
import { handleOf } from '../source/asking.js';
import { form, tokenEndpoint } from '../support/fake-server.js';
import { manualClock, rejection } from '../support/world.js';
import { type Assertion, CLIENT_ID, failing, formsSent, verified } from './assertions.js';
import { certificateFor } from './certificate.js';
import { ALGORITHMS, FORMS, jwkOf, newPair, pairFor, pemOf } from './keys.js';

const { publicKey, privateKey } = pairFor('ES256');
const key = pemOf(privateKey);
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** One token request with these options: what the assertion says. */
async function assertionOf(options: Partial<PrivateKeyJwtOptions> = {}): Promise<Assertion> {
  const endpoint = await failing();
  const [sent] = await formsSent(privateKeyJwt({ key, algorithm: 'ES256', ...options }), endpoint);
  return verified(sent!, publicKey);
}

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test.each(FORMS)('a key as %s signs an assertion that the public key verifies', async (_form, make) => {
    const pair = pairFor(algorithm);
    const endpoint = await failing();
    const clock = manualClock();
    const clientAuth = privateKeyJwt({ key: await make(pair.privateKey, algorithm), algorithm });
    const [sent] = await formsSent(clientAuth, endpoint, { scope: 'read' }, { clock });

    expect(sent).toEqual({
      grant_type: 'client_credentials',
      scope: 'read',
      client_id: CLIENT_ID,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    const { header, claims } = await verified(sent!, pair.publicKey, new Date(clock.now()));
    expect(header).toEqual({ alg: algorithm, typ: 'JWT' });
    const iat = Math.floor(clock.now() / 1000);
    expect(claims).toEqual({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: `${endpoint.url}/token`,
      jti: expect.stringMatching(UUID),
      iat,
      exp: iat + 60,
    });
  });
});

describe('each attempt has an assertion of its own', () => {
  test('also the one after a 503', async () => {
    const endpoint = await failing(2);
    const sent = await formsSent(privateKeyJwt({ key, algorithm: 'ES256' }), endpoint);
    const assertions = await Promise.all(sent.map((one) => verified(one, publicKey)));
    expect(assertions).toHaveLength(3);
    expect(new Set(assertions.map(({ claims }) => claims.jti)).size).toBe(3);
  });

  test('signed at the time of the attempt', async () => {
    const endpoint = await tokenEndpoint();
    const clock = manualClock();
    const clientAuth = privateKeyJwt({ key, algorithm: 'ES256' });
    const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth }), { clock });
    const iats: number[] = [];
    for (const ms of [0, 90_000]) {
      await clock.advance(ms);
      await handle.refresh();
      const { claims } = await verified(form(endpoint.requests.at(-1)!.body), publicKey, new Date(clock.now()));
      iats.push(claims.iat!);
    }
    expect(iats[1]! - iats[0]!).toBe(90);
  });

  test('with the key that its function gives then: a rotation needs no restart', async () => {
    const pairs = [newPair('ES256'), newPair('ES256')];
    const keys = pairs.map((pair, index) => ({ ...jwkOf(pair.privateKey), kid: `key-${index}` }));
    const endpoint = await failing(1);
    let asked = 0;
    const clientAuth = privateKeyJwt({ key: () => Promise.resolve(keys[asked++]), algorithm: 'ES256' });
    const [first, second] = await formsSent(clientAuth, endpoint);
    expect((await verified(first!, pairs[0]!.publicKey)).header.kid).toBe('key-0');
    expect((await verified(second!, pairs[1]!.publicKey)).header.kid).toBe('key-1');
  });
});

test('the functions are asked with what the token is wanted for', async () => {
  const endpoint = await failing();
  const name = ({ tenant }: TokenRequest) => `of-${tenant}`;
  const clientAuth = privateKeyJwt({
    key: ({ tenant }) => (tenant === 'acme' ? key : undefined),
    algorithm: 'ES256',
    keyId: name,
    audience: name,
    claims: (request) => ({ tenant: name(request) }),
  });
  const source = clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth });
  await handleOf(source).getToken({ tenant: 'acme' });
  const { header, claims } = await verified(form(endpoint.requests[0]!.body), publicKey);
  expect(header.kid).toBe('of-acme');
  expect(claims).toMatchObject({ aud: 'of-acme', tenant: 'of-acme' });
});

describe('options', () => {
  test('keyId names the key', async () => {
    expect((await assertionOf({ keyId: 'key-1' })).header).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'key-1' });
  });

  test('without keyId it is the kid of a JWK', async () => {
    const jwk = { ...jwkOf(privateKey), kid: 'of-the-jwk' };
    expect((await assertionOf({ key: jwk })).header.kid).toBe('of-the-jwk');
    expect((await assertionOf({ key: jwk, keyId: 'given' })).header.kid).toBe('given');
  });

  test.each(['https://issuer.example.com', ['https://issuer.example.com', 'https://other.example.com']])(
    'audience: %j',
    async (audience) => {
      expect((await assertionOf({ audience })).claims.aud).toEqual(audience);
    },
  );

  test.each([
    [1_000, 1],
    [1_001, 2],
    [600_000, 600],
  ])('lifetimeMs: %d is %d s', async (lifetimeMs, seconds) => {
    const { claims } = await assertionOf({ lifetimeMs });
    expect(claims.exp! - claims.iat!).toBe(seconds);
  });

  test('claims are added, and may take the place of iss and sub', async () => {
    const { claims } = await assertionOf({ claims: { iss: 'https://broker.example.com', sub: undefined, nbf: 5 } });
    expect(claims).toMatchObject({ iss: 'https://broker.example.com', nbf: 5 });
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'nbf']);
  });

  test('header adds parameters, and may say another typ', async () => {
    const { header } = await assertionOf({ header: { typ: 'client-authentication+jwt', 'x5t#S256': 'print' } });
    expect(header).toEqual({ alg: 'ES256', typ: 'client-authentication+jwt', 'x5t#S256': 'print' });
  });

  test('certificate: its SHA-256 is sent as x5t#S256', async () => {
    const certificate = certificateFor({ privateKey, publicKey }, 'reports');
    const der = Buffer.from(certificate.replace(/-----.*-----/g, ''), 'base64');
    const expected = createHash('sha256').update(der).digest('base64url');
    expect((await assertionOf({ certificate })).header).toEqual({ alg: 'ES256', typ: 'JWT', 'x5t#S256': expected });
    expect((await assertionOf({ certificate: async () => certificate.replaceAll('\n', '\\n') })).header).toMatchObject({
      'x5t#S256': expected,
    });
  });

  test('one that is undefined has its default', async () => {
    const none = { keyId: undefined, audience: undefined, lifetimeMs: undefined, claims: undefined, header: undefined };
    const { header, claims } = await assertionOf({ ...none, certificate: undefined });
    expect(header).toEqual({ alg: 'ES256', typ: 'JWT' });
    expect(claims.exp! - claims.iat!).toBe(60);
  });

  test("the caller's JWK stays as it was", async () => {
    const jwk = jwkOf(privateKey);
    const before = { ...jwk };
    await assertionOf({ key: jwk });
    expect(jwk).toEqual(before);
    expect(Object.isFrozen(jwk)).toBe(false);
  });

  test('a file that holds the certificate and the key serves as the key', async () => {
    await assertionOf({ key: `${certificateFor({ privateKey, publicKey }, 'reports')}\n${key}` });
  });
});

describe('a key that never leaves its place: a signer', () => {
  /** What a key management service does: the hash belongs to it. */
  const serviceOf = (algorithm: SigningAlgorithm, dsaEncoding: 'der' | 'ieee-p1363') => ({
    async sign(data: Uint8Array): Promise<Uint8Array> {
      const pss = algorithm.startsWith('PS') ? { padding: 6, saltLength: Number(algorithm.slice(2)) / 8 } : {};
      const hash = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`;
      return signBytes(hash, data, { key: pairFor(algorithm).privateKey, dsaEncoding, ...pss });
    },
  });

  test.each(ALGORITHMS)('signs with %s', async (algorithm) => {
    const clientAuth = privateKeyJwt({ key: serviceOf(algorithm, 'ieee-p1363'), algorithm });
    const [sent] = await formsSent(clientAuth, await failing());
    expect((await verified(sent!, pairFor(algorithm).publicKey)).header).toEqual({ alg: algorithm, typ: 'JWT' });
  });

  // Often enough that leading zeros, and signs that are kept positive, come up.
  test.each(['ES256', 'ES384', 'ES512'] as const)('signs with %s in DER', async (algorithm) => {
    const clientAuth = privateKeyJwt({ key: () => serviceOf(algorithm, 'der'), algorithm });
    const endpoint = await tokenEndpoint();
    const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth }));
    for (let i = 0; i < 100; i++) await handle.refresh();
    const assertions = await Promise.all(
      endpoint.requests.map(({ body }) => verified(form(body), pairFor(algorithm).publicKey)),
    );
    expect(assertions).toHaveLength(100);
  });

  test.each([
    ['nothing', () => undefined],
    ['base64', () => 'c2lnbmF0dXJl'],
    ['no bytes', () => new Uint8Array()],
    ['half a signature', () => new Uint8Array(32)],
    ['no DER', () => Uint8Array.of(0x30, 4, 2, 9, 1, 1)],
  ])('that answers with %s: a TokenConfigError, nothing sent', async (_what, sign) => {
    const endpoint = await tokenEndpoint();
    const clientAuth = privateKeyJwt({ key: { sign } as never, algorithm: 'ES256' });
    expect(await rejection(formsSent(clientAuth, endpoint))).toMatchObject({
      name: 'TokenConfigError',
      option: 'key',
      message: expect.stringContaining('`key.sign` must return the bytes of a signature for ES256'),
    });
    expect(endpoint.requests).toHaveLength(0);
  });

  test('that fails: ERR_TOKEN_SOURCE, with what it said', async () => {
    const sign = () => Promise.reject(new Error('KMS is away'));
    const error = await rejection(formsSent(privateKeyJwt({ key: { sign }, algorithm: 'ES256' }), await failing()));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', message: expect.stringContaining('KMS is away') });
  });
});
