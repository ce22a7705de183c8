import { dpop } from '../../lib/dpop/index.js';
import { type ClientCredentialsOptions, clientSecretBasic } from '../../lib/index.js';
import { rejection } from '../support/world.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, useProvider } from './suite.js';

const common = { secret: 's3cret', method: 'client_secret_basic' } as const;
const service: ProviderClient = { ...common, id: 'service' };
const reader: ProviderClient = { ...common, id: 'reader', scope: 'read' };
const bound: ProviderClient = { ...common, id: 'bound', binding: 'dpop with nonces' };
const provider = useProvider([service, reader, bound]);

const clientAuth = clientSecretBasic();

describe.each<[string, ProviderClient, () => Partial<ClientCredentialsOptions>, { token: number; api: number }]>([
  ['an opaque token', service, () => ({}), { token: 0, api: 0 }],
  ['a JWT', service, () => ({ resource: RESOURCES[0] }), { token: 0, api: 0 }],
  ['an opaque token with DPoP', bound, () => ({ dpop: dpop() }), { token: 1, api: 1 }],
  ['a JWT with DPoP', bound, () => ({ resource: RESOURCES[0], dpop: dpop() }), { token: 1, api: 1 }],
])('%s that may too little', (_what, client, options, nonceRounds) => {
  const source = (): Partial<ClientCredentialsOptions> => ({ clientAuth, scope: 'read', ...options() });

  test('is replaced for this by one that may both, and serves the rest', async () => {
    const { api, events } = attached(provider(), client, source(), { stepUp: true });
    const first = await api.get<Grant>('/things');
    const admin = await api.post<Grant>('/admin', { some: 'thing' });
    expect(admin.data.scope!.split(' ').sort()).toEqual(['read', 'write']);
    expect(admin.data.fingerprint).not.toBe(first.data.fingerprint);
    expect(events.of('request:retried').at(-1)).toMatchObject({ reason: 'step-up', status: 200, accepted: true });
    expect((await api.get<Grant>('/things')).data).toEqual(first.data);
    const { tokenRequests, apiRequests } = await provider().counts();
    expect({ tokenRequests, apiRequests }).toEqual({
      tokenRequests: 2 + nonceRounds.token,
      apiRequests: 4 + nonceRounds.api,
    });

    await Promise.all(['/admin/1', '/admin/2'].map((path) => api.get(path)));
    expect(await provider().counts()).toMatchObject({ tokenRequests });
  });

  test('is not, where nobody asked for that', async () => {
    const { api } = attached(provider(), client, source());
    expect(await rejection(api.get('/admin'))).toMatchObject({ name: 'AxiosError', response: { status: 403 } });
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1 + nonceRounds.token });
  });
});

test('ten calls at once that want more: one token request for that', async () => {
  const { api } = attached(provider(), service, { clientAuth, scope: 'read' }, { stepUp: ['insufficient_scope'] });
  const grants = await Promise.all(Array.from({ length: 10 }, (_, index) => api.get<Grant>(`/admin/${index}`)));
  expect(new Set(grants.map(({ data }) => data.fingerprint)).size).toBe(1);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 20, apiRejections: 0 });
});

test('a client that may not have more: the 403 surfaces, with the refusal as its cause, and the token is kept', async () => {
  const { api, events } = attached(provider(), reader, { clientAuth, scope: 'read' }, { stepUp: true });
  const first = await api.get<Grant>('/things');
  expect(await rejection(api.get('/admin'))).toMatchObject({
    name: 'AxiosError',
    response: { status: 403 },
    cause: { name: 'TokenEndpointError', error: 'invalid_scope', permanent: true },
  });
  expect(await provider().refusals()).toEqual(['requested scope is not allowed']);
  expect(events.of('request:retry-skipped')).toMatchObject([{ reason: 'refresh-failed', status: 403 }]);
  expect((await api.get<Grant>('/things')).data).toEqual(first.data);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3, apiRejections: 0 });
});
