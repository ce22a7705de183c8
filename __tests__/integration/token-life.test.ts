import { clientSecretBasic } from '../../lib/index.js';
import { until } from '../support/turn.js';
import { manualClock } from '../support/world.js';
import { type Grant, type ProviderClient, RESOURCES } from './provider.js';
import { attached, revoke, useProvider } from './suite.js';

const [things] = RESOURCES;
const steady: ProviderClient = { id: 'steady', secret: 's3cret', method: 'client_secret_basic' };
const brief: ProviderClient = { ...steady, id: 'brief', lifetimeSeconds: 100 };
const provider = useProvider([steady, brief]);
const clientAuth = clientSecretBasic();

const kinds = [
  ['opaque', {}],
  ['jwt', { resource: things }],
] as const;

describe.each(kinds)('%s tokens', (kind, options) => {
  const fingerprints = (grants: { data: Grant }[]): Set<string> => new Set(grants.map(({ data }) => data.fingerprint));

  test('fifty calls at once on a cold cache: one token request', async () => {
    const { api, events } = attached(provider(), steady, { clientAuth, ...options });
    const grants = await Promise.all(Array.from({ length: 50 }, (_, index) => api.get<Grant>(`/things/${index}`)));
    expect(grants.every(({ data }) => data.kind === kind && data.clientId === steady.id)).toBe(true);
    expect(fingerprints(grants).size).toBe(1);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 50, apiRejections: 0 });
    expect(events.of('token:issued')).toMatchObject([{ waiting: 50, reason: 'missing' }]);
  });

  test('a token at the end of its life is replaced before it is sent', async () => {
    const clock = manualClock();
    const { api } = attached(provider(), brief, { clientAuth, ...options }, { clock });
    const first = await api.get<Grant>('/things');
    await Promise.all([clock.advance(100_000), provider().advance(100_000)]);
    const second = await api.get<Grant>('/things');
    expect(fingerprints([first, second]).size).toBe(2);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 2, apiRejections: 0 });
  });

  test('a token near its end still serves while the next one is fetched behind it', async () => {
    const clock = manualClock();
    const { api, events } = attached(provider(), brief, { clientAuth, ...options }, { clock, random: () => 0 });
    const first = await api.get<Grant>('/things');
    await Promise.all([clock.advance(80_000), provider().advance(80_000)]);
    const second = await api.get<Grant>('/things');
    expect(second.data).toEqual(first.data);
    await until(() => events.of('token:issued').length === 2);
    const third = await api.get<Grant>('/things');
    expect(fingerprints([first, second, third]).size).toBe(2);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3, apiRejections: 0 });
    expect(events.of('token:issued')).toMatchObject([{ waiting: 1 }, { waiting: 0, reason: 'expiring' }]);
  });

  test('a token that has ended by the clock of the provider alone is refused once, and replaced', async () => {
    const clock = manualClock();
    const { api } = attached(provider(), brief, { clientAuth, ...options }, { clock });
    const first = await api.get<Grant>('/things');
    await provider().advance(100_000);
    const second = await api.get<Grant>('/things');
    expect(fingerprints([first, second]).size).toBe(2);
    expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3, apiRejections: 1 });
  });
});

test('a token revoked at the provider: its next call is refused, and gets through with a new one', async () => {
  const { api, auth, events } = attached(provider(), steady, { clientAuth });
  await api.get('/things');
  const revoked = await auth.getToken();
  await revoke(provider(), steady, revoked);
  const { status } = await api.get('/things');
  expect(status).toBe(200);
  expect((await auth.getToken()).accessToken).not.toBe(revoked.accessToken);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 2, apiRequests: 3, apiRejections: 1 });
  expect(events.of('request:retried')).toMatchObject([{ status: 200, accepted: true }]);
});

test('fifty calls with a revoked token: one token request, each call sent twice at most', async () => {
  const { api, auth } = attached(provider(), steady, { clientAuth });
  await revoke(provider(), steady, await auth.getToken());
  await provider().resetCounts();
  const grants = await Promise.all(Array.from({ length: 50 }, (_, index) => api.get<Grant>(`/things/${index}`)));
  expect(new Set(grants.map(({ data }) => data.fingerprint)).size).toBe(1);
  expect(await provider().counts()).toMatchObject({ tokenRequests: 1, apiRequests: 100, apiRejections: 50 });
});
