import axios, { type AxiosRequestConfig } from 'axios';
import MockAdapter from 'axios-mock-adapter';
import { dpop } from '../../lib/dpop/index.js';
import { bearer, TokenEndpointError, TokenResponseError } from '../../lib/index.js';
import { faultOf } from '../support/config-fault.js';
import { attach, callsOf, rejection } from '../support/world.js';
import { accessTokenIn, authorizationServer, noncesIn, protectedApi, sourceFor, startDpopWorld } from './parties.js';
import { readProof } from './proofs.js';

const jtis = (proofs: { claims: { jti: string } }[]): number => new Set(proofs.map(({ claims }) => claims.jti)).size;

describe('every send has a proof of its own', () => {
  test('when the token request is tried again after a 503', async () => {
    const { api, server } = await startDpopWorld();
    server.answering = () => (server.requests.length < 3 ? { status: 503 } : undefined);
    expect(await api.get('/things')).toMatchObject({ status: 200 });
    expect([server.requests.length, jtis(server.proofs)]).toEqual([3, 3]);
  });

  test.each(['http', 'fetch'] as const)('when the caller sends error.config again (%s)', async (adapter) => {
    const { api, upstream } = await startDpopWorld({ axios: { adapter } });
    upstream.answering = () => (upstream.requests.length < 2 ? { status: 500 } : undefined);
    const { config } = (await rejection(api.put('/things', { a: 1 }))) as { config: AxiosRequestConfig };
    expect(config.headers).not.toHaveProperty('DPoP');
    expect(config.headers).not.toHaveProperty('Authorization');
    expect(await api.request(config)).toMatchObject({ status: 200 });
    expect(jtis(upstream.proofs)).toBe(2);
    expect(upstream.requests.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  test('when the caller sends response.config again, under another method and to another path', async () => {
    const { api, upstream } = await startDpopWorld();
    const { config } = await api.get('/things');
    expect(await api.request({ ...config, method: 'delete', url: '/others' })).toMatchObject({ status: 200 });
    expect(upstream.proofs.map(({ claims }) => [claims.htm, claims.htu])).toEqual([
      ['GET', `${upstream.url}/things`],
      ['DELETE', `${upstream.url}/others`],
    ]);
  });

  test.each(['get', 'delete', 'head', 'options', 'post', 'put', 'patch'])('whatever the method: %s', async (method) => {
    const { api, upstream } = await startDpopWorld();
    expect(await api.request({ url: '/things', method })).toMatchObject({ status: 200 });
    expect(upstream.proofs[0]!.claims.htm).toBe(method.toUpperCase());
  });
});

describe('one dpop() for several', () => {
  test('two handles: one key, and what one learns of nonces the other knows', async () => {
    const binding = dpop();
    const first = await startDpopWorld({ binding });
    first.server.nonce = 'as';
    first.upstream.nonce = 'api';
    expect(await first.api.get('/a')).toMatchObject({ status: 200 });
    const api = axios.create({ baseURL: first.upstream.url });
    attach(api, sourceFor(first.server, { binding }));
    expect(await api.get('/b')).toMatchObject({ status: 200 });
    expect(noncesIn(first.server)).toEqual([undefined, 'as', 'as']);
    expect(noncesIn(first.upstream)).toEqual([undefined, 'api', 'api']);
    expect(new Set([...first.server.proofs, ...first.upstream.proofs].map(({ thumbprint }) => thumbprint)).size).toBe(
      1,
    );
  });

  test('two instances on one handle: one token, and proofs for each API', async () => {
    const { auth, server } = await startDpopWorld();
    const upstreams = [await protectedApi(server), await protectedApi(server)];
    upstreams[1]!.nonce = 'second';
    for (const { url } of upstreams) {
      const api = axios.create({ baseURL: url });
      attach(api, auth);
      expect((await callsOf(api, 5)).every(({ status }) => status === 200)).toBe(true);
    }
    expect(server.requests).toHaveLength(1);
    expect(new Set(upstreams.flatMap(({ requests }) => requests.map(accessTokenIn))).size).toBe(1);
  });
});

describe('a token that is not bound is refused', () => {
  test.each(['Bearer', undefined, 'N_A'])('token_type %s: nothing is sent with it', async (tokenType) => {
    const { api, server, upstream } = await startDpopWorld();
    server.tokenType = tokenType;
    const error = await rejection(api.get('/things'));
    expect(error).toBeInstanceOf(TokenResponseError);
    expect(error).toMatchObject({
      permanent: true,
      message: expect.stringContaining('gave a token that is not bound to the key: its `token_type` is not DPoP'),
    });
    expect([server.requests.length, upstream.requests.length]).toEqual([1, 0]);
  });

  test('its name may be written in other letters', async () => {
    const { api, server } = await startDpopWorld();
    server.tokenType = 'dpop';
    expect(await api.get('/things')).toMatchObject({ status: 200 });
  });
});

describe('options', () => {
  test('`sendAs` besides `dpop` is a TokenConfigError', async () => {
    const server = await authorizationServer();
    const error = faultOf(() => sourceFor(server, { source: { sendAs: bearer() } }));
    expect(error).toMatchObject({
      option: 'sendAs',
      message: expect.stringContaining('the proof says how tokens are sent'),
    });
  });

  test('dpop handed over without being called is a TokenConfigError', async () => {
    const server = await authorizationServer();
    const error = faultOf(() => sourceFor(server, { source: { dpop: dpop as never } }));
    expect(error).toMatchObject({
      option: 'dpop',
      message: expect.stringContaining('the result of dpop() of the entry ./dpop'),
    });
  });

  test('a source with it has another id than one without', async () => {
    const server = await authorizationServer();
    const [bound, plain] = [sourceFor(server), sourceFor(server, { source: { dpop: undefined } })];
    expect(bound.id).not.toBe(plain.id);
  });
});

describe("what is the caller's", () => {
  test('an Authorization of his own goes out as it is, without a proof', async () => {
    const { api, server, upstream } = await startDpopWorld();
    await rejection(api.get('/things', { headers: { Authorization: 'Basic eDp5' } }));
    expect(upstream.requests[0]!.headers).toMatchObject({ authorization: 'Basic eDp5' });
    expect(upstream.requests[0]!.headers).not.toHaveProperty('dpop');
    expect(server.requests).toHaveLength(0);
  });

  test.each(['http', 'fetch'] as const)(
    'a DPoP header of his own, in any letters, is replaced, and there again in error.config (%s)',
    async (adapter) => {
      const { api, upstream } = await startDpopWorld({ axios: { adapter } });
      upstream.answering = () => ({ status: 500 });
      const error = await rejection(api.get('/things', { headers: { dpop: 'mine' } }));
      expect(upstream.proofs).toHaveLength(1);
      expect(error).toMatchObject({ config: { headers: { dpop: 'mine' } } });
    },
  );

  test('another origin gets neither token nor proof', async () => {
    const { api, server, upstream } = await startDpopWorld();
    const elsewhere = await protectedApi(server);
    await rejection(api.get(`${elsewhere.url}/things`));
    expect(Object.keys(elsewhere.requests[0]!.headers)).toEqual(expect.not.arrayContaining(['authorization', 'dpop']));
    expect([server.requests.length, upstream.requests.length]).toEqual([0, 0]);
  });
});

test('axios-mock-adapter: mocked calls carry a proof for the address that is mocked, and a mocked nonce is answered', async () => {
  const server = await authorizationServer();
  const api = axios.create({ baseURL: 'https://api.example.com/v1' });
  const mock = new MockAdapter(api);
  attach(api, sourceFor(server));
  const challenge = { 'WWW-Authenticate': 'DPoP error="use_dpop_nonce"', 'DPoP-Nonce': 'mocked' };
  mock.onGet('/things').replyOnce(401, '', challenge).onGet('/things').reply(200, 'done');
  expect(await api.get('/things', { params: { page: 2 } })).toMatchObject({ status: 200, data: 'done' });
  const sent = mock.history.get.map(({ headers }) => headers as Record<string, string>);
  const proofs = await Promise.all(sent.map(({ DPoP }) => readProof(DPoP!)));
  expect(proofs.map(({ claims }) => [claims.htm, claims.htu, claims.nonce])).toEqual([
    ['GET', 'https://api.example.com/v1/things', undefined],
    ['GET', 'https://api.example.com/v1/things', 'mocked'],
  ]);
  expect(new Set(sent.map(({ Authorization }) => Authorization)).size).toBe(1);
});

describe('a token endpoint that refuses the proof', () => {
  const refused = async (skewMs: number): Promise<unknown> => {
    const { api, server } = await startDpopWorld();
    server.answering = () => ({
      status: 400,
      headers: { date: new Date(Date.now() - skewMs).toUTCString() },
      body: { error: 'invalid_dpop_proof', error_description: 'iat is not acceptable' },
    });
    const error = await rejection(api.get('/things'));
    expect(error).toBeInstanceOf(TokenEndpointError);
    expect(server.requests).toHaveLength(1);
    return error;
  };

  test('the message says what to check', async () => {
    expect(await refused(0)).toMatchObject({
      error: 'invalid_dpop_proof',
      permanent: true,
      message: expect.stringMatching(/`dpop` is set.*`algorithm`.*by this address, also behind a proxy\.$/),
    });
  });

  test.each([
    [5 * 60_000, /The clock here is (299|300|301) s ahead of the server's: set it right\.$/],
    [-5 * 60_000, /The clock here is (299|300|301) s behind the server's: set it right\.$/],
  ])('with clocks %d ms apart it names the skew', async (skewMs, said) => {
    expect(await refused(skewMs)).toMatchObject({ message: expect.stringMatching(said) });
  });

  test('a server that wants a nonce and gives none: the message says so', async () => {
    const { api, server } = await startDpopWorld();
    Object.assign(server, { nonce: 'wanted', announce: () => undefined });
    expect(await rejection(api.get('/things'))).toMatchObject({
      error: 'use_dpop_nonce',
      message: expect.stringContaining('it gave no usable `DPoP-Nonce`'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('its word is shown also where a parameter has it as its value', async () => {
    const { api, server } = await startDpopWorld({ source: { params: { x: 'invalid_dpop_proof' } } });
    server.answering = () => ({ status: 400, body: { error: 'invalid_dpop_proof' } });
    expect(await rejection(api.get('/things'))).toMatchObject({ error: 'invalid_dpop_proof' });
  });
});
