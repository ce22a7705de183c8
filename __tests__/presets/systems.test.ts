import axios from 'axios';
import { clientCredentials, clientSecretBasic, TokenConfigError } from '../../lib/index.js';
import { dadi, healthwise, pokitdok } from '../../lib/presets/index.js';
import { fakeServer, form } from '../support/fake-server.js';
import { attach, rejection } from '../support/world.js';
import { handleOf } from '../source/asking.js';
import { CLIENT, fakeOf, fault, system, systems } from './systems.js';

const NOW = Date.UTC(2030, 0, 1);
const clock = { now: () => NOW, monotonic: () => 0, setTimeout, clearTimeout: clearTimeout as never };

describe.each(systems)('$name', (one) => {
  test('its server understands the request, and the token is read and sent as its document shows', async () => {
    const [endpoint, upstream] = await Promise.all([fakeOf(one), fakeServer()]);
    const api = axios.create({ baseURL: upstream.url });
    const auth = attach(api, one.preset({ ...CLIENT, tokenUrl: endpoint.url + one.path }), { clock });
    await api.get('/x');
    expect(upstream.requests[0]?.headers.authorization).toBe(`Bearer ${one.token}`);
    expect((await auth.getToken()).expiresAt).toBe(NOW + one.lifeMs);
    expect(endpoint.requests).toHaveLength(1);
  });

  test('its server refuses one parameter more: the fake is strict', async () => {
    const endpoint = await fakeOf(one);
    const source = one.preset({ ...CLIENT, tokenUrl: endpoint.url + one.path, params: { surplus: 1 } });
    expect(await rejection(handleOf(source).getToken())).toMatchObject({ status: 400 });
  });

  test('its server refuses the plain RFC 6749 request of another dialect, unless that is its own', async () => {
    const endpoint = await fakeOf(one);
    const clientAuth = one.authorization === undefined ? clientSecretBasic({ encoding: 'raw' }) : undefined;
    const source = clientCredentials({ ...CLIENT, tokenUrl: endpoint.url + one.path, clientAuth });
    await rejection(handleOf(source).getToken());
    expect(fault(endpoint.requests[0]!, one)).not.toBe('');
  });
});

test.each([
  ['actigraph', 'https://auth.actigraphcorp.com/connect/token'],
  ['pokitdok', 'https://platform.pokitdok.com/oauth2/token'],
  ['healthwise', 'https://auth.healthwise.net/oauth2/token'],
  ['surveysphere', 'https://app.surveysphere.co.uk/connect/token'],
])('%s knows its address: %s', (name, url) => {
  expect(system(name).preset({ ...CLIENT } as never).id).toContain(url);
});

test('dadi has no public address: without tokenUrl a TokenConfigError that names it', () => {
  expect(() => dadi({ ...CLIENT } as never)).toThrow(TokenConfigError);
  expect(() => dadi({ ...CLIENT } as never)).toThrow('tokenUrl');
});

test.each([
  ['with :80', 'http://api.example.com:80/token'],
  ['with https', 'https://api.example.com/token'],
])("dadi takes the address of one's own API, %s", (_what, tokenUrl) => {
  expect(() => dadi({ ...CLIENT, tokenUrl })).not.toThrow();
});

test('healthwise sends a lifetime when asked for, and only then', async () => {
  const endpoint = await fakeOf(system('healthwise'), { expiration: '86400' });
  const source = healthwise({ ...CLIENT, tokenUrl: `${endpoint.url}/oauth2/token`, params: { expiration: 86400 } });
  expect((await handleOf(source).getToken()).accessToken).toBe('healthwise-token');
});

test('the Basic bytes of pokitdok and healthwise are those of the raw id and secret', async () => {
  for (const preset of [pokitdok, healthwise]) {
    const endpoint = await fakeServer(() => ({ body: { access_token: 'x' } }));
    await handleOf(preset({ ...CLIENT, tokenUrl: endpoint.url })).getToken();
    const { authorization } = endpoint.requests[0]!.headers;
    expect(Buffer.from(authorization!.slice(6), 'base64').toString()).toBe(`${CLIENT.clientId}:${CLIENT.clientSecret}`);
  }
});

describe('overrides', () => {
  const sentBy = async (
    make: (tokenUrl: string) => Parameters<typeof handleOf>[0],
  ): Promise<{ body: string; headers: object; target: string }> => {
    const endpoint = await fakeServer(() => ({ body: { access_token: 'x', accessToken: 'x' } }));
    await handleOf(make(`${endpoint.url}/token`)).getToken();
    return endpoint.requests[0]!;
  };

  test('replace what the preset says', async () => {
    const { body } = await sentBy((tokenUrl) => healthwise({ ...CLIENT, tokenUrl, scope: 'narrow' }));
    expect(form(body).scope).toBe('narrow');
  });

  test('undefined leaves it', async () => {
    const { body } = await sentBy((tokenUrl) =>
      healthwise({ ...CLIENT, tokenUrl, scope: undefined, request: undefined }),
    );
    expect(form(body).scope).toBe('*');
  });

  test('`request` merges one level deep: what is not named stays', async () => {
    const { body, target, headers } = await sentBy((tokenUrl) =>
      dadi({ ...CLIENT, tokenUrl, request: { query: { v: 1 }, headers: { 'X-A': 'b' } } }),
    );
    expect([target, JSON.parse(body)]).toEqual([
      '/token?v=1',
      { clientId: CLIENT.clientId, secret: CLIENT.clientSecret },
    ]);
    expect(headers).toMatchObject({ 'x-a': 'b', 'content-type': 'application/json' });
  });

  test('and not deeper: names given anew are all the names', async () => {
    const { body } = await sentBy((tokenUrl) => dadi({ ...CLIENT, tokenUrl, request: { names: { clientId: 'app' } } }));
    expect(JSON.parse(body)).toEqual({ app: CLIENT.clientId, client_secret: CLIENT.clientSecret });
  });

  test('a misspelt one is a TokenConfigError', () => {
    expect(() => pokitdok({ ...CLIENT, scopes: 'x' } as never)).toThrow('Did you mean `scope`?');
  });

  test('a missing secret is a TokenConfigError', () => {
    expect(() => pokitdok({ clientId: 'x', clientSecret: undefined })).toThrow('clientSecret');
    expect(() => pokitdok({ clientId: undefined, clientSecret: 'x' })).toThrow('clientId');
  });
});
