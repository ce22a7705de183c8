import {
  type ClientAuth,
  type ClientAuthRequest,
  clientCredentials,
  clientSecretPost,
  noAuthentication,
  TokenConfigError,
} from '../../lib/index.js';
import { fakeServer, form, granted, tokenEndpoint } from '../support/fake-server.js';
import { rejection } from '../support/world.js';
import { client, handleOf, SECRET } from '../source/asking.js';

test("a function of one's own sees the request, may take its time, and has the say", async () => {
  const endpoint = await tokenEndpoint();
  let seen: ClientAuthRequest | undefined;
  const clientAuth: ClientAuth = async (request) => {
    seen = { ...request, parameters: { ...request.parameters }, headers: { ...request.headers } };
    await Promise.resolve();
    request.headers['X-Signature'] = 'signed';
    request.parameters.client_assertion = 'proof';
    delete request.parameters.scope;
  };
  await handleOf(clientCredentials({ tokenUrl: `${endpoint.url}/t`, ...client, scope: 'a', clientAuth })).getToken();
  expect(seen).toMatchObject({
    ...client,
    method: 'POST',
    headers: { Accept: 'application/json' },
    parameters: { grant_type: 'client_credentials', scope: 'a' },
    agentOptions: {},
  });
  expect(String(seen?.tokenUrl)).toBe(`${endpoint.url}/t`);
  const [request] = endpoint.requests;
  expect(request?.headers['x-signature']).toBe('signed');
  expect(form(request!.body)).toEqual({ grant_type: 'client_credentials', client_assertion: 'proof' });
});

test('it is asked anew for every token: nothing of the last is left', async () => {
  const endpoint = await tokenEndpoint();
  let count = 0;
  const clientAuth: ClientAuth = ({ headers, parameters, agentOptions }) => {
    expect([headers['X-Count'], parameters.jti, Object.keys(agentOptions)]).toEqual([undefined, undefined, []]);
    count += 1;
    Object.assign(headers, { 'X-Count': String(count) });
    Object.assign(parameters, { jti: count });
  };
  const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, clientAuth }));
  await handle.refresh();
  await handle.refresh();
  expect(endpoint.requests.map(({ headers, body }) => [headers['x-count'], form(body).jti])).toEqual([
    ['1', '1'],
    ['2', '2'],
  ]);
});

test("what it puts among the parameters gets the endpoint's own names", async () => {
  const endpoint = await tokenEndpoint();
  const source = clientCredentials({
    tokenUrl: endpoint.url,
    ...client,
    clientAuth: clientSecretPost(),
    request: { names: { clientId: 'app', clientSecret: 'key' } },
  });
  await handleOf(source).getToken();
  expect(form(endpoint.requests[0]!.body)).toEqual({
    grant_type: 'client_credentials',
    app: client.clientId,
    key: SECRET,
  });
});

test('one that fails: ERR_TOKEN_SOURCE, nothing sent', async () => {
  const endpoint = await tokenEndpoint();
  const clientAuth: ClientAuth = () => Promise.reject(new Error('no key'));
  const error = await rejection(handleOf(clientCredentials({ tokenUrl: endpoint.url, clientAuth })).getToken());
  expect(error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', message: expect.stringContaining('no key') });
  expect(endpoint.requests).toHaveLength(0);
});

describe('agentOptions: how the connection itself says who the client is', () => {
  const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const; // a shared key in place of certificates

  test('go into the TLS handshake of this request, and of no other', async () => {
    const seen: string[] = [];
    const endpoint = await fakeServer(() => ({ body: granted('over-tls') }), {
      ...tls,
      pskCallback: (_socket, identity) => {
        seen.push(identity);
        return key;
      },
    });
    let count = 0;
    const clientAuth: ClientAuth = ({ agentOptions }) => {
      count += 1;
      const identity = `client-${count}`;
      Object.assign(agentOptions, {
        ...tls,
        pskCallback: () => ({ identity, psk: key }),
        checkServerIdentity: () => undefined,
      });
    };
    const handle = handleOf(clientCredentials({ tokenUrl: endpoint.url, clientAuth }));
    expect((await handle.getToken()).accessToken).toBe('over-tls');
    await handle.refresh();
    expect(seen).toEqual(['client-1', 'client-2']);
  });
});

describe('a method is recognised by itself, not by the name that a minifier leaves it', () => {
  const minified = (auth: ClientAuth): ClientAuth => Object.defineProperty(auth, 'name', { value: 'e' });

  test('noAuthentication() needs no secret', () => {
    const options = { tokenUrl: 'https://auth.example.com/t', clientId: 'x', clientSecret: undefined };
    expect(() => clientCredentials({ ...options, clientAuth: noAuthentication() })).not.toThrow();
    expect(() => clientCredentials({ ...options, clientAuth: minified(noAuthentication()) })).not.toThrow();
  });

  test('clientSecretPost() has nowhere to put its parameters with format none', () => {
    const options = { tokenUrl: 'https://auth.example.com/t', ...client, request: { format: 'none' } } as const;
    expect(() => clientCredentials({ ...options, clientAuth: clientSecretPost() })).toThrow(TokenConfigError);
    expect(() => clientCredentials({ ...options, clientAuth: minified(clientSecretPost()) })).toThrow(TokenConfigError);
  });
});
