import { at } from '../../answer.js';
import type { EndpointAnswer } from '../../contract.js';
import { wholeBody } from '../../source/readers.js';
import { isPage } from './said.js';

// Where the token stands in an answer.

export type TokenPlace = { path: string } | { header: string; scheme?: string | undefined } | 'whole body';

export interface FoundToken {
  token: string;
  place: TokenPlace;
}

/** The likeliest token in a success: under a name that says so, else in a header, else the whole body. */
export function tokenIn(answer: EndpointAnswer): FoundToken | undefined {
  if (answer.status < 200 || answer.status >= 300 || isPage(answer)) return undefined;
  return inBody(answer) ?? inHeader(answer) ?? asBody(answer);
}

function inBody({ body }: EndpointAnswer): FoundToken | undefined {
  const found = leaves(body)
    .map(([path, value]) => ({ path, token: value, rank: NAMES.findIndex((name) => name.test(path)) }))
    .filter((one): one is { path: string; token: string; rank: number } => one.rank >= 0 && isToken(one.token))
    .sort((a, b) => a.rank - b.rank || a.path.split('.').length - b.path.split('.').length);
  const [first] = found;
  if (first === undefined || at(body, first.path) !== first.token) return undefined;
  return { token: first.token, place: { path: first.path } };
}

/** From the plainest name to the vaguest. Tokens for something else end in the same word. */
const OTHER =
  '(?<!(refresh|id|csrf|xsrf|captcha|challenge|mfa|otp|verification|device|next|page|continuation|sync)[_-]?)';
const NAMES = [
  /(^|\.)access[_-]?token$/i,
  new RegExp(`(^|[._-])(\\w+[_-]access|auth|bearer|session|api|jwt|security)[_-]?${OTHER}token$`, 'i'),
  new RegExp(`(^|\\.)${OTHER}token$`, 'i'),
  new RegExp(`${OTHER}token$`, 'i'),
  /(^|\.)(jwt|bearer|access|sessionId|session_id)$/i,
  /(^|\.)token\.(value|id|token)$/i,
];

function inHeader({ headers }: EndpointAnswer): FoundToken | undefined {
  for (const header of HEADERS) {
    const [, scheme, token = ''] = /^\s*(?:(Bearer)\s+)?(\S+)\s*$/i.exec(headers[header] ?? '') ?? [];
    if (isToken(token)) return { token, place: { header, scheme } };
  }
  return undefined;
}

const HEADERS = [
  'authorization',
  'x-subject-token',
  'x-auth-token',
  'x-access-token',
  'access-token',
  'x-token',
  'token',
  'jwt',
  'x-jwt-token',
];

function asBody(answer: EndpointAnswer): FoundToken | undefined {
  const token = wholeBody()(answer);
  return isToken(token) && token.length >= 16 ? { token, place: 'whole body' } : undefined;
}

/** RFC 6750 §2.1 allows less; what has no space in it can be sent. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{6,}$/.test(value) && !/^https?:/i.test(value);
}

/** `{ a: { b: 1 } }` → `['a.b', 1]`; not through arrays, where a path would not lead to one value. */
export function leaves(value: unknown, path = '', depth = 0): [path: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [[path, value]];
  if (Array.isArray(value) || depth > 4) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`, depth + 1),
  );
}
