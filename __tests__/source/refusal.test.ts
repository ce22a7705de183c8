import { clientSecretBasic, type ClientCredentialsOptions, TokenEndpointError } from '../../lib/index.js';
import { granted } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { type AnswerOf, answering } from './asking.js';

const errorOf = async (
  answer: AnswerOf,
  options: Partial<ClientCredentialsOptions> = {},
): Promise<TokenEndpointError & { now: number }> => {
  const { call, clock, api, endpoint } = await answering(answer, options, { tokenTimeoutMs: 150 }); // one attempt
  const error = await rejection(call());
  expect(error).toBeInstanceOf(TokenEndpointError);
  expect([endpoint.requests.length, api.requests.length]).toEqual([1, 0]);
  return Object.assign(error as TokenEndpointError, { now: clock.now() });
};

const told = (status: number, error?: string): AnswerOf => ({ status, body: error === undefined ? '' : { error } });

describe('the status decides first, then the code', () => {
  test.each([
    [400, 'invalid_request', true],
    [400, 'invalid_scope', true],
    [400, 'server_error', false],
    [400, 'temporarily_unavailable', false],
    [400, 'slow_down', false],
    [400, undefined, true],
    [401, 'invalid_client', true],
    [403, undefined, true],
    [404, undefined, true],
    [408, undefined, false],
    [429, undefined, false],
    [429, 'invalid_request', false],
    [500, undefined, false],
    [502, undefined, false],
    [503, 'invalid_client', false],
    [302, undefined, true],
  ])('%d %s: permanent is %p', async (status, code, permanent) => {
    const error = await errorOf(told(status, code));
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', status, permanent, error: code });
  });

  test('the fields of RFC 6749 §5.2 are there', async () => {
    const body = { error: 'invalid_scope', error_description: 'no such scope', error_uri: 'https://docs.example/e' };
    expect(await errorOf({ status: 400, body })).toMatchObject({
      error: 'invalid_scope',
      errorDescription: 'no such scope',
      errorUri: 'https://docs.example/e',
    });
  });

  test('an error that is no text, or a page, is no code', async () => {
    expect(await errorOf({ status: 400, body: { error: { code: 7 } } })).toMatchObject({ error: undefined });
    expect(await errorOf({ status: 502, body: '<html>error</html>' })).toMatchObject({ error: undefined });
  });
});

describe('a message says what to do next', () => {
  const advice: [string, AnswerOf, Partial<ClientCredentialsOptions>, string][] = [
    ['invalid_client, secret in the body', told(401, 'invalid_client'), {}, 'set `clientAuth: clientSecretBasic()`'],
    ['invalid_client under status 400', told(400, 'invalid_client'), {}, 'clientSecretBasic()'],
    [
      'invalid_client, secret as Basic',
      told(401, 'invalid_client'),
      { clientAuth: clientSecretBasic() },
      'clientSecretPost()',
    ],
    ['invalid_client, a way of its own', told(401, 'invalid_client'), { clientAuth: () => undefined }, '`clientAuth`'],
    ['invalid_scope', told(400, 'invalid_scope'), {}, '`scope`'],
    ['unsupported_grant_type', told(400, 'unsupported_grant_type'), {}, '`request.grantType`'],
    ['404', told(404), {}, '`tokenUrl`'],
    ['405', told(405), {}, '`request.method`'],
    ['415', told(415), {}, '`request.format`'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      {},
      'set `tokenUrl` (or `issuer`) to the final address',
    ],
  ];
  test.each(advice)('%s', async (_what, answer, options, hint) => {
    expect((await errorOf(answer, options)).message).toContain(hint);
  });
});

describe('Retry-After', () => {
  const NOW = Date.UTC(2030, 0, 1); // where the manual clock begins
  const date = (ms: number): string => new Date(ms).toUTCString();

  test.each([
    ['seconds', { 'retry-after': '90' }, 90_000],
    ['a date, by this clock', { 'retry-after': date(NOW + 90_000), date: date(NOW) }, 90_000],
    [
      'a date, by a server an hour ahead',
      { 'retry-after': date(NOW + 3_690_000), date: date(NOW + 3_600_000) },
      90_000,
    ],
    [
      'a date, by a server an hour behind',
      { 'retry-after': date(NOW - 3_510_000), date: date(NOW - 3_600_000) },
      90_000,
    ],
  ])('as %s: retryAt says when', async (_what, headers, ms) => {
    const error = await errorOf({ status: 503, headers: { date: date(NOW), ...headers } });
    expect(error.retryAt).toBe(error.now + ms);
  });

  test.each([
    ['in the past', date(NOW - 60_000)],
    ['that is none', 'soon'],
  ])('a date %s: the usual pause of a second', async (_what, retryAfter) => {
    const error = await errorOf({ status: 503, headers: { date: date(NOW), 'retry-after': retryAfter } });
    expect(error.retryAt).toBe(error.now + 1000);
  });

  test('is waited for inside the flight where there is time', async () => {
    const { auth, endpoint, clock } = await answering((count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '3' } } : { body: granted() },
    );
    const token = auth.getToken();
    await until(() => clock.pending === 2);
    await clock.advance(2999);
    expect(endpoint.requests).toHaveLength(1);
    await clock.advance(1);
    await token;
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe('what is shown, and what is hidden', () => {
  test('a word of the protocol stays, and means what it means, whatever values the parameters have', async () => {
    const { auth } = await answering(
      { status: 400, body: { error: 'server_error', error_description: 'The token could not be issued' } },
      { params: { actor: 'server', response_type: 'token' } },
      { tokenTimeoutMs: 1 },
    );
    expect(await rejection(auth.getToken())).toMatchObject({
      error: 'server_error',
      errorDescription: 'The token could not be issued',
      permanent: false,
    });
  });

  test("the protocol's own words are no secret under other names either", async () => {
    const { auth } = await answering(
      { status: 400, body: { error: 'client_credentials is off for the-client' } },
      { request: { format: 'json', names: { grantType: 'grantType', clientId: 'appid' } } },
    );
    expect(await rejection(auth.getToken())).toMatchObject({ error: 'client_credentials is off for the-client' });
  });

  test.each([
    ['names of fields', { body: { message: 'client not enabled' } }, 'the body has message'],
    ['a page', { body: '<html></html>', headers: { 'content-type': 'text/html' } }, 'the body (text/html'],
    ['nothing', {}, 'the body is empty'],
  ])('a refusal in words that are not known tells what came: %s', async (_what, answer, told) => {
    const { auth } = await answering({ status: 400, ...answer });
    expect(await rejection(auth.getToken())).toMatchObject({ message: expect.stringContaining(told) });
  });
});
