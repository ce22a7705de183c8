import { type Dialect, type Names, STANDARD } from './dialect.js';
import { isGrant, isOfClient } from './parameter-names.js';
import { type Asked, type Given, keyOf, type Refused } from './step.js';

// What a refusal says about the dialect to try next.

/** `undefined`: nothing is left that would be worth a request. */
export function nextDialect(asked: readonly Asked[], last: Asked, given: Given): Dialect | undefined {
  const wanted = changes(last, given).map((change): Dialect => ({ ...last.dialect, ...change }));
  const isOpen = (dialect: Dialect): boolean =>
    asked.every((one) => keyOf(one.dialect) !== keyOf(dialect) && !rulesOut(one, dialect));
  return [...wanted, ...(given.known ? [] : guesses(given, wantsOtherScheme(last.seen)))].find(isOpen);
}

/** Whether it misses something that only the caller can give. */
export function isLacking({ dialect, seen }: Asked, given: Given): boolean {
  const lacks = (seen.missing ?? []).filter((name) => !isSent(name, dialect, given) && !isOfClient(name));
  return lacks.length > 0 && seen.names === undefined;
}

type Change = Partial<Dialect>;

/** What the answer asks for, the clearest first. */
function changes({ dialect, seen }: Asked, given: Given): Change[] {
  const { auth, format, method } = dialect;
  const { names, missing = [], unknown = [], grants } = seen;
  const hasBody = method === 'POST';
  const basics = basicWays(given).map((way): Change => ({ auth: way, names: undefined }));
  const otherAuth: Change[] = auth === 'post' ? basics : [...basics, { auth: 'post' }];
  const otherBody: Change = { format: format === 'json' ? 'form' : 'json' };
  // A secret among parameters in the URL gets into logs: Basic first.
  const inUrl = [...basics, { auth: 'post' } as const].map((way): Change => ({ ...way, format: 'query' }));
  const isUnread = missing.some((name) => isGrant(name) || isSent(name, dialect, given));
  const misses = missing.some((name) => isOfClient(name) && !isGrant(name));

  const wanted: Change[] = [];
  if (names) wanted.push({ names, auth: 'post', grantType: grantFor(names, dialect) });
  if (unknown.some(isGrant)) wanted.push({ grantType: false });
  if (seen.method && hasBody) wanted.push(...inUrl.map((way): Change => ({ ...way, method: 'GET' })));
  if (seen.format && hasBody) wanted.push(...(seen.format === 'query' ? inUrl : [{ format: seen.format }]));
  if (isUnread && hasBody) wanted.push(otherBody);
  if (grants?.length === 0 && format === 'form') wanted.push(otherBody);
  if (grants) wanted.push(...[...grants, SINGULAR].map((grantType) => ({ grantType })));
  if (misses || (seen.client && !wantsOtherScheme(seen))) wanted.push(...otherAuth);
  if (isUnread && hasBody) wanted.push(...inUrl);
  return wanted;
}

/** Where an answer says nothing of use: what is common. Logins of their own know no grants. */
function guesses(given: Given, withoutBasic: boolean): Dialect[] {
  const json: Dialect = { ...STANDARD, format: 'json' };
  const basics = basicWays(given).map((auth): Dialect => ({ ...STANDARD, auth }));
  const logins = [CAMEL, BRIEF].map((names): Dialect => ({ ...json, grantType: false, names }));
  return withoutBasic ? [STANDARD, json, ...logins, ...basics] : [STANDARD, json, ...basics, ...logins];
}

function wantsOtherScheme({ schemes = [] }: Refused): boolean {
  return schemes.length > 0 && !schemes.includes('basic');
}

const SINGULAR = 'client_credential';
const CAMEL: Names = { clientId: 'clientId', clientSecret: 'clientSecret' };
const BRIEF: Names = { clientId: 'clientId', clientSecret: 'secret' };

/** Where they do not differ, one name for both. */
function basicWays({ twoWays, first }: Given): Dialect['auth'][] {
  if (twoWays) return ['basic-raw', 'basic'];
  return [first.auth === 'post' ? 'basic' : first.auth];
}

/** Whether an answer to one try speaks against another one as well. */
function rulesOut({ dialect, seen }: Asked, other: Dialect): boolean {
  const same = (...fields: (keyof Dialect)[]): boolean =>
    fields.every((field) => JSON.stringify(dialect[field]) === JSON.stringify(other[field]));
  if (seen.method && same('method')) return true;
  if (seen.format && seen.format !== dialect.format && same('method', 'format')) return true;
  return seen.client === 'invalid_client' && same('auth', 'names'); // it was read
}

/** Endpoints with names of their own in camelCase are logins, which know no grants; others mostly do. */
function grantFor(names: Names, { grantType }: Dialect): string | false {
  return names.grantType !== undefined ? 'client_credentials' : /[A-Z]|name/.test(names.clientId) ? false : grantType;
}

export function namesOf({ names, auth }: Dialect): string[] {
  return auth === 'post' ? [names?.clientId ?? 'client_id', names?.clientSecret ?? 'client_secret'] : [];
}

function isSent(name: string, dialect: Dialect, { parameters }: Given): boolean {
  return parameters.includes(name) || namesOf(dialect).includes(name);
}
