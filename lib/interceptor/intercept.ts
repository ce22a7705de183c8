import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import type { Clock } from '../clock.js';
import type { RejectionDetector, TokenPlacement, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError } from '../errors.js';
import type { Emit, RequestSubject, TokenEvents } from '../events.js';
import { describeType, type Token, type TokenParams } from '../token.js';
import type { Entry } from '../token/entries.js';
import type { Renewal, TokenManager } from '../token/manager.js';
import { type Authored, cleaned, forget, remember, restored, Seal } from './authored.js';
import { adapterFor, Binding, type Send } from './binding.js';
import { drain } from './drain.js';
import { hasOwnCredentials } from './placement.js';
import { isRejected } from './rejection.js';
import { isReplayable } from './replayable.js';
import type { Target, Targets } from './target.js';
import { waiterOf } from './waiting.js';

type Config = InternalAxiosRequestConfig;

export interface StoryOptions {
  axios: AxiosLike;
  manager: TokenManager;
  targets: Targets;
  placement: TokenPlacement;
  rejectedWhen: RejectionDetector;
  baseURL: TokenSource['baseURL'];
  retryRejected: boolean;
  tokenParams: ((config: Config) => TokenParams | undefined) | undefined;
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
  readonly #seal = new Seal();
  readonly #binding = new Binding((config, inner) => this.#deliver(config, inner));
  #attached = true;

  constructor(options: StoryOptions) {
    this.#options = options;
  }

  /** The request interceptor. It never throws: older versions of axios would throw out of `api.get()`. */
  readonly interceptor = (config: Config): Config => {
    forget(config);
    this.#binding.bind(config);
    this.#watch(config);
    return config;
  };

  /** From here on requests go out untouched, also those that are bound already. */
  detach(): void {
    this.#attached = false;
  }

  #deliver(config: Config, inner: Config['adapter']): Promise<AxiosResponse> {
    try {
      this.#unwatch(config);
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
      (error: unknown) =>
        this.#answered(call, request, token, { response: responseOf(error), error: cleaned(error, request) }),
    );
  }

  /** The response half: the answer, or what became of it after a refresh. */
  #answered(call: Call, request: Authored, token: Token, outcome: Outcome): AxiosResponse | Promise<AxiosResponse> {
    const { response } = outcome;
    if (!response || !isRejected(response, this.#options.rejectedWhen)) return settle(outcome);
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
    await drain(response, clock);
    const again = restored(request);
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
      (error: unknown): Outcome => ({ response: responseOf(error), error: cleaned(error, sent.request) }),
    );
    const refused = second.response !== undefined && isRejected(second.response, rejectedWhen);
    // No answer at all says nothing of the token.
    if (renewal.forced && second.response) manager.resent(call.entry, originOf(call), renewal.token, !refused);
    emit('request:retried', () => ({
      ...this.#subject(call),
      status: second.response?.status,
      accepted: second.response !== undefined && !refused,
      durationMs: clock.monotonic() - startedAt,
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
    const granted = baseURL?.(token);
    const request = remember(config, placement, granted);
    if (granted !== undefined && !this.#retarget(call, config, granted)) {
      if (request.original?.baseURL !== undefined) config.baseURL = request.original.baseURL;
      return undefined;
    }
    const mayFollow = granted === undefined ? this.#mayFollow : this.#mayFollowTo(granted);
    const placed = placement(config, token);
    if (!placed) {
      this.#seal.on(request, token, mayFollow);
      return { request, answer: call.send(config) };
    }
    const answer = placed.then(() => {
      this.#seal.on(request, token, mayFollow);
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
    const { placement, targets, manager, tokenParams, baseURL } = this.#options;
    const { token: own } = config;
    if (own === false) {
      this.#skipped(config, 'token-false');
      return undefined;
    }
    if (own !== undefined && (typeof own !== 'object' || (own as unknown) === null || Array.isArray(own))) {
      throw new TokenConfigError(
        `The request option \`token\` must be false or an object such as { scope }; got ${describeType(own)}.`,
        { option: 'token' },
      );
    }
    if (hasOwnCredentials(config, placement)) {
      this.#skipped(config, 'own-credentials');
      return undefined;
    }
    const target = baseURL ? undefined : targets.of(config);
    if (target && !target.allowed) {
      this.#skipped(config, 'origin', target.origin);
      return undefined;
    }
    return {
      config,
      send,
      target,
      entry: manager.entry(own, tokenParams && askTokenParams(tokenParams, config)),
      replayable: isReplayable(config.data),
    };
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
    if (error !== undefined && outcome.error instanceof Error) outcome.error.cause = error;
    return settle(outcome);
  }

  #skipped(config: Config, reason: TokenEvents['request:skipped']['reason'], origin?: string): void {
    this.#options.emit('request:skipped', () => ({ method: methodOf(config), origin, reason }));
  }

  #subject(call: Call): RequestSubject & ReturnType<TokenManager['subject']> {
    return { ...this.#options.manager.subject(call.entry), method: methodOf(call.config), origin: call.target?.origin };
  }

  /**
   * An interceptor that runs after ours may replace `config.adapter`, and our layer with it. What axios calls right before it
   * takes the adapter is the last of `transformRequest`: there it is seen. Nothing to watch where no other interceptor is.
   */
  #watch(config: Config): void {
    const { handlers } = this.#options.axios.interceptors.request as { handlers?: unknown[] };
    if (handlers?.length === 1) return;
    const transforms = config.transformRequest ?? [];
    config.transformRequest = [
      ...(Array.isArray(transforms) ? transforms : [transforms]).filter((one) => one !== this.#lookout),
      this.#lookout,
    ];
  }

  #unwatch(config: Config): void {
    const { transformRequest } = config;
    if (Array.isArray(transformRequest) && transformRequest.at(-1) === this.#lookout)
      config.transformRequest = transformRequest.slice(0, -1);
  }

  readonly #lookout = ((story: Story) =>
    function lookout(this: Config, data: unknown): unknown {
      if (story.#attached && !story.#binding.isBound(this)) story.#unbound(this);
      return data;
    })(this);

  #unbound(config: Config): void {
    const { placement, targets, baseURL, emit } = this.#options;
    const due = config.token !== false && !hasOwnCredentials(config, placement);
    let target: Target | undefined;
    try {
      target = due && !baseURL ? targets.of(config) : undefined;
    } catch {
      return; // would not have been sent at all
    }
    if (due && target?.allowed !== false)
      emit('request:unbound', () => ({ method: methodOf(config), origin: target?.origin }));
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

function originOf(call: Call): string {
  return call.target?.origin ?? '';
}

function methodOf(config: Config): string {
  return (config.method ?? 'get').toUpperCase();
}

function askTokenParams(
  tokenParams: (config: Config) => TokenParams | undefined,
  config: Config,
): TokenParams | undefined {
  const params: unknown = tokenParams(config);
  if (params === undefined) return undefined;
  if (typeof params !== 'object' || params === null || Array.isArray(params) || 'then' in params) {
    const got = typeof params === 'object' && params !== null && 'then' in params ? 'a promise' : describeType(params);
    throw new TokenConfigError(
      `tokenParams must return an object such as { scope, tenant } or undefined, and at once; got ${got}.`,
      { option: 'tokenParams' },
    );
  }
  return params;
}
