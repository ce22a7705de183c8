import { clientSecretBasic, errorAt, isTokenError, TokenConfigError, TokenEndpointError } from '../../lib/index.js';
import { form, granted } from '../support/fake-server.js';
import { until } from '../support/turn.js';
import { rejection } from '../support/world.js';
import { type AnswerOf, answering, type Scene } from './asking.js';

// A secret may be a function: a vault, a mounted file, a rotation.

const invalidClient: AnswerOf = { status: 401, body: { error: 'invalid_client' } };
const busy: AnswerOf = { status: 503 };

const secretsAt = ({ endpoint }: Scene): (string | undefined)[] =>
  endpoint.requests.map(({ body }) => form(body).client_secret);

/** Gives one after the other, then the last for ever. */
function inTurn(...secrets: (string | undefined)[]): jest.Mock<string | undefined> {
  let count = 0;
  return jest.fn(() => secrets[Math.min(count++, secrets.length - 1)]);
}

test('it is asked anew for every token, sync or async', async () => {
  for (const wrap of [(value: string | undefined) => value, (value: string | undefined) => Promise.resolve(value)]) {
    const secret = inTurn('one-secret', 'two-secret');
    const scene = await answering({ body: granted() }, { clientSecret: () => wrap(secret()) });
    await scene.auth.refresh();
    await scene.auth.refresh();
    expect(secretsAt(scene)).toEqual(['one-secret', 'two-secret']);
  }
});

test('it is asked anew for every attempt of one flight, and so are parameters and headers', async () => {
  const [secret, nonce, header] = [inTurn('one-secret', 'two-secret'), inTurn('n1', 'n2'), inTurn('h1', 'h2')];
  const scene = await answering((count) => (count === 1 ? busy : { body: granted() }), {
    clientSecret: secret,
    params: { nonce },
    request: { headers: { 'X-Correlation': header } },
  });
  const token = scene.auth.getToken();
  await until(() => scene.clock.pending === 2); // the deadline, and the pause before the second attempt
  await scene.clock.advance(200);
  await token;
  expect(secretsAt(scene)).toEqual(['one-secret', 'two-secret']);
  expect(scene.endpoint.requests.map(({ body, headers }) => [form(body).nonce, headers['x-correlation']])).toEqual([
    ['n1', 'h1'],
    ['n2', 'h2'],
  ]);
});

describe('rotation', () => {
  test.each([
    ['invalid_client', invalidClient],
    ['invalid_client with status 400', { status: 400, body: { error: 'invalid_client' } }],
    ['a bare 401', { status: 401 }],
  ])('after %s the function is asked once more, and a new secret is tried at once', async (_what, refusal) => {
    const scene = await answering((count) => (count === 1 ? refusal : { body: granted('new-token') }), {
      clientSecret: inTurn('old-secret', 'new-secret'),
    });
    expect((await scene.auth.getToken()).accessToken).toBe('new-token');
    expect(secretsAt(scene)).toEqual(['old-secret', 'new-secret']);
  });

  test('the same secret again is not tried again', async () => {
    const secret = inTurn('old-secret');
    const scene = await answering(invalidClient, { clientSecret: secret });
    expect(await rejection(scene.auth.getToken())).toBeInstanceOf(TokenEndpointError);
    expect([secret.mock.calls.length, scene.endpoint.requests.length]).toEqual([2, 1]);
  });

  test('a new secret that is refused too ends it: two requests, not a loop', async () => {
    const scene = await answering(invalidClient, {
      clientSecret: inTurn('a-secret', 'b-secret', 'c-secret', 'd-secret'),
    });
    expect(await rejection(scene.auth.getToken())).toMatchObject({ error: 'invalid_client', permanent: true });
    expect(secretsAt(scene)).toEqual(['a-secret', 'b-secret']);
  });

  test.each([
    ['a 400 with a code of its own', { status: 400, body: { errorCode: 'BXNIM0415E' } }, {}],
    ['an error inside HTTP 200', { body: { errcode: 40125 } }, { response: { error: errorAt('errcode') } }],
  ])('%s may be the secret, too: a new one is tried at once', async (_what, refusal, options) => {
    const scene = await answering((count) => (count === 1 ? refusal : { body: granted('tok') }), {
      ...options,
      clientSecret: inTurn('old-secret', 'new-secret'),
    });
    expect((await scene.auth.getToken()).accessToken).toBe('tok');
    expect(secretsAt(scene)).toEqual(['old-secret', 'new-secret']);
  });

  test('another error asks nobody again', async () => {
    const secret = inTurn('old-secret', 'new-secret');
    const scene = await answering({ status: 400, body: { error: 'invalid_scope' } }, { clientSecret: secret });
    await rejection(scene.auth.getToken());
    expect([secret.mock.calls.length, scene.endpoint.requests.length]).toEqual([1, 1]);
  });

  test('a plain secret is tried once', async () => {
    const scene = await answering(invalidClient);
    await rejection(scene.auth.getToken());
    expect(scene.endpoint.requests).toHaveLength(1);
  });

  test('with HTTP Basic, too', async () => {
    const scene = await answering((count) => (count === 1 ? invalidClient : { body: granted() }), {
      clientSecret: inTurn('old-secret', 'new-secret'),
      clientAuth: clientSecretBasic(),
    });
    await scene.auth.getToken();
    const sent = scene.endpoint.requests.map(({ headers }) => atob(headers.authorization!.slice(6)));
    expect(sent).toEqual(['the-client:old-secret', 'the-client:new-secret']);
  });
});

test.each([
  ['undefined', undefined, /undefined: is the environment variable/],
  ['an empty text', '', /an empty string: is the environment variable/],
  ['a number', 7, /number/],
])('a function that returns %s: TokenConfigError, and nothing is sent', async (_what, value, message) => {
  const scene = await answering({ body: granted() }, { clientSecret: () => value as string });
  const error = await rejection(scene.call());
  expect(error).toBeInstanceOf(TokenConfigError);
  expect(error).toMatchObject({ option: 'clientSecret', message: expect.stringMatching(message) });
  expect([scene.endpoint.requests.length, scene.api.requests.length]).toEqual([0, 0]);
});

test('a function that fails: ERR_TOKEN_SOURCE with its error as the cause, not tried again in the flight', async () => {
  const broken = new Error('vault is sealed');
  const secret = jest.fn(() => Promise.reject<string>(broken));
  const scene = await answering({ body: granted() }, { clientSecret: secret });
  const error = await rejection(scene.call());
  expect(isTokenError(error) && error).toMatchObject({ code: 'ERR_TOKEN_SOURCE', permanent: false, cause: broken });
  expect([secret.mock.calls.length, scene.endpoint.requests.length, scene.api.requests.length]).toEqual([1, 0, 0]);
});
