import { ForcedRefreshes } from '../../lib/token/forced-refreshes.js';

const A = 'https://a.test';
const B = 'https://b.test';

/** Milliseconds from `now` until the origin may force again, found from outside. */
function pauseLeft(forced: ForcedRefreshes, origin: string, now: number): number {
  if (!forced.isPaused(origin, now)) return 0;
  let [low, high] = [0, 1_000_000];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (forced.isPaused(origin, now + middle)) low = middle;
    else high = middle;
  }
  return high;
}

describe('after useless forced refreshes', () => {
  it('nothing is paused before the first', () => {
    expect(new ForcedRefreshes(false).isPaused(A, 0)).toBe(false);
  });

  it('the pause is 1 s, doubling to 30 s', () => {
    const forced = new ForcedRefreshes(false);
    let now = 0;
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((count) => {
      forced.useless(A, `token-${count}`, now);
      const pause = pauseLeft(forced, A, now);
      now += pause;
      return pause;
    });
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('each is counted once a token, however many calls the token was refused for', () => {
    const forced = new ForcedRefreshes(false);
    for (let call = 0; call < 50; call++) forced.useless(A, 'token-1', call);
    expect(pauseLeft(forced, A, 0)).toBe(1000);
  });

  it('a late refusal of a token that has been counted is not counted again', () => {
    const forced = new ForcedRefreshes(false);
    forced.useless(A, 'token-1', 0);
    forced.useless(A, 'token-2', 1000);
    forced.useless(A, 'token-1', 1500);
    forced.useless(A, 'token-2', 1600);
    expect(pauseLeft(forced, A, 1000)).toBe(2000);
  });

  it('only that origin pauses', () => {
    const forced = new ForcedRefreshes(false);
    forced.useless(A, 'token-1', 0);
    expect([forced.isPaused(A, 999), forced.isPaused(B, 0)]).toEqual([true, false]);
  });

  it('the end of a pause does not reset the doubling; a useful one does, for that origin', () => {
    const forced = new ForcedRefreshes(false);
    for (const origin of [A, B]) {
      forced.useless(origin, 'token-1', 0);
      forced.useless(origin, 'token-2', 5000);
    }
    forced.useful(A);
    expect([forced.isPaused(A, 5000), pauseLeft(forced, B, 5000)]).toEqual([false, 2000]);
    forced.useless(A, 'token-3', 100_000);
    forced.useless(B, 'token-3', 100_000);
    expect([pauseLeft(forced, A, 100_000), pauseLeft(forced, B, 100_000)]).toEqual([1000, 4000]);
  });

  it('clear() ends every pause and count', () => {
    const forced = new ForcedRefreshes(false);
    forced.useless(A, 'token-1', 0);
    forced.useless(A, 'token-2', 0);
    forced.clear();
    expect(forced.isPaused(A, 0)).toBe(false);
    forced.useless(A, 'token-2', 0);
    expect(pauseLeft(forced, A, 0)).toBe(1000);
  });

  it('remembers a bounded number of origins: the one noted longest ago goes', () => {
    const forced = new ForcedRefreshes(false);
    for (let number = 0; number <= 100; number++) forced.useless(`https://h${number}.test`, 'token', 0);
    expect(forced.isPaused('https://h0.test', 0)).toBe(false);
    expect([1, 100].map((number) => forced.isPaused(`https://h${number}.test`, 0))).toEqual([true, true]);
  });
});

describe('where a new token ends the old one', () => {
  it('five may be forced at once, then one every 10 s', () => {
    const forced = new ForcedRefreshes(true);
    const started: number[] = [];
    for (let now = 0; now <= 40_000; now += 500) {
      if (forced.isPaused(A, now)) continue;
      forced.started(now);
      started.push(now);
    }
    expect(started).toEqual([0, 500, 1000, 1500, 2000, 10_000, 20_000, 30_000, 40_000]);
  });

  it('the budget is one for all origins', () => {
    const forced = new ForcedRefreshes(true);
    for (let count = 0; count < 5; count++) forced.started(0);
    expect([forced.isPaused(A, 9999), forced.isPaused(B, 9999)]).toEqual([true, true]);
    expect([forced.isPaused(A, 10_000), forced.isPaused(B, 10_000)]).toEqual([false, false]);
  });

  it('fills up to five again, and no further', () => {
    const forced = new ForcedRefreshes(true);
    for (let count = 0; count < 5; count++) forced.started(0);
    const later = 10 * 60_000;
    for (let count = 0; count < 5; count++) {
      expect(forced.isPaused(A, later)).toBe(false);
      forced.started(later);
    }
    expect(forced.isPaused(A, later)).toBe(true);
  });

  it('an accepted resend gives nothing back', () => {
    const forced = new ForcedRefreshes(true);
    for (let count = 0; count < 5; count++) {
      forced.started(0);
      forced.useful(A);
    }
    expect(forced.isPaused(A, 0)).toBe(true);
  });

  it('useless ones pause their origin as everywhere', () => {
    const forced = new ForcedRefreshes(true);
    forced.started(0);
    forced.useless(A, 'token-1', 0);
    expect([forced.isPaused(A, 999), forced.isPaused(B, 0)]).toEqual([true, false]);
  });

  it('clear() fills the budget', () => {
    const forced = new ForcedRefreshes(true);
    for (let count = 0; count < 5; count++) forced.started(0);
    forced.clear();
    expect(forced.isPaused(A, 0)).toBe(false);
  });

  it('elsewhere there is no budget', () => {
    const forced = new ForcedRefreshes(false);
    for (let count = 0; count < 1000; count++) forced.started(0);
    expect(forced.isPaused(A, 0)).toBe(false);
  });
});

describe('mayDrop: a token refused to a request that is not sent again', () => {
  it('may go the first time; the one that comes after it, refused too, stays for a pause', () => {
    const forced = new ForcedRefreshes(false);
    expect(forced.mayDrop(A, 'token-1', 0)).toBe(true);
    expect(forced.mayDrop(A, 'token-2', 100)).toBe(false);
    expect(forced.mayDrop(A, 'token-2', 1099)).toBe(false);
    expect(forced.mayDrop(A, 'token-2', 1100)).toBe(true);
  });

  it('pauses longer each time that dropping did not help', () => {
    const forced = new ForcedRefreshes(false);
    const drops: number[] = [];
    let token = 1;
    for (let now = 0; now <= 20_000; now += 100) {
      if (!forced.mayDrop(A, `token-${token}`, now)) continue;
      drops.push(now);
      token += 1;
    }
    // A refusal 100 ms after each drop begins the pause: 1 s, 2 s, 4 s, 8 s.
    expect(drops).toEqual([0, 1100, 3200, 7300, 15_400]);
  });

  it('may go at once when the last drop is long ago: then dropping helped', () => {
    const forced = new ForcedRefreshes(false);
    expect(forced.mayDrop(A, 'token-1', 0)).toBe(true);
    expect(forced.mayDrop(A, 'token-2', 60_000)).toBe(true);
  });

  it('stays while the origin pauses; another origin decides for itself', () => {
    const forced = new ForcedRefreshes(false);
    forced.useless(A, 'token-1', 0);
    expect([forced.mayDrop(A, 'token-2', 500), forced.mayDrop(B, 'token-2', 500)]).toEqual([false, true]);
  });

  it('stays while the budget is spent', () => {
    const forced = new ForcedRefreshes(true);
    for (let count = 0; count < 5; count++) forced.started(0);
    expect(forced.mayDrop(A, 'token-1', 0)).toBe(false);
  });
});
