// How far the clock here is from the server's, by what its answers say.

export interface Moment {
  /** The `Date` header: the server's time, cut to the second. */
  date: string | undefined;
  /** Ms since the epoch, by the clock here. */
  sentAt: number;
  receivedAt: number;
}

/**
 * The clock here minus the server's, in ms, as the range in which it must lie: the header was written between sending and receiving,
 * and stands for a whole second. Each answer narrows the range.
 */
export function skewBetween(moments: readonly Moment[]): { least: number; most: number } | undefined {
  const ranges = moments.flatMap(({ date = '', sentAt, receivedAt }) => {
    const server = Date.parse(date);
    return Number.isNaN(server) ? [] : [{ least: sentAt - server - 1000, most: receivedAt - server }];
  });
  if (ranges.length === 0) return undefined;
  const least = Math.max(...ranges.map((range) => range.least));
  const most = Math.min(...ranges.map((range) => range.most));
  return least > most ? undefined : { least, most };
}

export function skewWords(moments: readonly Moment[]): string {
  const skew = skewBetween(moments);
  if (skew === undefined) {
    const dated = moments.some(({ date }) => date !== undefined);
    return dated
      ? "cannot be told: the server's answers disagree about the time"
      : 'cannot be told: the server sends no Date';
  }
  const { least, most } = skew;
  const within = seconds(Math.max(Math.abs(least), Math.abs(most)));
  if (least <= 0 && most >= 0) return `agrees with the server's, within ${within}`;
  const middle = (least + most) / 2;
  return `${seconds(Math.abs(middle))} ${middle > 0 ? 'ahead of' : 'behind'} the server's, give or take ${seconds((most - least) / 2)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
