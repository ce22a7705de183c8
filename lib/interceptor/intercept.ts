import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import type { Clock } from '../clock.js';
import type { RejectionDetector, TokenPlacement, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError } from '../errors.js';
import type { Emit, RequestSubject, TokenEvents } from '../events.js';
import { describeType, type Token } from '../token.js';
import { parseUrl } from '../transport.js';
import type { Entry } from '../token/entries.js';
import type { Renewal, TokenManager } from '../token/manager.js';
import { admit, type AdmissionRules, type AskTokenParams, generalParams, ownParams } from './admission.js';
import { type Authored, remember } from './authored.js';
import { Seal } from './seal.js';
import { cleaned, forget, restored } from './undo.js';
import { adapterFor, Binding, type Send } from './binding.js';
import { drain } from './drain.js';
import { Lookout } from './lookout.js';
import { isRejected } from './rejection.js';
import { isReplayable } from './replayable.js';
import type { Target, Targets } from './target.js';
import { canceled, isCanceled, waiterOf } from './waiting.js';

type Config = InternalAxiosRequestConfig;

export interface StoryOptions {
  axios: AxiosLike;
  manager: TokenManager;
  targets: Targets;
  placement: TokenPlacement;
  rejectedWhen: RejectionDetector;
  baseURL: TokenSource['baseURL'];
  retryRejected: boolean;
  tokenParams: AskTokenParams | undefined;
  clock: Clock;
  emit: Emit;
}

/** A request that a token is due for. */
interface Call {
  config: Config;
  send: Send;
  entry: Entry;
  /** Known before the token, unless the address comes with the token. */
  target: Target | undefined;
  replayable: boolean;
}

type Outcome = { response: AxiosResponse; error?: undefined } | { response: AxiosResponse | undefined; error: unknown };

/**
 * What happens to a request: it is authorised, sent, and if its token is refused, sent once more with a new one. The request
 * interceptor only binds this to the call's adapter; there it runs after all other interceptors, and hears every answer first.
 */
export class Story {
  readonly #options: StoryOptions;
  readonly #rules: AdmissionRules;
  readonly #lookout = new Lookout({
    isBound: (config) => !this.#attached || this.#binding.isBound(config),
    adapterOf: (config) => adapterFor(config.adapter, config),
    notice: (config) => {
      this.#unbound(config);
    },
  });
  readonly #seal = new Seal();
  readonly #binding = new Binding((config, inner) => this.#deliver(config, inner));
  #attached = true;

  constructor(options: StoryOptions) {
    this.#options = options;
    const { placement, targets, baseURL } = options;
    this.#rules = { placement, targets, addressFollows: baseURL !== undefined };
  }

  /** The request interceptor. It never throws: older versions of axios would throw out of `api.get()`. */
  readonly interceptor = (config: Config): Config => {
    forget(config);
    this.#binding.bind(config);
    const { handlers } = this.#options.axios.interceptors.request as { handlers?: unknown[] };
    if (handlers?.length !== 1) this.#lookout.post(config); // with no other interceptor, nobody is there to unbind it
    return config;
  };

  /** From here on requests go out untouched, also those that are bound already. */
  detach(): void {
    this.#attached = false;
  }

  #deliver(config: Config, inner: Config['adapter']): Promise<AxiosResponse> {
    try {
      this.#lookout.recall(config);
      const send = adapterFor(inner, config);
      const call = this.#attached ? this.#admit(config, send) : undefined;
      if (!call) return send(config);
      const token = call.replayable ? this.#options.manager.peek(call.entry) : undefined;
      return token ? this.#authorize(call, token) : this.#wait(call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #wait(call: Call): Promise<AxiosResponse> {
    const { manager, clock } = this.#options;
    const token = await manager.obtain(call.entry, waiterOf(call.config, clock), !call.replayable);
    return this.#authorize(call, token);
  }

  /** The request half. */
  #authorize(call: Call, token: Token): Promise<AxiosResponse> {
    const sent = this.#transmit(call, call.config, token);
    if (!sent) return call.send(call.config);
    const { request, answer } = sent;
    return answer.then(
      (response) => this.#answered(call, request, token, { response }),
      (error: unknown) => this.#answered(call, request, token, { response: responseOf(error), error: cleaned(error) }),
    );
  }

  /** The response half: the answer, or what became of it after a refresh. */
  #answered(call: Call, request: Authored, token: Token, outcome: Outcome): AxiosResponse | Promise<AxiosResponse> {
    const { response } = outcome;
    if (isCanceled(call.config)) throw canceled(restored(request)); // axios would make that error of what was sent
    if (!response || !isRejected(response, this.#options.rejectedWhen)) return settle(outcome);
    // Where a redirect led to a server that must not see the token, that server has nothing to say about it.
    const answeredBy = finalUrl(response);
    if (answeredBy !== undefined && !request.mayFollow(answeredBy)) return settle(outcome);
    return this.#recover(call, request, token, { ...outcome, response });
  }

  async #recover(
    call: Call,
    request: Authored,
    token: Token,
    outcome: Outcome & { response: AxiosResponse },
  ): Promise<AxiosResponse> {
    const { manager, clock, emit } = this.#options;
    const { response } = outcome;
    const origin = originOf(call);
    emit('token:rejected', () => ({ ...this.#subject(call), status: response.status }));
    const skip = (reason: SkipReason, error?: unknown): AxiosResponse => this.#surface(call, outcome, reason, error);

    if (!this.#attached) return skip('detached');
    if (!this.#options.retryRejected || !call.replayable) {
      manager.dropRejected(call.entry, token, origin);
      return skip(call.replayable ? 'disabled' : 'body');
    }
    const again = restored(request);
    await drain(response, clock);
    if (isCanceled(again)) throw canceled(again);
    const renewal = await manager.renew(call.entry, token, origin, waiterOf(again, clock));
    if (!renewal.token) return skip(renewal.reason, renewal.error);
    return this.#resend(call, again, outcome, renewal);
  }

  async #resend(
    call: Call,
    config: Config,
    outcome: Outcome & { response: AxiosResponse },
    renewal: Renewal & { token: Token },
  ): Promise<AxiosResponse> {
    const { manager, clock, emit, rejectedWhen } = this.#options;
    const startedAt = clock.monotonic();
    const sent = this.#transmit(call, config, renewal.token);
    if (!sent) return this.#surface(call, outcome, 'target');
    const second = await sent.answer.then(
      (response): Outcome => ({ response }),
      (error: unknown): Outcome => ({ response: responseOf(error), error: cleaned(error) }),
    );
    if (isCanceled(config)) throw canceled(restored(sent.request));
    const refused = second.response !== undefined && isRejected(second.response, rejectedWhen);
    // No answer at all says nothing of the token.
    if (renewal.forced && second.response) manager.resent(call.entry, originOf(call), renewal.token, !refused);
    emit('request:retried', () => ({
      ...this.#subject(call),
      status: second.response?.status,
      accepted: second.response !== undefined && !refused,
      durationMs: Math.round(clock.monotonic() - startedAt),
    }));
    return settle(second);
  }

  /** Puts the token into a request and sends it; `undefined` where the token must not go. */
  #transmit(
    call: Call,
    config: Config,
    token: Token,
  ): { request: Authored; answer: Promise<AxiosResponse> } | undefined {
    const { placement, baseURL } = this.#options;
    const granted = baseURL && addressFrom(baseURL, token);
    const mayFollow = granted === undefined ? this.#mayFollow : this.#mayFollowTo(granted);
    const request = remember(config, placement, granted, mayFollow);
    if (granted !== undefined && !this.#retarget(call, config, granted)) {
      if (request.original?.baseURL !== undefined) config.baseURL = request.original.baseURL;
      return undefined;
    }
    const placed = placement(request.view as Config, token);
    // In one expression a function may return what it has set: only a promise is waited for.
    if (typeof placed?.then !== 'function') {
      this.#seal.on(request, token);
      return { request, answer: call.send(config) };
    }
    const answer = placed.then(() => {
      this.#seal.on(request, token);
      return call.send(config);
    });
    return { request, answer };
  }

  // Apart from the calls, so that a rule kept as long as its token keeps no request alive.
  readonly #mayFollow = (href: string | undefined): boolean => this.#options.targets.mayFollow(href, undefined);
  #mayFollowTo(granted: string): (href: string | undefined) => boolean {
    return (href) => this.#options.targets.mayFollow(href, granted);
  }

  /** Sends a request to where the token says its API is; `false` where the token must not go. */
  #retarget(call: Call, config: Config, granted: string): boolean {
    const { axios, targets } = this.#options;
    if (config.baseURL === axios.defaults.baseURL) config.baseURL = granted;
    call.target = targets.of(config, granted);
    if (!call.target.allowed) this.#skipped(config, 'origin', call.target.origin);
    return call.target.allowed;
  }

  /** The call that a token is due for, or `undefined` where the request goes out as it is. */
  #admit(config: Config, send: Send): Call | undefined {
    const admission = admit(config, this.#rules);
    if (!admission.due) {
      this.#skipped(config, admission.reason, admission.origin);
      return undefined;
    }
    const { manager, tokenParams } = this.#options;
    const isPlain = config.token === undefined && !tokenParams;
    const entry = isPlain ? manager.entry() : manager.entry(ownParams(config), generalParams(config, tokenParams));
    return { config, send, entry, target: admission.target, replayable: isReplayable(config.data) };
  }

  /** Ends with the original answer. */
  #surface(
    call: Call,
    outcome: Outcome & { response: AxiosResponse },
    reason: SkipReason,
    error?: unknown,
  ): AxiosResponse {
    const code = isTokenError(error) ? error.code : undefined;
    this.#options.emit('request:retry-skipped', () => ({
      ...this.#subject(call),
      status: outcome.response.status,
      reason,
      code,
    }));
    if (error !== undefined && outcome.error !== undefined) (outcome.error as Error).cause = error;
    return settle(outcome);
  }

  #skipped(config: Config, reason: TokenEvents['request:skipped']['reason'], origin?: string): void {
    this.#options.emit('request:skipped', () => ({ method: methodOf(config), origin, reason }));
  }

  #subject(call: Call): RequestSubject & ReturnType<TokenManager['subject']> {
    return { ...this.#options.manager.subject(call.entry), method: methodOf(call.config), origin: call.target?.origin };
  }

  /** A call went past us: was a token due? */
  #unbound(config: Config): void {
    try {
      const admission = admit(config, this.#rules);
      if (!admission.due) return;
      this.#options.emit('request:unbound', () => ({ method: methodOf(config), origin: admission.target?.origin }));
    } catch {
      // Bound, it would have failed: nothing is lost but the error.
    }
  }
}

type SkipReason = TokenEvents['request:retry-skipped']['reason'];

function settle({ response, error }: Outcome): AxiosResponse {
  if (error !== undefined || !response) throw error as Error;
  return response;
}

function responseOf(error: unknown): AxiosResponse | undefined {
  return (error as { response?: AxiosResponse } | undefined)?.response;
}

/** @throws TokenConfigError where the token's answer does not say it: without it nothing tells where the token may go */
function addressFrom(baseURL: NonNullable<TokenSource['baseURL']>, token: Token): string {
  const address: unknown = baseURL(token);
  if (typeof address === 'string' && /^https?:$/.test(parseUrl(address)?.protocol ?? '')) return address;
  throw new TokenConfigError(
    `\`baseURL\` of the source must return an absolute http(s) URL; got ${describeType(address)}. Is it in the token's \`response\`? Nothing was sent.`,
    { option: 'baseURL' },
  );
}

/** Where redirects have led, as far as the adapter tells: http does, xhr too, fetch does not. */
function finalUrl({ request }: AxiosResponse): string | undefined {
  const { res, responseURL, _redirectable } = (request ?? {}) as {
    res?: { responseUrl?: string };
    responseURL?: string;
    _redirectable?: { _redirectCount?: number };
  };
  // Without a redirect the answer came from the target, under whatever name a socket path or a proxy gives it.
  const url = (_redirectable?._redirectCount ?? 0) > 0 ? res?.responseUrl : responseURL;
  return parseUrl(url)?.href; // a mock may say no more than the path
}

function originOf(call: Call): string {
  return call.target?.origin ?? '';
}

function methodOf(config: Config): string {
  return (config.method ?? 'get').toUpperCase();
}
