/** The q-quantile (0…1) of unsorted numbers, interpolated. */
export function quantile(values, q) {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * q;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values) => quantile(values, 0.5);

/** The median with its 95 % interval, by bootstrap (percentiles of the medians of resampled rounds). */
export function medianWithInterval(values, { resamples = 1000 } = {}) {
  const random = seededRandom(1);
  const medians = Array.from({ length: resamples }, () =>
    median(Array.from(values, () => values[Math.floor(random() * values.length)])),
  );
  return { value: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/**
 * What a statistic of all rounds together comes to, with its 95 % interval (bootstrap: whole rounds are drawn anew, since what
 * happens within one is not independent).
 */
export function pooledWithInterval(rounds, statistic, { resamples = 200 } = {}) {
  const random = seededRandom(1);
  const values = Array.from({ length: resamples }, () =>
    statistic(rounds.map(() => rounds[Math.floor(random() * rounds.length)])),
  );
  return { value: statistic(rounds), low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/** The same numbers in every run (mulberry32), so that only the measurement varies. */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
