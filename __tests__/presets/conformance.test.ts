import * as presets from '../../lib/presets/index.js';
import { expectHidden } from '../security/shown.js';
import { rejection } from '../support/world.js';
import { CLIENT, play, sourceOf } from './play.js';
import { providers } from './providers.js';

// Every preset, as its provider's documents have it.

test('every preset has its row, and no row is alone', () => {
  const exported = Object.entries(presets).filter(([, value]) => typeof value === 'function');
  expect(providers.map(({ preset }) => preset).sort()).toEqual(exported.map(([name]) => name).sort());
});

describe.each(providers.map((row) => [row.preset, row] as const))('%s', (_preset, row) => {
  test('the first call: the exact token request, and the token where the API looks for it', async () => {
    const { api, auth, endpoint, upstream, addresses, faults, clock } = await play(row);
    const sentAt = clock.now();
    const { status } = await api.get('/things');
    expect(faults).toEqual([]);
    expect({ status, addresses }).toEqual({ status: 200, addresses: [row.request.url] });
    expect([endpoint.requests.length, upstream.requests.length]).toEqual([1, 1]);
    const { expiresAt } = await auth.getToken();
    expect(expiresAt).toBe(row.lifeS === undefined ? undefined : sentAt + row.lifeS * 1000);
  });

  test('20 calls at once: one token request', async () => {
    const { api, endpoint, upstream, faults } = await play(row);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => api.get(`/things/${index}`)));
    expect(faults).toEqual([]);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect([endpoint.requests.length, upstream.requests.length]).toEqual([1, 20]);
  });

  test(`after its life (${row.lifeS === undefined ? 'which has no end' : `${row.lifeS} s`})`, async () => {
    const { api, endpoint, faults, clock } = await play(row);
    await api.get('/things');
    await clock.advance((row.lifeS ?? 300 * 86_400) * 1000 + 1);
    await api.get('/things');
    expect(faults).toEqual([]);
    expect(endpoint.requests).toHaveLength(row.lifeS === undefined ? 1 : 2);
  });

  test("a rejection in the provider's own way: a new token, and the call is sent again", async () => {
    const { api, endpoint, upstream, faults, live } = await play(row);
    await api.get('/things');
    live.clear();
    const { status } = await api.get('/things');
    expect(faults).toEqual([]);
    expect([status, endpoint.requests.length, upstream.requests.length]).toEqual([200, 2, 3]);
  });

  test.each([{ status: 403 }, ...(row.lookAlikes ?? [])])('what is no rejection surfaces: %j', async (apiAnswer) => {
    const { api, endpoint, upstream } = await play(row, { apiAnswer });
    const answer = await api.get('/things', { validateStatus: () => true });
    expect(answer.status).toBe(apiAnswer.status ?? 200);
    expect([endpoint.requests.length, upstream.requests.length]).toEqual([1, 1]);
  });

  test('its error: told with its code, whether it may pass, and no secret; nothing is sent to the API', async () => {
    const { tells, ...tokenAnswer } = row.error;
    const { api, upstream, faults } = await play(row, { tokenAnswer, tokenTimeoutMs: 1000 });
    const error = await rejection(api.get('/things'));
    expect(faults).toEqual([]);
    expect(error).toMatchObject({ name: 'TokenEndpointError', status: tokenAnswer.status ?? 200, ...tells });
    expect(upstream.requests).toEqual([]);
    expectHidden(error, [CLIENT.clientSecret]);
  });

  test('its endpoint refuses one parameter more: the fake is strict', async () => {
    const { api, faults } = await play(row, { options: { request: { query: { surplus: '1' } } } });
    expect(await rejection(api.get('/things'))).toMatchObject({ error: 'not_as_documented' });
    expect(faults[0]).toMatch(/^query/);
  });

  test('asking again is described', () => {
    expect(sourceOf(row).reissue ?? 'independent').toBe(row.reissue ?? 'independent');
  });
});
