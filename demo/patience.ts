/** Waits until `start` has called `done`, or for `ms`: then the figures will show that something has not happened. */
export async function patience(ms: number, start: (done: () => void) => void): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    start(resolve);
  });
  clearTimeout(timer);
}
