import type { TokenErrorCode } from './errors.js';
import { builtin } from './runtime.js';
import type { TokenRequestReason } from './contract.js';

/** Which token an event speaks of. Never the token itself. */
export interface TokenSubject {
  /** Short id of the key, the same as in `inspect()`. */
  key: string;
  /** What the request asked for beyond its source. */
  scope: string | string[] | undefined;
  tenant: string | undefined;
}

/** Which API request an event speaks of. No URL: a query may hold what should not be logged. */
export interface RequestSubject {
  method: string;
  /** Where the request goes; `undefined` where that is not known yet. */
  origin: string | undefined;
}

/** Events by name. Durations and delays are in ms, times in ms since the epoch. */
export interface TokenEvents {
  /** An attempt to get a token begins. */
  'token:requested': TokenSubject & {
    reason: TokenRequestReason;
    attempt: number;
    /** No call waits for it so far. */
    background: boolean;
  };
  'token:issued': TokenSubject & {
    reason: TokenRequestReason;
    attempts: number;
    durationMs: number;
    /** Calls that waited for it. */
    waiting: number;
    expiresAt: number | undefined;
    /** The endpoint gave the token that was held before. */
    repeated: boolean;
  };
  'token:failed': TokenSubject & {
    reason: TokenRequestReason;
    attempt: number;
    durationMs: number;
    waiting: number;
    code: TokenErrorCode;
    status: number | undefined;
    error: string | undefined;
    permanent: boolean;
    /** The same flight tries again after this time; `undefined`: this was its last attempt. */
    retryInMs: number | undefined;
    /** When the next flight may start. */
    retryAt: number | undefined;
  };
  /** An API refused a token. */
  'token:rejected': TokenSubject & RequestSubject & { status: number };
  /** A server was told that a token is not needed any more. */
  'token:revoked': TokenSubject & { reason: 'closed' | 'replaced'; durationMs: number };
  /** It could not be told, and the token lives on until its end. */
  'token:revoke-failed': TokenSubject & {
    reason: 'closed' | 'replaced';
    durationMs: number;
    code: TokenErrorCode;
    status: number | undefined;
    error: string | undefined;
    /** What to do about it; without secrets. */
    message: string | undefined;
  };
  /**
   * A request was sent once more, and this is how that ended (`undefined`: no answer). The reason: its token was rejected, the API
   * wanted a nonce in the proof (DPoP), or a token for more (`stepUp`).
   */
  'request:retried': TokenSubject &
    RequestSubject & {
      reason: 'rejected' | 'nonce' | 'step-up';
      status: number | undefined;
      accepted: boolean;
      durationMs: number;
    };
  /** A token was refused, or was not enough, and the request was not sent again. */
  'request:retry-skipped': TokenSubject &
    RequestSubject & {
      status: number;
      reason: 'disabled' | 'body' | 'paused' | 'same-token' | 'refresh-failed' | 'detached' | 'target';
      code: TokenErrorCode | undefined;
    };
  /** Something replaced `config.adapter` after our interceptor: the request goes out without the token that was due. */
  'request:unbound': RequestSubject;
  /** A request went out untouched. */
  'request:skipped': RequestSubject & { reason: 'origin' | 'own-credentials' | 'token-false' };
  /** A token was taken from the shared store: another process has asked for it. */
  'token:shared': TokenSubject & {
    reason: TokenRequestReason;
    durationMs: number;
    /** Calls that waited for it. */
    waiting: number;
    expiresAt: number | undefined;
  };
  /**
   * The shared store failed or did not answer in time, or what it is needed for cannot be shared. The process works on by itself,
   * and leaves the store alone for `retryInMs` (`undefined`: not at all).
   */
  'store:error': { operation: string; message: string; retryInMs: number | undefined };
  /** The shared store answers again. */
  'store:recovered': { failures: number; durationMs: number };
}

export type TokenEventName = keyof TokenEvents;
export type TokenEventListener<Name extends TokenEventName> = (event: TokenEvents[Name]) => void;

export const EVENT_NAMES = [
  'token:requested',
  'token:issued',
  'token:shared',
  'token:failed',
  'token:rejected',
  'token:revoked',
  'token:revoke-failed',
  'request:retried',
  'request:retry-skipped',
  'request:unbound',
  'request:skipped',
  'store:error',
  'store:recovered',
] as const satisfies readonly TokenEventName[];

/** Reports an event. What it says is only put together when somebody listens. */
export type Emit = <Name extends TokenEventName>(name: Name, describe: () => TokenEvents[Name]) => void;

export interface Events {
  emit: Emit;
  on<Name extends TokenEventName>(name: Name, listener: TokenEventListener<Name>): () => void;
}

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/** One hub: the handle's listeners, and `node:diagnostics_channel` where there is one. */
export function createEvents(): Events {
  const listeners = new Map<string, Set<(event: never) => unknown>>();
  const channels = openChannels();
  return {
    emit(name, describe) {
      const own = listeners.get(name);
      const channel = channels?.[name];
      if (own === undefined && channel?.hasSubscribers !== true) return;
      const event = describe();
      for (const listener of [...(own ?? [])])
        if (own?.has(listener)) notify(listener as (event: unknown) => unknown, event);
      if (channel?.hasSubscribers === true) channel.publish(event);
    },
    on(name, listener) {
      const own = listeners.get(name) ?? new Set();
      const entry = (event: never): unknown => (listener as (event: never) => unknown)(event);
      listeners.set(name, own.add(entry));
      return () => {
        own.delete(entry);
        if (own.size === 0 && listeners.get(name) === own) listeners.delete(name);
      };
    },
  };
}

function openChannels(): Record<string, Channel> | undefined {
  const diagnostics = builtin('node:diagnostics_channel');
  if (!diagnostics) return undefined;
  return Object.fromEntries(EVENT_NAMES.map((name) => [name, diagnostics.channel(`axios-client-credentials:${name}`)]));
}

/** A listener's mistake is its own, also that of an async one: it must neither fail a call nor go unseen. */
function notify(listener: (event: unknown) => unknown, event: unknown): void {
  try {
    const result = listener(event);
    if (result instanceof Promise) result.catch(warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  const text = `A listener of axios-client-credentials threw: ${reason}`;
  if (typeof process !== 'undefined' && typeof process.emitWarning === 'function') process.emitWarning(text);
  else console.warn(text);
}
