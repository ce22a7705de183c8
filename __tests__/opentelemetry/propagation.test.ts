import diagnostics from 'node:diagnostics_channel';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import axios from 'axios';
import oldest from 'axios-1.5';
import { coreOf } from '../../lib/attach/core-of.js';
import { instrument } from '../../lib/opentelemetry/index.js';
import { attach, protectedApi, sourceOf, startWorld, tokenServer } from '../support/world.js';
import { startTraces } from './telemetry.js';

const traceparentOf = ({ headers }: { headers: Readonly<Record<string, string>> }): string | undefined =>
  headers.traceparent;
const sent = expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/);

test('without a context manager, too, the token endpoint is told of the trace', async () => {
  const { tracerProvider, spans } = startTraces({ contextManager: false });
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  await auth.getToken();
  const { traceId, spanId } = spans()[0]!.spanContext();
  expect(server.requests.map(traceparentOf)).toEqual([`00-${traceId}-${spanId}-01`]);
});

test.each([
  ['the newest axios', axios, true],
  ['the newest axios, no context manager', axios, false],
  ['axios 1.5', oldest as unknown as typeof axios, true],
])(
  "of a user's own axios the token requests carry the trace, and nothing else that it sends: %s",
  async (_title, { create }, contextManager) => {
    const { tracerProvider, call } = startTraces({ contextManager });
    const [server, upstream] = [await tokenServer(), await protectedApi({ accepts: () => true })];
    const http = create();
    const own = { headers: { Authorization: 'Bearer own' } };
    const auth = attach(axios.create({ baseURL: upstream.url }), sourceOf(server), { http });
    instrument(auth, { tracerProvider });
    await call('a call', async () => {
      await http.get(`${upstream.url}/before`, own);
      await auth.getToken();
      await http.get(`${upstream.url}/after`, own);
    });
    expect(server.requests.map(traceparentOf)).toEqual([sent]);
    expect(upstream.requests.map(traceparentOf)).toEqual([undefined, undefined]);
  },
);

test('a source of your own carries it with every request of `http`, also where it does not pass the signal on', async () => {
  const { tracerProvider } = startTraces();
  const upstream = await protectedApi({ accepts: () => true });
  const auth = attach(axios.create({ baseURL: upstream.url }), async ({ http }) => {
    await http.get(`${upstream.url}/first`, { headers: { Authorization: 'Bearer own' } });
    return { accessToken: 'own', expiresInMs: 1000 };
  });
  instrument(auth, { tracerProvider });
  await auth.getToken();
  expect(upstream.requests.map(traceparentOf)).toEqual([sent]);
});

test('fetch carries it, unless somebody who would add a second one listens to what it sends', async () => {
  const { tracerProvider } = startTraces();
  const { auth, server } = await startWorld({ axios: { adapter: 'fetch' } });
  instrument(auth, { tracerProvider });
  await auth.refresh();
  const listener = (): void => {};
  diagnostics.subscribe('undici:request:create', listener);
  try {
    await auth.refresh();
  } finally {
    diagnostics.unsubscribe('undici:request:create', listener);
  }
  expect(server.requests.map(traceparentOf)).toEqual([sent, undefined]);
});

test('where tracing is suppressed, as an exporter does, there is no span and nothing is propagated', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  await context.with(suppressTracing(context.active()), () => auth.getToken());
  expect([spans(), server.requests.map(traceparentOf)]).toEqual([[], [undefined]]);
});

test('ended, it leaves nothing behind: no interceptor, no listener, nothing around the requests', async () => {
  const { tracerProvider, spans } = startTraces();
  const http = axios.create();
  const { auth, server } = await startWorld({ attach: { http } });
  const core = coreOf(auth)!;
  const end = instrument(auth, { tracerProvider });
  const own = (): unknown[] =>
    (http.interceptors.request as unknown as { handlers: unknown[] }).handlers.filter(Boolean);
  expect([own().length, typeof core.within, core.closed.size]).toEqual([1, 'function', 1]);
  await auth.getToken();
  end();
  end();
  expect([own().length, core.within, core.closed.size]).toEqual([0, undefined, 0]);
  await auth.refresh();
  expect([spans().length, server.requests.map(traceparentOf)]).toEqual([1, [sent, undefined]]);
});

test('closing the handle ends it', async () => {
  const { tracerProvider } = startTraces();
  const { auth } = await startWorld();
  instrument(auth, { tracerProvider });
  await auth.close();
  expect(coreOf(auth)!.within).toBeUndefined();
});

test('whoever else stands around the requests stays there, in whatever order they end', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth } = await startWorld();
  const core = coreOf(auth)!;
  const order: string[] = [];
  const standAround = (name: string): void => {
    const before = core.within;
    core.within = (request) => {
      const inner = before?.(request);
      return (run) => {
        order.push(name);
        return inner ? inner(run) : run();
      };
    };
  };
  standAround('earlier');
  const end = instrument(auth, { tracerProvider });
  standAround('later');
  await auth.getToken();
  end();
  await auth.refresh();
  expect([order, spans().length]).toEqual([['later', 'earlier', 'later', 'earlier'], 1]);
});
