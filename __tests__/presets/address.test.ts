import { auth0, cognito, entraId, genesysCloud, keycloak, shopify, xsuaa, zoho } from '../../lib/presets/index.js';
import { address } from '../../lib/presets/address.js';
import { handleOf } from '../source/asking.js';
import { rejection } from '../support/world.js';
import { CLIENT } from './play.js';

const shop = (value: unknown): unknown =>
  address('shopify', 'https://{shop}.myshopify.com/token', { shop: value as string });

describe('a part of a host', () => {
  test.each([
    ['its label', 'acme', 'https://acme.myshopify.com/token'],
    ['the whole host', 'acme.myshopify.com', 'https://acme.myshopify.com/token'],
    ['the whole address', 'https://acme.myshopify.com/', 'https://acme.myshopify.com/token'],
    ['in capitals', 'ACME.MyShopify.com', 'https://ACME.myshopify.com/token'],
    ['with dots and hyphens', 'eu-1.gcp', 'https://eu-1.gcp.myshopify.com/token'],
  ])('%s', (_what, value, expected) => {
    expect(shop(value)).toBe(expected);
  });

  test.each([
    'evil.test/x',
    'evil.test#',
    'evil.test?',
    'me@evil.test',
    'a b',
    'evil.test\\',
    '.',
    '-',
    'http://acme',
    'a/../b',
  ])('refuses %j, which would lead elsewhere', (value) => {
    expect(() => shop(value)).toThrow('shopify: `shop` must be what stands before `.myshopify.com`');
  });
});

test('a whole host may have a port; nothing else', () => {
  const of = (domain: string): unknown => address('auth0', 'https://{domain}/oauth/token', { domain });
  expect(of('https://acme.auth0.com/')).toBe('https://acme.auth0.com/oauth/token');
  expect(of('127.0.0.1:8443')).toBe('https://127.0.0.1:8443/oauth/token');
  for (const wrong of ['http://acme.auth0.com', 'acme.auth0.com/oauth', 'acme.auth0.com:port', 'acme', 'a.b:1:2'])
    expect(() => of(wrong)).toThrow('auth0: `domain` must be a whole host name');
});

describe('a whole URL at the beginning', () => {
  const of = (url: unknown): unknown =>
    address('keycloak', '{url}/realms/{realm}/token', { url: url as string, realm: 'r' });

  test.each([
    ['https://sso.acme.test', 'https://sso.acme.test/realms/r/token'],
    ['https://sso.acme.test/auth/', 'https://sso.acme.test/auth/realms/r/token'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/realms/r/token'],
  ])('%s', (url, expected) => {
    expect(of(url)).toBe(expected);
  });

  test.each([
    'sso.acme.test',
    'ftp://sso.acme.test',
    'https://me:pw@sso.acme.test',
    'https://sso.acme.test?x=1',
    'https://sso.acme.test#x',
  ])('refuses %s', (url) => {
    expect(() => of(url)).toThrow('keycloak: `url` must be an absolute http(s) URL without a query');
  });
});

test('a segment of the path is encoded, and never a step upwards', () => {
  const of = (realm: string): unknown => address('keycloak', 'https://sso.test/{realm}/token', { realm });
  expect(of('a b/c?d')).toBe('https://sso.test/a%20b%2Fc%3Fd/token');
  expect(() => of('..')).toThrow('keycloak: `realm` cannot be used in a path');
});

test.each([undefined, '', 7, null])('a part that is %p is a TokenConfigError that names it', (value) => {
  expect(() => shop(value)).toThrow(expect.objectContaining({ name: 'TokenConfigError', option: 'shop' }));
});

test('presets say the same at construction, unless `tokenUrl` is given', () => {
  expect(() => auth0({ ...CLIENT, domain: undefined as never })).toThrow('auth0: `domain` is missing');
  expect(() => keycloak({ ...CLIENT, url: 'https://sso.test', realm: '' })).toThrow('keycloak: `realm` is missing');
  const tokenUrl = 'https://auth.example.com/token';
  expect(auth0({ ...CLIENT, domain: undefined as never, tokenUrl }).id).toContain(tokenUrl);
});

test('a whole host is recognised by what stands behind it, other parts of it filled in', () => {
  const of = (domain: string): string => cognito({ ...CLIENT, domain, region: 'eu-central-1' }).id;
  expect(of('acme.auth.eu-central-1.amazoncognito.com')).toBe(of('acme'));
});

test('a region in capitals changes nothing about it', () => {
  const of = (domain: string): string => cognito({ ...CLIENT, domain, region: 'EU-CENTRAL-1' }).id;
  expect(of('acme.auth.eu-central-1.amazoncognito.com')).toBe(of('acme'));
});

test("a function's own text is in no message", () => {
  const region = (): string => 'function-text';
  expect(() => cognito({ ...CLIENT, domain: 'a b', region })).toThrow(
    'stands before `.auth.{region}.amazoncognito.com`',
  );
});

test('an address in place of a name is refused in a path', () => {
  const tenant = 'https://login.microsoftonline.com/acme';
  expect(() => entraId({ ...CLIENT, tenant, scope: 's' })).toThrow('entraId: `tenant` must be a name, not an address');
});

describe('what stands at the end of a host decides where the credentials go', () => {
  test.each(['com.evil.test', 'evil', 'com.evil', '.eu'])('zoho: `dc` cannot be %s', (dc) => {
    const options = { ...CLIENT, refreshToken: 'r', dc };
    expect(() => zoho(options)).toThrow(expect.objectContaining({ option: 'dc' }));
  });

  test.each(['evil.test', 'mypurecloud.com.evil.test', 'notpure.cloud.test'])(
    'genesysCloud: `region` cannot be %s',
    (region) => {
      expect(() => genesysCloud({ ...CLIENT, region })).toThrow(expect.objectContaining({ option: 'region' }));
    },
  );

  test('with an address of its own the part is not needed', () => {
    const tokenUrl = 'https://login.example.com/token';
    expect(genesysCloud({ ...CLIENT, tokenUrl, region: undefined }).id).toContain(tokenUrl);
    expect(zoho({ ...CLIENT, tokenUrl, refreshToken: 'r', dc: 'ca' }).id).toContain(tokenUrl);
  });

  test('not by a function of the request either', async () => {
    const source = zoho({ ...CLIENT, refreshToken: 'r', dc: ({ tenant = '' }) => tenant });
    const failed = await rejection(handleOf(source).getToken({ tenant: 'com.evil.test' }));
    expect(failed).toMatchObject({ name: 'TokenConfigError', option: 'dc' });
  });
});

describe('two sources that differ in a part have different ids', () => {
  test.each<[string, (value: string) => { id: string }]>([
    ['the zone of xsuaa', (zoneId) => xsuaa({ ...CLIENT, subdomain: 'a', region: 'eu10', zoneId })],
    ['a tenant', (tenant) => entraId({ ...CLIENT, tenant, scope: 's' })],
  ])('%s', (_what, make) => {
    expect(make('one').id).not.toBe(make('two').id);
  });

  test('a function as a part is named', () => {
    expect(shopify({ ...CLIENT, shop: () => 'acme' }).id).toContain('shop()');
  });
});

test('beside a function, the plain parts are checked at construction', () => {
  const domain = (): string => 'acme';
  expect(() => cognito({ ...CLIENT, domain, region: '' })).toThrow('cognito: `region` is missing');
});

describe('a function as a part', () => {
  const asked: string[] = [];
  const http = {
    adapter: async (config: { url?: string }) => {
      asked.push(config.url!);
      return { status: 200, statusText: '', headers: {}, config, data: '{"access_token":"x"}' } as never;
    },
  };
  const source = shopify({ ...CLIENT, shop: ({ tenant }) => Promise.resolve(tenant!) });

  test('is asked for each tenant: each has an address and a token of its own', async () => {
    const auth = handleOf(source, { http });
    await auth.getToken({ tenant: 'acme' });
    await auth.getToken({ tenant: 'globex' });
    await auth.getToken({ tenant: 'acme' });
    expect(asked).toEqual([
      'https://acme.myshopify.com/admin/oauth/access_token',
      'https://globex.myshopify.com/admin/oauth/access_token',
    ]);
  });

  test('what it returns is checked like any other', async () => {
    const auth = handleOf(source, { http });
    expect(await rejection(auth.getToken({ tenant: 'evil.test/x' }))).toMatchObject({ option: 'shop' });
    expect(await rejection(auth.getToken())).toMatchObject({ name: 'TokenConfigError', option: 'shop' });
    expect(asked).toHaveLength(2);
  });
});
