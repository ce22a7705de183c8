import type { AxiosResponse } from 'axios';
import type { Clock } from '../clock.js';
import { builtin } from '../runtime.js';
import { LARGEST_BODY } from './rejection.js';

const LONGEST_DRAIN_MS = 1000;

type NodeStream = AsyncIterable<Uint8Array> & { pipe: unknown; destroy(error?: Error): void };

/**
 * Reads a streamed rejection into memory before the token is refreshed, at most 64 KiB or 1 s of it: left undrained it may hold
 * the very socket that the token request needs. Afterwards `response.data` is a stream again, for the case that it surfaces.
 */
export async function drain(response: AxiosResponse<unknown>, clock: Clock): Promise<void> {
  const { data } = response;
  if (isNodeStream(data)) {
    const { chunks, whole } = await readSome(data, clock, () => {
      data.destroy();
    });
    response.data = builtin('node:stream')?.Readable.from(replay(chunks, whole), { objectMode: false });
  } else if (typeof ReadableStream !== 'undefined' && data instanceof ReadableStream) {
    const reader = (data as ReadableStream<Uint8Array>).getReader();
    const { chunks, whole } = await readSome(iterate(reader), clock, () => void reader.cancel().catch(() => undefined));
    response.data = toWebStream(chunks, whole);
  }
}

async function readSome(
  source: AsyncIterable<Uint8Array | string>,
  clock: Clock,
  stop: () => void,
): Promise<{ chunks: Uint8Array[]; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let whole = true;
  const cut = (): void => {
    whole = false;
    stop();
  };
  const timer = clock.setTimeout(cut, LONGEST_DRAIN_MS);
  try {
    for await (const part of source) {
      const chunk = typeof part === 'string' ? new TextEncoder().encode(part) : part;
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > LARGEST_BODY) {
        cut();
        break;
      }
    }
  } catch {
    whole = false; // cut off by us, or by the other side
  } finally {
    clock.clearTimeout(timer);
  }
  return { chunks, whole };
}

function* replay(chunks: Uint8Array[], whole: boolean): Generator<Uint8Array> {
  yield* chunks;
  if (!whole) throw cutOff();
}

function toWebStream(chunks: Uint8Array[], whole: boolean): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      if (whole) controller.close();
      else controller.error(cutOff());
    },
  });
}

function cutOff(): Error {
  return new Error(
    'The body of this rejected response was cut off at 64 KiB or 1 s, to free its connection for the token request.',
  );
}

async function* iterate(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function isNodeStream(data: unknown): data is NodeStream {
  return (
    typeof data === 'object' && data !== null && 'pipe' in data && Symbol.asyncIterator in data && 'destroy' in data
  );
}
