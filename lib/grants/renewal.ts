import { at } from '../answer.js';
import { type Clock, systemClock } from '../clock.js';
import type { EndpointAnswer, FetchedToken, FetchToken, TokenRequest } from '../contract.js';
import { digest } from '../digest.js';
import { isTokenError, ownCopy, TokenEndpointError } from '../errors.js';
import { textsIn } from '../redact.js';
import { defined } from '../source/parameters.js';
import type { ResponseDialect } from '../source/dialect.js';
import type { TokenReader } from '../source/readers.js';
import { createToken, isToken, type Token, type TokenParams } from '../token.js';
import { type Lineage, Lineages, type Lost, type Sending } from './lineage.js';
import { lostAnswer, mayPass, notSaved } from './renewal-errors.js';
import { Spending } from './spending.js';

/** What a new refresh token came with: what was asked for, such as whose `tenant`, and the answer. */
export interface RefreshTokenContext extends TokenParams {
  /** The refresh token that was spent for it. */
  previous: string;
  /** The endpoint's whole answer, such as for `refresh_token_expires_in`. */
  response: unknown;
}

/**
 * Writes a new refresh token down. What it throws (or rejects with) is an error of the calls that wait; then it is called again before
 * anything else is asked for.
 */
export type SaveRefreshToken = (refreshToken: string, context: RefreshTokenContext) => void | Promise<void>;

export interface RenewalPlan {
  save: SaveRefreshToken | false;
  gracePeriodMs?: number | undefined;
  newRefreshToken?: TokenReader | undefined;
  /** What an answer looks like. */
  response: ResponseDialect | undefined;
  /** Sends the token request. */
  ask: (spending: Spending) => ReturnType<FetchToken>;
}

/** Spends refresh tokens for tokens: each once, one after the other, and none before the last new one is saved. */
export class Renewal {
  readonly #plan: RenewalPlan;
  readonly #lineages = new Lineages();

  constructor(plan: RenewalPlan) {
    this.#plan = plan;
  }

  /** A token for a refresh token, or for the newest one that came after it. */
  token(refreshToken: string, request: TokenRequest): Promise<Token> {
    const lineage = this.#lineages.of(refreshToken);
    return lineage.inTurn(request.signal, () => this.#next(lineage, request));
  }

  async #next(lineage: Lineage, request: TokenRequest): Promise<Token> {
    await saveNewest(lineage);
    const kept = this.#takeKept(lineage, request);
    if (kept) return kept;
    const { lost } = lineage;
    if (lost && request.reason !== 'forced' && !this.#mayRepeat(lost.by, request)) throw ownCopy(lost.error) as Error;
    const token = await this.#spend(lineage, request);
    lineage.kept = { key: keyOf(request), token };
    await saveNewest(lineage);
    return this.#takeKept(lineage, request) ?? token;
  }

  /** Left where it is when nobody waits for it any more. */
  #takeKept(lineage: Lineage, request: TokenRequest): Token | undefined {
    request.signal.throwIfAborted();
    return lineage.take(keyOf(request), clockOf(request).now());
  }

  async #spend(lineage: Lineage, request: TokenRequest): Promise<Token> {
    const { response, ask } = this.#plan;
    const spent = lineage.current;
    const order = (lineage.spendings += 1);
    let next: string | undefined;
    const granted = (answer: EndpointAnswer): void => {
      next = this.#nextIn(answer);
      const newer = next === spent ? undefined : next;
      if (newer !== undefined || spending.hasToken) lineage.lost = undefined;
      // Where it was sent twice, in a grace period or on purpose, the newest one is that of the later request.
      const isNewest = lineage.current === spent || (lineage.origin === spent && lineage.spendings === order);
      if (newer !== undefined && isNewest) this.#succeed(lineage, newer, { spent, request, answer });
    };
    const spending = new Spending({ refreshToken: spent, request, response, granted });
    const givenUp = (): void => {
      if (isLost(spending) && lineage.current === spent) lose(lineage, spending, request.signal.reason);
    };
    request.signal.addEventListener('abort', givenUp, { once: true });
    try {
      return tokenOf(await ask(spending), spending.sentAt, [next, spent]);
    } catch (error) {
      if (lineage.current === spent) throw this.#failure(lineage, spending, error);
      await saveNewest(lineage).catch(() => undefined); // no token, but the new refresh token is worth as much
      throw error;
    } finally {
      request.signal.removeEventListener('abort', givenUp);
    }
  }

  #nextIn(answer: EndpointAnswer): string | undefined {
    const { newRefreshToken: reader = 'refresh_token' } = this.#plan;
    const next: unknown = typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
    return isText(next) ? next : undefined;
  }

  /** The server has said yes, so what was current is spent, whatever comes of the rest of the answer. */
  #succeed(lineage: Lineage, next: string, { spent, request, answer }: Granted): void {
    const { save } = this.#plan;
    lineage.isOnlyHere = save === false;
    this.#lineages.succeed(lineage, next);
    if (save === false) return;
    const response = answer.body ?? answer.text;
    const context = { ...paramsOf(request), previous: spent, response };
    const secrets = [next, spent, ...textsIn(response).filter((text) => text.length >= 16)];
    lineage.unsaved = { secrets, write: async () => save(next, context) };
  }

  #failure(lineage: Lineage, spending: Spending, error: unknown): unknown {
    const { state, request } = spending;
    if (!isLost(spending)) {
      const isFinal =
        state === 'refused' &&
        isTokenError(error) &&
        error instanceof TokenEndpointError &&
        error.error === 'invalid_grant';
      if (isFinal || lineage.lost?.by === spending) lineage.lost = undefined; // it was given up, and was not spent after all
      return error;
    }
    if (request.signal.aborted) return request.signal.reason; // lost since then, unless another answer has come
    const lost = lose(lineage, spending, error);
    return this.#mayRepeat(lost.by, request) ? mayPass(error) : ownCopy(lost.error);
  }

  /** By the clock that went further: one may have been set back, the other stood still while the machine was asleep. */
  #mayRepeat({ sentAt, sentAtMonotonic }: Sending, request: TokenRequest): boolean {
    const clock = clockOf(request);
    const age = Math.max(clock.now() - sentAt, clock.monotonic() - sentAtMonotonic);
    return age < (this.#plan.gracePeriodMs ?? 0);
  }
}

interface Granted {
  spent: string;
  request: TokenRequest;
  answer: EndpointAnswer;
}

/** The refresh tokens are the callback's: in `response` they would be in the hands of everybody who gets the access token. */
function tokenOf(fetched: Token | FetchedToken, issuedAt: number, refreshTokens: unknown[]): Token {
  if (isToken(fetched)) return fetched;
  const { accessToken, expiresInMs } = fetched;
  const response = without(fetched.response, refreshTokens.filter(isText));
  return createToken({ accessToken, issuedAt, lifetimeMs: expiresInMs, response });
}

/** Whether it may be spent by a request of which nobody knows. An answer with an access token would have held a new one. */
function isLost({ state, hasToken }: Spending): boolean {
  return state === 'under way' || state === 'lost' || (state === 'granted' && !hasToken);
}

/** @throws TokenError while the callback fails */
async function saveNewest(lineage: Lineage): Promise<void> {
  const { unsaved } = lineage;
  try {
    await lineage.save();
  } catch (error) {
    throw notSaved(error, unsaved?.secrets ?? []);
  }
}

/** Counted from the first time: so long ago may the refresh token have been spent. */
function lose(lineage: Lineage, spending: Spending, error: unknown): Lost {
  return (lineage.lost = { error: lostAnswer(error), by: lineage.lost?.by ?? spending });
}

function clockOf({ clock = systemClock }: TokenRequest): Clock {
  return clock;
}

function paramsOf({ scope, audience, resource, tenant, params, extraScope, subjectToken }: TokenRequest): TokenParams {
  return defined({ scope, audience, resource, tenant, params, extraScope, subjectToken });
}

/** Tells requests apart whose tokens are not the same. */
function keyOf(request: TokenRequest): string {
  const { subjectToken, ...others } = paramsOf(request);
  return JSON.stringify([others, subjectToken && digest(subjectToken)]);
}

/** A body as it is, but for every text that is one of these; from a body that is text they are cut out. */
function without(body: unknown, texts: readonly string[]): unknown {
  if (typeof body === 'string') return texts.reduce((text, one) => text.replaceAll(one, ''), body);
  return pruned(body, texts, 0);
}

function pruned(value: unknown, texts: readonly string[], depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return undefined;
  const isOther = (one: unknown): boolean => !isText(one) || !texts.includes(one);
  if (Array.isArray(value)) return value.filter(isOther).map((one) => pruned(one, texts, depth + 1));
  const others = Object.entries(value).filter(([, one]) => isOther(one));
  return Object.fromEntries(others.map(([name, one]) => [name, pruned(one, texts, depth + 1)]));
}

/** Deeper than any answer goes, and not as deep as somebody could send. */
const DEEPEST = 20;

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
