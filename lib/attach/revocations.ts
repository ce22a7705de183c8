import { unref } from '../clock.js';
import {
  isTokenError,
  TokenConfigError,
  TokenEndpointError,
  TokenError,
  type TokenErrorCode,
  TokenTimeoutError,
} from '../errors.js';
import type { TokenEvents } from '../events.js';
import type { Token } from '../token.js';
import { type Entry, subjectOf } from '../token/entries.js';
import { aBoolean, checkOptions, milliseconds } from '../validate.js';
import type { Core } from './core.js';

/** Options of `close()` of a handle. */
export interface CloseOptions {
  /**
   * Tell the server that the tokens held are not needed any more (RFC 7009): those that are still valid, each once, as many at a time
   * as `tokenRequests` has it. Default `false`.
   */
  revoke?: boolean | undefined;
  /**
   * How long `close()` takes at most, in ms. What is not done then is aborted; 0: all of it at once. With `revoke`, token requests
   * under way have half of it. Default 5 000.
   */
  timeoutMs?: number | undefined;
}

type Reason = TokenEvents['token:revoked']['reason'];

interface Revocable {
  entry: Entry;
  token: Token;
}

/** So that calls under way can end. */
const GRACE_MS = 30_000;
/** Of replaced tokens, which do not go through the gate of token requests: calls wait there. */
const AT_ONCE = 4;
/** Of one replaced token. */
const BACKGROUND_MS = 5000;

/** Tells the server of tokens that are not needed any more. That it could not be told is an event, never an error. */
export class Revocations {
  readonly #core: Core;
  /** Replaced tokens in their grace period, the oldest first. */
  readonly #waiting = new Map<string, Revocable & { due: number }>();
  readonly #underWay = new Map<AbortController, Promise<void>>();
  #timer: unknown;
  #ids = 0;
  #closing: Promise<void> | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * A newer token is in use. At most as many wait here as the cache holds keys: beyond that the oldest is given up, and lives until
   * its end. Where a new token ends the older one, or the older one lives on in it, there is nothing to do.
   */
  replaced(entry: Entry, token: Token): void {
    const { clock, maxKeys, source } = this.#core;
    if ((source.reissue ?? 'independent') !== 'independent') return;
    this.#waiting.set(token.accessToken, { entry, token, due: clock.monotonic() + GRACE_MS });
    const [oldest] = this.#waiting.values();
    if (oldest && this.#waiting.size > maxKeys) {
      this.#waiting.delete(oldest.token.accessToken);
      this.#failed(oldest.entry, 'replaced', clock.monotonic(), new TokenTimeoutError('Too many wait.'));
    }
    this.#next();
  }

  /** What is left of `close()` when the handle is detached and no flight is under way any more. */
  async close(isOwner: boolean, options: CloseOptions = {}, leftMs: number): Promise<void> {
    try {
      if (this.#checked(isOwner, options).revoke) this.#closing ??= this.#revokeAll(leftMs);
    } finally {
      if (isOwner) await (this.#closing ?? this.#drop());
    }
  }

  #checked(isOwner: boolean, options: CloseOptions): CloseOptions {
    checkOptions('close', options, { revoke: aBoolean, timeoutMs: milliseconds(0) });
    if (options.revoke && !isOwner) {
      throw new TokenConfigError(
        'close: this handle shares the tokens of another, which still uses them. Close that one with `revoke: true`.',
        { option: 'revoke' },
      );
    }
    if (options.revoke && this.#core.isShared) {
      throw new TokenConfigError(
        'close: the tokens are shared with other processes (`store`), which still use them: they cannot be revoked here.',
        { option: 'revoke' },
      );
    }
    if (options.revoke && !this.#core.source.revokeToken) {
      throw new TokenConfigError(
        'close: the source cannot revoke tokens. Give `clientCredentials` a `revocationUrl`, or the `issuer`; a source of your own, a `revokeToken`.',
        { option: 'revoke' },
      );
    }
    return options;
  }

  /** Revokes what is due, and comes back for the rest. */
  #next(): void {
    const { clock } = this.#core;
    clock.clearTimeout(this.#timer);
    while (this.#underWay.size < AT_ONCE) {
      const [oldest] = this.#waiting.values();
      if (!oldest) return;
      const ms = oldest.due - clock.monotonic();
      if (ms > 0) {
        this.#timer = clock.setTimeout(() => {
          this.#next();
        }, ms);
        unref(this.#timer);
        return;
      }
      this.#waiting.delete(oldest.token.accessToken);
      if (!this.#isOver(oldest.token) && !this.#isHeld(oldest.token)) this.#revokeInBackground(oldest);
    }
  }

  #revokeInBackground(revocable: Revocable): void {
    const { clock } = this.#core;
    const controller = new AbortController();
    const timer = clock.setTimeout(() => {
      controller.abort(new TokenTimeoutError(`The token was not revoked within ${BACKGROUND_MS} ms.`));
    }, BACKGROUND_MS);
    unref(timer);
    void this.#revoke(revocable, 'replaced', controller).then(() => {
      clock.clearTimeout(timer);
      this.#next();
    });
  }

  #isOver({ expiresAt = Infinity }: Token): boolean {
    return expiresAt <= this.#core.clock.now();
  }

  /** Under another key, or because the endpoint gave it once more. */
  #isHeld({ accessToken }: Token): boolean {
    for (const { held } of this.#core.manager.entries) if (held?.token.accessToken === accessToken) return true;
    return false;
  }

  /** A handle that is closed leaves nothing behind. */
  async #drop(): Promise<void> {
    this.#core.clock.clearTimeout(this.#timer);
    this.#waiting.clear();
    await this.#abort(new TokenError('The token handle is closed.', { code: 'ERR_TOKEN_CLOSED' }));
  }

  async #abort(reason: TokenError): Promise<void> {
    const ends = [...this.#underWay.values()];
    for (const controller of this.#underWay.keys()) controller.abort(reason);
    await Promise.all(ends);
  }

  async #revokeAll(timeoutMs: number): Promise<void> {
    const { clock, manager, asked } = this.#core;
    clock.clearTimeout(this.#timer);
    let isLate = false;
    let giveUp: (() => void) | undefined;
    const patience = new Promise<void>((resolve) => (giveUp = resolve));
    const deadline = clock.setTimeout(() => {
      isLate = true;
      void this.#abort(new TokenTimeoutError(`The token was not revoked within ${timeoutMs} ms (\`timeoutMs\`).`));
      giveUp?.();
    }, timeoutMs);

    const told = new Set<string>();
    const tell = (entry: Entry, token: Token, reason: Reason): void => {
      manager.drop(entry, token);
      if (isLate || told.has(token.accessToken) || this.#isOver(token)) return;
      told.add(token.accessToken);
      void this.#revoke({ entry, token }, reason, new AbortController());
    };
    for (const entry of manager.entries) if (entry.held) tell(entry, entry.held.token, 'closed');
    for (const { entry, token } of this.#waiting.values()) tell(entry, token, 'replaced');
    this.#waiting.clear();
    // A source that does not listen to its signal may still bring one.
    const late = [...manager.entries].map(async (entry) => {
      const token = await asked.get(entry);
      if (token) tell(entry, token, 'closed');
    });
    await Promise.race([Promise.allSettled(late), patience]);
    await Promise.all(this.#underWay.values());
    clock.clearTimeout(deadline);
  }

  /** Never rejects. */
  #revoke({ entry, token }: Revocable, reason: Reason, controller: AbortController): Promise<void> {
    const { source, gate, http, allowInsecureHttp, clock, events } = this.#core;
    const startedAt = clock.monotonic();
    const { signal } = controller;
    const request = { ...entry.params, signal, http, allowInsecureHttp, clock };
    const tell = async (): Promise<void> => source.revokeToken?.(token, request);
    // Flights have positive ids.
    const told = reason === 'replaced' ? tell() : gate.run(--this.#ids, false, signal, tell);
    const ended = told.then(
      () => {
        this.#underWay.delete(controller);
        events.emit('token:revoked', () => this.#subject(entry, reason, startedAt));
      },
      (error: unknown) => {
        this.#underWay.delete(controller);
        this.#failed(entry, reason, startedAt, error);
      },
    );
    this.#underWay.set(controller, ended);
    return ended;
  }

  #failed(entry: Entry, reason: Reason, startedAt: number, error: unknown): void {
    this.#core.events.emit('token:revoke-failed', () => ({
      ...this.#subject(entry, reason, startedAt),
      code: codeOf(error),
      ...(isTokenError(error) && error instanceof TokenEndpointError
        ? { status: error.status, error: error.error }
        : { status: undefined, error: undefined }),
      message: isTokenError(error) ? error.message : undefined,
    }));
  }

  #subject(entry: Entry, reason: Reason, startedAt: number): TokenEvents['token:revoked'] {
    const { clock } = this.#core;
    return { ...subjectOf(entry), reason, durationMs: Math.round(clock.monotonic() - startedAt) };
  }
}

/** A source of the user's own may pass on what `request.http` has thrown. */
function codeOf(error: unknown): TokenErrorCode {
  if (isTokenError(error)) return error.code;
  const { isAxiosError, response } = (error ?? {}) as { isAxiosError?: unknown; response?: unknown };
  if (isAxiosError !== true) return 'ERR_TOKEN_SOURCE';
  return response ? 'ERR_TOKEN_ENDPOINT' : 'ERR_TOKEN_NETWORK';
}
