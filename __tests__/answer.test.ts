import { AxiosHeaders } from 'axios';
import fc from 'fast-check';
import { at, everyAt, parseText, plainHeaders } from '../lib/answer.js';

describe('parseText()', () => {
  const FORM = 'application/x-www-form-urlencoded';
  test.each<[string, string, string, unknown]>([
    ['JSON by its type', '{"a":1}', 'application/json; charset=utf-8', { a: 1 }],
    ['JSON of a kind', '{"a":1}', 'application/problem+json', { a: 1 }],
    ['JSON by its look', '{"a":1}', 'text/html', { a: 1 }],
    ['JSON with white space around', '\n {"a":1} \n', '', { a: 1 }],
    ['an array', '[1]', '', [1]],
    ['a quoted text', '"tok"', '', 'tok'],
    ['a bare number is JSON only if it says so', '5', 'application/json', 5],
    ['and else nothing', '5', 'text/plain', undefined],
    ['broken JSON', '{"a":', 'application/json', undefined],
    ['broken JSON is no form', '{"a=b', 'application/json', undefined],
    ['a form by its type', 'a=1&b=x+y%21', FORM, { a: '1', b: 'x y!' }],
    ['a form by its look', 'access_token=x&expires=5', 'text/plain', { access_token: 'x', expires: '5' }],
    ['a page', '<html a="b">', 'text/html', undefined],
    ['a sentence with an = in it', 'please set a=b now', 'text/plain', undefined],
    ['a bare word', 'token', 'text/plain', undefined],
    ['nothing', '', 'application/json', undefined],
    ['white space', ' \n', 'application/json', undefined],
  ])('%s', (_what, text, type, expected) => {
    expect(parseText(text, type)).toEqual(expected);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('application/json', FORM, 'text/html', ''), (text, type) => {
        parseText(text, type);
      }),
    );
  });
});

describe('at()', () => {
  const body = { a: { b: [{ c: 'deep' }] }, 'a.b': 'whole', zero: 0, none: null, own: { '': 'empty' } };
  test.each<[string, unknown]>([
    ['zero', 0],
    ['none', null],
    ['a.b', 'whole'],
    ['a.b.0.c', 'deep'],
    ['a.c', undefined],
    ['none.x', undefined],
    ['zero.x', undefined],
    ['toString', undefined],
    ['a.constructor', undefined],
    ['__proto__.x', undefined],
    ['', undefined],
  ])('%s', (path, expected) => {
    expect(at(body, path)).toEqual(expected);
  });

  test.each([[undefined], [null], ['text'], [5]])('nothing in %p', (value) => {
    expect(at(value, 'length')).toBeUndefined();
  });
});

test('plainHeaders(): names in lower case, lists joined, numbers as text, the rest left out', () => {
  expect(plainHeaders({ 'X-A': 'b', 'SET-Cookie': ['a', 'b'], 'Content-Length': 5, n: null, f: false })).toEqual({
    'x-a': 'b',
    'set-cookie': 'a, b',
    'content-length': '5',
  });
  expect(plainHeaders(AxiosHeaders.from({ 'X-A': 'b' }))).toEqual({ 'x-a': 'b' });
  expect([plainHeaders(undefined), plainHeaders('x')]).toEqual([{}, {}]);
});

describe('everyAt()', () => {
  test.each<[string, unknown, string, unknown[]]>([
    ['a plain path', { a: { b: 1 } }, 'a.b', [1]],
    ['through an array', { errors: [{ code: 1 }, { code: 2 }] }, 'errors.code', [1, 2]],
    ['through arrays in arrays', { a: [{ b: [{ c: 1 }] }, { b: [{ c: 2 }, {}] }] }, 'a.b.c', [1, 2]],
    ['an array at the top', [{ a: { b: 1 } }, { a: { b: 2 } }], 'a.b', [1, 2]],
    ['by index', { errors: [{ code: 1 }, { code: 2 }] }, 'errors.1.code', [2]],
    ['nothing there', { errors: [] }, 'errors.code', []],
    ['no object', 'text', 'a', []],
  ])('%s', (_what, body, path, expected) => {
    expect(everyAt(body, path)).toEqual(expected);
  });
});
