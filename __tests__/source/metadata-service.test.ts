import http from 'node:http';
import { noAuthentication, type ClientCredentialsOptions } from '../../lib/index.js';
import { ask, handleOf } from './asking.js';
import { clientCredentials } from '../../lib/index.js';
import { fakeServer, granted, tokenEndpoint } from '../support/fake-server.js';

// A metadata service gives the identity of whoever asks: what stands between must not be the one that asks.

const service = (tokenUrl: string, metadataService = true): ClientCredentialsOptions => ({
  tokenUrl,
  clientAuth: noAuthentication(),
  request: { method: 'GET', grantType: false, metadataService },
});

test('plain http to it is accepted at construction, and only to it', () => {
  expect(() => handleOf(clientCredentials(service('http://169.254.169.254/token')))).not.toThrow();
  expect(() => handleOf(clientCredentials(service('http://169.254.169.254/token', false)))).toThrow('plain http');
});

test("it is asked past the instance's proxy and agents", async () => {
  const endpoint = await tokenEndpoint(granted('own-identity'));
  const agent = new http.Agent();
  agent.createConnection = () => {
    throw new Error('asked by way of the agent');
  };
  const token = await handleOf(clientCredentials(service(endpoint.url)), {
    axios: { httpAgent: agent, proxy: { host: '127.0.0.1', port: 9 } },
  }).getToken();
  expect(token.accessToken).toBe('own-identity');
});

test("it is asked past `http`'s proxy, too", async () => {
  const endpoint = await tokenEndpoint(granted('own-identity'));
  const handle = handleOf(clientCredentials(service(endpoint.url)), {
    http: { proxy: { host: '127.0.0.1', port: 9 } },
  });
  expect((await handle.getToken()).accessToken).toBe('own-identity');
});

describe('with a proxy in the environment', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test.each([
    ['a metadata service is asked past it', true, 'own-identity'],
    ['any other endpoint is asked through it', false, 'identity-of-the-proxy'],
  ])('%s', async (_what, metadataService, expected) => {
    const endpoint = await tokenEndpoint(granted('own-identity'));
    const proxy = await fakeServer(() => ({ body: granted('identity-of-the-proxy') }));
    process.env = { ...before, http_proxy: proxy.url, no_proxy: '', NO_PROXY: '' };
    const handle = handleOf(clientCredentials(service(endpoint.url, metadataService)));
    expect((await handle.getToken()).accessToken).toBe(expected);
  });
});

test('with the fetch adapter of the instance it works as well', async () => {
  const endpoint = await tokenEndpoint(granted('own-identity'));
  const handle = handleOf(clientCredentials(service(endpoint.url)), { axios: { adapter: 'fetch' } });
  expect((await handle.getToken()).accessToken).toBe('own-identity');
});

test('anything but true or false is a TokenConfigError', async () => {
  await expect(ask({ request: { metadataService: 'yes' as never } })).rejects.toMatchObject({
    name: 'TokenConfigError',
    option: 'request.metadataService',
  });
});
