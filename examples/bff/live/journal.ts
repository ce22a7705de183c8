import type { Sentence } from './words.js';

/** A line of the log, as the page gets it. */
export interface Line {
  id: number;
  /** Ms since the epoch. */
  at: number;
  /** The API, where there is one. */
  upstream: string | undefined;
  text: string;
}

interface Entry {
  id: number;
  at: number;
  upstream: string | undefined;
  tenant: string | undefined;
  say: Sentence;
  count: number;
  lastAt: number;
}

export interface Journal {
  /** Notes it. The same within two seconds is the same line, with a higher count. */
  note(what: { upstream?: string; tenant?: string | undefined; kind?: string }, say: Sentence | string): void;
  /** The newest first: of a tenant, and what concerns all. */
  lines(tenant: string): Line[];
}

const kept = 300;
const shown = 16;
const together = 2_000;

export function createJournal(now = Date.now): Journal {
  const entries: Entry[] = [];
  const open = new Map<string, Entry>(); // what may still be counted up
  let nextId = 1;
  return {
    note({ upstream, tenant, kind }, words) {
      const at = now();
      const same = kind && [kind, upstream, tenant].join(' ');
      const entry = same ? open.get(same) : undefined;
      if (entry && at - entry.lastAt < together) {
        entry.count += 1;
        entry.lastAt = at;
        return;
      }
      const say = typeof words === 'string' ? () => words : words;
      const made = { id: nextId++, at, upstream, tenant, say, count: 1, lastAt: at };
      entries.unshift(made);
      if (entries.length > kept) entries.pop();
      if (same) open.set(same, made);
    },
    lines: (tenant) =>
      entries
        .filter((entry) => entry.tenant === undefined || entry.tenant === tenant)
        .slice(0, shown)
        .map(({ id, at, upstream, say, count }) => ({ id, at, upstream, text: say(count) })),
  };
}
