import { at } from '../../answer.js';
import type { EndpointAnswer } from '../../contract.js';
import type { Dialect, Wishes } from './dialect.js';
import type { Life } from './life.js';
import { type TokenPlace } from './token-place.js';

// The description in words of code: only what differs from the defaults, laid out as prettier would (80 columns, single quotes).

export interface Findings {
  dialect: Dialect;
  place: TokenPlace;
  life: Life;
  answer: EndpointAnswer;
  reissue?: 'same' | 'extends' | 'replaces' | undefined;
}

/** Code on one line, or an object of such. */
type Written = string | { [name: string]: Written | undefined };

export function codeFor(wishes: Wishes, findings: Findings): string {
  const { tokenUrl, clientId, scope, audience, resource, params, variables = {} } = wishes;
  const { dialect, reissue } = findings;
  const options: Written = {
    tokenUrl: quoted(tokenUrl.href),
    clientId: quoted(clientId),
    clientSecret: 'process.env.CLIENT_SECRET',
    clientAuth: authentication(dialect),
    scope: scope === undefined ? undefined : quoted(scope),
    audience: audience === undefined ? undefined : quoted(audience),
    resource: resource === undefined ? undefined : quoted(resource),
    params:
      params &&
      mapped(params, (value, name) => {
        const variable = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (variable !== undefined)
          return `process.env${isIdentifier(variable) ? `.${variable}` : `[${quoted(variable)}]`}`;
        return isSecret(name) ? environment(name) : quoted(value);
      }),
    request: requestOf(dialect),
    response: responseOf(findings),
    reissue: reissue && quoted(reissue),
  };
  const body = printed(options, 1);
  const helpers = HELPERS.filter((name) => body.includes(`${name}(`));
  return `${importing(['clientCredentials', ...helpers].sort())}\n\nconst source = clientCredentials(${body});\n`;
}

const HELPERS = ['clientSecretBasic', 'errorAt', 'expiresAt', 'expiresIn', 'responseHeader', 'wholeBody'];

function authentication({ auth }: Dialect): string | undefined {
  if (auth === 'post') return undefined;
  return auth === 'basic' ? 'clientSecretBasic()' : "clientSecretBasic({ encoding: 'raw' })";
}

function requestOf({ method, format, grantType, names }: Dialect): Written {
  const byDefault = method === 'GET' ? 'query' : 'form';
  return {
    method: method === 'POST' ? undefined : quoted(method),
    format: format === byDefault ? undefined : quoted(format),
    grantType: grantType === 'client_credentials' ? undefined : grantType === false ? 'false' : quoted(grantType),
    names: names && mapped({ ...names }, (value) => value && quoted(value)),
  };
}

function responseOf({ place, life, answer }: Findings): Written {
  return { token: tokenReader(place), expiry: life.isStandard ? undefined : expiry(life), error: errorReader(answer) };
}

function tokenReader(place: TokenPlace): string | undefined {
  if (place === 'whole body') return 'wholeBody()';
  if ('path' in place) return place.path === 'access_token' ? undefined : quoted(place.path);
  if (place.scheme === undefined) return `responseHeader(${quoted(place.header)})`;
  const name = isIdentifier(place.header) ? `.${place.header}` : `[${quoted(place.header)}]`;
  return `({ headers }) => headers${name}?.split(' ')[1]`;
}

function expiry({ field }: Life): string | undefined {
  if (field === undefined) return undefined;
  const { helper, path, unit } = field;
  return `${helper}(${quoted(path)}${helper === 'expiresIn' && unit !== 's' ? `, { unit: ${quoted(unit)} }` : ''})`;
}

/** A success that carries a code for "well" has others for errors. */
function errorReader({ body }: EndpointAnswer): string | undefined {
  const path = ERROR_CODES.find((name) => /^(0|200|ok|success)$/i.test(String(at(body, name))));
  if (path === undefined) return undefined;
  const text = ERROR_TEXTS.find((name) => typeof at(body, name) === 'string');
  const code = at(body, path);
  const success = /^(0|ok)$/i.test(String(code))
    ? undefined
    : `{ success: [${typeof code === 'number' ? code : quoted(String(code))}] }`;
  const parts = [quoted(path), text === undefined ? success && 'undefined' : quoted(text), success];
  return `errorAt(${parts.filter(Boolean).join(', ')})`;
}

const ERROR_CODES = ['errcode', 'error_code', 'errorCode', 'code'];
const ERROR_TEXTS = ['errmsg', 'error_msg', 'error_description', 'errorMessage', 'msg', 'message'];

/** A parameter that is named like a secret does not stand in code. */
function isSecret(name: string): boolean {
  return /secret|passw|token|assertion|signature|credential|\bpin\b|key/i.test(name);
}

function environment(name: string): string {
  return `process.env.${name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\W+/g, '_')
    .toUpperCase()}`;
}

const WIDTH = 80;

function importing(names: string[]): string {
  const line = `import { ${names.join(', ')} } from 'axios-client-credentials';`;
  if (line.length <= WIDTH) return line;
  return `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'axios-client-credentials';`;
}

function printed(object: Exclude<Written, string>, depth: number): string {
  const lines = Object.entries(object).flatMap(([name, value]) => {
    if (value === undefined || isEmpty(value)) return [];
    return [property(isIdentifier(name) ? name : quoted(name), value, depth)];
  });
  return `{\n${lines.join('')}${'  '.repeat(depth - 1)}}`;
}

/** A long text goes to a line of its own. */
function property(name: string, value: Written, depth: number): string {
  const indent = '  '.repeat(depth);
  const text = typeof value === 'string' ? value : printed(value, depth + 1);
  const line = `${indent}${name}: ${text},`;
  const breaks = typeof value === 'string' && line.length > WIDTH && /^['"]/.test(value);
  return breaks ? `${indent}${name}:\n${indent}  ${text},\n` : `${line}\n`;
}

function isEmpty(value: Written): boolean {
  return typeof value === 'object' && Object.values(value).every((one) => one === undefined || isEmpty(one));
}

function isIdentifier(name: string): boolean {
  return /^[a-z_$][\w$]*$/i.test(name);
}

function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  const wantsDouble = inner.split("'").length > inner.split('"').length;
  return wantsDouble ? `"${inner.replaceAll('"', '\\"')}"` : `'${inner.replaceAll("'", "\\'")}'`;
}

function mapped<T>(record: Record<string, T>, write: (value: T, name: string) => string | undefined): Written {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, write(value, name)]));
}
