import type { EndpointAnswer } from '../../contract.js';
import { printableText } from '../../redact.js';
import type { Dialect } from './dialect.js';
import { isLockOut } from './lock-out.js';
import { isOfClient, knownPair, namesIn } from './parameter-names.js';
import { codeOf, destination, isPage, saysError, words } from './said.js';
import type { Refused, Seen } from './step.js';

// What an answer without a token means for the next try. All that is said here is printable.

/** @param secrets what must not be repeated, whatever the server says */
export function seenIn(answer: EndpointAnswer, dialect: Dialect, tokenUrl: URL, secrets: readonly string[]): Seen {
  const { status, headers } = answer;
  const said = words(answer, secrets);
  if (isLockOut(answer)) return { kind: 'lock-out', said };
  if (status === 0 || (status >= 300 && status < 400))
    return { kind: 'redirect', said: destination(headers, tokenUrl, secrets) };
  const isSuccess = status >= 200 && status < 300;
  if (status === 404 || status === 410) return { kind: 'absent', said };
  if (isSuccess && isPage(answer)) return { kind: 'page', said: `${status}, a web page` };
  const refused = refusalIn(answer, dialect, said, secrets);
  if (isSuccess && !saysError(answer) && !teaches(refused)) return { kind: 'no token', said };
  return refused;
}

function refusalIn(answer: EndpointAnswer, dialect: Dialect, said: string, secrets: readonly string[]): Refused {
  const { status, headers, text } = answer;
  const shown = text.slice(0, 4000);
  const code = codeOf(answer);
  const isName = isNoSecret(secrets);
  const named = namesIn(answer);
  const [missing, unknown] = [named.missing.filter(isName), named.unknown.filter(isName)];
  const isCredentials = missing.some(isOfClient);
  return {
    kind: 'refused',
    status,
    said,
    ...(code !== undefined &&
      /^(invalid_scope|invalid_target|invalid_resource)$/.test(code) && { understood: 'scope' }),
    ...((code === 'invalid_grant' || (/^(access_denied|unauthorized_client)$/.test(code ?? '') && status !== 401)) && {
      understood: 'client',
    }),
    ...(SECRET_ENDED.test(shown) && { understood: 'secret' }),
    ...(!isCredentials && clientOf(status, code, shown)),
    schemes: schemesOf(headers['www-authenticate']),
    ...((status === 405 || METHOD_REFUSED.test(shown)) && { method: true }),
    ...formatOf(status, shown, dialect),
    ...(GRANT_REFUSED.test(shown) && { grants: grantsIn(shown, dialect) }),
    missing,
    unknown,
    names: pairFor(missing, shown, dialect),
  };
}

/** A name is printed: what a server quotes may be the secret. */
function isNoSecret(secrets: readonly string[]): (name: string) => boolean {
  return (name) => printableText(name, secrets) === name;
}

function teaches({ client, grants, missing, names, format, understood }: Refused): boolean {
  return Boolean(client ?? grants ?? names ?? format ?? understood) || (missing ?? []).length > 0;
}

function pairFor(missing: string[], text: string, dialect: Dialect): Refused['names'] {
  const pair = knownPair(missing, text);
  return pair && pair.clientId !== (dialect.names?.clientId ?? 'client_id') ? pair : undefined;
}

/** Microsoft Entra's codes for a wrong and an ended secret say so beyond doubt, and so does an ended secret in words. */
const SECRET_ENDED = /AADSTS7000215|AADSTS7000222|secret\b[^."]{0,30}\bexpired|expired\b[^."]{0,20}secret/i;

const GRANT_REFUSED =
  /unsupported_grant_?type|unsupported[ _-]grant|(invalid|unknown|unrecognized|unsupported|wrong|bad)\W+(value\W+(of|for)\W+)?["'`]?grant[ _]?type|grant[ _]?type\W+(["'`]?[\w-]+["'`]?\W+)?(is\W+)?(not\W+(supported|allowed|valid|recognized)|invalid|unsupported|unknown)/i;

/** Values of `grant_type` that the answer names in place of ours. */
function grantsIn(text: string, { grantType }: Dialect): string[] {
  const named = text.match(/\burn:[\w:.-]*grant-type:[\w-]+|\b[a-z]+_credentials?\b/g) ?? [];
  return [...new Set(named)]
    .filter((name) => name !== grantType && !/^(invalid|missing|wrong|bad|no)_/.test(name))
    .slice(0, 2);
}

const METHOD_REFUSED =
  /(?<!(auth\w*|grant|login)\W)\bmethod\b[^."]{0,30}\bnot (allowed|supported)|\b(only|must be|use)( an?| the)?( http)? GET\b/i;

function clientOf(status: number, code: string | undefined, text: string): Pick<Refused, 'client'> {
  const isWord = code === 'invalid_client' || /["'>]invalid_client["'<]/.test(text);
  if (isWord || (status === 401 && /^(unauthorized_client|access_denied)$/.test(code ?? '')))
    return { client: 'invalid_client' };
  return status === 401 || NOT_TAKEN.test(text) ? { client: 'unauthorized' } : {};
}

const NOT_TAKEN =
  /(invalid|bad|wrong|incorrect|unknown)\W+(client|credential|user|password|app\b)|(authentication|login)\W+failed|unauthori[sz]ed/i;

function formatOf(status: number, text: string, { method, format }: Dialect): Pick<Refused, 'format'> {
  const other = format === 'json' ? 'form' : 'json';
  if (method === 'GET' || format === 'query') return {};
  if (/\bquery[ -]?(string|param)/i.test(text)) return { format: 'query' };
  const named = {
    json: /application\/json|\b(as|valid|invalid|malformed|expected?|parse)\W+(a\W+)?json|json\W+(body|payload|parse|object|expected)|unexpected token/i,
    form: /x-www-form-urlencoded|form[ -]?(url)?-?encoded/i,
  };
  const complains = status === 415 || /content.?type|media.?type/i.test(text);
  return complains || (status < 500 && status >= 400 && named[other].test(text)) ? { format: other } : {};
}

/** RFC 9110 §11.6.1: a scheme stands at the beginning, or behind the comma of the challenge before. */
function schemesOf(challenges: string | undefined): string[] {
  const found = (challenges ?? '').matchAll(
    /(?:^|,)\s*([a-z][\w-]*)(?=\s+[\w-]+\s*=|\s*$|\s*,|\s+[\w+/=.~-]+\s*(?:,|$))/gi,
  );
  return [...found].map(([, scheme = '']) => scheme.toLowerCase());
}
