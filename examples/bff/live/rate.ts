/** How many a second, for the last minute. */
export interface Rate {
  count(at: number): void;
  /** 60 numbers, the newest last; the second under way is not among them. */
  lastMinute(at: number): number[];
}

const slots = 64;

export function createRate(): Rate {
  const counts = new Float64Array(slots);
  const seconds = new Float64Array(slots);
  return {
    count(at) {
      const second = Math.floor(at / 1000);
      const slot = second % slots;
      if (seconds[slot] !== second) {
        seconds[slot] = second;
        counts[slot] = 0;
      }
      counts[slot] = (counts[slot] ?? 0) + 1;
    },
    lastMinute(at) {
      const current = Math.floor(at / 1000);
      return Array.from({ length: 60 }, (_, index) => {
        const second = current - 60 + index;
        return seconds[second % slots] === second ? (counts[second % slots] ?? 0) : 0;
      });
    },
  };
}
