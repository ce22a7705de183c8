import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { instrument } from '../../lib/opentelemetry/index.js';
import type { TokenServer } from '../../lib/testing/index.js';
import { until } from '../support/turn.js';
import { rejection, startTimedWorld, startWorld } from '../support/world.js';
import { startTraces } from './telemetry.js';

const NS = 'axios_client_credentials';

/** What the token endpoint was told of the trace. */
function traceparents({ requests }: TokenServer): (string | undefined)[] {
  return requests.map(({ headers }) => headers.traceparent);
}
function traceparent(span: ReadableSpan): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}
const linksOf = (span: ReadableSpan): string[] => span.links.map((link) => link.context.spanId);
const idOf = (span: ReadableSpan): string => span.spanContext().spanId;

test('a hundred calls at once have one span: a child of the first, linked to the others, and known to the token endpoint', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { api, auth, server } = await startWorld({ source: { scope: 'of the source' } });
  instrument(auth, { tracerProvider, name: 'things' });
  const hold = server.hold();
  const calls = Array.from({ length: 100 }, (_, index) => call('a call', () => api.get(`/things/${index}`)));
  await hold.arrived();
  hold.release();
  await Promise.all(calls);

  const [span, ...others] = spans();
  expect(others).toEqual([]);
  expect(traceparents(server)).toEqual([traceparent(span!)]);
  expect(span!.links).toHaveLength(99);
  expect(new Set([span!.parentSpanContext!.spanId, ...linksOf(span!)])).toEqual(new Set(spans('a call').map(idOf)));
  expect(span).toMatchObject({
    kind: SpanKind.CLIENT,
    status: { code: SpanStatusCode.UNSET },
    instrumentationScope: { name: 'axios-client-credentials', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
  });
  expect(span!.attributes).toEqual({
    [`${NS}.name`]: 'things',
    [`${NS}.key`]: 'k1',
    [`${NS}.reason`]: 'missing',
    [`${NS}.attempt`]: 1,
    [`${NS}.background`]: false,
    [`${NS}.queue.duration`]: expect.any(Number),
    [`${NS}.outcome`]: 'issued',
    [`${NS}.waiting_calls`]: 100,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(server.url).port),
  });
});

test('of more calls than a span may be linked to, the first 128 are; the others are counted', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  const hold = server.hold();
  const calls = Array.from({ length: 200 }, () => call('a call', () => auth.getToken()));
  await hold.arrived();
  hold.release();
  await Promise.all(calls);
  const [span] = spans();
  expect([span!.links.length, span!.droppedLinksCount]).toEqual([128, 0]);
  expect(span!.attributes[`${NS}.waiting_calls`]).toBe(200);
});

test('calls of one span are one: it is the parent, and no link', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { auth } = await startWorld();
  instrument(auth, { tracerProvider });
  await call('a call', () => Promise.all([auth.getToken(), auth.getToken(), auth.getToken()]));
  const [[span], [parent]] = [spans(), spans('a call')];
  expect(span!.parentSpanContext?.spanId).toBe(idOf(parent!));
  expect(span!.links).toEqual([]);
});

test('what is asked for with a scope and for a tenant says so in its span', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth } = await startWorld();
  instrument(auth, { tracerProvider });
  await auth.getToken({ scope: 'read', tenant: 'acme' });
  expect(spans()[0]!.attributes).toMatchObject({ [`${NS}.scope`]: ['read'], [`${NS}.tenant`]: 'acme' });
});

test('a refresh in the background is a trace of its own, linked to the call that triggered it, at each attempt', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { auth, clock, server } = await startTimedWorld();
  await auth.getToken();
  instrument(auth, { tracerProvider });
  await clock.advance(3_400_000); // of 3,600,000
  server.fail({ status: 503 });
  const hold = server.hold();
  await call('a call', () => auth.getToken());
  await hold.arrived();
  const late = call('a late call', () => Promise.all([auth.refresh(), auth.refresh()]));
  hold.release();
  while (spans().length === 0) await clock.advance(0);
  await clock.advance(200);
  await late;

  const [[failed, issued], [trigger], [waiting]] = [spans(), spans('a call'), spans('a late call')];
  for (const span of [failed!, issued!]) {
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.spanContext().traceId).not.toBe(trigger!.spanContext().traceId);
    expect(linksOf(span)).toEqual([idOf(trigger!), idOf(waiting!)]);
    expect(span.attributes).toMatchObject({ [`${NS}.reason`]: 'expiring' });
  }
  expect([failed, issued].map((span) => span!.attributes[`${NS}.background`])).toEqual([true, false]);
  expect(traceparents(server).slice(1)).toEqual([traceparent(failed!), traceparent(issued!)]);
});

test('a call that has ended is not made the trigger of what a timer of it begins', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, clock } = await startTimedWorld();
  await auth.getToken();
  instrument(auth, { tracerProvider });
  await clock.advance(3_400_000);
  const ended = tracerProvider.getTracer('test').startSpan('a call');
  ended.end();
  await context.with(trace.setSpan(context.active(), ended), () => auth.getToken());
  await until(() => spans().length > 0);
  expect(spans()).toMatchObject([{ links: [], attributes: { [`${NS}.background`]: true } }]);
});

test('each attempt of an acquisition has a span; the one that failed says why', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { api, auth, clock, server } = await startTimedWorld();
  instrument(auth, { tracerProvider });
  server.fail({ status: 503 });
  const one = call('a call', () => api.get('/things/1'));
  const other = call('another call', () => api.get('/things/2'));
  while (spans().length === 0) await clock.advance(0);
  await clock.advance(200);
  await Promise.all([one, other]);

  const [failed, issued] = spans();
  expect(failed).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: expect.stringContaining('503') },
    attributes: {
      [`${NS}.attempt`]: 1,
      [`${NS}.outcome`]: 'failed',
      'error.type': 'ERR_TOKEN_ENDPOINT',
      'http.response.status_code': 503,
    },
  });
  expect(issued).toMatchObject({
    status: { code: SpanStatusCode.UNSET },
    attributes: { [`${NS}.attempt`]: 2, [`${NS}.outcome`]: 'issued' },
  });
  const [parent, linked] = [spans('a call')[0]!, spans('another call')[0]!].map(idOf);
  expect([failed, issued].map((span) => span!.parentSpanContext?.spanId)).toEqual([parent, parent]);
  expect([failed, issued].map((span) => linksOf(span!))).toEqual([[linked], [linked]]);
  expect(traceparents(server)).toEqual([traceparent(failed!), traceparent(issued!)]);
});

test('a token that is refused is renewed in the trace of the call', async () => {
  const { tracerProvider, spans, call } = startTraces();
  const { api, auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  await api.get('/things');
  server.revokeAll();
  await call('a call', () => api.get('/things'));
  expect(spans()[1]).toMatchObject({
    parentSpanContext: { spanId: idOf(spans('a call')[0]!) },
    attributes: { [`${NS}.reason`]: 'rejected', [`${NS}.outcome`]: 'issued' },
  });
});

test('a refusal is told by its registered name, and by no text of the server that could be anything', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  server.fail({ status: 401, error: 'invalid_client', errorDescription: 'wrong secret test-secret' });
  await rejection(auth.getToken());
  auth.invalidate();
  server.fail({ status: 400, error: 'request 4711 is wrong' });
  await rejection(auth.getToken());
  expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(['invalid_client', 'ERR_TOKEN_ENDPOINT']);
  expect(spans()[0]!.status.message).toContain('wrong secret [redacted]');
});

test('a request without an answer ends with the acquisition, at its deadline', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, clock, server } = await startTimedWorld();
  instrument(auth, { tracerProvider });
  const hold = server.hold();
  const failed = rejection(auth.getToken());
  await hold.arrived();
  await clock.advance(10_000);
  await failed;
  expect(spans()[0]).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': 'ERR_TOKEN_TIMEOUT', [`${NS}.outcome`]: 'failed' },
  });
});

test("what the call carries as baggage stays with it: the token request is everybody's", async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  const baggage = propagation.createBaggage({ user: { value: 'alice' } });
  await context.with(propagation.setBaggage(context.active(), baggage), () => auth.getToken());
  const [{ headers }] = server.requests as [TokenServer['requests'][number]];
  expect([headers.traceparent, headers.baggage]).toEqual([traceparent(spans()[0]!), undefined]);
});
