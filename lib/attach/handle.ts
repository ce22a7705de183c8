import { type Core, revocationsOf } from './core.js';
import { CORE } from './core-of.js';
import type { CloseOptions } from './revocations.js';
import { TokenConfigError } from '../errors.js';
import { EVENT_NAMES, type TokenEventListener, type TokenEventName } from '../events.js';
import type { Token, TokenParams } from '../token.js';
import type { Waiter } from '../token/flight.js';
import type { TokenStatus } from '../token/status.js';
import { checkTokenParams } from '../token-params.js';
import { isRecord } from '../validate.js';

/** What a token is asked for with; `signal` ends the wait of this caller alone. */
export type GetTokenRequest = TokenParams & {
  /** Its reason is what the call then fails with. The token request goes on for others. */
  signal?: AbortSignal | undefined;
};

/** What `attachToken` returns: the tokens themselves, a look inside, and the way out. */
export interface TokenHandle {
  /**
   * A valid token, cached or fetched: for fetch, gRPC, WebSocket. Does not ask `tokenParams`, there is no request.
   *
   * @param request what for. Default: the source's own scope
   * @throws TokenError (rejects) when a token cannot be had; TokenConfigError for parameters that are wrong
   * @example
   * ```ts
   * const { accessToken } = await auth.getToken({ scope: 'read' });
   * await fetch('https://api.example.com/things', { headers: { Authorization: `Bearer ${accessToken}` } });
   * ```
   */
  getToken(request?: GetTokenRequest): Promise<Token>;
  /**
   * A new token now; joins the request under way. While a failure is remembered it fails with that; `invalidate()` ends this.
   *
   * @param request what for. Default: the source's own scope
   * @throws TokenError (rejects) when a token cannot be had; TokenConfigError for parameters that are wrong
   */
  refresh(request?: GetTokenRequest): Promise<Token>;
  /**
   * Forgets a token if it is still the current one; without one, every token, failure and pause.
   *
   * @param token what `getToken` gave. Default: all there are
   */
  invalidate(token?: Token): void;
  /**
   * Gets what is asked for (with nothing: the token of a request that asks for nothing special) before the first call needs it. For
   * the start, and for readiness probes: with a valid token it resolves at once.
   *
   * @param requests one, or a list; each is a token of its own
   * @throws TokenError (rejects) when a token cannot be had; TokenConfigError for parameters that are wrong
   */
  warmUp(requests?: GetTokenRequest | readonly GetTokenRequest[]): Promise<void>;
  /** The state of every key, as plain data: for a health endpoint, `inspect().every(({ ok }) => ok)`. Never a token or a secret. */
  inspect(): TokenStatus[];
  /**
   * Calls `listener` for every event of a kind. Returns the function that ends this.
   *
   * @param event its name
   * @param listener gets what there is to say about it; what it throws is a warning of the process
   * @returns ends it; may be called more than once
   * @throws TokenConfigError for a name that is not known
   * @example
   * ```ts
   * const stop = auth.on('token:failed', ({ code, retryAt }) => console.warn(code, retryAt));
   * ```
   */
  on<Name extends TokenEventName>(event: Name, listener: TokenEventListener<Name>): () => void;
  /** Removes the interceptor: new calls go out untouched, waiting ones are served, no further token is asked for. */
  detach(): void;
  /**
   * Detaches, asks for no further token, and waits for the token requests under way: calls that wait for them are served. After
   * `timeoutMs` they are aborted, and those calls fail. Leases in a shared store are given back. A handle that shares another's
   * tokens only detaches. With `{ revoke: true }` the server is told that the tokens held are not needed any more (RFC 7009), within
   * the same time; that it could not be told is an event. Let API calls end first: their token ends, too. A token request that is
   * aborted on its way may still bring a token to life, which nobody knows.
   *
   * @param options how long it may take, and whether tokens are revoked
   * @throws TokenConfigError, after all of that, for a wrong option and where nothing can be revoked
   */
  close(options?: CloseOptions): Promise<void>;
  /** The same as `detach()`, for `using`. */
  [Symbol.dispose](): void;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

const DEFAULT_CLOSE_MS = 5000;

export function createHandle(core: Core, attachment: { isOwner: boolean; detach: () => void }): TokenHandle {
  const { manager, events, clock } = core;
  core.attachments += 1;
  manager.attach();
  let attached = true;
  const detach = (): void => {
    if (!attached) return;
    attached = false;
    attachment.detach();
    core.attachments -= 1;
    if (core.attachments === 0) manager.detach();
  };
  const close = async (options?: CloseOptions): Promise<void> => {
    detach();
    const { revoke, timeoutMs } = options ?? {};
    const patienceMs = Number.isFinite(timeoutMs) ? Number(timeoutMs) : DEFAULT_CLOSE_MS;
    const startedAt = clock.monotonic();
    if (attachment.isOwner) await manager.close(revoke ? patienceMs / 2 : patienceMs);
    const leftMs = patienceMs - (clock.monotonic() - startedAt);
    try {
      if (options ?? core.revocations) await (await revocationsOf(core)).close(attachment.isOwner, options, leftMs);
    } finally {
      if (attachment.isOwner) for (const end of core.closed) end();
    }
  };
  const ask = async (
    name: 'getToken' | 'refresh' | 'warmUp',
    request: GetTokenRequest = {},
    method: 'obtain' | 'refresh' = 'obtain',
  ): Promise<Token> => {
    if (!isRecord(request)) checkTokenParams(name, request);
    const { signal, ...params } = request;
    checkTokenParams(name, params);
    if (signal?.aborted) throw signal.reason;
    return manager[method](manager.entry(params), signal && leaving(signal));
  };

  const handle: Omit<TokenHandle, typeof Symbol.dispose | typeof Symbol.asyncDispose> = {
    getToken: (request) => ask('getToken', request),
    refresh: (request) => ask('refresh', request, 'refresh'),
    warmUp: async (requests = {}) => {
      await Promise.all([requests].flat().map((request) => ask('warmUp', request)));
    },
    invalidate: (token) => {
      manager.invalidate(token);
    },
    inspect: () => manager.inspect(),
    on: (event, listener) => {
      if (!EVENT_NAMES.includes(event)) {
        throw new TokenConfigError(`on: unknown event \`${event}\`. Known: ${EVENT_NAMES.join(', ')}.`, {
          option: 'event',
        });
      }
      return events.on(event, listener);
    },
    detach,
    close,
  };
  // Older runtimes do not have these symbols.
  const symbols = Symbol as { dispose?: symbol; asyncDispose?: symbol };
  const hidden: [symbol | undefined, unknown][] = [
    [CORE, core],
    [symbols.dispose, detach],
    [symbols.asyncDispose, close],
  ];
  for (const [symbol, value] of hidden) if (symbol) Object.defineProperty(handle, symbol, { value });
  return handle as TokenHandle;
}

function leaving(signal: AbortSignal): Waiter {
  return {
    leave(abandon) {
      const abort = (): void => {
        abandon(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      return () => {
        signal.removeEventListener('abort', abort);
      };
    },
  };
}
