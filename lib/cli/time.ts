/** How far this clock is ahead of that which a `Date` header tells, in whole seconds; `undefined`: it tells none. */
export function skewOf(date: string | undefined, now = Date.now()): number | undefined {
  const then = Date.parse(date ?? '');
  return Number.isNaN(then) ? undefined : Math.round((now - then) / 1000);
}

/** A sentence about clocks that are apart; empty where they are not, as far as such a header can tell. */
export function skewSentence(skewS: number | undefined, whose: string): string {
  if (skewS === undefined || Math.abs(skewS) <= 30) return '';
  return `The clock here is ${span(Math.abs(skewS))} ${skewS > 0 ? 'ahead of' : 'behind'} that of ${whose}: set it right.`;
}

/** Seconds in words: `45 s`, `60 min`, `1.5 h`, `30 d`. */
export function span(seconds: number): string {
  const [unit, size] =
    seconds >= 2 * 86_400 ? ['d', 86_400] : seconds > 5400 ? ['h', 3600] : seconds >= 120 ? ['min', 60] : ['s', 1];
  const value = seconds / size;
  return `${Number(value.toFixed(value < 10 && size > 1 ? 1 : 0))} ${unit}`;
}
