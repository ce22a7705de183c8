import { TokenConfigError } from '../errors.js';
import { evaluated, type Value } from '../source/parameters.js';
import { parseUrl } from '../transport.js';
import { fault, missing } from '../validate.js';

/** What a part must be, where its form alone does not keep the address with the provider: a pattern, and its words. */
export type PartRules = Record<string, [pattern: RegExp, must: string]>;

/** What stands in the braces of an address; functions are asked anew for every attempt, so that a tenant can have an address of its own. */
export type Parts = Record<string, Value<string | undefined>>;

/**
 * An address with the provider's own names in braces. At its beginning one stands for a whole URL (`'{url}/oauth/token'`), before the
 * path for a host or a part of one (`'https://{shop}.myshopify.com/…'`, where `acme.myshopify.com` will do, too), and behind it for a
 * segment, which is encoded.
 *
 * @throws TokenConfigError for a part that is missing, or that would lead elsewhere
 */
export function address(owner: string, template: string, parts: Parts, rules: PartRules = {}): Value<string> {
  const fill = (values: Parts): string =>
    template.replace(BRACES, (braces, name: string, index: number) => {
      if (typeof values[name] === 'function') return braces;
      const text = required(owner, name, values[name], typeof parts[name] === 'function');
      const [pattern, must = ''] = rules[name] ?? [];
      if (pattern?.test(text) === false) throw wrong(owner, name, must);
      return part(owner, name, text, template, index, values);
    });
  const filled = fill(parts); // what is wrong in the plain parts is said at once
  if (!Object.values(parts).some((value) => typeof value === 'function')) return filled;
  return async (request) => fill((await evaluated(parts, request)) as Parts);
}

const BRACES = /\{(\w+)\}/g;

function part(owner: string, name: string, text: string, template: string, index: number, values: Parts): string {
  if (index === 0) return prefix(owner, name, text);
  const before = template.slice(template.indexOf('//') + 2, index);
  if (before.includes('/')) return segment(owner, name, text);
  const behind = template
    .slice(index + name.length + 2)
    .replace(BRACES, (braces, other: string) => (typeof values[other] === 'string' ? values[other] : braces));
  return host(owner, name, text, before, behind);
}

/**
 * A text that a preset cannot do without.
 *
 * @param asked whether a function was asked for it
 */
export function required(owner: string, name: string, value: unknown, asked = false): string {
  if (typeof value === 'string' && value !== '') return value;
  if (value !== undefined && value !== '') throw fault(owner, name, 'must be a string', value);
  if (!asked) throw missing(owner, name);
  throw new TokenConfigError(
    `${owner}: \`${name}\` is missing. Its function returned nothing to use: does the request say what it needs (\`token\`, \`tokenParams\`)?`,
    { option: name },
  );
}

function prefix(owner: string, name: string, text: string): string {
  const url = parseUrl(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw wrong(owner, name, 'must be an absolute http(s) URL without a query');
  return text.replace(/\/+$/, '');
}

function host(owner: string, name: string, text: string, before: string, behind: string): string {
  const suffix = (/^[^/]*/.exec(behind)?.[0] ?? '').toLowerCase();
  const bare = text.replace(/^https:\/\//i, '').replace(/\/+$/, '');
  const label = suffix !== '' && bare.toLowerCase().endsWith(suffix) ? bare.slice(0, -suffix.length) : bare;
  if (suffix !== '') {
    if (LABELS.test(label)) return label;
    throw wrong(owner, name, `must be what stands before \`${suffix}\``);
  }
  const [hostname = '', port = '', ...more] = label.split(':');
  const isWhole = before !== '' || hostname.includes('.') || hostname === 'localhost';
  if (LABELS.test(hostname) && /^\d{0,5}$/.test(port) && more.length === 0 && isWhole) return label;
  throw wrong(
    owner,
    name,
    before === '' ? 'must be a whole host name, without a path' : `must be what stands behind \`${before}\``,
  );
}

const LABELS = /^[a-z\d]([a-z\d._-]*[a-z\d])?$/i;

function segment(owner: string, name: string, text: string): string {
  if (text === '.' || text === '..') throw wrong(owner, name, 'cannot be used in a path');
  if (/^https?:\/\//i.test(text)) throw wrong(owner, name, 'must be a name, not an address');
  return encodeURIComponent(text);
}

function wrong(owner: string, name: string, must: string): TokenConfigError {
  return new TokenConfigError(`${owner}: \`${name}\` ${must}.`, { option: name });
}
