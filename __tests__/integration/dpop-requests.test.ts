import axios, { type AxiosRequestConfig } from 'axios';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { dpop } from '../../lib/dpop/index.js';
import { clientSecretBasic } from '../../lib/index.js';
import { attach, rejection } from '../support/world.js';
import { tls, trusting } from './certificates.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

// What an API request looks like: a proof must name exactly what the API sees of it.

const common = { secret: 's3cret', method: 'client_secret_basic' } as const;
const bound: ProviderClient = { ...common, id: 'bound', binding: 'dpop' };
const nonced: ProviderClient = { ...common, id: 'bound, with nonces', binding: 'dpop with nonces' };
const provider = useProvider([bound, nonced], tls);

/** JWTs, so that the API looks at the proof before anything else. */
const withDpop = () => ({ clientAuth: clientSecretBasic(), dpop: dpop(), resource: RESOURCES[0] });

describe.each(['http', 'fetch'])('with the %s adapter', (adapter) => {
  test.each<[string, AxiosRequestConfig]>([
    ['a query and a fragment in the address', { url: '/things?page=2&next=/a?b#top' }],
    ['params', { url: '/things', params: { page: 2, 'filter[name]': 'a b' } }],
    ['letters that are not ASCII', { url: '/things/äöü/日本' }],
    ['a space', { url: '/things/a b' }],
    ['what is encoded already', { url: '/things/a%2Fb%20c%C3%A4' }],
    ['dots', { url: '/things/../other/./x' }],
    ['characters that a path may hold', { url: "/things/a:b@c;d=e,f!$&'()*+" }],
    ['a bare bracket, pipe and quote', { url: '/things/a[b]|c"d<e>^`{f}' }],
    ['no path', { url: '' }],
    ['two slashes inside', { url: '/things//twice' }],
    ['a lower-case method', { url: '/things', method: 'patch', data: { a: 1 } }],
    ['DELETE', { url: '/things', method: 'DELETE' }],
    ['OPTIONS', { url: '/things', method: 'OPTIONS' }],
    ['a form', { url: '/things', method: 'POST', data: new URLSearchParams({ a: '1' }) }],
    ['bytes', { url: '/things', method: 'PUT', data: Buffer.from('bytes') }],
    ['headers of its own', { url: '/things', headers: { 'X-Own': 'a' } }],
    ['text as the answer', { url: '/things', responseType: 'text' }],
  ])('%s: the proof is taken', async (_what, config) => {
    const { api } = attached(provider(), nonced, withDpop(), {}, { adapter });
    const { status } = await api.request(config);
    expect(status).toBe(200);
    expect(await provider().apiRefusals()).toEqual(['nonce is wanted']);
    await api.request(config);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3, apiRejections: 1 });
  });

  test('an address in full, with the host in capitals', async () => {
    const { api } = attached(provider(), bound, withDpop(), {}, { adapter });
    const url = `${provider().apiUrl.replace('http', 'HTTP')}/things`;
    expect((await api.get<Grant>(url)).data.scheme).toBe('DPoP');
  });

  test('a base address with a path', async () => {
    const baseURL = `${provider().apiUrl}/v1/`;
    const { api } = attached(provider(), bound, withDpop(), {}, { adapter, baseURL });
    for (const url of ['things', '/things', './things']) expect((await api.get<Grant>(url)).data.scheme).toBe('DPoP');
    expect(await provider().apiRefusals()).toEqual([]);
  });
});

test('a stream as the answer: the nonce in the first one is used, and the second one is the stream', async () => {
  const { api } = attached(provider(), nonced, withDpop());
  const { data } = await api.get<Readable>('/things', { responseType: 'stream' });
  expect(JSON.parse(await text(data))).toMatchObject({ scheme: 'DPoP' });
});

test('a body that cannot be sent twice: the wish for a nonce surfaces, an event says why, and the next call has it', async () => {
  const { api, events } = attached(provider(), nonced, withDpop());
  const send = () => api.post<Grant>('/things', Readable.from(['a', 'b']));
  expect(await rejection(send())).toMatchObject({ name: 'AxiosError', response: { status: 401 } });
  expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'body', status: 401 }]);
  expect((await send()).data.scheme).toBe('DPoP');
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 2, apiRejections: 1 });
});

describe.each([bound, nonced])('a redirect ($id)', (client) => {
  test('within the API is followed with a proof for where it leads', async () => {
    const { api } = attached(provider(), client, withDpop());
    expect((await api.get<Grant>('/moved?from=here')).data).toMatchObject({ scheme: 'DPoP', clientId: client.id });
    expect((await api.post<Grant>('/moved', { some: 'thing' })).data).toMatchObject({ scheme: 'DPoP' });
    expect((await provider().counts()).tokenRequests).toBe(client === bound ? 1 : 2);
  });

  test('to another origin that may have the token likewise', async () => {
    const { apiUrl, apiTlsUrl } = provider();
    const { api } = attached(
      provider(),
      client,
      withDpop(),
      { allowedOrigins: [apiUrl, apiTlsUrl!] },
      { httpsAgent: trusting() },
    );
    const { data } = await api.get<Grant>(`/moved?to=${encodeURIComponent(`${apiTlsUrl!}/things?a=b`)}`);
    expect(data).toMatchObject({ scheme: 'DPoP', clientId: client.id });
    expect((await provider().counts()).tokenRequests).toBe(client === bound ? 1 : 2);
  });

  test('to another origin that may not have it is followed without token and proof', async () => {
    const { apiTlsUrl } = provider();
    const { api } = attached(provider(), client, withDpop(), {}, { httpsAgent: trusting() });
    const error = await rejection(api.get(`/moved?to=${encodeURIComponent(`${apiTlsUrl!}/things`)}`));
    expect(error).toMatchObject({ name: 'AxiosError', response: { status: 401 } });
    expect((await provider().apiRefusals()).at(-1)).toBe('no token');
    expect((await provider().counts()).tokenRequests).toBe(client === bound ? 1 : 2);
  });
});

test('a second instance that shares the handle: the same token, proofs of the same key, nonces of its own', async () => {
  const { api, auth } = attached(provider(), nonced, withDpop());
  const second = axios.create({ baseURL: provider().apiTlsUrl!, httpsAgent: trusting() });
  attach(second, auth);
  const [here, there] = [await api.get<Grant>('/things'), await second.get<Grant>('/things')];
  expect(there.data).toEqual(here.data);
  expect(await provider().apiRefusals()).toEqual(['nonce is wanted', 'nonce is wanted']);
  expect((await provider().counts()).tokenRequests).toBe(2);
});
