import { TokenConfigError } from '../lib/errors.js';
import {
  aBoolean,
  aCount,
  aFunction,
  anObject,
  aString,
  checkOptions,
  either,
  milliseconds,
  oneOf,
  type Rule,
  strings,
  valueOf,
} from '../lib/validate.js';

describe('rules', () => {
  test.each<[string, Rule, unknown[], unknown[]]>([
    ['aString', aString, ['a', ' '], ['', 1, null, ['a']]],
    ['aBoolean', aBoolean, [true, false], [0, 'true', null]],
    ['aFunction', aFunction, [() => 1, Date], [{}, 'f']],
    ['anObject', anObject, [{}, new Map(), Object.create(null)], [[], null, 'x', () => 1]],
    ['milliseconds(0)', milliseconds(0), [0, 0.5, 2_147_483_647], [-1, NaN, Infinity, '5', 2_147_483_648]],
    ['aCount(1, 3)', aCount(1, 3), [1, 3], [0, 4, 1.5, '1', NaN]],
    ['oneOf', oneOf('a', false), ['a', false], ['b', true, undefined]],
    ['either', either('x', aString, aFunction), ['a', () => 1], [1]],
    ['valueOf', valueOf(aString), ['a', () => 1], [1, '']],
    ['strings', strings, ['a', ['a', 'b'], []], [1, ['a', 1], null]],
  ])('%s', (_name, rule, right, wrong) => {
    for (const value of right) expect([value, rule(value)]).toEqual([value, undefined]);
    for (const value of wrong) expect([value, typeof rule(value)]).toEqual([value, 'string']);
  });
});

describe('checkOptions()', () => {
  const rules = { name: aString, retries: aCount(0, 5), inner: { deep: aBoolean, deeper: { deepest: aString } } };
  const messageOf = (options: unknown): string => {
    try {
      checkOptions('owner', options, rules);
      return '';
    } catch (error) {
      expect(error).toBeInstanceOf(TokenConfigError);
      return `${(error as TokenConfigError).option}|${(error as Error).message}`;
    }
  };

  test.each([
    [{}],
    [{ name: 'x', retries: 0, inner: { deep: true, deeper: { deepest: 'x' } } }],
    [{ name: undefined, inner: undefined }],
    [{ inner: { deep: undefined } }],
    [Object.assign(Object.create(null) as object, { name: 'x' })],
  ])('%j is right', (options) => {
    expect(messageOf(options)).toBe('');
  });

  test.each<[unknown, string]>([
    [{ name: 5 }, 'name|owner: `name` must be a non-empty string; got a number.'],
    [{ retries: 9 }, 'retries|owner: `retries` must be a whole number from 0 to 5; got a number.'],
    [{ inner: 5 }, 'inner|owner: `inner` must be an object; got a number.'],
    [{ inner: { deep: 'x' } }, 'inner.deep|owner: `inner.deep` must be true or false; got a string.'],
    [
      { inner: { deeper: { deepest: '' } } },
      'inner.deeper.deepest|owner: `inner.deeper.deepest` must be a non-empty string; got an empty string.',
    ],
    [{ nam: 'x' }, 'nam|owner: unknown option `nam`. Did you mean `name`?'],
    [{ RETRIES: 1 }, 'RETRIES|owner: unknown option `RETRIES`. Did you mean `retries`?'],
    [{ inner: { deeep: 1 } }, 'inner.deeep|owner: unknown option `inner.deeep`. Did you mean `inner.deep`?'],
    [{ somethingElse: undefined }, 'somethingElse|owner: unknown option `somethingElse`. Known: name, retries, inner.'],
    [null, 'options|owner: `options` must be an object; got null.'],
    [[], 'options|owner: `options` must be an object; got an array.'],
  ])('%j', (options, expected) => {
    expect(messageOf(options)).toBe(expected);
  });
});
