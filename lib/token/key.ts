import { TokenConfigError } from '../errors.js';
import type { TokenParams } from '../token.js';

/**
 * The canonical text of what a request asks for beyond its source: equal for requests that may share a token, different for all
 * others. `''` stands for a request that asks for nothing special.
 */
export function tokenKey(params: TokenParams | undefined): string {
  if (params === undefined) return '';
  const { scope, audience, resource, tenant, params: extra } = params;
  const parts = [scopeSet(scope), audience, list(resource), tenant, named(extra)];
  if (parts.every((part) => part === undefined)) return '';
  try {
    return JSON.stringify(parts.map((part) => part ?? null));
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
    params:
      specific.params && general.params
        ? { ...general.params, ...specific.params }
        : (specific.params ?? general.params),
  };
}

function scopeSet(scope: string | string[] | undefined): string[] | undefined {
  if (scope === undefined) return undefined;
  const names = (typeof scope === 'string' ? [scope] : scope).flatMap((part) => part.split(/\s+/)).filter(Boolean);
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}

function list(value: string | string[] | undefined): string[] | undefined {
  return typeof value === 'string' ? [value] : value?.length === 0 ? undefined : value;
}

function named(extra: Record<string, unknown> | undefined): unknown {
  const entries = Object.entries(extra ?? {}).filter(([, value]) => value !== undefined);
  return entries.length === 0
    ? undefined
    : entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, sorted(value)]);
}

/** Nested objects with their names in order: `{ a, b }` and `{ b, a }` ask for the same token. */
function sorted(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('not plain data');
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)]);
}
