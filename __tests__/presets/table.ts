import type { Provider } from './provider.js';

/** The table of providers in the README: a row for each row of the conformance table. */
export function providerTable(rows: readonly Provider[]): string {
  const cells = [...rows]
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }))
    .map((row) => [
      `[${row.name}](${row.source})`,
      `\`${row.preset}\``,
      Object.keys(row.options).map(code).join(', '),
      `${row.request.method ?? 'POST'} ${content(row)}, ${credentials(row)}`,
      carriedIn(row) + (JSON.stringify(row.answer).includes('{api}') ? ', to the address in the answer' : ''),
      ended(row),
      row.lifeS === undefined ? 'until rejected' : span(row.lifeS),
      row.reissue === undefined ? '' : code(row.reissue),
      row.facts,
    ]);
  const head = [
    'provider',
    'preset',
    'given besides id and secret',
    'token request',
    'token sent in',
    'refused by',
    'life',
    'asking again',
    'facts',
  ];
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const code = (text: string): string => `\`${text}\``;

function content({ request: { form, json, query } }: Provider): string {
  const body = form ? 'form' : json === undefined ? undefined : 'JSON';
  return [body, query && 'query'].filter(Boolean).join(' and ') || 'empty';
}

function credentials({ request, credentials: given }: Provider): string {
  if (request.basic !== undefined)
    return { raw: 'Basic', rfc6749: 'Basic (encoded)', percent: 'Basic (percent-encoded)' }[request.basic];
  const sent = JSON.stringify([request.form, request.json]);
  if (sent.includes('{jwt}')) return 'signed JWT';
  if (sent.includes('{clientSecret}')) return 'secret in the body';
  if (JSON.stringify(request.query ?? {}).includes('{clientSecret}')) return 'secret in the URL';
  return given === 'none' && !JSON.stringify(request.headers ?? {}).includes('{clientSecret}')
    ? 'no secret'
    : 'secret in a header';
}

function carriedIn({ sentAs: { headers = {}, query = {} } }: Provider): string {
  const inQuery = Object.keys(query).find((name) => query[name] === '{token}');
  if (inQuery !== undefined) return `\`?${inQuery}=\``;
  const [name, value] = Object.entries(headers).find(([, text]) => text.includes('{token}')) ?? ['', ''];
  const scheme = value.replace('{token}', '').trim();
  if (name === 'authorization') return scheme === 'Bearer' ? 'Bearer' : `Authorization, scheme \`${scheme}\``;
  return `\`${name}\``;
}

function ended({ rejection: { status = 200 } }: Provider): string {
  return status === 401 ? '401' : `${status} with a code`;
}

function span(seconds: number): string {
  const [unit, size] = seconds >= 2 * 86_400 ? ['d', 86_400] : seconds > 5400 ? ['h', 3600] : ['min', 60];
  const value = seconds / size;
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${unit}`;
}
