import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import type { Clock } from '../clock.js';
import type { EndpointAnswer, RejectionDetector, StepUp, TokenPlacement, TokenSource } from '../contract.js';
import { isTokenError, TokenConfigError } from '../errors.js';
import type { Emit, RequestSubject, TokenEvents, TokenSubject } from '../events.js';
import { describeType, type Token } from '../token.js';
import { parseUrl } from '../transport.js';
import { decided } from '../validate.js';
import { type Entry, subjectOf } from '../token/entries.js';
import type { TokenManager } from '../token/manager.js';
import { admit, type AdmissionRules, type AskTokenParams, generalParams, ownParams } from './admission.js';
import { type Authored, remember } from './authored.js';
import { Seal } from './seal.js';
import { forget, restored } from './undo.js';
import { adapterFor, Binding, type Send } from './binding.js';
import { Lookout } from './lookout.js';
import { type Answered, failed, finalUrl, hasAnswer, isForeign, type Sent, settle } from './outcome.js';
import { ApiAnswer, isAccepted, isRejected, mayAskForMore } from './rejection.js';
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
  stepUp: readonly StepUp[] | undefined;
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
  // Each further send has a budget of one.
  askedAgain: boolean;
  steppedUp: boolean;
  renewed: boolean;
  /** Its token was renewed by one that another process had asked for. */
  borrowed: boolean;
  /** Its token comes from a forced refresh: whether that helped is not known yet. */
  onTrial: boolean;
}

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
      (response) => this.#answered(call, { request, token, response }),
      (error: unknown) => this.#answered(call, failed(request, token, error)),
    );
  }

  /** The response half: the answer, or what became of it after another send. */
  #answered(call: Call, sent: Sent): AxiosResponse | Promise<AxiosResponse> {
    const { rejectedWhen, stepUp } = this.#options;
    if (isCanceled(call.config)) throw canceled(restored(sent.request)); // axios would make that error of what was sent
    if (!hasAnswer(sent)) return settle(sent);
    const again = this.#askedAgain(call, sent);
    if (again) return again.then((second) => this.#answered(call, second));
    // Where a redirect led to a server that must not see the token, that server has nothing to say about it.
    const rejected = isRejected(sent.response, rejectedWhen) && !isForeign(sent);
    if (call.onTrial) this.#options.manager.resent(call.entry, originOf(call), sent.token, !rejected);
    call.onTrial = false;
    const mayStepUp = stepUp && !call.steppedUp && mayAskForMore(sent.response);
    return mayStepUp ? this.#stepUp(call, sent, stepUp, rejected) : this.#settled(call, sent, rejected);
  }

  #settled(call: Call, sent: Answered, rejected: boolean): AxiosResponse | Promise<AxiosResponse> {
    return rejected && !call.renewed ? this.#recover(call, sent) : settle(sent);
  }

  async #recover(call: Call, sent: Answered): Promise<AxiosResponse> {
    const { manager, clock, emit } = this.#options;
    const { response, token } = sent;
    const origin = originOf(call);
    emit('token:rejected', () => ({ ...this.#subject(call), status: response.status }));
    const skip = (reason: SkipReason, error?: unknown): AxiosResponse => this.#surface(call, sent, reason, error);

    if (!this.#attached) return skip('detached');
    if (!this.#options.retryRejected || !call.replayable) {
      manager.dropRejected(call.entry, token, origin);
      return skip(call.replayable ? 'disabled' : 'body');
    }
    const again = await this.#ready(sent);
    const renewal = await manager.renew(call.entry, token, origin, waiterOf(again, clock));
    if (!renewal.token) return skip(renewal.reason, renewal.error);
    call.renewed = !renewal.isShared || call.borrowed; // what another process has brought may have been refused as well
    call.borrowed = renewal.isShared;
    call.onTrial = renewal.forced;
    const second = await this.#resend(call, again, renewal.token, 'rejected');
    return second ? this.#answered(call, second) : skip('target');
  }

  /** The request once more with the same token, for what the answer says; `undefined` where it does not ask for that. */
  #askedAgain(call: Call, sent: Answered): Promise<Sent> | undefined {
    const { resendFor } = this.#options.placement;
    if (!resendFor || sent.isHeard) return undefined;
    sent.isHeard = true;
    const url = finalUrl(sent.response);
    if (url !== undefined && !sent.request.mayFollow(url)) return undefined;
    const answer = new ApiAnswer(sent.response);
    const wanted = decided('resendFor', resendFor(answer, url === undefined ? originOf(call) : new URL(url).origin));
    if (!wanted || call.askedAgain || !this.#attached) return undefined;
    call.askedAgain = true;
    if (!call.replayable) {
      this.#skip(call, sent, 'body');
      return undefined;
    }
    return this.#ready(sent).then(
      async (again) => (await this.#resend(call, again, sent.token, 'nonce', answer)) ?? sent,
    );
  }

  /** What the API asks for beyond the token that it got: a token for all of it, and the request once more. */
  async #stepUp(call: Call, sent: Answered, kinds: readonly StepUp[], rejected: boolean): Promise<AxiosResponse> {
    const { stepUp } = await import('./step-up.js');
    const challenged = { ...call, sent, kinds, origin: originOf(call), attached: this.#attached };
    const step = await stepUp(this.#options, challenged, () => this.#ready(sent));
    if (isCanceled(call.config)) throw canceled(restored(sent.request));
    if (!step) return this.#settled(call, sent, rejected);
    call.steppedUp = true;
    if (!step.token) return this.#surface(call, sent, step.reason, step.error);
    call.entry = step.entry;
    if (step.wasHeld) call.renewed = false; // that one was not renewed for this call
    const second = await this.#resend(call, step.again, step.token, 'step-up');
    return second ? this.#answered(call, second) : this.#surface(call, sent, 'target');
  }

  /** The request as it was, once the answer no longer holds anything that the next send may need. */
  async #ready({ request, response }: Answered): Promise<Config> {
    const again = restored(request);
    if (!isReplayable(response.data)) await (await import('./drain.js')).drain(response, this.#options.clock);
    if (isCanceled(again)) throw canceled(again);
    return again;
  }

  /** Sends a request once more; `undefined` where the token must not go. */
  async #resend(
    call: Call,
    config: Config,
    token: Token,
    reason: TokenEvents['request:retried']['reason'],
    askedBy?: EndpointAnswer,
  ): Promise<Sent | undefined> {
    const { clock, emit } = this.#options;
    const startedAt = clock.monotonic();
    const sent = this.#transmit(call, config, token, askedBy);
    if (!sent) return undefined;
    const { request, answer } = sent;
    const second = await answer.then(
      (response): Sent => ({ request, token, response }),
      (error: unknown) => failed(request, token, error),
    );
    if (isCanceled(config)) throw canceled(restored(request));
    const final = (hasAnswer(second) ? await this.#askedAgain(call, second) : undefined) ?? second;
    emit('request:retried', () => ({
      ...this.#subject(call),
      reason,
      status: final.response?.status,
      accepted: final.response !== undefined && isAccepted(final.response, this.#options.rejectedWhen),
      durationMs: Math.round(clock.monotonic() - startedAt),
    }));
    return final;
  }

  /** Puts the token into a request and sends it; `undefined` where the token must not go. */
  #transmit(
    call: Call,
    config: Config,
    token: Token,
    askedBy?: EndpointAnswer,
  ): { request: Authored; answer: Promise<AxiosResponse> } | undefined {
    const { placement, baseURL } = this.#options;
    const granted = baseURL && addressFrom(baseURL, token);
    const mayFollow = granted === undefined ? this.#mayFollow : this.#mayFollowTo(granted);
    const request = remember(config, placement, granted, mayFollow);
    if (granted !== undefined && !this.#retarget(call, config, granted)) {
      if (request.original?.baseURL !== undefined) config.baseURL = request.original.baseURL;
      return undefined;
    }
    const placed = placement(request.view as Config, token, askedBy);
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
    return {
      config,
      send,
      entry,
      target: admission.target,
      replayable: isReplayable(config.data),
      askedAgain: false,
      steppedUp: false,
      renewed: false,
      borrowed: false,
      onTrial: false,
    };
  }

  /** Ends with the original answer. */
  #surface(call: Call, sent: Answered, reason: SkipReason, error?: unknown): AxiosResponse {
    this.#skip(call, sent, reason, error);
    if (error !== undefined && sent.error !== undefined) (sent.error as Error).cause = error;
    return settle(sent);
  }

  #skip(call: Call, sent: Answered, reason: SkipReason, error?: unknown): void {
    const code = isTokenError(error) ? error.code : undefined;
    const { status } = sent.response;
    this.#options.emit('request:retry-skipped', () => ({ ...this.#subject(call), status, reason, code }));
  }

  #skipped(config: Config, reason: TokenEvents['request:skipped']['reason'], origin?: string): void {
    this.#options.emit('request:skipped', () => ({ method: methodOf(config), origin, reason }));
  }

  #subject(call: Call): RequestSubject & TokenSubject {
    return { ...subjectOf(call.entry), method: methodOf(call.config), origin: call.target?.origin };
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

/** @throws TokenConfigError where the token's answer does not say it: without it nothing tells where the token may go */
function addressFrom(baseURL: NonNullable<TokenSource['baseURL']>, token: Token): string {
  const address: unknown = baseURL(token);
  if (typeof address === 'string' && /^https?:$/.test(parseUrl(address)?.protocol ?? '')) return address;
  throw new TokenConfigError(
    `\`baseURL\` of the source must return an absolute http(s) URL; got ${describeType(address)}. Is it in the token's \`response\`? Nothing was sent.`,
    { option: 'baseURL' },
  );
}

function originOf(call: Call): string {
  return call.target?.origin ?? '';
}

function methodOf(config: Config): string {
  return (config.method ?? 'get').toUpperCase();
}
