import axios, { type AxiosInstance } from 'axios';
import { dpop } from '../../lib/dpop/index.js';
import { attach } from '../support/world.js';
import { readProof } from './proofs.js';

// In a page, where an address may have no host.

const PAGE = 'https://app.example.com/start/';

afterEach(() => {
  for (const name of ['location', 'document']) Reflect.deleteProperty(globalThis, name);
});

/** Answers as fetch does: without saying where the answer came from. */
function wired(baseURL: string, nonce?: string): { api: AxiosInstance; sent: string[] } {
  const sent: string[] = [];
  const adapter = async (config: { headers: unknown }): Promise<object> => {
    sent.push((config.headers as Record<string, string>).DPoP!);
    const challenge = { 'dpop-nonce': nonce, 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
    const first = nonce !== undefined && sent.length === 1;
    return { status: first ? 401 : 200, headers: first ? challenge : {}, data: '', config, request: {} };
  };
  const api = axios.create({ baseURL, adapter: adapter as never, validateStatus: () => true });
  const { sendAs } = dpop();
  attach(api, { id: 'page', sendAs, fetchToken: () => Promise.resolve({ accessToken: 'the-token' }) });
  return { api, sent };
}

const claimsOf = async (sent: string[]): Promise<unknown[]> =>
  Promise.all(sent.map(async (proof) => (await readProof(proof)).claims));

test.each([
  ['its location', { location: { href: PAGE } }],
  ['the base of its document', { location: { href: 'https://app.example.com/' }, document: { baseURI: PAGE } }],
])('a path is resolved against %s', async (_what, given) => {
  Object.assign(globalThis, given);
  const { api, sent } = wired('api');
  await api.get('/things?page=2');
  expect(await claimsOf(sent)).toMatchObject([{ htu: `${PAGE}api/things` }]);
});

test('its nonce is found again, though the adapter does not say whose answer it was', async () => {
  Object.assign(globalThis, { location: { href: PAGE } });
  const { api, sent } = wired('/api', 'from-the-page');
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(await claimsOf(sent)).toMatchObject([{ htm: 'GET' }, { nonce: 'from-the-page' }]);
});

test('elsewhere an address without a host is that of this machine, as axios has it', async () => {
  const binding = dpop();
  const headers = new axios.AxiosHeaders();
  await binding.sendAs({ url: '/things', baseURL: undefined, headers } as never, { accessToken: 'x' } as never);
  expect(await claimsOf([String(headers.get('DPoP'))])).toMatchObject([{ htu: 'http://localhost/things' }]);
});
