import type { TokenErrorCode } from './errors.js';
import { builtin } from './runtime.js';
import type { TokenRequestReason } from './contract.js';

/** Which token an event speaks of. Never the token itself. */
export interface TokenSubject {
  /** Short id of the key, the same as in `inspect()`. */
  key: string;
  /** What the request asked for beyond its source. */
  scope: string | string[] | undefined;
  /** Whose token it is, as the request said it. */
  tenant: string | undefined;
}

/** One acquisition of a token: all attempts of it, and everybody who waits for it. */
export interface FlightSubject extends TokenSubject {
  /** Counts the acquisitions of a handle: the same number in all events of one. */
  flight: number;
}

/** Which API request an event speaks of. No URL: a query may hold what should not be logged. */
export interface RequestSubject {
  /** In capitals. */
  method: string;
  /** Where the request goes; `undefined` where that is not known yet. */
  origin: string | undefined;
}

/** Events by name. Durations and delays are in ms, times in ms since the epoch. */
export interface TokenEvents {
  /** An attempt to get a token begins. */
  'token:requested': FlightSubject & {
    /** Why it is asked for. */
    reason: TokenRequestReason;
    /** Which attempt of this flight: 1, 2 … */
    attempt: number;
    /** No call waits for it so far. */
    background: boolean;
  };
  /** A token came. */
  'token:issued': FlightSubject & {
    /** Why it was asked for. */
    reason: TokenRequestReason;
    /** How many attempts it took. */
    attempts: number;
    /** Since the flight began, in ms. */
    durationMs: number;
    /** Calls that waited for it. */
    waiting: number;
    /** When it ends, in ms since the epoch; `undefined`: not known. */
    expiresAt: number | undefined;
    /** The endpoint gave the token that was held before. */
    repeated: boolean;
  };
  /** An attempt to get a token failed. */
  'token:failed': FlightSubject & {
    /** Why it was asked for. */
    reason: TokenRequestReason;
    /** Which attempt of this flight: 1, 2 … */
    attempt: number;
    /** Since the flight began, in ms. */
    durationMs: number;
    /** Calls that wait for a token. */
    waiting: number;
    /** Which kind of error it is. */
    code: TokenErrorCode;
    /** HTTP status of the endpoint's answer, where there was one. */
    status: number | undefined;
    /** The `error` of that answer (RFC 6749 §5.2). */
    error: string | undefined;
    /** Whether asking again is useless until something has been changed. */
    permanent: boolean;
    /** The same flight tries again after this time; `undefined`: this was its last attempt. */
    retryInMs: number | undefined;
    /** When the next flight may start. */
    retryAt: number | undefined;
  };
  /** A call begins to wait for a token. The listener runs in the async context of that call: a tracer finds its span there. */
  'token:awaited': FlightSubject;
  /** An API refused a token. */
  'token:rejected': TokenSubject &
    RequestSubject & {
      /** HTTP status of its answer. */
      status: number;
    };
  /** A server was told that a token is not needed any more. */
  'token:revoked': TokenSubject & {
    /** By `close({ revoke: true })`, or because there was a newer one (`revokeReplaced`). */
    reason: 'closed' | 'replaced';
    /** How long it took, in ms. */
    durationMs: number;
  };
  /** It could not be told, and the token lives on until its end. */
  'token:revoke-failed': TokenSubject & {
    /** As in `token:revoked`. */
    reason: 'closed' | 'replaced';
    /** How long it took, in ms. */
    durationMs: number;
    /** Which kind of error it is. */
    code: TokenErrorCode;
    /** HTTP status of the server's answer, where there was one. */
    status: number | undefined;
    /** The `error` of that answer (RFC 7009 §2.2.1). */
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
      /** What made it worth trying. */
      reason: 'rejected' | 'nonce' | 'step-up';
      /** HTTP status of the second answer; `undefined`: there was none. */
      status: number | undefined;
      /** Whether the API had nothing against the token any more. */
      accepted: boolean;
      /** How long the second send took, in ms. */
      durationMs: number;
    };
  /** A token was refused, or was not enough, and the request was not sent again. */
  'request:retry-skipped': TokenSubject &
    RequestSubject & {
      /** HTTP status of the answer that the caller got. */
      status: number;
      /**
       * `retryRejected` is `false`, the body cannot be sent twice, a failure is being waited out, the endpoint gave the same token again, it gave
       * none, the plugin was detached, or the request may not go there with a token.
       */
      reason: 'disabled' | 'body' | 'paused' | 'same-token' | 'refresh-failed' | 'detached' | 'target';
      /** Which kind of error it was, where the token request failed. */
      code: TokenErrorCode | undefined;
    };
  /** Something replaced `config.adapter` after our interceptor: the request goes out without the token that was due. */
  'request:unbound': RequestSubject;
  /** A request went out untouched. */
  'request:skipped': RequestSubject & {
    /** Its origin is not an allowed one, it has credentials of the caller's, or it says `token: false`. */
    reason: 'origin' | 'own-credentials' | 'token-false';
  };
  /** A token was taken from the shared store: another process has asked for it. */
  'token:shared': FlightSubject & {
    /** Why it was asked for. */
    reason: TokenRequestReason;
    /** Since the flight began, in ms. */
    durationMs: number;
    /** Calls that waited for it. */
    waiting: number;
    /** When it ends, in ms since the epoch; `undefined`: not known. */
    expiresAt: number | undefined;
  };
  /**
   * The shared store was asked whose turn it is: this process asks the token endpoint for all (`granted`), what another one got is
   * taken (`shared`; `failed`: also its failure), or this process asks for itself (`alone`: the store is out of reach, or it took
   * too long).
   */
  'store:lease': TokenSubject & {
    /** What came of it. */
    outcome: 'granted' | 'shared' | 'failed' | 'alone';
    /** How long that took, in ms. */
    durationMs: number;
  };
  /**
   * The shared store failed or did not answer in time, or what it is needed for cannot be shared. The process works on by itself,
   * and leaves the store alone for `retryInMs` (`undefined`: not at all).
   */
  'store:error': {
    /** What was asked of it, such as `lease`. */
    operation: string;
    /** What it said; without secrets. */
    message: string;
    /** How long it is left alone, in ms. */
    retryInMs: number | undefined;
  };
  /** The shared store answers again. */
  'store:recovered': {
    /** How many operations had failed. */
    failures: number;
    /** How long it was out of reach, in ms. */
    durationMs: number;
  };
}

/** What there are events of. */
export type TokenEventName = keyof TokenEvents;
/**
 * Is called for every event of a kind, in the moment that it speaks of. What it throws (or rejects with) is a warning of the process, and
 * nobody else's affair.
 */
export type TokenEventListener<Name extends TokenEventName> = (event: TokenEvents[Name]) => void;

export const EVENT_NAMES = [
  'token:requested',
  'token:issued',
  'token:shared',
  'token:failed',
  'token:awaited',
  'token:rejected',
  'token:revoked',
  'token:revoke-failed',
  'request:retried',
  'request:retry-skipped',
  'request:unbound',
  'request:skipped',
  'store:lease',
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
