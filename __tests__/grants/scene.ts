import axios, { type AxiosInstance } from 'axios';
import { refreshToken, type RefreshTokenContext, type RefreshTokenOptions } from '../../lib/grants/index.js';
import type { AttachTokenOptions, TokenHandle, TokenSource } from '../../lib/index.js';
import type { ProtectedApi } from '../../lib/testing/index.js';
import type { ManualClock } from '../support/manual-clock.js';
import { attach, manualClock, protectedApi, record, type RecordedEvents } from '../support/world.js';
import { CLIENT, rotatingServer, type RotatingServer } from './rotating-server.js';

/** Where a backend keeps its users' refresh tokens. */
interface Database {
  /** By user, the newest last. */
  rows: Map<string, string[]>;
  contexts: RefreshTokenContext[];
  read: (request: { tenant?: string | undefined }) => string | undefined;
  save: (refreshToken: string, context: RefreshTokenContext) => Promise<void>;
}

function database(): Database {
  const rows = new Map<string, string[]>();
  const contexts: RefreshTokenContext[] = [];
  return {
    rows,
    contexts,
    read: ({ tenant = 'ada' }) => rows.get(tenant)?.at(-1),
    async save(refreshToken, context) {
      await Promise.resolve();
      const { tenant = 'ada' } = context;
      rows.set(tenant, [...(rows.get(tenant) ?? []), refreshToken]);
      contexts.push(context);
    },
  };
}

export interface Scene {
  server: RotatingServer;
  upstream: ProtectedApi;
  api: AxiosInstance;
  auth: TokenHandle;
  db: Database;
  clock: ManualClock;
  events: RecordedEvents;
  source: TokenSource;
}

export interface SceneOptions {
  source?: Partial<RefreshTokenOptions>;
  attach?: AttachTokenOptions;
  users?: string[];
  rotates?: boolean;
}

/** Users who are signed in, a server that rotates, an API that takes every token, and time that only the test moves. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const server = await rotatingServer(options.rotates);
  const upstream = await protectedApi({ accepts: () => true });
  const db = database();
  for (const user of options.users ?? ['ada']) db.rows.set(user, [server.login(user)]);
  const clock = manualClock();
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const source = refreshToken({
    tokenUrl: server.tokenUrl,
    ...CLIENT,
    refreshToken: db.read,
    save: db.save,
    ...options.source,
  });
  const auth = attach(api, source, { clock, random: () => 0, ...options.attach });
  return { server, upstream, api, auth, db, clock, events: record(auth), source };
}

export const R = (number: number, user = 'ada'): string => `refresh-token-of-${user}-number-${number}`;
export const A = (number: number, user = 'ada'): string => `access-token-of-${user}-number-${number}`;
