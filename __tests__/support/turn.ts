/** One turn of the event loop: all microtasks and the I/O that is ready. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const PATIENCE_MS = 5000;

/** Turns the event loop until something holds; what never does fails the test with a reason. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never happened: ${condition.toString()}`);
    await turn();
  }
}
