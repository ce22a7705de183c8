import { dpop } from '../../lib/dpop/index.js';
import { clientSecretJwt, privateKeyJwt } from '../../lib/client-auth/index.js';
import { jwtBearer } from '../../lib/grants/index.js';
import { clientCredentials, type ClientCredentialsOptions, TokenConfigError } from '../../lib/index.js';
import { ask, handleOf } from '../source/asking.js';
import { fakeServer } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { formsSent } from './assertions.js';
import { certificateFor } from './certificate.js';
import { pairFor, pemOf } from './keys.js';

// Where WebCrypto is missing, or a part of it, as in a page that came over http, or in jsdom.

const pair = pairFor('ES256');
const [key, certificate] = [pemOf(pair.privateKey), certificateFor(pair, 'reports')];
const algorithm = 'ES256';
const clientSecret = 'a-secret-that-is-long-enough-for-HS256';
const signer = { sign: () => new Uint8Array(64).fill(1) };

const original = new Map(
  ['crypto', 'CryptoKey', 'TextEncoder'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!]),
);

function put(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

afterEach(() => {
  for (const [name, descriptor] of original) Object.defineProperty(globalThis, name, descriptor);
});

const { crypto } = globalThis;
const getRandomValues = crypto.getRandomValues.bind(crypto);
const randomUUID = crypto.randomUUID.bind(crypto);

const places: [string, unknown, string[]][] = [
  ['there is none at all', undefined, ['crypto.subtle', 'crypto.randomUUID']],
  ['the page came over http', { getRandomValues }, ['crypto.subtle', 'crypto.randomUUID']],
  ['jsdom stands in for a browser', { getRandomValues, randomUUID }, ['crypto.subtle']],
  ['an old platform has no randomUUID', { subtle: crypto.subtle }, ['crypto.randomUUID']],
];

const methods: Record<string, Partial<ClientCredentialsOptions>> = {
  privateKeyJwt: { clientAuth: privateKeyJwt({ key, algorithm }) },
  clientSecretJwt: { clientAuth: clientSecretJwt(), clientSecret },
};

describe.each(places)('where %s', (_where, value, lacking) => {
  /** The first of them is enough to know what is wrong. */
  const says = (owner: string): RegExp => {
    const names = lacking.map((name) => name.replace('.', '\\.')).join('|');
    return new RegExp(`^${owner}: WebCrypto \\(.*(${names}).*is missing here\\. A browser has it`);
  };

  test.each(Object.entries(methods))('%s() says so, and nothing is sent', async (owner, options) => {
    const endpoint = await fakeServer();
    put('crypto', value);
    const error = await rejection(ask(options, endpoint));
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(error).toMatchObject({ permanent: true, message: expect.stringMatching(says(owner)) });
    expect(endpoint.requests).toEqual([]);
  });

  test('jwtBearer() says so, and nothing is sent', async () => {
    const endpoint = await fakeServer();
    const source = jwtBearer({ tokenUrl: endpoint.url, assertion: { key, algorithm, issuer: 'me' } });
    put('crypto', value);
    const error = await rejection(handleOf(source).getToken());
    expect(error).toBeInstanceOf(TokenConfigError);
    expect(error).toMatchObject({ message: expect.stringMatching(says('jwtBearer')) });
    expect(endpoint.requests).toEqual([]);
  });
});

test('a signer of the user does without crypto.subtle, unless a certificate is to be named', async () => {
  const endpoint = await fakeServer(() => ({ body: { access_token: 'tok' } }));
  put('crypto', { getRandomValues, randomUUID });
  expect(await formsSent(privateKeyJwt({ key: signer, algorithm }), endpoint)).toHaveLength(1);
  const named = privateKeyJwt({ key: signer, algorithm, certificate });
  expect(await rejection(formsSent(named, endpoint))).toMatchObject({
    name: 'TokenConfigError',
    message: expect.stringContaining('`crypto.subtle`'),
  });
});

test('dpop() names what is missing, and nothing else', async () => {
  put('CryptoKey', undefined);
  const error = await rejection(dpop().proof({ url: new URL('https://auth.example.com/'), method: 'POST' }));
  expect(error).toMatchObject({ message: expect.stringMatching(/^dpop: WebCrypto \(`CryptoKey`\) is missing/) });
});

test('the length of a secret is looked at also where there is no TextEncoder, as in jsdom', () => {
  put('TextEncoder', undefined);
  const check = (secret: string): void => {
    const options = { tokenUrl: 'https://auth.example.com/token', clientId: 'me', clientAuth: clientSecretJwt() };
    clientCredentials({ ...options, clientSecret: secret });
  };
  expect(() => {
    check('é'.repeat(16));
  }).not.toThrow();
  expect(() => {
    check('é'.repeat(15) + 'e');
  }).toThrow('at least 32 bytes long');
});
