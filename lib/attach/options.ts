import type { CreateAxiosDefaults, InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import type { Clock } from '../clock.js';
import type { StepUp, TokenPlacement, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { hasParameter, hasUserinfo, isAuthorization } from '../interceptor/placement.js';
import { type AllowedOrigins, originOf } from '../interceptor/target.js';
import { printableUrl } from '../redact.js';
import { endpointsOf } from '../source/client-credentials.js';
import type { TokenRequestLimits } from '../source/gate.js';
import type { TokenStore } from '../store.js';
import { describeType, type TokenParams } from '../token.js';
import { isInsecure, parseUrl } from '../transport.js';
import {
  aBoolean,
  aCount,
  aFunction,
  aHelper,
  aString,
  checkOptions,
  either,
  fault,
  isRecord,
  milliseconds,
  oneOf,
  type Rules,
  wrong,
} from '../validate.js';

/** Options of {@link attachToken}. */
export interface AttachTokenOptions {
  /**
   * Where a token may go: origins (scheme, host and port are compared), or a function that is asked with the full URL. Default:
   * the origin of the instance's `defaults.baseURL` at the time of the call, and that of the source's `baseURL`.
   */
  allowedOrigins?: AllowedOrigins | undefined;
  /** Accept plain http beyond loopback, for the API and the token endpoint. Default `false`. */
  allowInsecureHttp?: boolean | undefined;
  /** Resend a request once after its token was refused. Default `true`; `false`: the token is dropped, the next call gets a new one. */
  retryRejected?: boolean | undefined;
  /**
   * Ask once for what an API wants beyond the token that it got, and resend the request with that: `true`, or which challenges are
   * answered. Default `false`.
   */
  stepUp?: boolean | StepUp[] | undefined;
  /** Revoke a token half a minute after it was replaced by a newer one. Takes a source that can revoke. Default `false`. */
  revokeReplaced?: boolean | undefined;
  /** How long before its end a token is renewed in the background, in ms, at most half its life. Default: 20 % of it, at most 5 min. */
  refreshAheadMs?: number | undefined;
  /**
   * Deadline of one token acquisition in ms, queueing and all attempts included. Default 10 000. The pause after a failure, which a
   * call waits out for up to 2 s, comes before it.
   */
  tokenTimeoutMs?: number | undefined;
  /** How many token requests are sent at once, and how fast. Default: 8 at once, as fast as they come. */
  tokenRequests?: TokenRequestLimits | undefined;
  /**
   * Renew tokens ahead of their end also without traffic, so that no call ever waits: as long as the handle is open (`true`), or
   * until a key was not used for `idleMs`. The timer does not keep a process alive. Default `false`: renewed when they are used.
   */
  keepWarm?:
    | boolean
    | {
        /** How long a key stays warm after its last use, in ms. */
        idleMs: number;
      }
    | undefined;
  /**
   * Scope, audience, resource, tenant … of an API request, by its config. Synchronous; what `token` in the config says comes first.
   * Default: none, all requests share one token.
   */
  tokenParams?: ((config: InternalAxiosRequestConfig) => TokenParams | undefined) | undefined;
  /** How many tokens are cached; the least recently used one goes. Default 1 000. */
  maxKeys?: number | undefined;
  /**
   * Where the processes of a fleet keep one token for all of them, such as `redisStore(client)` of the entry `./redis`. Default: none,
   * each process has its own.
   */
  store?: TokenStore | undefined;
  /** How token requests are sent: an axios of your own (not the attached one), or defaults for ours (agents, proxy, timeout …). */
  http?: AxiosLike | CreateAxiosDefaults | undefined;
  /** The time, for tests. Default: that of the system. */
  clock?: Clock | undefined;
  /** What spreads renewals and retries, 0 … 1, for tests. Default: `Math.random`. */
  random?: (() => number) | undefined;
}

// What `attachToken` is given: is it right, and does it fit together?

export const OWNER = 'attachToken';

const STEP_UPS: readonly StepUp[] = ['insufficient_scope', 'insufficient_user_authentication', 'insufficient_claims'];

/** Which challenges are answered; `undefined`: none. */
export function answeredChallenges({ stepUp }: AttachTokenOptions): readonly StepUp[] | undefined {
  if (stepUp === true) return STEP_UPS;
  return stepUp && stepUp.length > 0 ? stepUp : undefined;
}

const STORE = ['read', 'lease', 'write', 'fail', 'release', 'remove'];
const CLOCK = ['now', 'monotonic', 'setTimeout', 'clearTimeout'];

const attachRules: Rules = {
  allowedOrigins: (value) =>
    typeof value === 'function' || (Array.isArray(value) && value.length > 0)
      ? undefined
      : 'must be a non-empty array of origins, or a function',
  allowInsecureHttp: aBoolean,
  retryRejected: aBoolean,
  stepUp: either(`must be true, false or a list of ${STEP_UPS.join(', ')}`, aBoolean, (value) =>
    Array.isArray(value) && value.every((kind) => STEP_UPS.includes(kind as StepUp)) ? undefined : 'x',
  ),
  revokeReplaced: aBoolean,
  refreshAheadMs: milliseconds(0),
  tokenTimeoutMs: milliseconds(1),
  tokenRequests: { concurrency: aCount(1, 1000), intervalMs: milliseconds(1), maxPerInterval: aCount(1, 1_000_000) },
  keepWarm: keepWarmFault,
  tokenParams: aFunction,
  maxKeys: aCount(1, 1_000_000),
  store: storeFault,
  http: (value) => (isAxios(value) || isRecord(value) ? undefined : 'must be an axios instance or axios defaults'),
  clock: (value) =>
    CLOCK.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
      ? undefined
      : `must have the functions ${CLOCK.join(', ')}`,
  random: aFunction,
};

function keepWarmFault(value: unknown): string | undefined {
  if (isRecord(value)) checkOptions(OWNER, value, { idleMs: milliseconds(1) }, 'keepWarm.');
  const isRight = isRecord(value) ? value.idleMs !== undefined : typeof value === 'boolean';
  return isRight ? undefined : 'must be true, false or { idleMs }';
}

function storeFault(value: unknown): string | undefined {
  const store = (value ?? {}) as Record<string, unknown>;
  const { leaseMs = 1, timeoutMs = 1 } = store;
  if (!STORE.every((name) => typeof store[name] === 'function'))
    return `must be a store such as redisStore(client), with the functions ${STORE.join(', ')}`;
  return Number(leaseMs) > 0 && Number(timeoutMs) > 0 ? undefined : 'must have a `leaseMs` and a `timeoutMs` above 0';
}

const sourceRules: Rules = {
  fetchToken: aFunction,
  id: aString,
  sendAs: aHelper('bearer() or header(name)'),
  rejectedWhen: aHelper('unauthorized()'),
  reissue: oneOf('independent', 'same', 'extends', 'replaces'),
  baseURL: aFunction,
  revokeToken: aFunction,
  identify: aFunction,
};

/** Options that belong to the token side, and are decided where the first handle is made. */
export const TOKEN_SIDE = [
  'revokeReplaced',
  'refreshAheadMs',
  'tokenTimeoutMs',
  'tokenRequests',
  'keepWarm',
  'maxKeys',
  'store',
  'http',
  'clock',
  'random',
] as const satisfies (keyof AttachTokenOptions)[];

export function isAxios(value: unknown): value is AxiosLike {
  const { interceptors, defaults } = (value ?? {}) as {
    interceptors?: { request?: { use?: unknown } };
    defaults?: unknown;
  };
  return typeof interceptors?.request?.use === 'function' && typeof defaults === 'object';
}

export function checkInstance(axios: unknown): asserts axios is AxiosLike {
  if (isAxios(axios)) return;
  throw new TokenConfigError(`${OWNER}: the first argument must be an axios instance; got ${describeType(axios)}.`, {
    option: 'axios',
  });
}

export function checkAttachOptions(options: AttachTokenOptions): void {
  checkOptions(OWNER, options, attachRules);
  const { intervalMs, maxPerInterval } = options.tokenRequests ?? {};
  if ((intervalMs === undefined) !== (maxPerInterval === undefined)) {
    const missing = intervalMs === undefined ? 'tokenRequests.intervalMs' : 'tokenRequests.maxPerInterval';
    throw wrong(OWNER, missing, 'is missing: a limit takes both intervalMs and maxPerInterval.');
  }
}

export function checkSource(source: unknown): asserts source is TokenSource {
  const looksLikeOptions =
    typeof source === 'object' && source !== null && ('tokenUrl' in source || 'issuer' in source);
  if (looksLikeOptions && !('fetchToken' in source)) {
    throw new TokenConfigError(
      `${OWNER}: the second argument looks like options of a source: wrap them, clientCredentials({…}).`,
      {
        option: 'source',
      },
    );
  }
  if (typeof source !== 'object' || source === null || !('fetchToken' in source)) {
    throw new TokenConfigError(
      `${OWNER}: the second argument must be a source such as clientCredentials({…}), a function that gets a token, or another handle; got ${describeType(source)}.`,
      { option: 'source' },
    );
  }
  // Of an object literal every name is checked; an instance of a class may keep more than a source is made of.
  const isLiteral = Object.getPrototypeOf(source) === Object.prototype;
  const known = Object.keys(sourceRules).map((name) => [name, (source as Record<string, unknown>)[name]]);
  checkOptions('source', isLiteral ? source : Object.fromEntries(known), sourceRules);
  if (typeof source.fetchToken !== 'function')
    throw fault('source', 'fetchToken', 'must be a function', source.fetchToken);
  if (!('id' in source) || source.id === undefined)
    throw new TokenConfigError('source: `id` is missing: what tells this source from others.', { option: 'id' });
}

/** Something must say where tokens may go, and it must not be a place where they could be read on their way. */
export function checkTargets(
  axios: AxiosLike,
  source: TokenSource,
  allowed: AllowedOrigins | undefined,
  allowInsecureHttp: boolean,
): void {
  const { baseURL } = axios.defaults;
  if (allowed === undefined && baseURL && !isAbsolute(baseURL)) {
    throw wrong(
      OWNER,
      'baseURL',
      'of the instance is no absolute http(s) URL, so it does not say where tokens may go. Write its scheme, or give `allowedOrigins`.',
    );
  }
  if (allowed === undefined && originOf(baseURL) === undefined && !source.baseURL) {
    throw new TokenConfigError(
      `${OWNER}: nothing says where tokens may be sent. Set \`baseURL\` on the instance before attaching, or give \`allowedOrigins\`.`,
      { option: 'allowedOrigins' },
    );
  }
  const listed = Array.isArray(allowed) ? allowed.map(asOrigin) : [];
  if (allowInsecureHttp) return;
  const base = allowed === undefined && baseURL ? parseUrl(baseURL, 'http://localhost') : undefined;
  const plain: [string, URL | undefined][] = [
    ...listed.map((url): [string, URL] => ['allowedOrigins', url]),
    ['baseURL', base],
    ...endpointsOf(source),
  ];
  for (const [option, url] of plain) {
    if (!url || !isInsecure(url)) continue;
    const what = /^(tokenUrl|issuer|revocationUrl)$/.test(option) ? 'Credentials' : 'Tokens';
    throw new TokenConfigError(
      `${OWNER}: ${what} would travel over plain http to ${printableUrl(url)} (\`${option}\`). Use https, or set allowInsecureHttp: true if that network is trusted.`,
      { option },
    );
  }
}

/** In a page a path will do: its origin is the page's. */
function isAbsolute(baseURL: string): boolean {
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  return /^https?:$/.test(parseUrl(baseURL, page)?.protocol ?? '');
}

function asOrigin(value: unknown): URL {
  const url = typeof value === 'string' || value instanceof URL ? parseUrl(value) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.hostname.includes('*')) return url;
  throw fault(
    OWNER,
    'allowedOrigins',
    "must hold absolute http(s) origins such as 'https://api.example.com'; for patterns give a function",
    value,
  );
}

/** What stands in the instance's defaults would win over every token, silently. */
export function checkOwnCredentials(axios: AxiosLike, { header, parameter }: TokenPlacement): void {
  const defaults = axios.defaults as {
    baseURL?: string;
    headers?: Record<string, unknown>;
    auth?: unknown;
    params?: unknown;
  };
  const login =
    isAuthorization(header) &&
    (defaults.auth ? 'defaults.auth' : hasUserinfo(defaults.baseURL) ? 'defaults.baseURL' : undefined);
  const where =
    (header === undefined ? undefined : headerPath(defaults.headers ?? {}, header.toLowerCase())) ??
    (login || undefined) ??
    (parameter !== undefined && hasParameter(defaults.params, parameter) ? `defaults.params.${parameter}` : undefined);
  if (where === undefined) return;
  throw wrong(OWNER, where, 'of the instance already says who calls, and would win over the token. Remove it.');
}

function headerPath(headers: Record<string, unknown>, name: string, path = 'defaults.headers'): string | undefined {
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (key.toLowerCase() === name) return `${path}.${key}`;
    const isBucket =
      path === 'defaults.headers' && typeof value === 'object' && value !== null && !Array.isArray(value);
    const inner = isBucket ? headerPath(value as Record<string, unknown>, name, `${path}.${key}`) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
