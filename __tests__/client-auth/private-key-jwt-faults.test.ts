import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { privateKeyJwt, type PrivateKeyJwtOptions } from '../../lib/client-auth/index.js';
import { clientCredentials } from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { faultOf } from '../support/config-fault.js';
import { tokenEndpoint } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { CLIENT_ID, formsSent } from './assertions.js';
import { certificateFor } from './certificate.js';
import { cryptoKeyOf, jwkOf, pairFor, pemOf } from './keys.js';

const rsa = pairFor('RS256');
const ec = pairFor('ES256');
const ed = pairFor('EdDSA');
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const exported = (key: typeof rsa.privateKey, options: object): string => key.export(options as never) as never;
const encrypted = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' };
const pem = pemOf(ec.privateKey);
const cutOff = pem.slice(0, 100);

/** Parts of key material long enough to be recognised, that no message may show. */
const secretParts = (value: unknown): string[] => {
  if (typeof value === 'string') return value.split(/\\n|\n/).filter((line) => /^[\w+/=]{20,}$/.test(line));
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((part): part is string => typeof part === 'string' && part.length > 20);
};

type Case = [what: string, algorithm: PrivateKeyJwtOptions['algorithm'], key: unknown, says: string];

const wrongForms: Case[] = [
  ['nothing', 'ES256', undefined, '`key` is missing. Is the environment variable'],
  ['an empty environment variable', 'ES256', '', '`key` is an empty string. Is the environment variable'],
  ['blanks', 'ES256', ' \n', '`key` is an empty string'],
  ['an empty file', 'ES256', Buffer.alloc(0), '`key` is an empty string'],
  ['bytes that are no PEM', 'ES256', new Uint8Array(64), '`key` is no PEM'],
  ['the bytes of a public PEM', 'ES256', Buffer.from(pemOf(ec.publicKey)), '`key` is a public key'],
  ['a number', 'ES256', 5, 'or a function that returns one; got a number'],
  ['null', 'ES256', null, 'got null'],
  ['an object that is no key', 'ES256', {}, 'must be a PEM text'],
  ['a list', 'ES256', [pem], 'got an array'],
  ['a file name', 'ES256', '/run/secrets/key.pem', 'if it is the name of a file, give what the file holds'],
  ['a JWK as text', 'ES256', JSON.stringify(jwkOf(ec.privateKey)), 'is JSON text: for a JWK give the object'],
  [
    'a PKCS#1 PEM',
    'RS256',
    exported(rsa.privateKey, { type: 'pkcs1', format: 'pem' }),
    'PKCS#1 form ("BEGIN RSA PRIVATE KEY"): convert it to PKCS#8 with `openssl pkcs8 -topk8',
  ],
  [
    'a SEC 1 PEM',
    'ES256',
    exported(ec.privateKey, { type: 'sec1', format: 'pem' }),
    'SEC 1 form ("BEGIN EC PRIVATE KEY")',
  ],
  [
    'an OpenSSH key',
    'EdDSA',
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----',
    'ssh-keygen -p -m PKCS8',
  ],
  [
    'an encrypted PEM',
    'ES256',
    exported(ec.privateKey, { ...encrypted, type: 'pkcs8' }),
    '`key` is encrypted: decrypt it first',
  ],
  ['an encrypted PKCS#1 PEM', 'RS256', exported(rsa.privateKey, { ...encrypted, type: 'pkcs1' }), '`key` is encrypted'],
  ['a public PEM', 'ES256', pemOf(ec.publicKey), '`key` is a public key'],
  ['a public PKCS#1 PEM', 'RS256', exported(rsa.publicKey, { type: 'pkcs1', format: 'pem' }), '`key` is a public key'],
  ['a public KeyObject', 'ES256', ec.publicKey, '`key` is a public key (KeyObject)'],
  ['a public JWK', 'ES256', jwkOf(ec.publicKey), '`key` is a public key (JWK without `d`)'],
  ['a certificate', 'ES256', certificateFor(ec, 'x'), '`key` is a certificate'],
  ['a PEM that is cut off', 'ES256', cutOff, '`key` is cut off'],
  ['a PEM with foreign signs', 'ES256', pem.replace(/[a-z]/, '*'), '`key` is cut off or holds signs that no PEM has'],
  [
    'a secret KeyObject',
    'ES256',
    createSecretKey(Buffer.alloc(32)),
    'is a symmetric key (KeyObject): a shared secret signs with clientSecretJwt()',
  ],
  ['a symmetric JWK', 'ES256', { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' }, 'is a symmetric key (JWK'],
  ['a JWK for encryption', 'ES256', { ...jwkOf(ec.privateKey), use: 'enc' }, 'another `use` than "sig"'],
  ['a JWK that may not sign', 'ES256', { ...jwkOf(ec.privateKey), key_ops: ['deriveKey'] }, '`key_ops` lack "sign"'],
];

const misfits: Case[] = [
  [
    'an RSA PEM',
    'ES256',
    pemOf(rsa.privateKey),
    "does not fit `algorithm` 'ES256': it is of the kind RSA (such a key signs with RS256, RS384, RS512, PS256, PS384, PS512), and ES256 needs P-256",
  ],
  ['an EC PEM', 'RS256', pem, 'of the kind P-256 (such a key signs with ES256), and RS256 needs RSA'],
  [
    'an EC PEM of another curve',
    'ES384',
    pem,
    'of the kind P-256 (such a key signs with ES256), and ES384 needs P-384',
  ],
  ['the largest curve', 'ES256', pemOf(pairFor('ES512').privateKey), 'of the kind P-521'],
  ['an Ed25519 PEM', 'ES256', pemOf(ed.privateKey), 'of the kind Ed25519 (such a key signs with EdDSA, Ed25519)'],
  [
    'a PEM of a curve that JWS here does not know',
    'ES256',
    pemOf(koblitz.privateKey),
    'of the kind secp256k1, and ES256 needs P-256',
  ],
  ['a PEM that is bound to PSS', 'PS256', pemOf(pss.privateKey), 'of the kind RSASSA-PSS, and PS256 needs RSA'],
  ['a KeyObject', 'EdDSA', ec.privateKey, 'of the kind P-256'],
  ['an RSA KeyObject', 'EdDSA', rsa.privateKey, 'of the kind RSA'],
  ['a KeyObject that is bound to PSS', 'PS256', pss.privateKey, 'of the kind RSASSA-PSS'],
  ['a JWK', 'ES512', jwkOf(ec.privateKey), 'of the kind P-256'],
  ['an Ed25519 JWK', 'RS256', jwkOf(ed.privateKey), 'of the kind Ed25519'],
  [
    'a JWK for another algorithm',
    'PS256',
    { ...jwkOf(rsa.privateKey), alg: 'RS256' },
    "does not fit `algorithm` 'PS256': it says that it is for RS256",
  ],
  ['a short RSA KeyObject', 'RS256', short.privateKey, 'is too short: RSA needs at least 2048 bits'],
  ['a short RSA JWK', 'PS256', jwkOf(short.privateKey), 'is too short'],
];

describe.each([
  ['a key in a wrong form', wrongForms],
  ['a key that does not fit the algorithm', misfits],
])('%s is a TokenConfigError that never shows it', (_group, cases) => {
  test.each(cases)('%s, at construction', (_what, algorithm, key, says) => {
    const error = faultOf(() => privateKeyJwt({ key: key as never, algorithm }));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key', message: expect.stringContaining(says) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^privateKeyJwt: `key` .*([^.?]\.|[^.?]\?)$/s) });
    expectHidden(error, secretParts(key));
  });

  test.each(cases)('%s, from a function: nothing is sent', async (_what, algorithm, key, says) => {
    const endpoint = await tokenEndpoint();
    const clientAuth = privateKeyJwt({ key: (async () => key) as never, algorithm });
    const error = await rejection(formsSent(clientAuth, endpoint));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key', message: expect.stringContaining(says) });
    expectHidden(error, secretParts(key));
    expect(endpoint.requests).toHaveLength(0);
  });
});

test.each([
  ['a public one', 'is a public key (CryptoKey)', () => cryptoKeyOf(ec.publicKey, 'ES256'), 'ES256'],
  ['one of another curve', 'of the kind P-384', () => cryptoKeyOf(pairFor('ES384').privateKey, 'ES384'), 'ES256'],
  ['one for another hash', 'it says that it is for RS512', () => cryptoKeyOf(rsa.privateKey, 'RS512'), 'RS256'],
  ['one for another padding', 'it says that it is for RS256', () => cryptoKeyOf(rsa.privateKey, 'RS256'), 'PS256'],
  ['one of another kind', 'of the kind Ed25519', () => cryptoKeyOf(ed.privateKey, 'EdDSA'), 'RS256'],
  ['a short one', 'is too short', () => cryptoKeyOf(short.privateKey, 'RS256'), 'RS256'],
  [
    'one that may not sign',
    '`usages` lack "sign"',
    async () =>
      (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])).privateKey,
    'ES256',
  ],
  [
    'a secret one',
    'is a symmetric key (CryptoKey)',
    () => crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    'ES256',
  ],
] as const)('a CryptoKey: %s is a TokenConfigError', async (_what, says, make, algorithm) => {
  const key = await make();
  const error = faultOf(() => privateKeyJwt({ key, algorithm }));
  expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key', message: expect.stringContaining(says) });
});

describe('what only its use shows is a TokenConfigError as well', () => {
  const incomplete = Object.fromEntries(['kty', 'n', 'e', 'd'].map((name) => [name, jwkOf(rsa.privateKey)[name]]));

  test.each([
    ['a short RSA PEM', 'RS256', pemOf(short.privateKey), 'is too short: RSA needs at least 2048 bits'],
    ['an RSA JWK without its primes', 'RS256', incomplete, 'could not be read as a private key for RS256'],
    [
      'a PEM without its middle',
      'ES256',
      pem.replace(/\n.{10}([^\n]+)\n(.*)\n-----END/s, '\n$1\n-----END'),
      'could not be read',
    ],
    ['a JWK with a wrong point', 'ES256', { ...jwkOf(ec.privateKey), x: jwkOf(ec.privateKey).y }, 'could not be read'],
  ] as const)('%s', async (_what, algorithm, key, says) => {
    const endpoint = await tokenEndpoint();
    const error = await rejection(formsSent(privateKeyJwt({ key, algorithm }), endpoint));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key', message: expect.stringContaining(says) });
    expectHidden(error, secretParts(key));
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe('other options', () => {
  test.each([
    ['algorithm', { algorithm: undefined }, 'is missing: give the one that the client is registered with'],
    ['algorithm', { algorithm: 'HS256' }, 'must be one of "RS256"'],
    ['algorithm', { algorithm: 'none' }, 'must be one of'],
    ['keyId', { keyId: '' }, 'must be a non-empty string'],
    ['keyid', { keyid: 'x' }, 'Did you mean `keyId`?'],
    ['audience', { audience: new URL('https://a.example.com') }, 'must be a string or an array of strings'],
    ['lifetimeMs', { lifetimeMs: 999 }, 'from 1000 to 600000'],
    ['lifetimeMs', { lifetimeMs: 600_001 }, 'from 1000 to 600000'],
    ['lifetimeMs', { lifetimeMs: '60000' }, 'got a string'],
    ['claims', { claims: 'sub' }, 'must be an object'],
    ['claims', { claims: { jti: 'fixed' } }, 'must not hold `jti`: it is new for each assertion'],
    ['claims', { claims: { exp: 1 } }, 'must not hold `exp`: set `lifetimeMs`'],
    ['claims', { claims: { aud: 'x' } }, 'must not hold `aud`: set `audience`'],
    ['header', { header: { alg: 'none' } }, 'must not hold `alg`: set `algorithm`'],
    ['certificate', { certificate: '' }, 'got an empty string'],
    ['certificate', { certificate: pem }, 'must be a certificate as PEM text'],
    ['certificate', { certificate: 5 }, 'got a number'],
  ])('%s: %j', (option, options, says) => {
    const error = faultOf(() => privateKeyJwt({ key: pem, algorithm: 'ES256', ...options } as never));
    expect(error).toMatchObject({ name: 'TokenConfigError', option, message: expect.stringContaining(says) });
    expectHidden(error, secretParts(pem));
  });

  test.each([
    ['claims', { claims: () => ({ iat: 1 }) }],
    ['claims', { claims: () => 'sub' }],
    ['certificate', { certificate: () => pem }],
  ])('%s from a function', async (option, options) => {
    const endpoint = await tokenEndpoint();
    const clientAuth = privateKeyJwt({ key: pem, algorithm: 'ES256', ...options } as never);
    expect(await rejection(formsSent(clientAuth, endpoint))).toMatchObject({ name: 'TokenConfigError', option });
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe('in clientCredentials', () => {
  const tokenUrl = 'https://auth.example.com/token';
  const clientAuth = privateKeyJwt({ key: pem, algorithm: 'ES256' });

  test('a missing clientId is a TokenConfigError at construction', () => {
    const error = faultOf(() => clientCredentials({ tokenUrl, clientAuth, clientId: undefined }));
    expect(error).toMatchObject({ option: 'clientId', message: expect.stringContaining('`clientId` is missing') });
  });

  test('no secret is needed, and one from an unset variable is no fault', () => {
    expect(() =>
      clientCredentials({ tokenUrl, clientAuth, clientId: CLIENT_ID, clientSecret: undefined }),
    ).not.toThrow();
  });

  test('the method is in the id, the key is not', () => {
    const { id } = clientCredentials({ tokenUrl, clientAuth, clientId: CLIENT_ID });
    expect(id).toContain('privateKeyJwt');
    expectHidden(id, secretParts(pem));
  });

  test('the assertion has nowhere to go with format none: a TokenConfigError', () => {
    const options = { tokenUrl, clientAuth, clientId: CLIENT_ID, request: { format: 'none' } } as const;
    expect(faultOf(() => clientCredentials(options))).toMatchObject({ option: 'request.format' });
  });

  test('handed over without being called: told to call it', () => {
    const error = faultOf(() =>
      clientCredentials({ tokenUrl, clientId: CLIENT_ID, clientAuth: privateKeyJwt as never }),
    );
    expect(error).toMatchObject({ option: 'clientAuth', message: expect.stringContaining('`privateKeyJwt(…)`') });
  });
});

test('a refusal that repeats the assertion does not bring it into the error', async () => {
  let assertion = '';
  const refusing = await tokenEndpoint(() => ({
    status: 401,
    body: { error: 'invalid_client', error_description: `bad: ${assertion}` },
  }));
  const clientAuth = privateKeyJwt({ key: pem, algorithm: 'ES256' });
  const keeping: typeof clientAuth = async (request) => {
    await clientAuth(request);
    assertion = request.parameters.client_assertion as string;
  };
  const error = await rejection(formsSent(keeping, refusing));
  expect(error).toMatchObject({ error: 'invalid_client', permanent: true });
  expect(assertion).not.toBe('');
  expectHidden(error, [assertion, assertion.split('.')[2]!]);
});

describe('a server that does not take the assertion', () => {
  const asked = async (skewMs: number): Promise<unknown> => {
    const endpoint = await tokenEndpoint(() => ({
      status: 401,
      headers: { date: new Date(Date.now() - skewMs).toUTCString() },
      body: { error: 'invalid_client' },
    }));
    return rejection(formsSent(privateKeyJwt({ key: pem, algorithm: 'ES256' }), endpoint));
  };

  test('the message says what to check', async () => {
    expect(await asked(0)).toMatchObject({
      error: 'invalid_client',
      permanent: true,
      message: expect.stringMatching(/key.*`keyId`.*`audience`: some want their issuer\.$/),
    });
  });

  test.each([
    [5 * 60_000, /The clock here is (299|300|301) s ahead of the server's/],
    [-5 * 60_000, /The clock here is (299|300|301) s behind the server's/],
  ])('with clocks %d ms apart it names the skew', async (skewMs, said) => {
    expect(await asked(skewMs)).toMatchObject({ message: expect.stringMatching(said) });
  });
});
