/**
 * What can be read out of a text: JSON where the type says so or it looks like it, a form where it is one, else nothing.
 * A parser's message quotes what it failed on, so none is passed on.
 */
export function parseText(text: string, contentType: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (/[/+]json\b/i.test(contentType) || /^[[{"]/.test(trimmed)) {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch {
      return undefined;
    }
  }
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType) || /^[\w.~-]+=[^\s<>]*$/.test(trimmed)) {
    return Object.fromEntries(new URLSearchParams(trimmed));
  }
  return undefined;
}

/** Reads `'data.token'` out of `{ data: { token } }`. A name that holds the whole path with its dots comes first. */
export function at(body: unknown, path: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  if (Object.hasOwn(body, path)) return (body as Record<string, unknown>)[path];
  let value: unknown = body;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Every value that a path leads to, through arrays as well: `'errors.code'` finds the codes in `{ errors: [{ code }, { code }] }`. */
export function everyAt(body: unknown, path: string, depth = 0): unknown[] {
  if (depth > DEEPEST) return [];
  const value = at(body, path);
  if (value !== undefined) return Array.isArray(value) ? value : [value];
  if (Array.isArray(body)) return body.flatMap((item) => everyAt(item, path, depth + 1));
  const dot = path.indexOf('.');
  const rest = dot < 0 ? undefined : at(body, path.slice(0, dot));
  return rest === undefined ? [] : everyAt(rest, path.slice(dot + 1), depth + 1);
}

/** Arrays in arrays: deeper than anybody means, and not as deep as somebody could send. */
const DEEPEST = 20;

/** Response headers as a plain record with names in lower case; of a repeated header the values are joined by a comma. */
export function plainHeaders(headers: unknown): Record<string, string> {
  const plain: Record<string, string> = {};
  if (typeof headers !== 'object' || headers === null) return plain;
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    if (typeof value === 'string' || typeof value === 'number' || Array.isArray(value)) {
      plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : `${value}`;
    }
  }
  return plain;
}
