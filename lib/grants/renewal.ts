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
import { isRecord } from '../validate.js';
import { type Lineage, Lineages, type Lost } from './lineage.js';
import { lostAnswer, mayPass, notSaved } from './renewal-errors.js';
import { Spending } from './spending.js';

/** What a new refresh token came with: what was asked for, such as whose `tenant`, and the answer. */
export interface RefreshTokenContext extends TokenParams {
  /** The refresh token that was spent for it. */
  previous: string;
  /** The endpoint's whole answer, such as for `refresh_token_expires_in`. */
  response: unknown;
}

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
    if (lost && request.reason !== 'forced' && !this.#mayRepeat(lost.sentAt, request))
      throw ownCopy(lost.error) as Error;
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
    const granted = (answer: EndpointAnswer): void => {
      this.#granted(lineage, spent, request, answer);
    };
    const spending = new Spending({ refreshToken: spent, request, response, granted });
    const givenUp = (): void => {
      if (spending.state === 'under way') lose(lineage, spending, request.signal.reason);
    };
    request.signal.addEventListener('abort', givenUp, { once: true });
    try {
      return this.#tokenOf(await ask(spending), spending.sentAt);
    } catch (error) {
      if (lineage.current === spent) throw this.#failure(lineage, spending, error);
      await saveNewest(lineage).catch(() => undefined); // no token, but the new refresh token is worth as much
      throw error;
    } finally {
      request.signal.removeEventListener('abort', givenUp);
    }
  }

  /** The server has said yes, so what was current is spent where there is a new one; whatever comes of the rest of the answer. */
  #granted(lineage: Lineage, spent: string, request: TokenRequest, answer: EndpointAnswer): void {
    const { save, newRefreshToken: reader = NEW_REFRESH_TOKEN } = this.#plan;
    const next: unknown = typeof reader === 'function' ? reader(answer) : at(answer.body, reader);
    lineage.lost = undefined;
    if (typeof next !== 'string' || next === '' || next === spent || lineage.current !== spent) return;
    this.#lineages.succeed(lineage, next);
    if (save === false) return;
    const response = answer.body ?? answer.text;
    const context = { ...paramsOf(request), previous: spent, response };
    const secrets = [next, spent, ...textsIn(response).filter((text) => text.length >= 16)];
    lineage.unsaved = { secrets, write: async () => save(next, context) };
  }

  #failure(lineage: Lineage, spending: Spending, error: unknown): unknown {
    const { state, request } = spending;
    if (state === 'unsent') return error;
    if (state === 'refused') {
      const isFinal = isTokenError(error) && error instanceof TokenEndpointError && error.error === 'invalid_grant';
      if (isFinal) lineage.lost = undefined;
      return error;
    }
    const lost = lose(lineage, spending, error);
    if (request.signal.aborted) return request.signal.reason;
    return this.#mayRepeat(lost.sentAt, request) ? mayPass(error) : ownCopy(lost.error);
  }

  #mayRepeat(sentAt: number, request: TokenRequest): boolean {
    return clockOf(request).monotonic() - sentAt < (this.#plan.gracePeriodMs ?? 0);
  }

  /** The refresh token is the callback's: in `response` it would be in the hands of everybody who gets the access token. */
  #tokenOf(fetched: Token | FetchedToken, issuedAt: number): Token {
    if (isToken(fetched)) return fetched;
    const { accessToken, expiresInMs } = fetched;
    const { newRefreshToken: reader = NEW_REFRESH_TOKEN } = this.#plan;
    const response = typeof reader === 'string' ? without(fetched.response, reader) : fetched.response;
    return createToken({ accessToken, issuedAt, lifetimeMs: expiresInMs, response });
  }
}

const NEW_REFRESH_TOKEN = 'refresh_token';

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
function lose(lineage: Lineage, { sentAtMonotonic }: Spending, error: unknown): Lost {
  return (lineage.lost = { error: lostAnswer(error), sentAt: lineage.lost?.sentAt ?? sentAtMonotonic });
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

function without(body: unknown, path: string): unknown {
  if (!isRecord(body)) return body;
  const [name = '', ...rest] = Object.hasOwn(body, path) ? [path] : path.split('.');
  if (rest.length > 0) return { ...body, [name]: without(body[name], rest.join('.')) };
  return Object.fromEntries(Object.entries(body).filter(([other]) => other !== name));
}
