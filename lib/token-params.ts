import { TokenConfigError } from './errors.js';
import { describeType, type TokenParams } from './token.js';
import { anObject, aString, checkOptions, type Rules, strings } from './validate.js';

const rules: Rules = {
  scope: strings,
  audience: aString,
  resource: strings,
  tenant: aString,
  params: anObject,
  extraScope: strings,
  subjectToken: aString,
};

/** @throws TokenConfigError naming what is wrong; `owner` says where it was given */
export function checkTokenParams(owner: string, params: unknown): asserts params is TokenParams {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    throw new TokenConfigError(
      `\`${owner}\` must be an object such as { scope, tenant }; got ${describeType(params)}.`,
      {
        option: owner,
      },
    );
  }
  checkOptions(owner, params, rules);
}

/** RFC 6749 §3.3: what stands between white space. */
export function scopeWords(scope: string | string[] | undefined): string[] {
  return [scope ?? []]
    .flat()
    .flatMap((text) => text.split(/\s+/))
    .filter(Boolean);
}

/** A set: order and repetition do not matter. None at all (`''`, `[]`) is something else than not asked for. */
export function scopeSet(scope: string | string[] | undefined): string[] | undefined {
  return scope === undefined ? undefined : [...new Set(scopeWords(scope))].sort();
}
