import type { Received } from '../support/fake-server.js';
import type { Block } from './markdown.js';

// HTTP as the guide shows it: read, and compared with what arrives. `{names}` in braces stand for values.

export interface ShownRequest {
  method: string;
  host: string;
  path: string;
  query: Pair[];
  /** Names in lower case; without Host. */
  headers: Pair[];
  body: string;
}

export interface ShownAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

type Pair = [name: string, value: string];

/** Whether a text is what is shown, with the right values in place of the names in braces. */
export type Matches = (shown: string, text: string) => boolean;

export function requestIn({ title, code }: Block): ShownRequest {
  const { start, headers, body } = partsOf(code);
  const [, method, path, query = ''] = /^([A-Z]+) ([^?\s]+)(?:\?(.+))? HTTP\/1\.1$/.exec(start) ?? [];
  const host = headers.find(([name]) => name === 'host')?.[1];
  if (method === undefined || path === undefined || host === undefined) throw new Error(`${title} is no HTTP request`);
  return {
    method,
    host,
    path,
    query: [...new URLSearchParams(query)],
    headers: headers.filter(([name]) => name !== 'host'),
    body,
  };
}

export function answerIn({ title, code }: Block): ShownAnswer {
  const { start, headers, body } = partsOf(code);
  const status = /^HTTP\/1\.1 (\d{3}) \w[\w ]*$/.exec(start)?.[1];
  if (status === undefined) throw new Error(`${title} is no HTTP answer`);
  return { status: Number(status), headers: Object.fromEntries(headers), body };
}

function partsOf(code: string): { start: string; headers: Pair[]; body: string } {
  const [head = '', ...rest] = code.trimEnd().split('\n\n');
  const [start = '', ...lines] = head.split('\n');
  const headers = lines.map((line): Pair => {
    const [, name, value] = /^([\w-]+): (.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`${line} is no header`);
    return [name.toLowerCase(), value];
  });
  return { start, headers, body: rest.join('\n\n') };
}

/** What differs from what is shown, in words; `''`: nothing. What is not shown must not be there. */
export function difference(shown: ShownRequest, request: Received, matches: Matches): string {
  if (request.method !== shown.method) return `method ${request.method}`;
  if (request.path !== shown.path) return `path ${request.path}`;
  if (!samePairs(shown.query, [...request.query], matches)) return `query ${[...request.query].join(' ')}`;
  const named = new Set(shown.headers.map(([name]) => name));
  const headers = Object.entries(request.headers).filter(([name]) => named.has(name) || !OF_HTTP.has(name)) as Pair[];
  if (!samePairs(shown.headers, headers, matches)) return `headers ${headers.join(' ')}`;
  if (!named.has('accept') && !request.headers.accept?.startsWith('application/json'))
    return `Accept ${request.headers.accept}`;
  return sameBody(shown, request, matches) ? '' : `body ${request.body}`;
}

const OF_HTTP = new Set(['host', 'connection', 'accept', 'accept-encoding', 'user-agent', 'content-length']);

/** The same pairs in whatever order, none twice and none more. */
function samePairs(shown: Pair[], pairs: Pair[], matches: Matches): boolean {
  const rest = [...pairs];
  for (const [name, value] of shown) {
    const index = rest.findIndex(([other]) => other === name);
    const [found] = index < 0 ? [] : rest.splice(index, 1);
    if (!found || !matches(value, found[1])) return false;
  }
  return rest.length === 0;
}

/** By meaning: the order of parameters and fields, white space and escapes do not matter. */
function sameBody({ headers, body }: ShownRequest, request: Received, matches: Matches): boolean {
  const type = headers.find(([name]) => name === 'content-type')?.[1];
  switch (type) {
    case undefined:
      return body === '' && request.body === '';
    case 'application/x-www-form-urlencoded':
      return samePairs([...new URLSearchParams(body)], [...new URLSearchParams(request.body)], matches);
    case 'application/json':
      return sameJson(JSON.parse(body), JSON.parse(request.body), matches);
    case 'text/xml':
      return sameXml(body, request.body, matches);
    default:
      throw new Error(`nothing is known of ${type}`);
  }
}

function sameJson(shown: unknown, value: unknown, matches: Matches): boolean {
  if (typeof shown === 'string') return typeof value === 'string' && matches(shown, value);
  if (typeof shown !== 'object' || typeof value !== 'object' || shown === null || value === null)
    return shown === value;
  if (Array.isArray(shown) !== Array.isArray(value)) return false;
  const fields = Object.entries(shown);
  return (
    fields.length === Object.keys(value).length &&
    fields.every(
      ([name, one]) => Object.hasOwn(value, name) && sameJson(one, (value as Record<string, unknown>)[name], matches),
    )
  );
}

/** Tag by tag, so that an unescaped `<` in a value is one too many. */
function sameXml(shown: string, xml: string, matches: Matches): boolean {
  const [wanted, found] = [shown, xml].map((text) => text.split(/(<[^<>]*>)/).map((part) => part.trim()));
  return (
    wanted!.length === found!.length &&
    wanted!.every((part, index) => {
      const text = found![index]!;
      if (part.startsWith('<')) return part === text;
      return !/&(?!#\d+;|amp;|lt;|gt;)/.test(text) && matches(part, unescaped(text));
    })
  );
}

function unescaped(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>' };
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_all, code?: string, name = '') =>
    code === undefined ? named[name]! : String.fromCharCode(Number(code)),
  );
}

/** Compares with what is shown; each name in braces is asked about the text in its place. */
export function matcher(values: Record<string, (text: string) => boolean>): Matches {
  return (shown, text) => {
    const names = [...shown.matchAll(BRACES)].map(([, name]) => name!);
    const literals = shown.split(BRACES).filter((_part, index) => index % 2 === 0);
    const pattern = literals.map((literal) => literal.replace(/[^\w\s]/g, '\\$&')).join('(.*)');
    const found = new RegExp(`^${pattern}$`, 's').exec(text);
    return (
      found !== null &&
      names.every((name, index) => {
        if (!Object.hasOwn(values, name)) throw new Error(`nobody knows what {${name}} is`);
        return values[name]!(found[index + 1]!);
      })
    );
  };
}

const BRACES = /\{([^{}"]+)\}/g;

/** An answer with values in place of the names in braces. */
export function filled(answer: ShownAnswer, values: Record<string, string>): ShownAnswer {
  const fill = (text: string): string =>
    Object.entries(values).reduce((done, [name, value]) => done.replaceAll(`{${name}}`, value), text);
  const headers = Object.entries(answer.headers).map(([name, value]): Pair => [name, fill(value)]);
  return { ...answer, headers: Object.fromEntries(headers), body: fill(answer.body) };
}
