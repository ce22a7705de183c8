import type { TLSSocket } from 'node:tls';
import axios from 'axios';
import { mutualTls, type MutualTlsOptions } from '../../lib/client-auth/index.js';
import { clientCredentials } from '../../lib/index.js';
import { handleOf } from '../source/asking.js';
import { expectHidden } from '../security/shown.js';
import { faultOf } from '../support/config-fault.js';
import { type FakeServer, fakeServer, form, granted, tokenEndpoint } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { CLIENT_ID, formsSent } from './assertions.js';
import { certificateFor, type Issuer } from './certificate.js';
import { newPair, pairFor, pemOf } from './keys.js';

const authority: Issuer = { pair: newPair('ES256'), name: 'authority' };
const ca = certificateFor(authority.pair, authority.name);
const serverPair = newPair('ES256');
const client = newPair('ES256');
const cert = certificateFor(client, 'reports', authority);
const key = pemOf(client.privateKey);
const passphrase = 'open sesame';
const encryptedKey = client.privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase,
}) as string;

interface Guarded {
  endpoint: FakeServer;
  /** Common names of the certificates that were shown. */
  shown: string[];
}

/** A token endpoint over TLS that lets nobody in without a certificate of the authority. */
async function guarded(): Promise<Guarded> {
  const shown: string[] = [];
  const answer = (_request: unknown, _response: unknown, { socket }: { socket: unknown }): object => {
    shown.push(String((socket as TLSSocket).getPeerCertificate().subject.CN));
    return { body: granted() };
  };
  const endpoint = await fakeServer(answer, {
    key: pemOf(serverPair.privateKey),
    cert: certificateFor(serverPair, 'server', authority),
    ca,
    requestCert: true,
    rejectUnauthorized: true,
  });
  return { endpoint, shown };
}

describe('the certificate is shown, and client_id sent', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);

  test.each<[string, MutualTlsOptions]>([
    ['as text', { cert, key, ca }],
    ['as bytes', { cert: bytes(cert), key: bytes(key), ca: [bytes(ca)] }],
    [
      'with escaped line ends',
      { cert: cert.replaceAll('\n', '\\n'), key: key.replaceAll('\n', '\\n'), ca: ca.replaceAll('\n', '\\n') },
    ],
    ['with an encrypted key', { cert, key: encryptedKey, passphrase, ca }],
    ['with a key in the older form', { cert, key: client.privateKey.export({ type: 'sec1', format: 'pem' }), ca }],
    ['with the chain', { cert: `${cert}${ca}`, key, ca: [ca] }],
    [
      'from functions',
      { cert: () => cert, key: async () => encryptedKey, passphrase: () => passphrase, ca: () => [ca] },
    ],
  ])('%s', async (_how, options) => {
    const { endpoint, shown } = await guarded();
    expect(await formsSent(mutualTls(options), endpoint)).toEqual([
      { grant_type: 'client_credentials', client_id: CLIENT_ID },
    ]);
    expect(shown).toEqual(['reports']);
  });
});

test.each<[string, object]>([
  ['the instance', { axios: { adapter: 'fetch' } }],
  ['`http`', { http: { adapter: 'fetch' } }],
  ['an axios of the user', { http: axios.create({ adapter: ['fetch'], proxy: false }) }],
])('also where %s uses fetch, which knows no certificates', async (_who, options) => {
  const { endpoint, shown } = await guarded();
  const clientAuth = mutualTls({ cert, key, ca });
  const source = clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth });
  await handleOf(source, options).getToken();
  expect(shown).toEqual(['reports']);
});

test('a certificate that was renewed is shown by the next token request', async () => {
  const { endpoint, shown } = await guarded();
  const pairs = ['first', 'second'].map((name) => {
    const pair = newPair('ES256');
    return { cert: certificateFor(pair, name, authority), key: pemOf(pair.privateKey) };
  });
  let current = 0;
  const clientAuth = mutualTls({ cert: () => pairs[current]!.cert, key: () => pairs[current]!.key, ca });
  const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth }));
  await handle.refresh();
  current = 1;
  await handle.refresh();
  expect(shown).toEqual(['first', 'second']);
  expect(endpoint.requests.map(({ body }) => form(body).client_id)).toEqual([CLIENT_ID, CLIENT_ID]);
});

describe('files that are replaced while they are asked for', () => {
  const renewed = newPair('ES256');
  const files = {
    old: { cert, key },
    new: { cert: certificateFor(renewed, 'renewed', authority), key: pemOf(renewed.privateKey) },
  };

  test('are asked for once more, and what is shown belongs together', async () => {
    const { endpoint, shown } = await guarded();
    const asked: string[] = [];
    const reading = (name: 'cert' | 'key', age: ('old' | 'new')[]) => (): string => {
      asked.push(name);
      return files[age.shift()!][name];
    };
    const clientAuth = mutualTls({ cert: reading('cert', ['old', 'new']), key: reading('key', ['new', 'new']), ca });
    await formsSent(clientAuth, endpoint);
    expect(shown).toEqual(['renewed']);
    expect(asked).toEqual(['cert', 'key', 'cert', 'key']);
  });

  test('are asked for at the same moment, however long each takes', async () => {
    const { endpoint, shown } = await guarded();
    let current: 'old' | 'new' = 'old';
    let asked = 0;
    const reading = (name: 'cert' | 'key') => async (): Promise<string> => {
      asked += 1;
      const read = files[current][name];
      await new Promise((resolve) => setImmediate(resolve));
      current = 'new';
      return read;
    };
    await formsSent(mutualTls({ cert: reading('cert'), key: reading('key'), ca }), endpoint);
    expect([shown, asked]).toEqual([['reports'], 2]);
  });

  test('and do not belong together then either: a TokenConfigError', async () => {
    const { endpoint } = await guarded();
    const reading = jest.fn(() => files.new.key);
    const error = await rejection(formsSent(mutualTls({ cert: () => cert, key: reading, ca }), endpoint));
    expect(error).toMatchObject({ name: 'TokenConfigError', option: 'key', permanent: true });
    expect([reading.mock.calls.length, endpoint.requests.length]).toEqual([2, 0]);
  });
});

test.each([
  ['without a certificate', () => undefined],
  ['with a certificate of somebody else', mutualTls({ cert: certificateFor(client, 'reports'), key, ca })],
])('%s the server lets nobody in', async (_how, clientAuth) => {
  const { endpoint, shown } = await guarded();
  const options = { tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth };
  const handle = handleOf(clientCredentials(options));
  expect(await rejection(handle.getToken())).toMatchObject({
    name: 'TokenNetworkError',
  });
  expect(shown).toEqual([]);
});

test('a server that the given authority did not certify gets nothing', async () => {
  const { endpoint, shown } = await guarded();
  const clientAuth = mutualTls({ cert, key, ca: certificateFor(newPair('ES256'), 'another authority') });
  const source = clientCredentials({ tokenUrl: endpoint.url, clientId: CLIENT_ID, clientAuth });
  const error = await rejection(handleOf(source).getToken());
  expect(error).toMatchObject({ name: 'TokenNetworkError' });
  expectHidden(
    error,
    key.split('\n').filter((line) => line.length > 20),
  );
  expect([endpoint.requests.length, shown]).toEqual([0, []]);
});

test('over plain http nothing is sent: a TokenConfigError', async () => {
  const endpoint = await tokenEndpoint();
  expect(await rejection(formsSent(mutualTls({ cert, key }), endpoint))).toMatchObject({
    name: 'TokenConfigError',
    option: 'tokenUrl',
    message: expect.stringContaining('the token endpoint must be https'),
  });
  expect(endpoint.requests).toHaveLength(0);
});

test('where there is no node:https nothing is sent: a TokenConfigError', async () => {
  const lookedUp = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  try {
    const clientAuth = mutualTls({ cert, key });
    const request = {
      clientId: CLIENT_ID,
      tokenUrl: new URL('https://auth.example.com'),
      method: 'POST',
      headers: {},
      parameters: {},
      agentOptions: {},
    };
    await expect(clientAuth(request)).rejects.toMatchObject({ name: 'TokenConfigError', option: 'clientAuth' });
  } finally {
    lookedUp.mockRestore();
  }
});

type Case = [what: string, options: Record<string, unknown>, option: string, says: string];

const damaged = cert.replace(/\n.{30}/, '\n');
const cases: Case[] = [
  ['no certificate', { cert: undefined }, 'cert', 'is missing. Is the environment variable'],
  ['an empty certificate', { cert: '' }, 'cert', 'is empty. Is the environment variable'],
  ['an empty file', { cert: Buffer.alloc(0) }, 'cert', 'is empty'],
  [
    'a key as certificate',
    { cert: key },
    'cert',
    'must be a certificate as PEM ("BEGIN CERTIFICATE"); got "BEGIN PRIVATE KEY"',
  ],
  ['a file name', { cert: '/run/secrets/client.pem' }, 'cert', 'if it is the name of a file'],
  ['a number', { cert: 5 }, 'cert', 'got a number'],
  ['a damaged certificate', { cert: damaged }, 'cert', 'could not be read as a certificate'],
  ['no key', { key: undefined }, 'key', 'is missing'],
  ['an empty key', { key: '' }, 'key', 'is empty'],
  [
    'a public key',
    { key: pemOf(client.publicKey) },
    'key',
    'must be a private key as PEM ("BEGIN PRIVATE KEY"); got "BEGIN PUBLIC KEY"',
  ],
  ['a certificate as key', { key: cert }, 'key', 'got "BEGIN CERTIFICATE"'],
  ['a damaged key', { key: key.replace(/\n.{30}/, '\n') }, 'key', 'could not be read as a private key'],
  ['the key of another certificate', { key: pemOf(pairFor('ES256').privateKey) }, 'key', 'does not belong to `cert`'],
  ['an RSA key for an EC certificate', { key: pemOf(pairFor('RS256').privateKey) }, 'key', 'does not belong to `cert`'],
  ['an encrypted key alone', { key: encryptedKey }, 'passphrase', 'is missing, and `key` is encrypted'],
  ['an encrypted key with an empty passphrase', { key: encryptedKey, passphrase: '' }, 'passphrase', 'is missing'],
  ['a wrong passphrase', { key: encryptedKey, passphrase: 'close sesame' }, 'passphrase', 'does not open `key`'],
  ['a passphrase that is no text', { passphrase: 5 }, 'passphrase', 'must be a string; got a number'],
  ['an authority that is none', { ca: key }, 'ca', 'must be certificates as PEM'],
  ['one of several that is none', { ca: [ca, ''] }, 'ca', 'is empty'],
];

describe('what is wrong is a TokenConfigError that never shows it', () => {
  const secrets = [key, encryptedKey].flatMap((pem) => pem.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line)));

  test.each(cases)('%s, at construction', (_what, wrong, option, says) => {
    const error = faultOf(() => mutualTls({ cert, key, ...wrong }));
    expect(error).toMatchObject({ option, message: expect.stringContaining(`mutualTls: \`${option}\` `) });
    expect(error).toMatchObject({ message: expect.stringContaining(says) });
    expect(error).toMatchObject({ message: expect.stringMatching(/[^.?][.?]$/) });
    expectHidden(error, [...secrets, passphrase, 'close sesame']);
  });

  test.each(cases)('%s, from functions: nothing is sent', async (_what, wrong, option, says) => {
    const { endpoint } = await guarded();
    const asked = Object.entries({ cert, key, ca, ...wrong }).map(([name, value]) => [name, () => value]);
    const error = await rejection(formsSent(mutualTls(Object.fromEntries(asked) as never), endpoint));
    expect(error).toMatchObject({ name: 'TokenConfigError', option, message: expect.stringContaining(says) });
    expectHidden(error, [...secrets, passphrase, 'close sesame']);
    expect(endpoint.requests).toHaveLength(0);
  });

  test('an unknown option', () => {
    expect(faultOf(() => mutualTls({ cert, key, passPhrase: 'x' } as never))).toMatchObject({
      message: expect.stringContaining('Did you mean `passphrase`?'),
    });
  });
});

describe('in clientCredentials', () => {
  const options = { tokenUrl: 'https://auth.example.com/token', clientAuth: mutualTls({ cert, key }) };

  test('a missing clientId is a TokenConfigError at construction', () => {
    expect(faultOf(() => clientCredentials({ ...options, clientId: undefined }))).toMatchObject({ option: 'clientId' });
  });

  test('no secret is needed; the method is in the id', () => {
    expect(clientCredentials({ ...options, clientId: CLIENT_ID }).id).toContain('mutualTls');
  });

  test('handed over without being called: told to call it', () => {
    const wrong = { ...options, clientId: CLIENT_ID, clientAuth: mutualTls as never };
    expect(faultOf(() => clientCredentials(wrong))).toMatchObject({
      message: expect.stringContaining('`mutualTls(…)`'),
    });
  });
});
