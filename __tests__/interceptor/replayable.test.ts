import { PassThrough, Readable } from 'node:stream';
import { isReplayable } from '../../lib/interceptor/replayable.js';

const formData = new FormData();
formData.set('file', new Blob(['x']), 'x.txt');

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', '{"a":1}'],
  ['a Buffer', Buffer.from('x')],
  ['an ArrayBuffer', new ArrayBuffer(2)],
  ['a typed array', new Uint8Array(2)],
  ['URLSearchParams', new URLSearchParams('a=1')],
  ['a spec FormData with a file', formData],
  ['a Blob', new Blob(['x'])],
  ['a plain object', { a: 1 }],
])('%s can be sent twice', (_what, data) => {
  expect(isReplayable(data)).toBe(true);
});

async function* generator(): AsyncGenerator<string> {
  yield await Promise.resolve('x');
}

test.each([
  ['a Node stream', Readable.from(['x'])],
  ['a duplex', new PassThrough()],
  ['a web stream', new Response('x').body],
  ['an async iterable', generator()],
  ['a form-data package body', { getBoundary: () => 'x', pipe: () => undefined, append: () => undefined }],
  ['a function', () => 'x'],
])('%s cannot', (_what, data) => {
  expect(isReplayable(data)).toBe(false);
});
