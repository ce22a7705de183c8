import { TokenConfigError } from '../errors.js';
import { evaluated, type Value } from '../source/parameters.js';
import { parseUrl } from '../transport.js';
import { describeType } from '../token.js';

/** What stands in the braces of an address; functions are asked anew for every attempt, so that a tenant can have an address of its own. */
export type Parts = Record<string, Value<string | undefined>>;

/**
 * An address with the provider's own names in braces. At its beginning one stands for a whole URL (`'{url}/oauth/token'`), before the
 * path for a host or a part of one (`'https://{shop}.myshopify.com/…'`, where `acme.myshopify.com` will do, too), and behind it for a
 * segment, which is encoded.
 *
 * @throws TokenConfigError for a part that is missing, or that would lead elsewhere
 */
export function address(owner: string, template: string, parts: Parts): Value<string> {
  const fill = (values: Parts): string =>
    template.replace(BRACES, (braces, name: string, index: number) =>
      typeof values[name] === 'function' ? braces : part(owner, name, values, template, index),
    );
  const filled = fill(parts); // what is wrong in the plain parts is said at once
  if (!Object.values(parts).some((value) => typeof value === 'function')) return filled;
  return async (request) => fill((await evaluated(parts, request)) as Parts);
}

const BRACES = /\{(\w+)\}/g;

function part(owner: string, name: string, values: Parts, template: string, index: number): string {
  const text = required(owner, name, values[name]);
  if (index === 0) return prefix(owner, name, text);
  const inHost = !template.slice(template.indexOf('//') + 2, index).includes('/');
  if (!inHost) return segment(owner, name, text);
  const behind = template
    .slice(index + name.length + 2)
    .replace(BRACES, (_braces, other: string) => String(values[other]));
  return host(owner, name, text, behind);
}

/** A text that a preset cannot do without. */
export function required(owner: string, name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  const what = value === undefined || value === '' ? 'is missing' : `must be a string; got ${describeType(value)}`;
  throw new TokenConfigError(`${owner}: \`${name}\` ${what}. Is the environment variable that holds it set?`, {
    option: name,
  });
}

function prefix(owner: string, name: string, text: string): string {
  const url = parseUrl(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw wrong(owner, name, 'must be an absolute http(s) URL without a query');
  return text.replace(/\/+$/, '');
}

function host(owner: string, name: string, text: string, behind: string): string {
  const suffix = /^[^/]*/.exec(behind)?.[0] ?? '';
  const bare = text.replace(/^https:\/\//i, '').replace(/\/+$/, '');
  const label = suffix !== '' && bare.toLowerCase().endsWith(suffix) ? bare.slice(0, -suffix.length) : bare;
  if (/^[a-z\d]([a-z\d._-]*[a-z\d])?(:\d{1,5})?$/i.test(label)) return label;
  throw wrong(owner, name, suffix === '' ? 'must be a host name' : `must be what stands before \`${suffix}\``);
}

function segment(owner: string, name: string, text: string): string {
  if (text !== '.' && text !== '..') return encodeURIComponent(text);
  throw wrong(owner, name, 'cannot be used in a path');
}

function wrong(owner: string, name: string, must: string): TokenConfigError {
  return new TokenConfigError(`${owner}: \`${name}\` ${must}.`, { option: name });
}
