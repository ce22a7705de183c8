import { type Freshness, freshness, schedule } from '../../lib/token/freshness.js';

const DAY = 24 * 60 * 60_000;

describe('windows scale with the lifetime', () => {
  it.each([
    ['2 s', 2000, 1600, 1900],
    ['60 s', 60_000, 48_000, 57_000],
    ['200 s, from where the critical window stays at 10 s', 200_000, 160_000, 190_000],
    ['25 min, from where the lead stays at 5 min', 1_500_000, 1_200_000, 1_490_000],
    ['1 h', 3_600_000, 3_300_000, 3_590_000],
    ['1 day', DAY, DAY - 300_000, DAY - 10_000],
  ])('of a token of %s', (_, lifetime, staleAt, criticalAt) => {
    expect(schedule(lifetime, undefined, 0)).toEqual({ staleAt, criticalAt, expiredAt: lifetime });
  });

  it('and are not there for a token without a lifetime', () => {
    const forever = schedule(undefined, undefined, 1);
    expect(freshness(forever, 1000 * DAY)).toBe('fresh');
    expect(schedule(undefined, 5000, 1)).toEqual(forever);
  });
});

describe('refreshAheadMs is the lead', () => {
  it.each([
    ['more than the default', 600_000, 3_000_000, 3_590_000],
    ['half the life', 1_800_000, 1_800_000, 3_590_000],
    ['more than half the life, which counts as half', 3_000_000, 1_800_000, 3_590_000],
    ['more than the life, which counts as half', 9_000_000, 1_800_000, 3_590_000],
    ['less than the critical window, which shrinks to it', 4000, 3_596_000, 3_596_000],
    ['0: no early refresh, and nothing waits before the end', 0, 3_600_000, 3_600_000],
  ])('%s', (_, ahead, staleAt, criticalAt) => {
    expect(schedule(3_600_000, ahead, 0)).toEqual({ staleAt, criticalAt, expiredAt: 3_600_000 });
  });
});

describe('jitter', () => {
  it.each([
    ['by default', undefined, 300_000],
    ['with refreshAheadMs', 60_000, 60_000],
  ])('moves only the early refresh, and only forward, by up to a tenth of the lead, %s', (_, ahead, lead) => {
    const [none, half, full] = [0, 0.5, 1].map((jitter) => schedule(3_600_000, ahead, jitter));
    expect(none?.staleAt).toBe(3_600_000 - lead);
    expect(half?.staleAt).toBe(3_600_000 - 1.05 * lead);
    expect(full?.staleAt).toBe(3_600_000 - 1.1 * lead);
    expect(full).toMatchObject({ criticalAt: none?.criticalAt, expiredAt: none?.expiredAt });
  });

  it('never makes a token stale from the start', () => {
    expect(schedule(2000, 1_000_000, 1).staleAt).toBe(900);
  });
});

describe('a state begins exactly at its age', () => {
  const windows = schedule(60_000, undefined, 0);
  it.each<[number, Freshness]>([
    [-5000, 'fresh'],
    [0, 'fresh'],
    [47_999, 'fresh'],
    [48_000, 'stale'],
    [56_999, 'stale'],
    [57_000, 'critical'],
    [59_999, 'critical'],
    [60_000, 'expired'],
    [1e12, 'expired'],
  ])('%d ms: %s', (age, state) => {
    expect(freshness(windows, age)).toBe(state);
  });

  it('goes from fresh to expired with refreshAheadMs 0', () => {
    const bare = schedule(60_000, 0, 1);
    expect([freshness(bare, 59_999), freshness(bare, 60_000)]).toEqual(['fresh', 'expired']);
  });
});
