import type { FastifyInstance, FastifyReply } from 'fastify';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asCaller, callerOf } from '../app.js';
import { type Caller, currentCaller } from '../caller.js';
import type { Servers } from '../servers.js';
import type { Sessions } from '../sessions.js';
import { tenants } from '../tenants.js';
import type { Upstreams } from '../upstreams.js';
import { createBoard } from './board.js';
import { createJournal } from './journal.js';
import { createStreams } from './streams.js';
import { callAtOnce, startVisitors } from './traffic.js';

export interface PageOptions {
  /** The folder with the page. */
  folder: string;
  upstreams: Upstreams;
  servers: Servers;
  sessions: Sessions;
  everyMs?: number | undefined;
}

const files = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
} as const;

/** The page that shows what the plugin does, and lets one do to the servers what hurts. No part of a real BFF. */
export async function addPage(
  app: FastifyInstance,
  { folder, upstreams, servers, sessions, everyMs }: PageOptions,
): Promise<void> {
  const journal = createJournal();
  const board = createBoard(upstreams, journal);
  const streams = createStreams({ everyMs });
  const watching = new Map<object, Caller>(); // by stream: one may look in two windows
  const endVisitors = startVisitors(upstreams, () =>
    new Map([...watching.values()].map((one) => [one.tenant, one])).values(),
  );
  app.addHook('preClose', (done) => {
    endVisitors();
    streams.close();
    done();
  });

  for (const [path, [file, type]] of Object.entries(files)) {
    const content = await readFile(join(folder, file));
    app.get(path, (request, reply) => {
      const isPage = path === '/';
      if (isPage && !sessions.find(request)) sessions.open(request, reply, callerOf('acme', servers.signIn));
      return secured(reply).type(type).send(content);
    });
  }
  app.get('/favicon.ico', (_request, reply) => reply.code(204).send());

  app.register((page, _options, done) => {
    page.addHook('preHandler', asCaller(sessions));

    // For HEAD there is none: it would stay open without a word.
    page.get('/live/events', { exposeHeadRoute: false }, (request, reply) => {
      const caller = currentCaller();
      watching.set(reply.raw, caller);
      reply.raw.once('close', () => watching.delete(reply.raw));
      reply.hijack();
      streams.open(reply.raw, () => {
        if (sessions.find(request) !== caller) return undefined; // it has ended: no more of this tenant's
        return { ...board.view(caller.tenant, Date.now()), names: tenants, running: servers.power.on };
      });
    });

    page.post('/live/revoke', () => {
      servers.revokeAll();
      return said('All tokens are revoked. The plugin has not been told.');
    });

    page.post<{ Body: { on: boolean } }>('/live/endpoint', { schema: { body: onOrOff } }, ({ body }) => {
      servers.power.on = body.on;
      const text = body.on ? 'The token endpoints answer again.' : 'The token endpoints do not answer any more.';
      return { ...said(text), running: body.on };
    });

    let bursting = false;
    page.post('/live/burst', async (_request, reply) => {
      if (bursting) return reply.code(409).send({ error: 'busy', message: '1000 calls are under way already.' });
      bursting = true;
      const caller = currentCaller();
      const before = board.requests(caller.tenant);
      const { calls, failed, durationMs } = await callAtOnce(upstreams, caller, 1_000).finally(
        () => (bursting = false),
      );
      const requests = board.requests(caller.tenant) - before;
      const asked = requests === 1 ? '1 token request' : `${requests} token requests`;
      return said(
        `${calls} calls at once: ${calls - failed} answered, ${failed} failed, ${asked}, ${(durationMs / 1000).toFixed(1)} s.`,
        caller.tenant,
      );
    });
    done();
  });

  function said(text: string, tenant?: string): { said: string } {
    journal.note({ tenant }, text);
    return { said: text };
  }
}

const onOrOff = { type: 'object', required: ['on'], properties: { on: { type: 'boolean' } } };

/** The page runs its own script and style, and nothing else; nobody frames it. */
function secured(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  });
}
