import {
  type ClientAuth,
  clientCredentials,
  type ClientCredentialsOptions,
  clientSecretBasic,
  noAuthentication,
  type TokenRequest,
} from '../../lib/index.js';
import { createToken } from '../../lib/token.js';
import { unshareable } from '../../lib/source/client-credentials.js';
import { fakeServer } from '../support/fake-server.js';
import { manualClock, rejection } from '../support/world.js';
import { client, SECRET } from './asking.js';
import { identityOf } from './identifying.js';

// Who a source is where tokens are shared: nobody may get another's token, and whoever asks alike gets the same.

const OTHER = 's3cr3t-of-somebody-else';

type Options = Partial<ClientCredentialsOptions>;

const sourceOf = (options: Options = {}) =>
  clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, ...options });

const identify = (options: Options = {}, request: Partial<TokenRequest> = {}): Promise<string> =>
  identityOf(sourceOf(options), request);

/** Each holds one secret, in a place where a source's `id` does not show it. */
const places: [string, (secret: string) => Options][] = [
  ['the client secret', (secret) => ({ clientSecret: secret })],
  ['the client secret, by a function', (secret) => ({ clientSecret: () => secret })],
  ['the client secret in a header', (secret) => ({ clientAuth: clientSecretBasic(), clientSecret: secret })],
  ['a client secret that is not sent', (secret) => ({ clientAuth: noAuthentication(), clientSecret: secret })],
  ['a client id, by a function', (secret) => ({ clientId: () => secret })],
  ['an address, by a function', (secret) => ({ tokenUrl: () => `https://${secret}.example.com/t` })],
  ['an issuer, by a function', (secret) => ({ tokenUrl: undefined, issuer: () => `https://${secret}.example.com` })],
  ['a secret in the address', (secret) => ({ tokenUrl: `https://auth.example.com/t?api_key=${secret}` })],
  ['a scope, by a function', (secret) => ({ scope: () => secret })],
  ['an audience, by a function', (secret) => ({ audience: () => Promise.resolve(secret) })],
  ['a resource, by a function', (secret) => ({ resource: () => [secret] })],
  ['a parameter named like a secret', (secret) => ({ params: { api_key: secret } })],
  ['a parameter, by a function', (secret) => ({ params: { account: () => secret } })],
  ['a dotted parameter', (secret) => ({ request: { format: 'json' }, params: { 'auth.password': secret } })],
  ['one inside a parameter', (secret) => ({ params: { auth: { of: [{ key: secret }] } } })],
  ['bytes', (secret) => ({ params: { key: new TextEncoder().encode(secret) } })],
  ['a secret in the query', (secret) => ({ request: { query: { app_secret: secret } } })],
  ['the query, by a function', (secret) => ({ request: { query: { account: () => secret } } })],
  ['a header', (secret) => ({ request: { headers: { 'X-Tenant': secret } } })],
  ['a header, by a function', (secret) => ({ request: { headers: { 'X-Tenant': () => secret } } })],
  ['the body', (secret) => ({ request: { body: (all) => ({ ...all, account: secret }) } })],
  ['the body as a form', (secret) => ({ request: { body: () => new URLSearchParams({ account: secret }) } })],
  ['the body in parts', (secret) => ({ request: { body: () => formData(new Blob([secret])) } })],
  ['the body as bytes', (secret) => ({ request: { body: () => new TextEncoder().encode(secret).buffer } })],
  ['an authentication of their own', (secret) => ({ clientAuth: ({ headers }) => void (headers['X-Key'] = secret) })],
  ['an agent', (secret) => ({ clientAuth: ({ agentOptions }) => void (agentOptions.pfx = Buffer.from(secret)) })],
  [
    'an address that the authentication writes',
    (secret) => ({ clientAuth: (call) => void (call.tokenUrl.search = secret) }),
  ],
  ['the format', (secret) => ({ request: { format: secret === SECRET ? 'json' : 'form' } })],
  ['names', (secret) => ({ request: { names: { clientSecret: secret } } })],
  ['what joins scopes', (secret) => ({ request: { scopeSeparator: secret } })],
  ['where the token is', (secret) => ({ response: { token: secret } })],
];

function formData(part: Blob): FormData {
  const form = new FormData();
  form.append('account', part);
  return form;
}

describe.each(places)('%s', (_place, options) => {
  test('tells two sources apart', async () => {
    expect(await identify(options(SECRET))).not.toBe(await identify(options(OTHER)));
  });

  test('is the same in another process, and an hour later', async () => {
    const [one, clock] = [sourceOf(options(SECRET)), manualClock()];
    const now = await identityOf(one, { clock });
    await clock.advance(3_600_000);
    expect([await identityOf(one, { clock }), await identify(options(SECRET))]).toEqual([now, now]);
  });
});

test('most of them have one and the same id: it is not enough', () => {
  const same = places.filter(([, options]) => sourceOf(options(SECRET)).id === sourceOf(options(OTHER)).id);
  expect(same.length).toBeGreaterThan(20);
});

test.each<[string, (secret: () => string) => Options]>([
  ['the client secret', (secret) => ({ clientSecret: secret })],
  ['a parameter', (secret) => ({ params: { api_key: secret } })],
  ['a header', (secret) => ({ request: { headers: { 'X-Api-Key': secret } } })],
  ['an authentication', (secret) => ({ clientAuth: ({ headers }) => void (headers['X-Key'] = secret()) })],
])('%s that is rotated makes another one of the same source', async (_what, options) => {
  let secret = SECRET;
  const source = sourceOf(options(() => secret));
  const before = await identityOf(source);
  expect(await identityOf(source)).toBe(before);
  secret = OTHER;
  const after = await identityOf(source);
  expect(after).not.toBe(before);
  secret = SECRET;
  expect(await identityOf(source)).toBe(before);
});

test('the order of options does not matter', async () => {
  const one = sourceOf({ params: { x: 1, y: 2 }, request: { headers: { A: '1', B: '2' }, query: { p: 1, q: 2 } } });
  const other = sourceOf({ request: { query: { q: 2, p: 1 }, headers: { B: '2', A: '1' } }, params: { y: 2, x: 1 } });
  expect(await identityOf(other)).toBe(await identityOf(one));
});

test('requests that have the same key are alike, whatever they are written like', async () => {
  const source = sourceOf({ request: { body: (all) => all } });
  const one = await identityOf(source, { scope: 'b a', resource: 'https://api', extraScope: ['d c'] });
  expect(await identityOf(source, { scope: ['a', 'b', 'a'], resource: ['https://api'], extraScope: 'c d' })).toBe(one);
});

test('why a token is wanted says nothing of who wants it', async () => {
  const source = sourceOf({
    params: {
      force_refresh: ({ reason }) => reason === 'forced' || undefined,
      after: ({ previous }) => previous?.issuedAt,
    },
  });
  const previous = createToken({ accessToken: 'old', issuedAt: 0 });
  expect(await identityOf(source, { reason: 'forced', previous })).toBe(await identityOf(source));
});

test('functions are told of the request whom they are asked for', async () => {
  const source = sourceOf({ params: { shop: ({ tenant }) => tenant } });
  expect(await identityOf(source, { tenant: 'acme' })).not.toBe(await identityOf(source, { tenant: 'other' }));
});

test('an issuer is not asked where its endpoints are', async () => {
  const server = await fakeServer(() => ({ status: 500 }));
  await identify({ tokenUrl: undefined, issuer: server.url });
  expect(server.requests).toEqual([]);
});

test('an issuer is not an endpoint of the same address', async () => {
  const url = 'https://auth.example.com/t';
  expect(await identify({ tokenUrl: undefined, issuer: url })).not.toBe(await identify({ tokenUrl: url }));
});

test('what is missing is said as a token request says it', async () => {
  const error = await rejection(identify({ clientSecret: () => undefined }));
  expect(error).toMatchObject({ name: 'TokenConfigError', option: 'clientSecret' });
});

const machine = (id?: string) =>
  clientCredentials({
    tokenUrl: 'http://169.254.169.254/t',
    clientAuth: noAuthentication(),
    request: { metadataService: true },
    id,
  });

test('of a service of the machine only an id can tell for whom its tokens are', async () => {
  expect(unshareable(machine())).toMatchObject({ option: 'id' });
  expect(await rejection(identityOf(machine()))).toMatchObject({ name: 'TokenConfigError', option: 'id' });
  expect(unshareable(machine('reports'))).toBeUndefined();
  expect(await identityOf(machine('reports'))).not.toBe(await identityOf(machine('invoices')));
});

test('nothing speaks against other sources, and a copy is told like the original', () => {
  expect(unshareable(sourceOf())).toBeUndefined();
  const original = machine();
  expect(unshareable({ ...original, id: 'mine' })).toBe(unshareable(original));
  expect(unshareable({ id: 'mine', fetchToken: original.fetchToken })).toBeUndefined();
});

test('an authentication of their own that calls one of ours is no riddle', async () => {
  const basic = clientSecretBasic();
  const wrapped: ClientAuth = (call) => basic(call);
  expect(await identify({ clientAuth: wrapped })).toBe(await identify({ clientAuth: (call) => basic(call) }));
});
