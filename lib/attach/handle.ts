import { type Core, revocationsOf } from './core.js';
import type { CloseOptions } from './revocations.js';
import { TokenConfigError } from '../errors.js';
import { EVENT_NAMES, type TokenEventListener, type TokenEventName } from '../events.js';
import type { Token, TokenParams } from '../token.js';
import type { Waiter } from '../token/flight.js';
import type { TokenStatus } from '../token/manager.js';
import { checkTokenParams } from '../token-params.js';

/** What a token is asked for with; `signal` ends the wait of this caller alone. */
export type GetTokenRequest = TokenParams & { signal?: AbortSignal | undefined };

/** What `attachToken` returns: the tokens themselves, a look inside, and the way out. */
export interface TokenHandle {
  /** A valid token, cached or fetched: for fetch, gRPC, WebSocket. Does not ask `tokenParams`, there is no request. */
  getToken(request?: GetTokenRequest): Promise<Token>;
  /** A new token now; joins the request under way. While a failure is remembered it fails with that; `invalidate()` ends this. */
  refresh(request?: GetTokenRequest): Promise<Token>;
  /** Forgets a token if it is still the current one; without one, every token, failure and pause. */
  invalidate(token?: Token): void;
  /** The state of every key. Never a token or a secret. */
  inspect(): TokenStatus[];
  /** Calls `listener` for every event of a kind. Returns the function that ends this. */
  on<Name extends TokenEventName>(event: Name, listener: TokenEventListener<Name>): () => void;
  /** Removes the interceptor: new calls go out untouched, waiting ones are served, no further token is asked for. */
  detach(): void;
  /**
   * Detaches and ends what is under way: waiting calls fail. A handle that shares another's tokens only detaches. With
   * `{ revoke: true }` the server is told that the tokens held are not needed any more (RFC 7009), for at most `timeoutMs`; that it
   * could not be told is an event. Let API calls end first: their token ends, too. A token request that is aborted on its way may
   * still bring a token to life, which nobody knows.
   *
   * @throws TokenConfigError, after all of that, for a wrong option and where nothing can be revoked
   */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.dispose](): void;
  [Symbol.asyncDispose](): Promise<void>;
}

const CORE = Symbol.for('axios-client-credentials.core');

/** The token side of a handle, also of one that another copy of the package has made. */
export function coreOf(value: unknown): Core | undefined {
  return typeof value === 'object' && value !== null ? (value as { [CORE]?: Core })[CORE] : undefined;
}

export function createHandle(core: Core, attachment: { isOwner: boolean; detach: () => void }): TokenHandle {
  const { manager, events } = core;
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
    if (attachment.isOwner) await manager.close();
    if (options ?? core.revocations) await (await revocationsOf(core)).close(attachment.isOwner, options);
  };
  const ask = async (method: 'obtain' | 'refresh', request: GetTokenRequest = {}): Promise<Token> => {
    const { signal, ...params } = request;
    checkTokenParams(method === 'obtain' ? 'getToken' : 'refresh', params);
    if (signal?.aborted) throw signal.reason;
    return manager[method](manager.entry(params), signal && leaving(signal));
  };

  const handle: Omit<TokenHandle, typeof Symbol.dispose | typeof Symbol.asyncDispose> = {
    getToken: (request) => ask('obtain', request),
    refresh: (request) => ask('refresh', request),
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
