import axios, { type InternalAxiosRequestConfig } from 'axios';
import { type Clock, LONGEST_TIMER_MS } from '../clock.js';
import type { Waiter } from '../token/flight.js';

/** As it is at run time; the declarations show the constructor of its base class. */
const CanceledError = axios.CanceledError as unknown as new (
  message: string | null,
  config: InternalAxiosRequestConfig,
) => Error;

/** As axios itself cancels a call: with the reason of its `cancelToken`, or an error of its own for its `signal`. */
export function canceled(config: InternalAxiosRequestConfig): unknown {
  return config.cancelToken?.reason ?? new CanceledError(null, config);
}

export function isCanceled({ signal, cancelToken }: InternalAxiosRequestConfig): boolean {
  return signal?.aborted === true || cancelToken?.reason !== undefined;
}

interface CancelTokenLike {
  subscribe(listener: (reason: unknown) => void): void;
  unsubscribe(listener: (reason: unknown) => void): void;
}

/**
 * How an API call leaves the wait for a token: by its own `signal`, `cancelToken` or `timeout`, with the errors that axios itself
 * would make. One for each wait: the timeout runs from here, also if the wait has several parts.
 */
export function waiterOf(config: InternalAxiosRequestConfig, clock: Clock): Waiter {
  const timeoutMs = Number(config.timeout) > 0 ? Number(config.timeout) : undefined;
  const startedAt = clock.monotonic();
  return {
    timeoutMs,
    leave(abandon) {
      const { signal, cancelToken } = config;
      const ends: (() => void)[] = [];
      if (signal) {
        const abort = (): void => {
          abandon(canceled(config));
        };
        if (signal.aborted) abort();
        else {
          signal.addEventListener?.('abort', abort);
          ends.push(() => {
            signal.removeEventListener?.('abort', abort);
          });
        }
      }
      if (cancelToken) {
        const token = cancelToken as unknown as CancelTokenLike;
        token.subscribe(abandon);
        ends.push(() => {
          token.unsubscribe(abandon);
        });
      }
      if (timeoutMs !== undefined) {
        const timer = clock.setTimeout(
          () => {
            abandon(timeoutError(config, timeoutMs));
          },
          Math.min(Math.max(0, timeoutMs - (clock.monotonic() - startedAt)), LONGEST_TIMER_MS),
        );
        ends.push(() => {
          clock.clearTimeout(timer);
        });
      }
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

function timeoutError(config: InternalAxiosRequestConfig, timeoutMs: number): Error {
  const code = config.transitional?.clarifyTimeoutError ? axios.AxiosError.ETIMEDOUT : axios.AxiosError.ECONNABORTED;
  return new axios.AxiosError(config.timeoutErrorMessage ?? `timeout of ${timeoutMs}ms exceeded`, code, config);
}
