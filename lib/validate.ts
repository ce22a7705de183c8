import { TokenConfigError } from './errors.js';
import { describeType } from './token.js';

/** What a value must be; `undefined` where it is right. */
export type Rule = (value: unknown) => string | undefined;

const rule =
  (must: string, holds: (value: unknown) => boolean): Rule =>
  (value) =>
    holds(value) ? undefined : must;

export const aString = rule('must be a non-empty string', (value) => typeof value === 'string' && value !== '');
export const aBoolean = rule('must be true or false', (value) => typeof value === 'boolean');
export const aFunction = rule('must be a function', (value) => typeof value === 'function');
export const anObject = rule('must be an object', isRecord);

export const milliseconds = (min: number, max = 2_147_483_647): Rule =>
  rule(
    `must be a number of milliseconds from ${min} to ${max}`,
    (value) => typeof value === 'number' && value >= min && value <= max,
  );

export const aCount = (min: number, max: number): Rule =>
  rule(
    `must be a whole number from ${min} to ${max}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  );

export const oneOf = (...values: readonly unknown[]): Rule =>
  rule(`must be one of ${values.map((value) => JSON.stringify(value)).join(', ')}`, (value) => values.includes(value));

export const either = (must: string, ...rules: Rule[]): Rule =>
  rule(must, (value) => rules.some((one) => one(value) === undefined));

const factories = new WeakMap<object, string>();

/** Notes functions that make something, by name, so that one which was handed over without being called is seen. */
export function noteFactories(made: Record<string, (...args: never[]) => unknown>): void {
  for (const [name, factory] of Object.entries(made)) factories.set(factory, `${name}(…)`);
}

/** A function of the user's own, or what one of our helpers has made; never the helper itself. */
export const aHelper =
  (example: string): Rule =>
  (value) => {
    if (typeof value !== 'function') return `must be a function such as ${example}`;
    const factory = factories.get(value);
    return factory === undefined ? undefined : `must be the result of a helper, which has to be called: \`${factory}\``;
  };

/** A value, or a function that is asked for it. */
export const valueOf =
  (inner: Rule): Rule =>
  (value) =>
    typeof value === 'function' ? undefined : inner(value);

export const strings = rule(
  'must be a string or an array of strings',
  (value) => typeof value === 'string' || (Array.isArray(value) && value.every((part) => typeof part === 'string')),
);

export interface Rules {
  [option: string]: Rule | Rules;
}

/**
 * Checks an options object against its rules. `undefined` means default.
 *
 * @throws TokenConfigError naming the option, the rule and the type of what was given; for an unknown option the nearest known one
 */
export function checkOptions(owner: string, options: unknown, rules: Rules, path = ''): void {
  if (!isRecord(options)) {
    throw fault(owner, path === '' ? 'options' : path.slice(0, -1), 'must be an object', options);
  }
  for (const name of Object.keys(options)) {
    const value = options[name];
    const expected = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (!expected) throw unknown(owner, name, rules, path);
    if (value === undefined) continue;
    if (typeof expected === 'object') {
      checkOptions(owner, value, expected, `${path}${name}.`);
      continue;
    }
    const must = expected(value);
    if (must !== undefined) throw fault(owner, path + name, must, value);
  }
}

/** What a function has decided. Anything else than a boolean would be truthy: a promise, or what a helper made that was not called. */
export function decided(option: string, verdict: unknown): boolean {
  if (typeof verdict === 'boolean') return verdict;
  throw new TokenConfigError(`\`${option}\` must return true or false, at once; got ${describeType(verdict)}.`, {
    option,
  });
}

/** For the arguments of helpers, where `undefined` is no default. */
export function requireString(owner: string, name: string, value: unknown): void {
  const must = aString(value);
  if (must !== undefined) throw fault(owner, name, must, value);
}

export function fault(owner: string, option: string, must: string, value: unknown): TokenConfigError {
  return wrong(owner, option, `${must}; got ${describeType(value)}.`);
}

/** @param says the rest of a sentence that begins with the option */
export function wrong(owner: string, option: string, says: string): TokenConfigError {
  return new TokenConfigError(`${owner}: \`${option}\` ${says}`, { option });
}

/** Of an option that there is no default for: most come out of the environment. */
export function missing(owner: string, option: string): TokenConfigError {
  return wrong(owner, option, 'is missing. Is the environment variable that holds it set?');
}

function unknown(owner: string, name: string, rules: Rules, path: string): TokenConfigError {
  const [option, known] = [path + name, Object.keys(rules)];
  const near = inside(name, rules) ?? nearest(name, known);
  const hint = near === undefined ? `Known: ${known.join(', ')}.` : `Did you mean \`${path}${near}\`?`;
  return new TokenConfigError(`${owner}: unknown option \`${option}\`. ${hint}`, { option });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `headers` → `request.headers`: the name is right, but it stands in a group. */
function inside(name: string, rules: Rules): string | undefined {
  const group = Object.keys(rules).find((one) => typeof rules[one] === 'object' && Object.hasOwn(rules[one], name));
  return group === undefined ? undefined : `${group}.${name}`;
}

/** The known name that is a few keystrokes away, in any case of letters. */
export function nearest(name: string, known: string[]): string | undefined {
  let best: string | undefined;
  let distance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < distance) [best, distance] = [candidate, edits];
  }
  return best;
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
