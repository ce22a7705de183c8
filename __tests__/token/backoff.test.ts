import { failurePause, MAX_ATTEMPTS, retryDelay, uselessRefreshPause } from '../../lib/token/backoff.js';

const none = (): number => 0;
const most = (): number => 1;

describe('attempts of one flight', () => {
  it('are three', () => {
    expect(MAX_ATTEMPTS).toBe(3);
  });

  it('are 200 ms apart, doubling, at most a fifth less', () => {
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, none))).toEqual([200, 400, 800]);
    expect([1, 2, 3].map((attempt) => retryDelay(attempt, most))).toEqual([160, 320, 640]);
  });
});

describe('the pause after failed flights', () => {
  const counts = [1, 2, 3, 4, 5, 6, 7, 8, 5000];
  it.each([
    ['1 s doubling to 60 s when trying may help', false, [1, 2, 4, 8, 16, 32, 60, 60, 60]],
    ['1 s doubling to 30 s when it will not', true, [1, 2, 4, 8, 16, 30, 30, 30, 30]],
  ])('is %s', (_, permanent, seconds) => {
    expect(counts.map((count) => failurePause(count, permanent, none))).toEqual(seconds.map((s) => s * 1000));
  });

  it('is at most a fifth shorter, also at its longest, never longer', () => {
    expect(failurePause(1, false, most)).toBe(800);
    expect(failurePause(99, false, most)).toBe(48_000);
    expect(failurePause(99, true, most)).toBe(24_000);
  });
});

it('useless forced refreshes pause for 1 s, doubling to 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 5000].map(uselessRefreshPause)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});
