import type { Share } from './share.js';
import { type Clock, sleep } from '../clock.js';

/** Those who are woken together do not ask together, and no store can make a process ask without a pause. */
export const LONGEST_WAKING_MS = 50;

/** Listens for a change in the store, from the moment on in which it is made. */
export interface Ear {
  /** The store can tell. */
  hears: boolean;
  /** Waits, no longer than `ms`, and closes. Rejects when the signal aborts. @param wakes whether a change ends it */
  wait: (ms: number, wakes: boolean) => Promise<void>;
  close: () => void;
}

export function listen(
  share: Share,
  { clock, random }: { clock: Clock; random: () => number },
  signal: AbortSignal,
): Ear {
  const listening = linked(signal);
  const changed = share.changed(listening.signal);
  const close = (): void => {
    listening.abort();
  };
  return {
    hears: changed !== undefined,
    close,
    wait: async (ms, wakes) => {
      const asleep = sleep(clock, ms, listening.signal);
      const woken =
        wakes && changed?.then(() => sleep(clock, LONGEST_WAKING_MS * (0.1 + 0.9 * random()), listening.signal));
      try {
        await Promise.race(woken ? [asleep, woken] : [asleep]);
      } finally {
        close();
      }
    },
  };
}

/** Aborts when the signal does, or before. */
export function linked(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(signal.reason);
  };
  if (signal.aborted) abort();
  else {
    signal.addEventListener('abort', abort, { once: true });
    controller.signal.addEventListener('abort', () => {
      signal.removeEventListener('abort', abort);
    });
  }
  return controller;
}
