import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, runAs } from './caller.js';
import { explain } from './failures.js';
import { watchHealth } from './health.js';
import type { Metrics } from './metrics.js';
import { refuseForeignPages } from './same-origin.js';
import type { Sessions } from './sessions.js';
import { tenants } from './tenants.js';
import type { Upstreams } from './upstreams.js';

export interface AppOptions {
  upstreams: Upstreams;
  sessions: Sessions;
  /** Signs the session cookie. The same in all processes. */
  cookieSecret: string;
  /** Gets the token that a user brings along. */
  signIn: (tenant: string, user: string) => string;
  metrics: Metrics;
  /** What is logged, by pino. Default `'error'`: faults of this server. `'warn'`: of the APIs and token endpoints too. */
  logLevel?: 'silent' | 'error' | 'warn' | undefined;
}

/** The server: what a browser may ask for, made of what the APIs say. Tokens stay here. */
export async function createApp({
  upstreams,
  sessions,
  cookieSecret,
  signIn,
  metrics,
  logLevel = 'error',
}: AppOptions): Promise<FastifyInstance> {
  const { api, auth } = upstreams;
  const app = fastify({
    requestTimeout: 10_000, // to send a request in; without it, for ever
    bodyLimit: 16_384,
    logger: { level: logLevel },
    ajv: { customOptions: { coerceTypes: false } },
  });
  await app.register(cookie, { secret: cookieSecret });
  app.setErrorHandler(explain);
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', message: 'There is no such thing.' }),
  );
  app.addHook('onRequest', refuseForeignPages);

  app.register((bff, _options, done) => {
    bff.addHook('preHandler', asCaller(sessions));

    bff.get('/api/orders', async () => (await api.orders.get<unknown>('/orders')).data);
    bff.get('/api/account', async () => (await api.account.get<unknown>('/account')).data);
    bff.get('/api/parcels', async () => (await api.parcels.get<unknown>('/v1/parcels')).data);

    // What a page needs, in one answer.
    bff.get('/api/overview', async () => {
      const [orders, account, parcels] = await Promise.all([
        api.orders.get<object>('/orders'),
        api.account.get<object>('/account'),
        api.parcels.get<object>('/v1/parcels'),
      ]);
      return { ...orders.data, ...parcels.data, ...account.data };
    });
    done();
  });

  // In place of your login.
  const body = {
    type: 'object',
    required: ['tenant'],
    properties: { tenant: { type: 'string', enum: Object.keys(tenants) } },
  };
  app.post<{ Body: { tenant: string } }>('/session', { schema: { body } }, (request, reply) => {
    const { tenant } = request.body;
    const caller = callerOf(tenant, signIn);
    sessions.open(request, reply, caller);
    return reply.send({ tenant, user: caller.user });
  });
  app.delete('/session', (request, reply) => {
    sessions.close(request, reply);
    return reply.code(204).send();
  });

  const health = watchHealth(auth, Object.keys(tenants));
  app.get('/healthz', (_request, reply) => {
    const report = health();
    return reply.code(report.ready ? 200 : 503).send(report);
  });
  app.get('/healthz/live', () => ({ live: true }));
  app.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.read()),
  );

  // Graceful shutdown: app.close() takes no more connections, lets calls under way end, and then closes the handles.
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store'); // it is one caller's
    reply.header('x-content-type-options', 'nosniff');
    if (closing) reply.header('connection', 'close'); // a connection that is kept would hold up the end
  });
  app.addHook('onClose', async () => {
    await Promise.all(Object.values(auth).map((handle) => handle.close({ timeoutMs: 3_000 })));
    await metrics.close();
  });
  return app;
}

/** Runs what answers a request for the caller whose session it is. */
export function asCaller(sessions: Sessions) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const caller = sessions.find(request);
    if (caller) runAs(caller, done);
    else void reply.code(401).send({ error: 'signed_out', message: 'Sign in first.' });
  };
}

export function callerOf(tenant: string, signIn: AppOptions['signIn']): Caller {
  const user = tenants[tenant]?.user ?? '';
  return { tenant, user, userToken: signIn(tenant, user) };
}
