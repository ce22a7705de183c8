import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dpop, type DpopAlgorithm, type DpopKey, type DpopOptions } from '../../lib/dpop/index.js';
import { TokenConfigError } from '../../lib/index.js';
import { certificateFor } from '../client-auth/certificate.js';
import { cryptoKeyOf, jwkOf, newPair, pairFor, pemOf } from '../client-auth/keys.js';
import { expectHidden } from '../security/shown.js';
import { faultOf } from '../support/config-fault.js';
import { rejection } from '../support/world.js';
import { type Proof, readProof, thumbprintOf } from './proofs.js';
import { startDpopWorld } from './parties.js';

const ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA', 'RS256', 'PS256'] as const;
const said = (algorithm: DpopAlgorithm): string => (algorithm === 'EdDSA' ? 'Ed25519' : algorithm);

const WEB_NAMES: Record<string, object> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  Ed25519: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
};

const webPair = (algorithm: string, extractable = false): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(WEB_NAMES[algorithm] as never, extractable, ['sign', 'verify']);

async function extractable(key: KeyObject, algorithm: 'ES256' | 'Ed25519' | 'RS256' | 'PS256'): Promise<CryptoKey> {
  const der = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
  return crypto.subtle.importKey('pkcs8', der, WEB_NAMES[algorithm] as never, true, ['sign']);
}

async function proofBy(options: DpopOptions): Promise<Proof> {
  return readProof(await dpop(options).proof({ url: new URL('https://auth.example.com/token'), method: 'POST' }));
}

describe('without a key', () => {
  test('proofs are signed with ES256, by a key that each dpop() makes for itself, once', async () => {
    const binding = dpop();
    const request = { url: new URL('https://auth.example.com/token'), method: 'POST' };
    const proofs = await Promise.all(
      [binding, binding, binding, dpop()].map(async ({ proof }) => readProof(await proof(request))),
    );
    expect(new Set(proofs.map(({ header }) => header.alg))).toEqual(new Set(['ES256']));
    expect(new Set(proofs.slice(0, 3).map(({ thumbprint }) => thumbprint)).size).toBe(1);
    expect(proofs[3]!.thumbprint).not.toBe(proofs[0]!.thumbprint);
  });

  test.each(ALGORITHMS)('%s, and servers take it', async (algorithm) => {
    const { api, server, upstream } = await startDpopWorld({ dpop: { algorithm } });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    for (const { proofs } of [server, upstream]) expect(proofs[0]!.header.alg).toBe(said(algorithm));
  });

  test('the private key cannot be exported', async () => {
    const make = jest.spyOn(crypto.subtle, 'generateKey');
    try {
      await proofBy({});
      expect(make.mock.calls.map(([, canBeExported]) => canBeExported)).toEqual([false]);
    } finally {
      make.mockRestore();
    }
  });

  test('a key that could not be made is made the next time', async () => {
    const make = jest.spyOn(crypto.subtle, 'generateKey').mockRejectedValueOnce(new Error('no entropy'));
    try {
      const { api, server } = await startDpopWorld();
      expect(await rejection(api.get('/things'))).toMatchObject({ code: 'ERR_TOKEN_SOURCE' });
      expect(server.requests).toHaveLength(0);
      expect(await dpopAfterFailure()).toBe(2);
    } finally {
      make.mockRestore();
    }

    async function dpopAfterFailure(): Promise<number> {
      const binding = dpop();
      const request = { url: new URL('https://auth.example.com/token'), method: 'POST' };
      make.mockClear();
      make.mockRejectedValueOnce(new Error('no entropy'));
      const failed = await Promise.all([rejection(binding.proof(request)), rejection(binding.proof(request))]);
      expect(failed).toMatchObject([{ message: 'no entropy' }, { message: 'no entropy' }]);
      await Promise.all([binding.proof(request), binding.proof(request)]);
      return make.mock.calls.length;
    }
  });
});

type Form = [
  form: string,
  make: (key: KeyObject, algorithm: (typeof ALGORITHMS)[number]) => DpopKey | Promise<DpopKey>,
];
const FORMS: Form[] = [
  ['PEM', pemOf],
  ['PEM with escaped line ends', (key) => pemOf(key).replaceAll('\n', '\\n')],
  ['bytes of a PEM', (key) => Buffer.from(pemOf(key))],
  ['KeyObject', (key) => key],
  ['JWK', jwkOf],
  ['JWK of a key service', (key) => ({ ...jwkOf(key), kid: 'k1', use: 'sig', key_ops: ['sign'], ext: true })],
  ['extractable CryptoKey', (key, algorithm) => extractable(key, said(algorithm) as 'ES256')],
];

describe.each(ALGORITHMS)('%s with a key that is given', (algorithm) => {
  test.each(FORMS)('as %s: servers take its proofs, which show its public half only', async (_form, make) => {
    const { privateKey, publicKey } = pairFor(algorithm);
    const key = await make(privateKey, algorithm);
    const { api, server, upstream } = await startDpopWorld({ dpop: { key, algorithm } });
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    for (const { proofs } of [server, upstream]) {
      expect(proofs[0]!.header.alg).toBe(said(algorithm));
      expect(proofs[0]!.thumbprint).toBe(await thumbprintOf(jwkOf(publicKey)));
    }
  });

  test.each([
    ['as a CryptoKeyPair whose private key is not extractable', false],
    ['as an extractable CryptoKeyPair', true],
  ])('%s', async (_form, canBeExported) => {
    const pair = await webPair(said(algorithm), canBeExported);
    const { header, thumbprint } = await proofBy({ key: pair, algorithm });
    expect(header.alg).toBe(said(algorithm));
    expect(thumbprint).toBe(await thumbprintOf(await crypto.subtle.exportKey('jwk', pair.publicKey)));
  });

  test('as a CryptoKeyPair whose public key has no use', async () => {
    const { privateKey, publicKey } = pairFor(algorithm);
    const name = said(algorithm);
    const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
    const useless = await crypto.subtle.importKey('spki', spki, WEB_NAMES[name] as never, true, []);
    const key = { privateKey: await cryptoKeyOf(privateKey, algorithm), publicKey: useless };
    expect((await proofBy({ key, algorithm })).thumbprint).toBe(await thumbprintOf(jwkOf(publicKey)));
  });
});

describe('without an algorithm it is what the key fits', () => {
  test.each<[string, string, () => DpopKey | Promise<DpopKey>]>([
    ['a P-256 PEM', 'ES256', () => pemOf(pairFor('ES256').privateKey)],
    ['a P-256 JWK', 'ES256', () => jwkOf(pairFor('ES256').privateKey)],
    ['an Ed25519 PEM', 'Ed25519', () => pemOf(pairFor('EdDSA').privateKey)],
    ['an Ed25519 KeyObject', 'Ed25519', () => pairFor('EdDSA').privateKey],
    ['an Ed25519 JWK for EdDSA', 'Ed25519', () => ({ ...jwkOf(pairFor('EdDSA').privateKey), alg: 'EdDSA' })],
    ['an RSA PEM', 'RS256', () => pemOf(pairFor('RS256').privateKey)],
    ['an RSA JWK', 'RS256', () => jwkOf(pairFor('RS256').privateKey)],
    ['an RSA JWK for PS256', 'PS256', () => ({ ...jwkOf(pairFor('RS256').privateKey), alg: 'PS256' })],
    ['a CryptoKeyPair for PSS', 'PS256', () => webPair('PS256')],
    ['a CryptoKeyPair for PKCS#1', 'RS256', () => webPair('RS256')],
    ['a CryptoKeyPair of Ed25519', 'Ed25519', () => webPair('Ed25519')],
  ])('%s: %s', async (_what, algorithm, make) => {
    expect((await proofBy({ key: await make() })).header.alg).toBe(algorithm);
  });
});

describe('a key from a function', () => {
  const pem = pemOf(pairFor('ES256').privateKey);

  test('is asked for once, when it is first needed', async () => {
    let asked = 0;
    const key = async (): Promise<string> => {
      asked += 1;
      return pem;
    };
    const { api, auth, upstream } = await startDpopWorld({ dpop: { key } });
    expect(asked).toBe(0);
    await Promise.all([api.get('/a'), api.get('/b')]);
    await auth.refresh();
    await api.get('/c');
    expect(asked).toBe(1);
    expect(upstream.proofs[0]!.thumbprint).toBe(await thumbprintOf(jwkOf(pairFor('ES256').publicKey)));
  });

  test('a sync one will do', async () => {
    expect((await proofBy({ key: () => jwkOf(pairFor('EdDSA').privateKey) })).header.alg).toBe('Ed25519');
  });

  test('one that fails is asked again', async () => {
    let asked = 0;
    const { api, server } = await startDpopWorld({
      dpop: {
        key: () => {
          asked += 1;
          if (asked === 1) throw new Error('the vault is sealed');
          return pem;
        },
      },
    });
    const error = await rejection(api.get('/things'));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', cause: { message: 'the vault is sealed' } });
    expect([server.requests.length, asked]).toEqual([0, 1]);
  });
});

const rsa = pairFor('RS256');
const ec = pairFor('ES256');
const ed = pairFor('EdDSA');
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
const pem = pemOf(ec.privateKey);
const encrypted = ec.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'sesame' });

/** Parts of key material long enough to be recognised. */
const secretParts = (value: unknown): string[] => {
  if (typeof value === 'string') return value.split(/\\n|\n/).filter((line) => /^[\w+/=]{20,}$/.test(line));
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).filter((part): part is string => typeof part === 'string' && part.length > 20);
};

type Fault = [what: string, key: unknown, algorithm: DpopAlgorithm | undefined, says: string];

const faults: Fault[] = [
  ['an empty environment variable', '', undefined, '`key` is an empty string. Is the environment variable'],
  ['a number', 5, undefined, '`key` must be a CryptoKeyPair, a private key (PEM text'],
  ['null', null, 'ES256', 'or a function that returns one; got null'],
  ['an object that is no key', {}, undefined, 'got an object'],
  ['bytes that are no PEM', new Uint8Array(64), undefined, '`key` is no PEM'],
  ['an empty file', Buffer.alloc(0), undefined, '`key` is an empty string'],
  ['the bytes of a public PEM', Buffer.from(pemOf(ec.publicKey)), undefined, '`key` is a public key'],
  ['a signer', { sign: () => new Uint8Array(64) }, 'ES256', 'must be a CryptoKeyPair'],
  ['a file name', '/run/secrets/key.pem', undefined, 'if it is the name of a file, give what the file holds'],
  ['a JWK as text', JSON.stringify(jwkOf(ec.privateKey)), undefined, 'is JSON text'],
  ['an encrypted PEM', encrypted, undefined, '`key` is encrypted: decrypt it first'],
  ['a PKCS#1 PEM', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }), undefined, 'PKCS#1'],
  ['a certificate', certificateFor(ec, 'x'), undefined, '`key` is a certificate'],
  ['a public PEM', pemOf(ec.publicKey), undefined, '`key` is a public key'],
  ['a public KeyObject', ec.publicKey, 'ES256', '`key` is a public key (KeyObject)'],
  ['a public JWK', jwkOf(ec.publicKey), undefined, '`key` is a public key (JWK without `d`)'],
  ['a secret KeyObject', createSecretKey(Buffer.alloc(32)), undefined, 'is a symmetric key'],
  ['a symmetric JWK', { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' }, undefined, 'is a symmetric key'],
  ['a JWK for encryption', { ...jwkOf(ec.privateKey), use: 'enc' }, undefined, 'another `use` than "sig"'],
  ['a pair of KeyObjects', ec, 'ES256', 'must be a pair of CryptoKeys; of any other pair give the private key alone'],
  ['a pair of nothing', { privateKey: undefined, publicKey: undefined }, undefined, 'whose `privateKey` is none'],
  ['an RSA PEM for ES256', pemOf(rsa.privateKey), 'ES256', "does not fit `algorithm` 'ES256': it is of the kind RSA"],
  ['an EC PEM for EdDSA', pem, 'EdDSA', 'of the kind P-256 (such a key signs with ES256), and Ed25519 needs Ed25519'],
  ['an EC KeyObject for RS256', ec.privateKey, 'RS256', 'of the kind P-256'],
  ['an Ed25519 JWK for PS256', jwkOf(ed.privateKey), 'PS256', 'of the kind Ed25519'],
  [
    'an RSA JWK for RS256, as PS256',
    { ...jwkOf(rsa.privateKey), alg: 'RS256' },
    'PS256',
    'it says that it is for RS256',
  ],
  ['a P-384 PEM', pemOf(pairFor('ES384').privateKey), undefined, '`key` is of the kind P-384: proofs are signed with'],
  ['a P-384 JWK for ES256', jwkOf(pairFor('ES384').privateKey), 'ES256', 'of the kind P-384'],
  ['a P-521 KeyObject', pairFor('ES512').privateKey, undefined, 'is of the kind P-521'],
  [
    'an RSA JWK for RS512',
    { ...jwkOf(rsa.privateKey), alg: 'RS512' },
    undefined,
    'is for RS512: proofs are signed with',
  ],
  ['a KeyObject that is bound to PSS', pss.privateKey, undefined, 'of the kind RSASSA-PSS'],
  ['a short RSA KeyObject', short.privateKey, undefined, 'is too short: RSA needs at least 2048 bits'],
  ['a short RSA JWK', jwkOf(short.privateKey), 'PS256', 'is too short'],
];

describe('a key that is no good is a TokenConfigError that never shows it', () => {
  test.each(faults)('%s, at construction', (_what, key, algorithm, says) => {
    const error = faultOf(() => dpop({ key: key as DpopKey, algorithm }));
    expect(error).toMatchObject({ option: 'key', message: expect.stringContaining(says) });
    expect(error.message).toMatch(/^dpop: `key` .*([^.?]\.|[^.?]\?)$/s);
    expectHidden(error, secretParts(key));
  });

  test.each([...faults, ['nothing', undefined, undefined, 'got undefined'] as Fault])(
    '%s, from a function: nothing is sent',
    async (_what, key, algorithm, says) => {
      const { api, server } = await startDpopWorld({ dpop: { key: (async () => key) as never, algorithm } });
      const error = await rejection(api.get('/things'));
      expect(error).toBeInstanceOf(TokenConfigError);
      expect(error).toMatchObject({ option: 'key', message: expect.stringContaining(says) });
      expectHidden(error, secretParts(key));
      expect(server.requests).toHaveLength(0);
    },
  );

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a private one that is not extractable, alone',
      async () => (await webPair('ES256')).privateKey,
      'give the CryptoKeyPair',
    ],
    ['a public one', async () => (await webPair('ES256')).publicKey, 'is a public key (CryptoKey)'],
    ['one of P-384', () => cryptoKeyOf(pairFor('ES384').privateKey, 'ES384'), 'is of the kind P-384'],
    ['one for SHA-512', () => cryptoKeyOf(rsa.privateKey, 'RS512'), 'is for RS512'],
    ['a short one', () => cryptoKeyOf(short.privateKey, 'RS256'), 'is too short'],
    [
      'a pair the wrong way round',
      async () => {
        const { privateKey, publicKey } = await webPair('ES256');
        return { privateKey: publicKey, publicKey: privateKey };
      },
      'is a public key (CryptoKey)',
    ],
    [
      'a pair without its public key',
      async () => ({ privateKey: (await webPair('ES256')).privateKey }),
      'holds a `publicKey` that is no public CryptoKey',
    ],
    [
      'a pair of two private keys',
      async () => {
        const { privateKey } = await webPair('ES256');
        return { privateKey, publicKey: privateKey };
      },
      'holds a `publicKey` that is no public CryptoKey',
    ],
    [
      'a pair whose public key is not extractable',
      async () => ({
        privateKey: await cryptoKeyOf(ec.privateKey, 'ES256'),
        publicKey: await cryptoKeyOf(ec.publicKey, 'ES256'),
      }),
      'holds a `publicKey` that is not extractable',
    ],
  ])('a CryptoKey: %s', async (_what, make, says) => {
    const key = await make();
    const error = faultOf(() => dpop({ key: key as DpopKey }));
    expect(error).toMatchObject({ option: 'key', message: expect.stringContaining(says) });
  });
});

describe('what only its use shows is a TokenConfigError as well', () => {
  const incomplete = Object.fromEntries(['kty', 'n', 'e', 'd'].map((name) => [name, jwkOf(rsa.privateKey)[name]]));
  const otherPoint = jwkOf(newPair('ES256').publicKey);

  test.each<[string, () => unknown, string]>([
    ['a short RSA PEM', () => pemOf(short.privateKey), 'is too short: RSA needs at least 2048 bits'],
    ['an RSA JWK without its primes', () => incomplete, 'could not be read as a private key for RS256'],
    [
      'an EC JWK without its point',
      () => ({ ...jwkOf(ec.privateKey), x: undefined }),
      'could not be read as a private key',
    ],
    [
      'an EC JWK with the point of another',
      () => ({ ...jwkOf(ec.privateKey), x: otherPoint.x, y: otherPoint.y }),
      '`key` ', // some platforms find it when they read the key
    ],
    [
      'an Ed25519 JWK with the public part of another',
      () => ({ ...jwkOf(ed.privateKey), x: jwkOf(newPair('EdDSA').publicKey).x }),
      '`key` ',
    ],
    [
      'a CryptoKeyPair of two pairs',
      async () => ({ privateKey: (await webPair('ES256')).privateKey, publicKey: (await webPair('ES256')).publicKey }),
      'does not fit together',
    ],
    [
      'a CryptoKeyPair of two kinds',
      async () => ({ privateKey: (await webPair('ES256')).privateKey, publicKey: (await webPair('RS256')).publicKey }),
      'does not fit together',
    ],
  ])('%s', async (_what, make, says) => {
    const key = await make();
    const { api, server } = await startDpopWorld({ dpop: { key: key as DpopKey } });
    const error = await rejection(api.get('/things'));
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(error).toMatchObject({ option: 'key', message: expect.stringContaining(says) });
    expectHidden(error, secretParts(key));
    expect(server.requests).toHaveLength(0);
  });
});

test.each([
  ['algorithm', { algorithm: 'ES384' }, 'must be one of "ES256", "Ed25519", "RS256", "PS256", "EdDSA"; got a string'],
  ['algorithm', { algorithm: 'HS256' }, 'must be one of'],
  ['algorithm', { algorithm: 'none' }, 'must be one of'],
  ['algorithm', { algorithm: null }, 'got null'],
  ['algoritm', { algoritm: 'ES256' }, 'Did you mean `algorithm`?'],
  ['nonce', { nonce: 'x' }, 'unknown option `nonce`'],
])('the option %s: %j', (option, options, says) => {
  expect(faultOf(() => dpop(options as never))).toMatchObject({ option, message: expect.stringContaining(says) });
});

test('the bytes of a PEM, out of a function', async () => {
  const { thumbprint } = await proofBy({ key: async () => Promise.resolve(Buffer.from(pem)) });
  expect(thumbprint).toBe(await thumbprintOf(jwkOf(ec.publicKey)));
});

test.each(['crypto', 'CryptoKey'] as const)('where %s is missing the error says so', async (name) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, name)!;
  Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true });
  try {
    const error = await rejection(dpop().proof({ url: new URL('https://auth.example.com/'), method: 'POST' }));
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(error).toMatchObject({ message: expect.stringContaining('WebCrypto') });
  } finally {
    Object.defineProperty(globalThis, name, before);
  }
});
