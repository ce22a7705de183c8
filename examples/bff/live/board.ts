import type { TokenHandle, TokenStatus } from 'axios-client-credentials';
import { currentCaller } from '../caller.js';
import { type UpstreamName, upstreamNames, type Upstreams } from '../upstreams.js';
import type { Journal, Line } from './journal.js';
import { createLives, type Life, type Lives } from './lives.js';
import { createRate, type Rate } from './rate.js';
import {
  askingWords,
  failedCallWords,
  failedWords,
  issuedWords,
  rejectedWords,
  retriedWords,
  skippedWords,
} from './words.js';

/** What the page shows of one token. Neither the token nor anything made of it. */
export interface TokenView {
  upstream: UpstreamName;
  state: TokenStatus['state'];
  issuedAt?: number | undefined;
  expiresAt?: number | undefined;
  refreshing: boolean;
  retryAt?: number | undefined;
  lives: Life[];
}

/** All that the page shows, for one tenant. */
export interface View {
  tenant: string;
  calls: number;
  failed: number;
  refreshes: number;
  retries: number;
  waiting: number;
  perSecond: number[];
  tokens: TokenView[];
  lines: Line[];
}

export interface Board {
  view(tenant: string, now: number): View;
  /** How many token requests were sent for a tenant so far, and for all of them. */
  requests(tenant: string): number;
}

interface Counts {
  requests: number;
  calls: number;
  failed: number;
  refreshes: number;
  retries: number;
  rate: Rate;
}

const minute = 60_000;

/** Watches the upstreams. A call costs it two additions; all else is done when somebody looks, or when a token changes. */
export function createBoard({ api, auth }: Upstreams, journal: Journal): Board {
  const counts = new Map<string | undefined, Counts>(); // by tenant; `undefined`: a token that all tenants share
  const lives = new Map<string, Lives>(); // by API and key
  const countsOf = (tenant: string | undefined): Counts =>
    entry(counts, tenant, () => ({ requests: 0, calls: 0, failed: 0, refreshes: 0, retries: 0, rate: createRate() }));
  const livesOf = (upstream: UpstreamName, key: string): Lives => entry(lives, `${upstream} ${key}`, createLives);

  for (const upstream of upstreamNames) {
    watchCalls(upstream);
    const handle = auth[upstream];
    if (handle) watchTokens(upstream, handle);
  }

  function watchCalls(upstream: UpstreamName): void {
    api[upstream].interceptors.response.use(
      (response) => {
        answered();
        return response;
      },
      (error: unknown) => {
        answered().failed += 1;
        journal.note({ upstream, tenant: currentCaller().tenant, kind: 'failed' }, failedCallWords);
        return Promise.reject(error);
      },
    );
  }

  function answered(): Counts {
    const own = countsOf(currentCaller().tenant);
    own.calls += 1;
    own.rate.count(Date.now());
    return own;
  }

  function watchTokens(upstream: UpstreamName, handle: TokenHandle): void {
    handle.on('token:requested', ({ tenant }) => (countsOf(tenant).requests += 1));
    handle.on('token:issued', (event) => {
      const { key, tenant, expiresAt = Infinity, durationMs, reason } = event;
      const from = Date.now();
      if (reason !== 'missing') countsOf(tenant).refreshes += 1;
      livesOf(upstream, key).begin({ issuedAt: from - durationMs, from, expiresAt }, reason === 'rejected');
      journal.note({ upstream, tenant }, issuedWords(event));
    });
    handle.on('token:failed', (event) => {
      const { tenant, retryInMs } = event;
      if (retryInMs === undefined) journal.note({ upstream, tenant }, failedWords(event));
      else journal.note({ upstream, tenant, kind: 'asking' }, askingWords(event));
    });
    handle.on('token:rejected', ({ tenant }) => journal.note({ upstream, tenant, kind: 'rejected' }, rejectedWords));
    handle.on('request:retried', (event) => {
      const { tenant, accepted } = event;
      countsOf(tenant).retries += 1;
      journal.note({ upstream, tenant, kind: `retried ${accepted}` }, retriedWords(event));
    });
    handle.on('request:retry-skipped', ({ tenant }) =>
      journal.note({ upstream, tenant, kind: 'skipped' }, skippedWords),
    );
  }

  function tokenView(upstream: UpstreamName, row: TokenStatus, now: number): TokenView {
    const { key, state, issuedAt, expiresAt, refreshing, retryAt } = row;
    const own = livesOf(upstream, key);
    if (state === 'empty') own.end(now);
    return { upstream, state, issuedAt, expiresAt, refreshing, retryAt, lives: own.since(now - minute) };
  }

  return {
    requests: (tenant) => countsOf(tenant).requests + countsOf(undefined).requests,
    view(tenant, now) {
      const [own, shared] = [countsOf(tenant), countsOf(undefined)];
      const rows = Object.entries(auth).flatMap(([name, handle]) =>
        handle
          .inspect()
          .filter((row) => row.tenant === undefined || row.tenant === tenant)
          .map((row) => ({ upstream: name as UpstreamName, row })),
      );
      return {
        tenant,
        calls: own.calls,
        failed: own.failed,
        refreshes: own.refreshes + shared.refreshes,
        retries: own.retries + shared.retries,
        waiting: rows.reduce((sum, { row }) => sum + row.waiting, 0),
        perSecond: own.rate.lastMinute(now),
        tokens: rows.map(({ upstream, row }) => tokenView(upstream, row, now)),
        lines: journal.lines(tenant),
      };
    },
  };
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = create();
  map.set(key, made);
  return made;
}
