import type { EndpointAnswer } from '../../contract.js';
import type { Names } from './dialect.js';

// Names of parameters in the words of a refusal.

/** Parameters that an answer misses, and those that it does not know. */
export function namesIn({ body, text }: EndpointAnswer): { missing: string[]; unknown: string[] } {
  const said =
    typeof body === 'object' && body !== null
      ? statements(body)
      : [{ subject: '', text: text.replace(/<[^>]*>/g, ' ').slice(0, 4000) }];
  const about = (pattern: RegExp): string[] => [
    ...new Set(
      said
        .filter((one) => pattern.test(one.text))
        .flatMap((one) => [...(isName(one.subject) ? [one.subject] : []), ...mentioned(one.text)]),
    ),
  ];
  return { missing: about(MISSING), unknown: about(UNKNOWN) };
}

const MISSING =
  /\bmissing|\bmandatory\b|\brequired?s?\b|\bmust (be (present|set|given|provided|specified|supplied|sent)|have|contain|include|provide|specify|not be (empty|blank|null))|\b(not|no) (provided|supplied|present|given|specified|set|found)|\b(is|was|are|be) (empty|blank|null|undefined|absent)|\bneeds? (a|an|the|to)\b|\bplease (provide|specify|supply)/i;
const UNKNOWN =
  /\b(unknown|unexpected|unrecogni[sz]ed|extra(neous)?|not (permitted|allowed|recognized|expected)|extra_forbidden)\b.*|additional propert/i;

interface Statement {
  /** The name under which it stands, or that it is said of. */
  subject: string;
  text: string;
}

/** Every text of a body, with whom it is about: `{ errors: { clientId: ['required'] } }`, or FastAPI's `{ loc: ['body', 'client_id'], msg }`. */
function statements(value: unknown, subject = '', depth = 0): Statement[] {
  if (typeof value === 'string') return [{ subject, text: value.slice(0, 4000) }];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((one) => statements(one, subject, depth + 1));
  const { loc, field, param, path } = value as Record<string, unknown>;
  const place: unknown = Array.isArray(loc) ? loc.at(-1) : (field ?? param ?? path);
  return Object.entries(value)
    .slice(0, 40)
    .filter(([name]) => name !== 'loc')
    .flatMap(([name, one]) => statements(one, typeof place === 'string' ? place : name, depth + 1));
}

/** Fields that speak of the error itself, not of a parameter. */
function isName(subject: string): boolean {
  return isGrant(subject) || (/^[a-z][\w.-]{1,40}$/i.test(subject) && !OF_THE_ERROR.test(subject));
}

const OF_THE_ERROR =
  /err|message|msg|desc|detail|title|reason|status|fault|text|hint|info|code$|type$|uri|url|data|result|trace|timestamp|correlation/i;

/** Words that look like names: quoted, with an underscore, in camelCase, or well known. */
function mentioned(text: string): string[] {
  const found = text.match(
    /["'`]([A-Za-z][\w.-]{1,40})["'`]|\b[a-z]+(_[a-z]+)+\b|\b[a-z]+([A-Z][a-z]+)+\b|\b(scope|audience|resource|tenant|appid|corpid|corpsecret|username|password|Authorization)\b/g,
  );
  return (found ?? []).map((name) => name.replace(/["'`]/g, '')).filter((name) => !OF_THE_PROTOCOL.test(name));
}

const OF_THE_PROTOCOL =
  /^(invalid|unsupported|unauthorized|access|server|missing|error|extra)_\w+$|^(client_credentials?|body|query|header|string|null|undefined|json|form|error|request)$/i;

const PAIRS: Names[] = [
  { clientId: 'clientId', clientSecret: 'clientSecret' },
  { clientId: 'clientId', clientSecret: 'secret' },
  ...['appid', 'app_id', 'appId'].flatMap((clientId) => [
    { clientId, clientSecret: clientId === 'appid' ? 'secret' : clientId === 'app_id' ? 'app_secret' : 'appSecret' },
  ]),
  { clientId: 'appKey', clientSecret: 'appSecret' },
  { clientId: 'appkey', clientSecret: 'appsecret' },
  { clientId: 'corpid', clientSecret: 'corpsecret' },
  { clientId: 'client_key', clientSecret: 'client_secret' },
  { clientId: 'secret_id', clientSecret: 'secret_key' },
  { clientId: 'access_key', clientSecret: 'secret_key' },
  { clientId: 'api_key', clientSecret: 'api_secret' },
  { clientId: 'apiKey', clientSecret: 'apiSecret' },
  { clientId: 'username', clientSecret: 'password' },
  { clientId: 'user', clientSecret: 'password' },
];

/** The two names of an endpoint's own that it asks for: by both if it names both, else by the one. */
export function knownPair(missing: readonly string[], text: string): Names | undefined {
  const lower = missing.map((name) => name.toLowerCase());
  const asks = (name: string): boolean => lower.includes(name.toLowerCase());
  const says = (name: string): boolean => new RegExp(`\\b${name}\\b`, 'i').test(text);
  const pair =
    PAIRS.find(({ clientId, clientSecret }) => asks(clientId) && says(clientSecret)) ??
    PAIRS.find(({ clientId }) => asks(clientId)) ??
    PAIRS.find(({ clientSecret }) => !/^(client_)?secret$|^password$/.test(clientSecret) && asks(clientSecret));
  if (!pair) return undefined;
  return asks('grantType') ? { ...pair, grantType: 'grantType' } : pair;
}

export function isGrant(name: string): boolean {
  return /^grant_?type$/i.test(name);
}

/** A parameter that says who the client is, or which grant it wants: not one that the caller could give. */
export function isOfClient(name: string): boolean {
  return isGrant(name) || OF_CLIENT.test(name);
}

const OF_CLIENT =
  /^(client|app|corp|api|access)?[_-]?(id|key|secret)$|^(secret_id|secret_key|authorization|user(name)?|password)$/i;
