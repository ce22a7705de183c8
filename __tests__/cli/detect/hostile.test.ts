import { type Answer, fakeServer } from '../../support/fake-server.js';
import { detecting } from './detecting.js';

// A server that answers anything at all, and never the same: what counts is how often it was asked.

const TOKEN = { access_token: 'a-token-that-is-long-enough', expires_in: 60 };
const ANSWERS: readonly (Answer | 'break')[] = [
  { body: TOKEN },
  { body: { ...TOKEN, access_token: 'another-token-of-theirs', expires_in: 61 } },
  { body: { data: { token: 'a-token-somewhere-else' } } },
  { body: { errcode: 40013, errmsg: 'invalid appid' } },
  { body: {} },
  { status: 400, body: { error: 'invalid_request', error_description: 'grant_type is missing' } },
  { status: 400, body: { message: 'clientId and clientSecret are required' } },
  { status: 400, body: { error: 'unsupported_grant_type' } },
  { status: 401, body: { error: 'invalid_client' } },
  { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: '' },
  { status: 401, body: '' },
  { status: 405, body: 'only GET' },
  { status: 415, body: 'application/json only' },
  { status: 500, body: 'oops' },
  { status: 404, body: { token_endpoint: 'https://auth.example.com/token' } },
  { status: 307, headers: { location: '/elsewhere' }, body: '' },
  { status: 429, body: '' },
  'break',
];

test('whatever a server answers, however it changes its mind: six requests at most, counted there, and as many are told', async () => {
  let random = 7;
  const draw = (): Answer | 'break' => {
    random = (random * 48_271) % 2_147_483_647;
    return ANSWERS[random % ANSWERS.length]!;
  };
  const server = await fakeServer((_request, response) => {
    const answer = draw();
    if (answer !== 'break') return answer;
    response.destroy();
    return undefined;
  });
  const counts: number[] = [];
  for (let round = 0; round < 150; round++) {
    const before = server.requests.length;
    const { rows } = await detecting(`${server.url}/oauth2/token`);
    counts.push(server.requests.length - before);
    expect(rows.requests).toBe(`${counts.at(-1)} of at most 6`);
  }
  expect(Math.max(...counts)).toBe(6);
});
