import { randomBytes } from 'node:crypto';
import { createApp } from './app.js';
import { addPage } from './live/page.js';
import { createMetrics } from './metrics.js';
import { type Servers, type ServersOptions, startServers } from './servers.js';
import { createSessions } from './sessions.js';
import { staticUpstreams } from './static.js';
import { connectUpstreams } from './upstreams.js';

export interface StartOptions extends ServersOptions {
  /** Default: a free one. */
  port?: number | undefined;
  /** The folder with the page; without it there is none, and nothing is counted for it. */
  page?: string | undefined;
  /** How often the page is told how things stand, in ms. Default 500. */
  everyMs?: number | undefined;
  /** What is logged. Default `'error'`. */
  logLevel?: 'silent' | 'error' | 'warn' | undefined;
  /** `'static'`: the same server without the plugin, with tokens that do not end, for the first tenant. */
  auth?: 'plugin' | 'static' | undefined;
  /** Signs the session cookie. Default: made anew, so that a restart signs everybody out. */
  cookieSecret?: string | undefined;
}

export interface Running {
  url: string;
  servers: Servers;
  close(): Promise<void>;
}

/** The BFF, and around it the embedded servers that it needs. */
export async function startBff(options: StartOptions = {}): Promise<Running> {
  const { port = 0, page, everyMs, logLevel, auth = 'plugin' } = options;
  const { cookieSecret = randomBytes(32).toString('base64url') } = options;
  const servers = await startServers(options);
  const upstreams = auth === 'plugin' ? connectUpstreams(servers.credentials) : staticUpstreams(servers, 'acme', 'Ada');
  const sessions = createSessions();
  const metrics = createMetrics(upstreams.auth);
  const { signIn } = servers;
  const app = await createApp({ upstreams, sessions, cookieSecret, signIn, metrics, logLevel });
  const close = async (): Promise<void> => {
    await app.close();
    await servers.close();
  };
  try {
    if (page !== undefined) await addPage(app, { folder: page, upstreams, servers, sessions, everyMs });
    return { url: await app.listen({ host: '127.0.0.1', port }), servers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
