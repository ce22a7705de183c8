import { LRUCache } from 'lru-cache';
import type { InternalAxiosRequestConfig } from 'axios';
import type { Clock } from '../clock.js';
import type { EndpointAnswer, StepUp } from '../contract.js';
import { isTokenError } from '../errors.js';
import type { Emit, TokenEvents } from '../events.js';
import { mergedClaims, objectOf } from '../source/claims.js';
import { type Entry, subjectOf } from '../token/entries.js';
import { tokenKey } from '../token/key.js';
import type { TokenManager } from '../token/manager.js';
import type { Token, TokenParams } from '../token.js';
import { scopeWords } from '../token-params.js';
import type { Authored } from './authored.js';
import { parseChallenges } from './challenge.js';
import { type Answered, isForeign } from './outcome.js';
import { ApiAnswer } from './rejection.js';
import { waiterOf } from './waiting.js';

// An API that wants more than the token that it got says what: which token would that be, and may it be asked for?

/** A request whose answer asks for more. */
interface Challenged {
  sent: Answered;
  kinds: readonly StepUp[];
  /** The key of the token that it carried. */
  entry: Entry;
  origin: string;
  replayable: boolean;
  attached: boolean;
}

/** What to send once more, and with which token; or why not. */
type Step =
  | { token: Token; wasHeld: boolean; entry: Entry; again: InternalAxiosRequestConfig }
  | { token?: undefined; reason: TokenEvents['request:retry-skipped']['reason']; error?: unknown };

/**
 * The token that an API wants in place of the one that it got; `undefined` where its answer does not say.
 *
 * @param ready the request as it was, once its answer can be left
 */
export async function stepUp(
  { manager, clock, emit }: { manager: TokenManager; clock: Clock; emit: Emit },
  { sent, kinds, entry: used, origin, replayable, attached }: Challenged,
  ready: () => Promise<InternalAxiosRequestConfig>,
): Promise<Step | undefined> {
  const { request, response } = sent;
  if (isForeign(sent)) return undefined;
  const demand = demandOf(new ApiAnswer(response), kinds, used.params, schemeOf(request));
  if (!demand) return undefined;
  if (!attached) return { reason: 'detached' };
  if (demand.isRefusal) {
    const method = (request.config.method ?? 'get').toUpperCase();
    emit('token:rejected', () => ({ ...subjectOf(used), method, origin, status: response.status }));
    manager.dropRejected(used, sent.token, origin);
  }
  if (!replayable) return { reason: 'body' };
  const again = await ready();
  const now = clock.monotonic();
  const known = manager.known(demand.params);
  // One that was got before the challenge may be older than what that asks for.
  const maxAgeMs = Number(demand.params.params?.max_age ?? Infinity) * 1000;
  const isOld = known?.held !== undefined && now - known.held.issuedAt >= maxAgeMs;
  if ((isOld || !isKnown(known)) && !mayAsk(used, origin, now)) return { reason: 'paused' };
  const entry = manager.entry(demand.params);
  if (isOld && known.held) manager.drop(known, known.held.token);
  const held = entry.held?.token;
  try {
    const token = await manager.obtain(entry, waiterOf(again, clock));
    const isSame = token.accessToken === sent.token.accessToken;
    return isSame ? { reason: 'same-token' } : { token, wasHeld: token === held, entry, again };
  } catch (error) {
    if (isTokenError(error)) return { reason: 'refresh-failed', error };
    throw error; // the caller has left
  }
}

/** What an API asks for beyond the token that it got. */
interface Demand {
  /** What the token is to be asked for with. */
  params: TokenParams;
  /** It also refuses the token that it got. */
  isRefusal: boolean;
}

type Parameters = Record<string, string | undefined>;

/** What is longer is nothing that a server means. */
const LONGEST = 8 * 1024;

/**
 * The first challenge that can be answered. One that asks for nothing new, or not in the words of its standard, is none: what an API
 * says goes on to the token endpoint.
 *
 * @param params what the token was asked for with
 * @param scheme with which it was sent; a Bearer or DPoP token is spoken of by challenges of those two only (RFC 9449 §7)
 */
export function demandOf(
  answer: EndpointAnswer,
  kinds: readonly StepUp[],
  params: TokenParams | undefined,
  scheme?: string,
): Demand | undefined {
  for (const challenge of parseChallenges(answer.headers['www-authenticate'])) {
    const kind = kinds.find((one) => one === challenge.parameters.error);
    if (!kind || (isOAuth(scheme) && !isOAuth(challenge.scheme))) continue;
    const wanted = wantedBy[kind](challenge.parameters, params ?? {});
    if (!wanted || tokenKey({ ...params, ...wanted }) === tokenKey(params)) continue;
    return { params: { ...params, ...wanted }, isRefusal: kind === 'insufficient_claims' };
  }
  return undefined;
}

const wantedBy: Record<StepUp, (challenge: Parameters, params: TokenParams) => TokenParams | undefined> = {
  /** RFC 6750 §3.1: the scope that is needed for this. What was granted so far is asked for as well. */
  insufficient_scope({ scope = '' }, params) {
    const asked = scopeWords(scope);
    if (scope.length > LONGEST || !asked.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word))) return undefined;
    const extra = new Set([...scopeWords(params.extraScope), ...asked]);
    for (const word of scopeWords(params.scope)) extra.delete(word);
    return { extraScope: [...extra].sort() };
  },

  /** RFC 9470 §3: another level, or a more recent authentication. */
  insufficient_user_authentication({ acr_values = '', max_age = '' }, { params }) {
    if (acr_values.length > LONGEST || !/^[\x20-\x7e]*$/.test(acr_values)) return undefined;
    if (!/^(0|[1-9]\d{0,9})?$/.test(max_age)) return undefined;
    const levels = scopeWords(acr_values).join(' ');
    return { params: { ...params, ...(levels && { acr_values: levels }), ...(max_age && { max_age }) } };
  },

  /** Microsoft Entra: the claims parameter of the token request, in Base64. */
  insufficient_claims({ claims = '' }, { params }) {
    const text = claims.length > LONGEST ? undefined : decoded(claims);
    if (text === undefined || !objectOf(text)) return undefined;
    return { params: { ...params, claims: mergedClaims(params?.claims, text) } };
  },
};

/** Base64 in either alphabet, with or without padding, of UTF-8. */
function decoded(text: string): string | undefined {
  try {
    const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** The scheme with which a request carries its token, where it is in a header that has one. */
function schemeOf({ config, placement }: Pick<Authored, 'config' | 'placement'>): string | undefined {
  const written: unknown = placement.header === undefined ? undefined : config.headers[placement.header];
  return /^(\S+) /.exec(String(written))?.[1]?.toLowerCase();
}

function isOAuth(scheme: string | undefined): boolean {
  return scheme === 'bearer' || scheme === 'dpop';
}

const MOST_NEW_KEYS = 50;
const WINDOW_MS = 5 * 60_000;
const MOST_ORIGINS = 100;

/** By the key that calls begin with: when each origin made us ask for a token of a new kind. */
const asked = new WeakMap<Entry, LRUCache<string, number[]>>();

function isKnown(entry: Entry | undefined): boolean {
  return (entry?.previous ?? entry?.failure ?? entry?.flight) !== undefined;
}

/**
 * Whether a token may be asked for. An API whose challenges never repeat would cost a token request for every call, and push the
 * tokens of others out of the cache: of kinds that are not known yet, or that it finds too old, there are 50 in five minutes, for each
 * key and origin.
 *
 * @param now monotonic ms
 */
function mayAsk(from: Entry, origin: string, now: number): boolean {
  const origins = asked.get(from) ?? new LRUCache({ max: MOST_ORIGINS });
  asked.set(from, origins);
  const recent = (origins.get(origin) ?? []).filter((at) => now - at < WINDOW_MS);
  const may = recent.length < MOST_NEW_KEYS;
  origins.set(origin, may ? [...recent, now] : recent);
  return may;
}
