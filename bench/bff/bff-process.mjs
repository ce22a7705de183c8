/** The example BFF, with the plugin, or without it and with tokens that do not end. */
import { createApp } from '../../examples/bff/app.js';
import { createMetrics } from '../../examples/bff/metrics.js';
import { createSessions } from '../../examples/bff/sessions.js';
import { staticUpstreams } from '../../examples/bff/static.js';
import { connectUpstreams } from '../../examples/bff/upstreams.js';
import { answering } from '../support/answering.mjs';

let app;
let cpu;

answering({
  async start({ auth, credentials, userToken, lasting }) {
    await app?.close();
    const upstreams =
      auth === 'plugin'
        ? connectUpstreams(credentials)
        : staticUpstreams({ credentials, lasting: () => lasting }, 'acme', 'Ada');
    app = await createApp({
      upstreams,
      sessions: createSessions(),
      cookieSecret: 'bench',
      signIn: () => userToken,
      metrics: createMetrics(upstreams.auth),
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
  /** CPU time since it was asked last, in µs. */
  cpu() {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    return user + system;
  },
});
