import { callsOf, rejection, startWorld } from '../support/world.js';

test('a thousand calls on a cold cache: one token request, and every call is sent once', async () => {
  const { api, server, upstream, auth, events } = await startWorld();
  const hold = server.hold();
  const calls = callsOf(api, 1000);
  await hold.arrived();
  expect(auth.inspect()).toMatchObject([{ state: 'empty', refreshing: true, waiting: 1000 }]);
  hold.release();

  const answers = await calls;
  expect(answers.map(({ status }) => status)).toEqual(Array(1000).fill(200));
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats()).toMatchObject({ requests: 1000, rejected: 0 });
  expect(new Set(upstream.requests.map(({ token }) => token)).size).toBe(1);
  expect(events.names()).toEqual(['token:requested', 'token:issued']);
  expect(events.of('token:issued')).toMatchObject([{ reason: 'missing', waiting: 1000, attempts: 1, repeated: false }]);
});

test('later calls use the cached token: no event, no token request', async () => {
  const { api, server, upstream, events } = await startWorld();
  await api.get('/first');
  for (let call = 0; call < 10; call += 1) await api.get('/more');
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats()).toMatchObject({ requests: 11, rejected: 0 });
  expect(events.names()).toEqual(['token:requested', 'token:issued']);
});

test('calls that begin while the token request is on its way join it', async () => {
  const { api, server } = await startWorld();
  const hold = server.hold();
  const early = callsOf(api, 10);
  await hold.arrived();
  const late = callsOf(api, 10);
  hold.release();
  await Promise.all([early, late]);
  expect(server.stats().requests).toBe(1);
});

test('a token endpoint that says no: no call is sent, and each caller gets an error object of its own', async () => {
  const { api, server, upstream } = await startWorld({ source: { clientSecret: 'not-the-secret' } });
  const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(api.get('/things'))));
  expect(new Set(errors).size).toBe(20);
  for (const error of errors)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status: 401, error: 'invalid_client', permanent: true });
  expect(server.stats().requests).toBe(1);
  expect(upstream.stats().requests).toBe(0);
});

test("the token endpoint's 401 is not taken for the API's: nothing is resent and nothing counts as rejected", async () => {
  const { api, server, upstream, events } = await startWorld();
  server.fail({ status: 401, error: 'invalid_client' });
  const error = await rejection(api.get('/things'));
  expect(error).toMatchObject({ name: 'TokenEndpointError' });
  expect(error).not.toHaveProperty('response');
  expect(error).not.toHaveProperty('config');
  expect(upstream.stats().requests).toBe(0);
  expect(events.names()).toEqual(['token:requested', 'token:failed']);
});

test.each([
  ['a number', { access_token: 42, token_type: 'Bearer' }],
  ['null', { access_token: null }],
  ['an empty string', { access_token: '' }],
  ['a text with a line break', { access_token: 'good\r\nX-Evil: 1' }],
  ['nothing', { token_type: 'Bearer' }],
])('a token that is %s is never put into a header', async (_what, answer) => {
  const { api, upstream } = await startWorld({ server: { answer: () => answer } });
  expect(await rejection(api.get('/public'))).toMatchObject({ code: 'ERR_TOKEN_RESPONSE' });
  expect(upstream.stats().requests).toBe(0);
});
