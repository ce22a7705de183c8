import { header, TokenConfigError, type TokenPlacement } from '../../lib/index.js';
import type { ApiHandler } from '../../lib/testing/index.js';
import { rejection, startWorld } from '../support/world.js';

// A placement of one's own that has to know something of the answers: `resendFor`.

/** Signs each request with the word that the API gave last, and wants to send once more when it was told another one. */
function withWord(): TokenPlacement & { origins: string[] } {
  let word = 'none';
  const origins: string[] = [];
  const place: TokenPlacement = (config, { accessToken }) => {
    config.headers.set({ Authorization: `Bearer ${accessToken}`, 'X-Word': word });
  };
  return Object.assign(place, {
    header: 'Authorization',
    origins,
    resendFor: ({ status, headers }: { status: number; headers: Record<string, string> }, origin: string) => {
      origins.push(origin);
      word = headers['x-word'] ?? word;
      return status === 428;
    },
  });
}

/** Asks for its word with 428. */
const wants =
  (word: () => string): ApiHandler =>
  ({ headers }, response) => {
    if (headers['x-word'] === word()) return false;
    response.writeHead(428, { 'x-word': word() }).end();
    return true;
  };

test('what the answer asks for is sent once more, with the same token; the next call knows', async () => {
  const sendAs = withWord();
  const { api, upstream, server, events } = await startWorld({ source: { sendAs } });
  upstream.intercept(wants(() => 'sesame'));
  await api.get('/things');
  await api.get('/things');
  expect(upstream.requests.map(({ headers }) => headers['x-word'])).toEqual(['none', 'sesame', 'sesame']);
  expect(server.stats().requests).toBe(1);
  expect(events.of('request:retried')).toMatchObject([{ reason: 'nonce', status: 200, accepted: true }]);
  expect(sendAs.origins).toEqual(Array(3).fill(upstream.url)); // asked about every answer
});

test('once a call: an API that is never content has its answer surface, and costs no token', async () => {
  let words = 0;
  const { api, upstream, server } = await startWorld({ source: { sendAs: withWord() } });
  upstream.intercept(wants(() => `word ${++words}`));
  await expect(api.get('/things')).rejects.toMatchObject({ response: { status: 428 } });
  expect(upstream.requests).toHaveLength(2);
  expect(server.stats().requests).toBe(1);
});

test('the budget is its own: a rejected token is renewed besides', async () => {
  const { api, upstream, server, events } = await startWorld({ source: { sendAs: withWord() } });
  upstream.intercept(wants(() => 'sesame'));
  upstream.rejectNext();
  await api.get('/things'); // asked for the word, refused, renewed
  expect(upstream.requests.map(({ status }) => status)).toEqual([428, 401, 200]);
  expect(server.stats().requests).toBe(2);
  expect(events.of('request:retried').map(({ reason }) => reason)).toEqual(['nonce', 'rejected']);
});

test('also after the renewal, and then it counts for the renewal: one that does not help is useless', async () => {
  let word = 'a';
  const { api, upstream, server } = await startWorld({ source: { sendAs: withWord() } });
  await api.get('/things');
  upstream.intercept((request, response) => {
    if (server.stats().requests === 2) word = 'b';
    return word === 'b' && wants(() => word)(request, response);
  });
  await expect(api.get('/denied')).rejects.toMatchObject({ response: { status: 401 } });
  expect(upstream.requests.map(({ status }) => status)).toEqual([200, 401, 428, 401]);
  await expect(api.get('/denied')).rejects.toMatchObject({ response: { status: 401 } });
  expect(server.stats().requests).toBe(2); // in its pause
});

test('a body that cannot be sent twice is not', async () => {
  const { Readable } = await import('node:stream');
  const { api, upstream } = await startWorld({ source: { sendAs: withWord() } });
  upstream.intercept((request, response) => {
    request.body.toString();
    return wants(() => 'sesame')(request, response);
  });
  await expect(api.post('/upload', Readable.from(['once']))).rejects.toMatchObject({ response: { status: 428 } });
  expect(upstream.requests).toHaveLength(1);
});

test('an asynchronous `resendFor` is a TokenConfigError that names it: its promise is not taken for a yes', async () => {
  const asked = async (): Promise<boolean> => false;
  const resendFor = asked as unknown as NonNullable<TokenPlacement['resendFor']>;
  const sendAs = Object.assign(header('Authorization', { scheme: 'Bearer' }), { resendFor });
  const { api, upstream } = await startWorld({ source: { sendAs } });
  const error = await rejection(api.post('/orders', {}));
  expect(error).toBeInstanceOf(TokenConfigError);
  expect(error).toMatchObject({ option: 'resendFor', message: expect.stringContaining('`resendFor` must return') });
  expect(upstream.requests).toHaveLength(1);
});

test('an API that asks once more after the resend has not accepted it, and the event says so', async () => {
  const resendFor: TokenPlacement['resendFor'] = ({ status }) => status === 401;
  const sendAs = Object.assign(header('Authorization', { scheme: 'DPoP' }), { resendFor });
  const { api, upstream, events } = await startWorld({ source: { sendAs } });
  upstream.intercept((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).end();
    return true;
  });
  await expect(api.get('/things')).rejects.toMatchObject({ response: { status: 401 } });
  expect(upstream.requests).toHaveLength(2);
  expect(events.of('request:retried')).toMatchObject([{ reason: 'nonce', status: 401, accepted: false }]);
});
