import { digest } from '../digest.js';
import { TokenConfigError } from '../errors.js';
import type { TokenParams } from '../token.js';
import { scopeSet } from '../token-params.js';

/**
 * The canonical text of what a request asks for beyond its source: equal for requests that may share a token, different for all
 * others. `''` stands for a request that asks for nothing special.
 */
export function tokenKey(params: TokenParams | undefined): string {
  if (params === undefined) return '';
  const { scope, audience, resource, tenant, params: extra, extraScope, subjectToken } = params;
  const subject = subjectToken && digest(subjectToken);
  if (subjectToken && !subject)
    throw new TokenConfigError(
      '`subjectToken` needs the hash functions of `node:crypto`, which are not here. Let the source find it by `tenant`.',
      { option: 'subjectToken' },
    );
  try {
    const parts = [scopeSet(scope), audience, list(resource), tenant, extra && named(extra)];
    const more = scopeSet(extraScope);
    parts.push(more?.length ? more : undefined, subject);
    if (parts.every((part) => part === undefined)) return '';
    return JSON.stringify(parts); // in an array, what is undefined becomes null
  } catch (cause) {
    throw new TokenConfigError(
      'The `params` of a token must be plain data: they cannot be put into the key of its cache.',
      { option: 'params', cause },
    );
  }
}

/** `specific` over `general`, field by field; `params` by name. */
export function mergeParams(
  specific: TokenParams | undefined,
  general: TokenParams | undefined,
): TokenParams | undefined {
  if (specific === undefined || general === undefined) return specific ?? general;
  return {
    scope: specific.scope ?? general.scope,
    audience: specific.audience ?? general.audience,
    resource: specific.resource ?? general.resource,
    tenant: specific.tenant ?? general.tenant,
    extraScope: specific.extraScope ?? general.extraScope,
    subjectToken: specific.subjectToken ?? general.subjectToken,
    params:
      specific.params && general.params
        ? { ...general.params, ...specific.params }
        : (specific.params ?? general.params),
  };
}

function list(value: string | string[] | undefined): string[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

function named(extra: Record<string, unknown>): unknown {
  const data = plain(extra) as Record<string, unknown>;
  return Object.keys(data).length === 0 ? undefined : data;
}

/** Plain data with its names in order and without what is undefined: `{ a, b }` and `{ b, a }` ask for the same token. */
function plain(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('not plain data');
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof URL) return value;
  if (Array.isArray(value)) return value.map(plain);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new TypeError('not plain data');
  const ordered = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value).sort()) {
    const inner = (value as Record<string, unknown>)[name];
    if (inner !== undefined) ordered[name] = plain(inner);
  }
  return ordered;
}
