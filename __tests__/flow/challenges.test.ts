import { rejection, startWorld } from '../support/world.js';

test.each([
  ['/denied-scope', 401, 'insufficient_scope'],
  ['/step-up', 401, 'insufficient_user_authentication'],
  ['/forbidden', 403, 'insufficient_scope'],
])(
  '%s (%i %s) is no refusal of the token: it surfaces, with one send and no token request',
  async (path, status, code) => {
    const { api, server, upstream, events } = await startWorld();
    await api.get('/warm-up');
    const error = await rejection(api.get(path));
    expect(error).toMatchObject({
      response: { status, headers: { 'www-authenticate': expect.stringContaining(code) } },
    });
    expect(server.stats().requests).toBe(1);
    expect(upstream.stats().requests).toBe(2);
    expect(events.of('token:rejected')).toEqual([]);
  },
);

test.each<[string, Record<string, string>]>([
  ['no challenge at all', {}],
  ['a challenge without an error', { 'www-authenticate': 'Bearer realm="api"' }],
  ['a challenge of another scheme', { 'www-authenticate': 'Basic realm="api"' }],
  ['invalid_token', { 'www-authenticate': 'Bearer error="invalid_token"' }],
  [
    'invalid_token beside insufficient_scope',
    { 'www-authenticate': 'Bearer error="insufficient_scope", DPoP error="invalid_token"' },
  ],
  [
    'the words in a description',
    { 'www-authenticate': 'Bearer error_description="not error=insufficient_scope, really"' },
  ],
  ['something that is no challenge', { 'www-authenticate': '"" , ===, "' }],
])('a 401 with %s refuses the token: renewed once, resent once', async (_what, headers) => {
  const { api, server, upstream } = await startWorld();
  await api.get('/warm-up');
  upstream.rejectNext(1, headers);
  expect(await api.get('/things')).toMatchObject({ status: 200 });
  expect(server.stats().requests).toBe(2);
  expect(upstream.stats().requests).toBe(3);
});

test.each([400, 403, 404, 407, 429, 500, 503])('status %i is not resent', async (status) => {
  const { api, server, upstream } = await startWorld();
  expect(await rejection(api.get(`/status/${status}`))).toMatchObject({ response: { status } });
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats().requests).toBe(1);
});
