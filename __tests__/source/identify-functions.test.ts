import { randomUUID } from 'node:crypto';
import {
  clientCredentials,
  type ClientCredentialsOptions,
  responseHeader,
  type TokenConfigError,
  wholeBody,
} from '../../lib/index.js';
import { expectHidden } from '../security/shown.js';
import { rejection } from '../support/world.js';
import { client, SECRET } from './asking.js';
import { identityOf } from './identifying.js';

// Functions of the user's own that tell nobody who asks: they are named, and an `id` takes their place.

type Options = Partial<ClientCredentialsOptions>;

const sourceOf = (options: Options = {}) =>
  clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, ...options });

const fresh = (): string => `${SECRET}-${randomUUID()}`;
const jwt = (claims: object): string =>
  [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.sig';

/** New each time. An `id` takes the place of each. */
const restless: [string, Options][] = [
  ['params.nonce', { params: { nonce: fresh } }],
  ['params.auth', { params: { auth: () => ({ of: fresh() }) } }],
  ['request.query.nonce', { request: { query: { nonce: fresh } } }],
  ['request.headers.X-Sig', { request: { headers: { 'X-Sig': fresh } } }],
  ['request.body', { request: { body: (all) => ({ ...all, nonce: fresh() }) } }],
  ['clientAuth', { clientAuth: ({ headers }) => void (headers['X-Sig'] = fresh()) }],
];

/** New each second: two looks in the same one see the same. */
const timed: [string, Options][] = [
  ['params.timestamp', { params: { timestamp: () => Math.floor(Date.now() / 1000) } }],
  ['params.at', { params: { at: () => `${new Date().toISOString().slice(0, 19)}Z` } }],
  ['params.assertion', { params: { assertion: () => jwt({ iat: Math.floor(Date.now() / 1000) }) } }],
  ['clientAuth', { clientAuth: ({ headers }) => void (headers.Date = `${Math.floor(Date.now() / 1000)}`) }],
];

test.each([...restless, ...timed])('%s that is another one each time is named', async (option, options) => {
  const error = (await rejection(identityOf(sourceOf(options)))) as TokenConfigError;
  expect(error).toMatchObject({ name: 'TokenConfigError', option });
  expect(error.message).toContain(`clientCredentials: \`${option}\` is another one each time`);
  expect(error.message).toContain('Give the source an `id`');
  expectHidden(error, [SECRET]);
});

test.each([...restless, ...timed])('%s does not count with an id', async (_option, options) => {
  const [one, same, other] = await Promise.all(
    ['reports', 'reports', 'invoices'].map((id) => identityOf(sourceOf({ ...options, id }))),
  );
  expect(same).toBe(one);
  expect(other).not.toBe(one);
});

test('the time that a request brings is not the work of a function', async () => {
  const subjectToken = jwt({ iat: Math.floor(Date.now() / 1000) });
  const began = jest.spyOn(globalThis, 'setTimeout');
  await identityOf(sourceOf({ params: { assertion: (request) => request.subjectToken } }), { subjectToken });
  expect(began).not.toHaveBeenCalled();
  began.mockRestore();
});

test('a function that is asked often enough is not asked twice any more', async () => {
  let asked = 0;
  const source = sourceOf({ params: { account: () => ((asked += 1), 'a') } });
  await identityOf(source);
  expect(asked).toBe(2);
  await identityOf(source);
  expect(asked).toBe(3);
});

test('what failed once is looked at again', async () => {
  let nonce = fresh;
  const source = sourceOf({ params: { nonce: () => nonce() } });
  await rejection(identityOf(source));
  nonce = () => 'steady';
  expect(await identityOf(source)).toBe(await identityOf(sourceOf({ params: { nonce: () => 'steady' } })));
});

test.each<[string, Options]>([
  ['clientId', { clientId: fresh }],
  ['clientSecret', { clientSecret: fresh }],
  ['tokenUrl', { tokenUrl: () => `https://auth.example.com/${randomUUID()}` }],
  ['issuer', { tokenUrl: undefined, issuer: () => `https://auth.example.com/${randomUUID()}` }],
  ['scope', { scope: fresh }],
  ['audience', { audience: fresh }],
  ['resource', { resource: fresh }],
])('%s counts, with an id or without: it has to stay what it is', async (option, options) => {
  for (const id of [undefined, 'reports']) {
    const error = (await rejection(identityOf(sourceOf({ ...options, id })))) as TokenConfigError;
    expect(error).toMatchObject({ name: 'TokenConfigError', option });
    expect(error.message).toContain('Let its function return the same');
    expectHidden(error, [SECRET]);
  }
});

test.each<[string, (secret: string) => Options]>([
  ['client secret', (clientSecret) => ({ clientSecret })],
  ['client secret by a function', (secret) => ({ clientSecret: () => secret })],
  ['secret in a parameter', (api_key) => ({ params: { api_key } })],
  ['secret in a header', (secret) => ({ request: { headers: { 'X-Api-Key': secret } } })],
  [
    'client secret beside an authentication of their own',
    (clientSecret) => ({ clientSecret, clientAuth: () => undefined }),
  ],
])('another %s is another identity, with an id too', async (_what, options) => {
  const identify = (secret: string) => identityOf(sourceOf({ id: 'reports', ...options(secret) }));
  expect(await identify('one')).not.toBe(await identify('two'));
});

test('no function whose answer does not count is asked', async () => {
  const asked = jest.fn();
  const request = { query: { a: asked }, headers: { a: asked }, body: asked };
  await identityOf(sourceOf({ id: 'reports', params: { a: asked }, request, clientAuth: asked }));
  expect(asked).not.toHaveBeenCalled();
});

test.each<[string, Options]>([
  [
    'params.a',
    {
      params: {
        a: () => {
          throw new Error('the vault is away');
        },
      },
    },
  ],
  ['request.headers.a', { request: { headers: { a: () => Promise.reject(new Error('the vault is away')) } } }],
  [
    'request.body',
    {
      request: {
        body: () => {
          throw new Error('the vault is away');
        },
      },
    },
  ],
  ['clientAuth', { clientAuth: () => Promise.reject(new Error('the vault is away')) }],
  ['clientSecret', { clientSecret: () => Promise.reject(new Error('the vault is away')) }],
  ['scope', { scope: () => Promise.reject(new Error('the vault is away')) }],
])('%s that fails is named, with its reason', async (option, options) => {
  const error = (await rejection(identityOf(sourceOf(options)))) as TokenConfigError;
  expect(error).toMatchObject({ name: 'TokenConfigError', option, cause: { message: 'the vault is away' } });
  expectHidden(error, [SECRET]);
});

class Sealed {
  readonly #key = SECRET;
  has(key: string): boolean {
    return key === this.#key;
  }
}

test.each<[string, Options]>([
  ['params.key', { params: { key: new Sealed() } }],
  ['params.key', { params: { key: { of: [new Map([['a', SECRET]])] } } }],
  ['clientAuth', { clientAuth: ({ agentOptions }) => void (agentOptions.secureContext = new Sealed()) }],
  ['clientAuth', { clientAuth: ({ agentOptions }) => void (agentOptions.SNICallback = () => SECRET) }],
])('%s that cannot be looked into is refused: two would look alike', async (option, options) => {
  const error = (await rejection(identityOf(sourceOf(options)))) as TokenConfigError;
  expect(error).toMatchObject({ name: 'TokenConfigError', option });
  expect(error.message).toContain('holds what cannot be compared');
  expectHidden(error, [SECRET]);
});

test('what reads the token out of the answer counts: another reader, another token', async () => {
  const readers: NonNullable<Options['response']>['token'][] = [
    undefined,
    'id_token',
    responseHeader('X-A'),
    responseHeader('X-B'),
    wholeBody(),
    ({ body }) => (body as { access_token: string }).access_token,
    ({ body }) => (body as { id_token: string }).id_token,
  ];
  const identities = await Promise.all(readers.map((token) => identityOf(sourceOf({ response: { token } }))));
  expect(new Set(identities).size).toBe(readers.length);
  expect(await identityOf(sourceOf({ response: { token: responseHeader('x-a') } }))).toBe(identities[2]);
});

test.each([
  ['HTTP', () => new Date().toUTCString()],
  ['a database', () => new Date().toISOString().slice(0, 19).replace('T', ' ')],
  ['a request signature', () => new Date().toISOString().slice(0, 19).replace(/[-:]/g, '') + 'Z'],
  ['digits alone', () => new Date().toISOString().slice(0, 19).replace(/\D/g, '')],
])('the time as %s writes it is another one each time', async (_, at) => {
  const error = await rejection(identityOf(sourceOf({ params: { at } })));
  expect(error).toMatchObject({ option: 'params.at' });
});
