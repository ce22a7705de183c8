import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EVENT_NAMES } from '../../lib/events.js';

/** All that is published on the diagnostics channels while something runs. */
export async function diagnosed(run: (seen: readonly unknown[]) => Promise<void>): Promise<void> {
  const seen: unknown[] = [];
  const listen = (message: unknown): void => void seen.push(message);
  const names = EVENT_NAMES.map((name) => `axios-client-credentials:${name}`);
  for (const name of names) subscribe(name, listen);
  try {
    await run(seen);
  } finally {
    for (const name of names) unsubscribe(name, listen);
  }
}
