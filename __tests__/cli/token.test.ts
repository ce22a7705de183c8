import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientCredentials } from '../../lib/index.js';
import { tokenServer } from '../support/world.js';
import { cli, ERASED } from './cli.js';

const env = { CLIENT_ID: 'test-client', CLIENT_SECRET: 'test-secret' };

const folder = mkdtempSync(join(tmpdir(), 'cli-token-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text = ''): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** header.claims.signature */
const jwt = (claims: object): string =>
  [{ alg: 'ES256', kid: 'k1' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.') + '.c2ln';

test('stdout has the token and nothing else; what goes on is on stderr', async () => {
  const server = await tokenServer();
  const { code, stdout, stderr } = await cli(`token --token-url ${server.tokenUrl}`, { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\S+\n$/);
  expect(server.isActive(stdout.trim())).toBe(true);
  expect(stderr).toBe(`Asking ${server.tokenUrl} …\n`);
});

test('on a terminal the progress is gone when the token is there', async () => {
  const server = await tokenServer();
  const { stdout, stderr } = await cli(`token --token-url ${server.tokenUrl}`, { env, terminal: ['stderr'] });
  expect(stdout).toMatch(/^\S+\n$/);
  expect(stderr).toContain('Asking ');
  expect(stderr.replace(ERASED, '')).toBe('');
});

test('options go out as the endpoint expects them', async () => {
  const server = await tokenServer();
  const ask = (options: string[]) =>
    cli(['token', '--token-url', server.tokenUrl, '--json', ...options], { env: { ...env, CODE: '123456' } });
  await ask([
    '--scope',
    'read write',
    '--audience',
    'a',
    '--resource',
    'urn:r:1',
    '--resource',
    'urn:r:2',
    '--param',
    'x=1=2',
    '--param-env',
    'code=CODE',
  ]);
  await ask(['--client-auth', 'basic']);
  await ask(['--client-auth', 'none']);
  await ask(['--format', 'json']);
  await ask(['--method', 'GET', '--client-auth', 'basic-raw']);
  const [post, basic, none, json, get] = server.requests;
  expect(post?.parameters).toEqual({
    grant_type: 'client_credentials',
    client_id: 'test-client',
    client_secret: 'test-secret',
    scope: 'read write',
    audience: 'a',
    resource: 'urn:r:1 urn:r:2',
    x: '1=2',
    code: '123456',
  });
  expect(basic?.headers.authorization).toBe(`Basic ${btoa('test-client:test-secret')}`);
  expect(none?.parameters).toEqual({ grant_type: 'client_credentials', client_id: 'test-client' });
  expect(JSON.parse(json!.rawBody)).toMatchObject({ client_id: 'test-client' });
  expect([get?.method, get?.headers.authorization]).toEqual(['GET', basic?.headers.authorization]);
});

describe('--json', () => {
  const accessToken = jwt({
    iss: 'https://auth.example.com',
    aud: 'https://api.example.com',
    scope: 'read',
    exp: 4102444800,
  });
  const answer = (): object => ({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: 600,
    scope: 'read',
    refresh_token: 'refresh-me',
    nested: {
      id_token: 'about-me',
      instance_url: 'https://eu.example.com',
      echo: `token ${accessToken}, secret test-secret`,
    },
  });

  test('prints everything about the token but what is secret', async () => {
    const server = await tokenServer({ answer });
    const { code, stdout } = await cli(`token --token-url ${server.tokenUrl} --json`, { env });
    expect(code).toBe(0);
    const facts = JSON.parse(stdout) as { issuedAt: string; expiresAt: string };
    expect(facts).toEqual({
      endpoint: server.tokenUrl,
      clientId: 'test-client',
      tokenType: 'Bearer',
      scope: 'read',
      issuedAt: new Date(facts.issuedAt).toISOString(),
      expiresAt: new Date(Date.parse(facts.issuedAt) + 600_000).toISOString(),
      lifetimeSeconds: 600,
      jwt: {
        header: { alg: 'ES256', kid: 'k1' },
        claims: { iss: 'https://auth.example.com', aud: 'https://api.example.com', scope: 'read', exp: 4102444800 },
      },
      answer: {
        access_token: '[redacted]',
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'read',
        refresh_token: '[redacted]',
        nested: {
          id_token: '[redacted]',
          instance_url: 'https://eu.example.com',
          echo: 'token [redacted], secret [redacted]',
        },
      },
    });
  });

  test('--with-token adds the token, and still no other secret', async () => {
    const server = await tokenServer({ answer });
    const { stdout } = await cli(`token --token-url ${server.tokenUrl} --json --with-token`, { env });
    expect(JSON.parse(stdout)).toMatchObject({
      accessToken,
      answer: { access_token: '[redacted]', refresh_token: '[redacted]' },
    });
    for (const secret of ['refresh-me', 'about-me', 'test-secret']) expect(stdout).not.toContain(secret);
  });

  test('what an answer does not say is null', async () => {
    const server = await tokenServer({ answer: () => ({ access_token: 'opaque' }) });
    const { stdout } = await cli(`token --token-url ${server.tokenUrl} --json`, { env });
    expect(JSON.parse(stdout)).toMatchObject({
      tokenType: null,
      scope: null,
      expiresAt: null,
      lifetimeSeconds: null,
      jwt: null,
    });
  });
});

describe('--preset', () => {
  test('asks in the dialect of the provider', async () => {
    const server = await tokenServer({ answer: () => '' });
    const address = `--token-url ${server.tokenUrl}`;
    await cli(`token --preset auth0 --set domain=acme.eu.auth0.com ${address} --audience https://api.example.com`, {
      env,
    });
    await cli(`token --preset zoom --set accountId=acme ${address}`, { env });
    await cli(`token --preset zoho --set dc=eu --set-env refreshToken=REFRESH ${address}`, {
      env: { ...env, REFRESH: 'refresh-me' },
    });
    const [auth0, zoom, zoho] = server.requests;
    expect(JSON.parse(auth0!.rawBody)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'test-client',
      client_secret: 'test-secret',
      audience: 'https://api.example.com',
    });
    expect(zoom?.headers.authorization).toBe(`Basic ${btoa('test-client:test-secret')}`);
    expect(zoho?.parameters).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-me' });
  });

  test('neither asks for nor sends a secret where the provider has none', async () => {
    const server = await tokenServer();
    const command = `token --preset azureImds --resource https://vault.azure.net --token-url ${server.tokenUrl}`;
    const { asked } = await cli(command, { env, terminal: ['stdin', 'stderr'] });
    expect(asked).toEqual([]);
    expect(JSON.stringify(server.requests)).not.toMatch(/test-secret|test-client/);
  });

  test('takes a file that the provider gave, as the JSON that it is', async () => {
    const broken = await cli(
      `token --preset googleServiceAccount --scope s --set-file credentials=${file('key.txt', 'no JSON')}`,
    );
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('must be JSON') });
    const key = file('key.json', JSON.stringify({ client_email: 'me@example.com' }));
    const incomplete = await cli(`token --preset googleServiceAccount --scope s --set-file credentials=${key}`);
    expect(incomplete).toMatchObject({ code: 2, stderr: expect.stringContaining('credentials.private_key') });
  });
});

describe('--source', () => {
  test('takes a source, or a function, out of a module', async () => {
    const server = await tokenServer();
    const { tokenUrl, clientId, clientSecret } = server;
    const modules = {
      'source.mjs': { default: clientCredentials({ tokenUrl, clientId, clientSecret }) },
      'function.mjs': { default: async () => ({ accessToken: 'my-own' }) },
    };
    const { stdout } = await cli(`token --source ${file('source.mjs')}`, { modules });
    expect(server.isActive(stdout.trim())).toBe(true);
    expect(await cli(`token --source ${file('function.mjs')}`, { modules })).toMatchObject({
      code: 0,
      stdout: 'my-own\n',
    });
  });

  test('takes options of clientCredentials out of JSON; the secret comes as always, and options win', async () => {
    const server = await tokenServer();
    const described = {
      tokenUrl: server.tokenUrl,
      clientId: 'test-client',
      clientAuth: 'clientSecretBasic',
      scope: 'read',
    };
    const source = file('source.json', JSON.stringify(described));
    const { code } = await cli(`token --source ${source} --scope write`, {
      env: { ...env, CLIENT_ID: 'somebody-else' },
    });
    expect(code).toBe(0);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('test-client:test-secret')}`);
    expect(server.requests[0]?.parameters).toMatchObject({ scope: 'write' });
  });

  test.each([
    ['no-such.mjs', undefined, {}, 'cannot be read: there is none'],
    ['empty.mjs', '', { 'empty.mjs': {} }, 'must have a source as its default export'],
    [
      'options.mjs',
      '',
      { 'options.mjs': { default: { tokenUrl: 'https://a.example' } } },
      'must have a source as its default export',
    ],
    [
      'imports.mjs',
      '',
      { 'imports.mjs': Object.assign(new Error('Cannot find package\nx'), { code: 'ERR_MODULE_NOT_FOUND' }) },
      'Cannot find package x. What a module imports is looked for beside it: `npm install axios axios-client-credentials`',
    ],
    [
      'throws.mjs',
      '',
      { 'throws.mjs': new TypeError('x is not a function') },
      'cannot be loaded: TypeError: x is not a function.',
    ],
    ['broken.json', '{ "clientId": my-service', {}, 'must be JSON: an object with options of clientCredentials'],
    ['list.json', '[]', {}, 'must be JSON: an object with options of clientCredentials'],
    ['secret.json', '{ "clientSecret": "hush-hush" }', {}, 'holds a `clientSecret`: leave it out'],
    ['auth.json', '{ "clientAuth": "toString" }', {}, '`clientAuth` must be one of clientSecretBasic'],
    ['typo.json', '{ "tokenURL": "https://a.example" }', {}, 'Did you mean `tokenUrl`?'],
  ])('%s: exit code 2, and what is wrong with it', async (name, text, modules, words) => {
    const path = text === undefined ? join(folder, name) : file(name, text);
    const { code, stdout, stderr } = await cli(`token --source ${path}`, { env, modules });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('hush-hush');
  });

  test('a mistake in a module is told in the words of its code', async () => {
    const server = await tokenServer();
    const { tokenUrl, clientId } = server;
    const modules = { 'wrong.mjs': { default: clientCredentials({ tokenUrl, clientId, clientSecret: 'wrong' }) } };
    const { code, stderr } = await cli(`token --source ${file('wrong.mjs')}`, { modules });
    expect(code).toBe(3);
    expect(stderr).toContain('`clientAuth: clientSecretBasic()`');
  });

  test('a module says all by itself: other options beside it would be lost', async () => {
    const modules = { 'function.mjs': { default: async () => ({ accessToken: 'my-own' }) } };
    const { code, stderr } = await cli(`token --source ${file('function.mjs')} --scope read --client-secret-env X`, {
      modules,
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('(scope, clientSecretEnv)') });
  });
});
