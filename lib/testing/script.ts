/** Things to happen to the next requests, in order, each a number of times. */
export interface Script<T> {
  append(entry: T, times: number): void;
  /** What is to happen to this request; `undefined`: nothing special. */
  take(): T | undefined;
  clear(): void;
}

export function createScript<T>(): Script<T> {
  const steps: { entry: T; left: number }[] = [];
  return {
    append: (entry, times) => void steps.push({ entry, left: times }),
    take() {
      const step = steps[0];
      if (step === undefined) return undefined;
      step.left -= 1;
      if (step.left === 0) steps.shift();
      return step.entry;
    },
    clear: () => void steps.splice(0),
  };
}
