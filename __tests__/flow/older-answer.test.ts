import axios from 'axios';
import { attach, manualClock, protectedApi, rejection } from '../support/world.js';
import { turn } from '../support/turn.js';

test('an answer that comes after its deadline never replaces a newer token', async () => {
  const clock = manualClock();
  const upstream = await protectedApi({ accepts: () => true });
  const api = axios.create({ baseURL: upstream.url });
  const answers: ((token: { accessToken: string; expiresInMs: number }) => void)[] = [];
  attach(api, () => new Promise((resolve) => answers.push(resolve)), { clock, random: () => 0, tokenTimeoutMs: 1000 });

  const first = rejection(api.get('/first'));
  await turn();
  await clock.advance(1000);
  expect(await first).toMatchObject({ code: 'ERR_TOKEN_TIMEOUT' });

  await clock.advance(1000); // the pause after a failure
  const second = api.get('/second');
  await turn();
  expect(answers).toHaveLength(2);
  answers[1]!({ accessToken: 'newer', expiresInMs: 60_000 });
  await second;
  answers[0]!({ accessToken: 'older', expiresInMs: 600_000 });
  await turn();
  await api.get('/third');
  expect(upstream.requests.map(({ path, token }) => [path, token])).toEqual([
    ['/second', 'newer'],
    ['/third', 'newer'],
  ]);
});
