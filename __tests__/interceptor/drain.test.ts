import type { AxiosResponse } from 'axios';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { drain } from '../../lib/interceptor/drain.js';
import { LARGEST_BODY } from '../../lib/interceptor/rejection.js';
import { turn } from '../support/turn.js';
import { manualClock } from '../support/world.js';

const answer = (data: unknown): AxiosResponse<unknown> => ({ status: 401, data }) as AxiosResponse<unknown>;
const read = (data: unknown): Promise<string> =>
  data instanceof ReadableStream ? new Response(data).text() : text(data as Readable);

function webStream(chunks: Iterable<string>, whenCancelled?: () => void): ReadableStream<Uint8Array> {
  const left = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = left.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(value));
    },
    cancel: () => whenCancelled?.(),
  });
}

function* endless(): Generator<string> {
  for (;;) yield 'x'.repeat(10_000);
}

describe.each([
  ['a Node stream', (chunks: Iterable<string>) => Readable.from(chunks, { objectMode: false })],
  ['a web stream', (chunks: Iterable<string>) => webStream(chunks)],
])('%s', (_kind, make) => {
  test('is read to its end, and is a stream again', async () => {
    const source = make(['{"error":', '"invalid_token"}']);
    const response = answer(source);
    await drain(response, manualClock());
    expect(response.data).not.toBe(source);
    expect(await read(response.data)).toBe('{"error":"invalid_token"}');
  });

  test('without a byte is an empty stream again', async () => {
    const response = answer(make([]));
    await drain(response, manualClock());
    expect(await read(response.data)).toBe('');
  });

  test('of more than 64 KiB is let go, and whoever reads it to the end is told', async () => {
    const response = answer(make(endless()));
    await drain(response, manualClock());
    await expect(read(response.data)).rejects.toThrow('cut off at 64 KiB');
  });

  test('of exactly 64 KiB is whole', async () => {
    const whole = 'x'.repeat(LARGEST_BODY);
    const response = answer(make([whole.slice(0, 1000), whole.slice(1000)]));
    await drain(response, manualClock());
    expect(await read(response.data)).toHaveLength(LARGEST_BODY);
  });
});

test('a Node stream that stalls is destroyed after a second, and what came is kept', async () => {
  const clock = manualClock();
  const source = new PassThrough();
  const response = answer(source);
  source.write('part');
  const drained = drain(response, clock);
  await turn();
  await clock.advance(999);
  expect(source.destroyed).toBe(false);
  await clock.advance(1);
  await drained;
  expect(source.destroyed).toBe(true);
  await expect(read(response.data)).rejects.toThrow('cut off');
});

test('a web stream that stalls is cancelled after a second', async () => {
  const clock = manualClock();
  const cancelled = jest.fn();
  const source = new ReadableStream<Uint8Array>({
    start: (one) => {
      one.enqueue(new Uint8Array([1]));
    },
    cancel: cancelled,
  });
  const response = answer(source);
  const drained = drain(response, clock);
  await turn();
  await clock.advance(1000);
  await drained;
  expect(cancelled).toHaveBeenCalledTimes(1);
  await expect(read(response.data)).rejects.toThrow('cut off');
});

test('a web stream over 64 KiB is cancelled, so that its connection is free', async () => {
  const cancelled = jest.fn();
  await drain(answer(webStream(endless(), cancelled)), manualClock());
  await turn();
  expect(cancelled).toHaveBeenCalledTimes(1);
});

test('a stream that breaks does not break the recovery; its reader hears of it', async () => {
  const source = new PassThrough();
  const response = answer(source);
  source.write('part');
  const drained = drain(response, manualClock());
  await turn();
  source.destroy(new Error('reset'));
  await drained;
  await expect(read(response.data)).rejects.toThrow('cut off');
});

test.each([['text'], [Buffer.from('x')], [{ a: 1 }], [null], [undefined]])('%p is left as it is', async (data) => {
  const response = answer(data);
  await drain(response, manualClock());
  expect(response.data).toBe(data);
});
