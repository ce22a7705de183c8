import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { googleServiceAccount, type GoogleServiceAccountOptions } from '../../lib/presets/index.js';
import { handleOf } from '../source/asking.js';
import { authority } from '../source/discovering.js';
import { expectHidden } from '../security/shown.js';
import { fakeServer, form, granted } from '../support/fake-server.js';
import { rejection } from '../support/world.js';

let publicKey: KeyObject;
let key: { client_email: string; private_key: string; private_key_id: string };
beforeAll(() => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  publicKey = pair.publicKey;
  const private_key = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  key = { client_email: 'reader@acme.test', private_key, private_key_id: 'key-1' };
});

const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** What the token endpoint received: the claims of each assertion, its signature checked. */
async function assertions(options: Partial<GoogleServiceAccountOptions>, ask: object = {}, failures = 0) {
  const endpoint = await fakeServer(() =>
    endpoint.requests.length > failures ? { body: granted() } : { status: 503, headers: { 'retry-after': '0' } },
  );
  const source = googleServiceAccount({ credentials: key, scope, tokenUrl: endpoint.url, ...options });
  await handleOf(source).getToken(ask);
  return Promise.all(
    endpoint.requests.map(async ({ body }) => {
      const { payload } = await jwtVerify(form(body).assertion!, publicKey, {
        issuer: key.client_email,
        audience: 'https://oauth2.googleapis.com/token',
      });
      return { ...payload, header: decodeProtectedHeader(form(body).assertion!) };
    }),
  );
}

test('the assertion names account, scope and endpoint, lives an hour, and is signed with the key', async () => {
  const [claims] = await assertions({ scope: [scope, 'two'] });
  expect(claims).toMatchObject({ scope: `${scope} two`, header: { alg: 'RS256', kid: 'key-1' } });
  expect(claims!.exp! - claims!.iat!).toBe(3600);
  expect(claims).not.toHaveProperty('sub');
});

test('the scope of a request takes the place of the own one', async () => {
  expect(await assertions({}, { scope: 'other' })).toMatchObject([{ scope: 'other' }]);
});

test('scopes that an API asks for beyond the own ones are in the assertion, too', async () => {
  const [claims] = await assertions({ scope: ['one', 'two'] }, { extraScope: 'two three' });
  expect(claims).toMatchObject({ scope: 'one two three' });
});

test('a subject is named, also by a function of the request', async () => {
  const subject = ({ tenant }: { tenant?: string | undefined }) => `admin@${tenant}.test`;
  expect(await assertions({ subject }, { tenant: 'acme' })).toMatchObject([{ sub: 'admin@acme.test' }]);
});

test('every attempt has an assertion of its own, made of what its functions say then', async () => {
  let attempts = 0;
  const subject = (): string => `user-${++attempts}@acme.test`;
  const claims = await assertions({ subject, credentials: async () => Promise.resolve(key) }, {}, 1);
  expect(claims).toMatchObject([{ sub: 'user-1@acme.test' }, { sub: 'user-2@acme.test' }]);
});

test('a key whose line ends an environment variable has escaped is read', async () => {
  const private_key = key.private_key.replaceAll('\n', '\\n');
  expect(await assertions({ credentials: { ...key, private_key } })).toHaveLength(1);
});

test('an `issuer` takes the place of the address', async () => {
  const { issuer, asked } = await authority();
  await handleOf(googleServiceAccount({ credentials: key, scope, issuer })).getToken();
  const [sent] = asked('/token');
  expect(form(sent!.body)).toMatchObject({ assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
});

test('the account tells sources apart; the key is not in the id', () => {
  const { id } = googleServiceAccount({ credentials: key, scope });
  expect(id).toContain('reader@acme.test');
  expect(id).not.toContain('PRIVATE');
});

test.each([
  ['credentials', { credentials: undefined as never }],
  ['credentials', { credentials: 'key.json' as never }],
  ['credentials.client_email', { credentials: { private_key: 'x' } as never }],
  ['credentials.private_key', { credentials: { client_email: 'x' } as never }],
  ['scope', { scope: undefined }],
])('without %s: a TokenConfigError at construction', (option, wrong) => {
  expect(() => googleServiceAccount({ credentials: key, scope, ...wrong })).toThrow(
    expect.objectContaining({ name: 'TokenConfigError', option }),
  );
});

test('a key that is none: a TokenConfigError that does not show it', async () => {
  const private_key = '-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END RSA PRIVATE KEY-----';
  const source = googleServiceAccount({ credentials: { ...key, private_key }, scope });
  const error = await rejection(handleOf(source).getToken());
  expect(error).toMatchObject({ name: 'TokenConfigError', option: 'credentials.private_key' });
  expectHidden(error, ['c2VjcmV0LWtleQ==']);
});

test('a key that only looks like one: the same', async () => {
  const private_key = `-----BEGIN PRIVATE KEY-----\n${key.private_key.split('\n')[1]}\n-----END PRIVATE KEY-----`;
  const error = await rejection(
    handleOf(googleServiceAccount({ credentials: { ...key, private_key }, scope })).getToken(),
  );
  expect(error).toMatchObject({
    name: 'TokenConfigError',
    option: 'credentials.private_key',
    message: expect.stringMatching(/^googleServiceAccount: `credentials.private_key` could not be read/),
  });
  expectHidden(error, [key.private_key.split('\n')[1]!]);
});
