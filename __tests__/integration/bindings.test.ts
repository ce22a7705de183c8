import { dpop } from '../../lib/dpop/index.js';
import type { ClientCredentialsOptions } from '../../lib/index.js';
import { type Identity, tls } from './certificates.js';
import { certified, type Method, METHODS, methods } from './methods.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

// Every way of saying who the client is × every way of binding its tokens × both kinds of token. Nothing is left out: this provider
// gives tokens to public clients too, and certificates bind tokens whether or not they say who the client is (RFC 8705 §3 and §4).

const BINDINGS = ['Bearer', 'dpop', 'dpop with nonces', 'certificate'] as const;
const FORMATS = ['opaque', 'jwt'] as const;

const clientOf = (method: Method, binding: (typeof BINDINGS)[number]): ProviderClient => ({
  id: `${method}, ${binding}`,
  method,
  ...METHODS[method].registered,
  ...(binding !== 'Bearer' && { binding }),
});
const cells = methods.flatMap((method) =>
  BINDINGS.flatMap((binding) => FORMATS.map((format) => [method, binding, format] as const)),
);

const provider = useProvider(
  methods.flatMap((method) => BINDINGS.map((binding) => clientOf(method, binding))),
  tls,
);

/** What the API sees of each binding, and how many answers ask for a nonce first. */
function expectedOf(binding: (typeof BINDINGS)[number], identity: Identity): { seen: object; rounds: number } {
  if (binding === 'Bearer') return { seen: { scheme: 'Bearer' }, rounds: 0 };
  if (binding === 'certificate') return { seen: { scheme: 'Bearer', thumbprint: identity.thumbprint }, rounds: 0 };
  const jkt: unknown = expect.stringMatching(/^[\w-]{43}$/);
  if (binding === 'dpop') return { seen: { scheme: 'DPoP', jkt }, rounds: 0 };
  return { seen: { scheme: 'DPoP', jkt, nonce: expect.any(String) }, rounds: 1 };
}

test.each(cells)('%s, %s, %s: the call gets through, and the next one with the same token', async (...cell) => {
  const [method, binding, format] = cell;
  const { clientAuth, login, identity } = METHODS[method];
  const client = clientOf(method, binding);
  const shown = identity ?? certified;
  const byCertificate = binding === 'certificate';
  const options: Partial<ClientCredentialsOptions> = {
    clientAuth,
    ...(format === 'jwt' && { resource: RESOURCES[0] }),
    ...(binding.startsWith('dpop') && { dpop: dpop() }),
    ...((identity ?? byCertificate) && { tokenUrl: provider().tlsTokenUrl! }),
  };
  const defaults = byCertificate ? { baseURL: provider().apiTlsUrl!, httpsAgent: shown.agent() } : {};
  const { api } = attached(provider(), client, options, {}, defaults);
  const { seen, rounds } = expectedOf(binding, shown);

  const first = await api.get<Grant>('/things?page=2#top');
  expect(first.data).toMatchObject({ kind: format, clientId: client.id, ...seen });
  if (format === 'opaque') expect(first.data.tokenType).toBe(first.data.scheme);
  const tokenRequests = 1 + rounds;
  expect(await provider().counts()).toEqual({
    tokenRequests,
    logins: Array<string>(tokenRequests).fill(login),
    apiRequests: 1 + rounds,
    apiRejections: rounds,
  });

  const second = await api.post<Grant>('/things', { some: 'thing' });
  expect(second.data).toEqual(first.data);
  expect(await provider().counts()).toMatchObject({ tokenRequests, apiRequests: 2 + rounds, apiRejections: rounds });
});
