/** What can be sent again: it is all in memory, and sending it leaves it as it was. Streams are gone once they were read. */
export function isReplayable(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return typeof data !== 'function';
  const body = data as { pipe?: unknown; getReader?: unknown; getBoundary?: unknown };
  if (typeof body.pipe === 'function' || typeof body.getReader === 'function') return false; // also the `form-data` package
  if (isAsyncIterable(data)) return false;
  return true;
}

function isAsyncIterable(data: object): boolean {
  return Symbol.asyncIterator in data;
}
