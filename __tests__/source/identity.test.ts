import { clientCredentials, type ClientCredentialsOptions, clientSecretBasic } from '../../lib/index.js';
import { client, SECRET } from './asking.js';

// A source's `id`: tells sources apart, and never holds a secret.

const idOf = (options: Partial<ClientCredentialsOptions> = {}): string =>
  clientCredentials({ tokenUrl: 'https://auth.example.com/t', ...client, ...options }).id;

test('equal descriptions have the same id', () => {
  expect(idOf({ scope: 'a', params: { x: 1, y: 2 } })).toBe(idOf({ params: { y: 2, x: 1 }, scope: 'a' }));
});

test.each<[string, Partial<ClientCredentialsOptions>]>([
  ['endpoint', { tokenUrl: 'https://auth.example.com/other' }],
  ['client', { clientId: 'another' }],
  ['authentication', { clientAuth: clientSecretBasic() }],
  ['option `id`', { id: 'reports' }],
  ['scope', { scope: 'admin' }],
  ['audience', { audience: 'https://api' }],
  ['resource', { resource: 'https://api' }],
  ['a parameter', { params: { account: '7' } }],
  ['a query parameter', { request: { query: { account: '7' } } }],
])('another %s is another id', (_what, options) => {
  expect(idOf(options)).not.toBe(idOf());
});

test('the option `id` is not taken for a parameter of that name', () => {
  expect(idOf({ id: 'reports' })).not.toBe(idOf({ params: { id: 'reports' } }));
});

test.each<[unknown, string]>([
  ['', 'an empty string'],
  [7, 'a number'],
  [() => 'reports', 'a function'],
])('the option `id` must be a text: %p', (id, type) => {
  expect(() => idOf({ id: id as string })).toThrow(
    `clientCredentials: \`id\` must be a non-empty string; got ${type}.`,
  );
});

test.each<[string, Partial<ClientCredentialsOptions>]>([
  ['the client secret', {}],
  ['a parameter that is named like one', { params: { api_key: SECRET } }],
  ['a dotted one', { params: { 'auth.client.secret': SECRET } }],
  ['one inside a parameter', { params: { auth: { client: { key: 'k', secret: SECRET } } } }],
  ['one in the query', { request: { query: { app_secret: SECRET } } }],
  ['one in the query of the URL', { tokenUrl: `https://auth.example.com/t?secret=${SECRET}` }],
  ['one in a header', { request: { headers: { 'X-Api-Key': SECRET } } }],
  ['what a function gives', { params: { nonce: () => SECRET }, clientId: () => SECRET }],
])('%s is not in it', (_what, options) => {
  expect(idOf(options)).not.toContain(SECRET);
});
