/** What an option must be, in words that complete "must be …", and the test for it. Never asked about `undefined`. */
export type Rule = readonly [must: string, accepts: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const isFunction = (value: unknown): boolean => typeof value === 'function';

export const text: Rule = ['a string', isText];
export const filledText: Rule = ['a string that is not empty', (value) => isText(value) && value !== ''];
export const path: Rule = [
  "a string that starts with '/'",
  (value) => typeof value === 'string' && value.startsWith('/'),
];
export const texts: Rule = ['an array of strings', (value) => Array.isArray(value) && value.every(isText)];
export const func: Rule = ['a function', isFunction];
export const numberOrFunction: Rule = ['a number or a function', (value) => isNumber(value) || isFunction(value)];
export const duration: Rule = [
  'a number of milliseconds, 0 or more, or a function',
  (value) => (isNumber(value) && (value as number) >= 0) || isFunction(value),
];

/** One of the given words. */
export function oneOf(...words: string[]): Rule {
  return [`one of ${words.map((word) => `'${word}'`).join(', ')}`, (value) => words.includes(value as string)];
}

/** Throws a `TypeError` that names the option when one is unknown or of the wrong type. Shows types, never values. */
export function checkOptions(owner: string, options: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (!isRecord(options)) throw new TypeError(`${owner}: the options must be an object, received ${typeName(options)}`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) {
      throw new TypeError(`${owner}: unknown option '${name}'; it takes ${Object.keys(rules).join(', ')}`);
    }
    const [must, accepts] = rules[name] as Rule;
    if (value !== undefined && !accepts(value)) {
      throw new TypeError(`${owner}: option '${name}' must be ${must}, received ${typeName(value)}`);
    }
  }
}

/** Throws a `TypeError` when an option that has no default is missing. */
export function requireOption(owner: string, name: string, value: unknown): void {
  if (value === undefined) throw new TypeError(`${owner}: option '${name}' is required`);
}

/** Throws a `TypeError` unless `times` is a positive integer or Infinity (or 0, where that means something). */
export function checkTimes(owner: string, times: number, least: 0 | 1 = 1): void {
  const counts = times === Infinity || (Number.isInteger(times) && times >= least);
  if (!counts)
    throw new TypeError(
      `${owner}: the number of times must be an integer from ${least} or Infinity, received ${String(times)}`,
    );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
