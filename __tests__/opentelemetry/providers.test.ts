import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  context,
  createNoopMeter,
  diag,
  DiagLogLevel,
  type Meter,
  metrics,
  propagation,
  trace,
  type TracerProvider,
} from '@opentelemetry/api';
import axios from 'axios';
import { coreOf } from '../../lib/attach/core-of.js';
import type { TokenHandle } from '../../lib/index.js';
import { AttemptSpan } from '../../lib/opentelemetry/attempt-span.js';
import { instrument, type InstrumentOptions } from '../../lib/opentelemetry/index.js';
import { SCOPE } from '../../lib/opentelemetry/names.js';
import { attach, callsOf, manualClock, rejection, startWorld } from '../support/world.js';
import { startMeasures, startTraces } from './telemetry.js';

afterEach(() => {
  metrics.disable();
});

test('global providers are found, also those that are registered after the instrumentation', async () => {
  const [{ tracerProvider, spans }, { meterProvider, value }] = [startTraces(), startMeasures()];
  const { auth } = await startWorld();
  instrument(auth);
  await auth.getToken(); // nobody is there to be told
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  await auth.refresh();
  expect(spans().map(({ attributes }) => attributes['axios_client_credentials.reason'])).toEqual(['forced']);
  expect(await value('token.requests')).toBe(1);
  expect(await value('keys', { state: 'fresh' })).toBe(1);
});

test('a global provider that gives way to another one is left, and none is found after the end', async () => {
  const [first, second, third] = [startMeasures(), startMeasures(), startMeasures()];
  const fresh = ({ value }: typeof first): Promise<number | undefined> => value('keys', { state: 'fresh' });
  const become = ({ meterProvider }: typeof first): void => {
    metrics.disable();
    metrics.setGlobalMeterProvider(meterProvider);
  };
  const { auth, server } = await startWorld();
  become(first);
  const end = instrument(auth);
  await auth.getToken();
  expect(await fresh(first)).toBe(1);
  become(second);
  await auth.refresh();
  expect([await fresh(first), await fresh(second)]).toEqual([0, 1]);
  const hold = server.hold();
  const last = auth.refresh();
  await hold.arrived();
  end();
  become(third);
  hold.release();
  await last;
  expect(await fresh(third)).toBeUndefined();
});

test('without a name a handle is called what its source is called, which holds no secret', async () => {
  const { meterProvider, read } = startMeasures();
  const { auth, server } = await startWorld();
  instrument(auth, { meterProvider });
  const [row] = await read('waiting_calls');
  expect(row!.attributes.name).toBe(JSON.stringify([server.tokenUrl, server.clientId, 'clientSecretPost']));
});

test('the instrumentation scope has the version of the package', () => {
  const { name, version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as object &
    typeof SCOPE;
  expect(SCOPE).toEqual({ name, version });
});

test('a handle that is instrumented twice is counted once, until both have ended', async () => {
  const { meterProvider, value } = startMeasures();
  const { auth, upstream } = await startWorld();
  const sharing = attach(axios.create({ baseURL: upstream.url }), auth);
  const ends = [instrument(auth, { meterProvider }), instrument(sharing, { meterProvider })];
  await auth.getToken();
  expect(await value('token.requests')).toBe(1);
  ends[0]!();
  ends[0]!();
  await auth.refresh();
  expect(await value('token.requests', { reason: 'forced' })).toBe(1);
  ends[1]!();
  await auth.refresh();
  expect(await value('token.requests', { reason: 'forced' })).toBe(1);
});

describe('what is wrong is said at once', () => {
  const given = (options: unknown, handle?: unknown) => async (): Promise<unknown> => {
    const { auth } = await startWorld();
    return rejection((async () => instrument((handle ?? auth) as TokenHandle, options as InstrumentOptions))());
  };
  test.each([
    ['no handle', 'handle', given({}, axios)],
    ['a misspelt option', 'meterprovider', given({ meterprovider: {} })],
    ['a meter instead of its provider', 'meterProvider', given({ meterProvider: metrics.getMeter('x') })],
    ['a tracer instead of its provider', 'tracerProvider', given({ tracerProvider: trace.getTracer('x') })],
    ['an empty name', 'name', given({ name: '' })],
  ])('%s', async (_what, option, fault) => {
    expect(await fault()).toMatchObject({ code: 'ERR_TOKEN_CONFIG', option });
  });

  test('a handle that is closed, of which nothing would ever end it', async () => {
    const { auth } = await startWorld();
    await auth.close();
    expect(() => instrument(auth)).toThrow(/the handle is closed/);
  });

  test('other options than those that the handle is instrumented with', async () => {
    const { auth } = await startWorld();
    const end = instrument(auth, { name: 'one' });
    expect(() => instrument(auth, { name: 'other' })).toThrow(/`name` is another one/);
    end();
    expect(() => instrument(auth, { name: 'other' })).not.toThrow();
  });
});

test('a token that an API gets is never the worse for telemetry: after a shutdown, and with a tracer that throws', async () => {
  const [{ tracerProvider, shutdown }, measures] = [startTraces(), startMeasures()];
  const { api, auth, server } = await startWorld();
  instrument(auth, { tracerProvider, meterProvider: measures.meterProvider });
  await Promise.all([shutdown(), measures.shutdown()]);
  await callsOf(api, 3);
  server.revokeAll();
  await callsOf(api, 3);

  const told = jest.fn();
  diag.setLogger({ error: told, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
  const broken: TracerProvider = {
    getTracer: () => {
      throw new Error('broken');
    },
  };
  const other = await startWorld();
  instrument(other.auth, { tracerProvider: broken });
  await callsOf(other.api, 3);
  expect(told).toHaveBeenCalledTimes(1);
  diag.disable();
});

test('nor for a propagator that throws, nor does `close()` fail for a meter that does', async () => {
  const { tracerProvider, spans } = startTraces({ propagator: false });
  const broken = (): never => {
    throw new Error('broken');
  };
  propagation.setGlobalPropagator({ inject: broken, extract: (given) => given, fields: () => [] });
  const meter = Object.assign(Object.create(createNoopMeter()) as Meter, { removeBatchObservableCallback: broken });
  const { api, auth } = await startWorld();
  instrument(auth, { tracerProvider, meterProvider: { getMeter: () => meter } });
  await callsOf(api, 3);
  expect(spans()).toHaveLength(1);
  await auth.close();
  expect(coreOf(auth)).toMatchObject({ within: undefined, closed: new Set() });
});

test('a request that another process was faster than is abandoned, and no failure', () => {
  const { tracerProvider, spans } = startTraces();
  const ended = jest.fn();
  const attempt = new AttemptSpan({
    span: tracerProvider.getTracer('test').startSpan('token request'),
    context: context.active(),
    request: {
      signal: AbortSignal.abort(),
      key: 'k1',
      scope: undefined,
      tenant: undefined,
      flight: 1,
      reason: 'expiring',
      attempt: 1,
      background: false,
    },
    clock: manualClock(),
    waiting: () => 2,
    ended,
  });
  attempt.failed({ code: 'ERR_TOKEN_SOURCE' });
  attempt.issued(); // too late
  const outcome = { 'axios_client_credentials.outcome': 'abandoned' };
  expect(spans()).toMatchObject([{ status: { code: 0 }, attributes: outcome }]);
  expect(ended.mock.calls).toEqual([[0, { 'axios_client_credentials.reason': 'expiring', ...outcome }]]);
});

test('nothing that is exported holds a token, a secret or a query', async () => {
  const [{ tracerProvider, spans, call }, { meterProvider, read }] = [startTraces(), startMeasures()];
  const { api, auth, server } = await startWorld({
    server: { clients: [{ clientId: 'me', clientSecret: 's3cr3t-of-mine' }] },
    source: { request: { query: { api_key: 'k3y-in-query' } } },
  });
  instrument(auth, { tracerProvider, meterProvider });
  server.fail({ status: 400, error: 'invalid_request', errorDescription: 'not s3cr3t-of-mine, nor k3y-in-query' });
  await rejection(call('a call', () => api.get('/things?session=s3ssion')));
  auth.invalidate();
  await call('a call', () => api.get('/things?session=s3ssion'));
  server.revokeAll();
  await call('a call', () => api.get('/things?session=s3ssion'));
  const exported = JSON.stringify([
    await read(),
    spans().map(({ name, attributes, status, links, events }) => [name, attributes, status, links, events]),
  ]);
  expect(spans()).toHaveLength(3);
  expect(exported).toContain('invalid_request');
  expect(exported).not.toMatch(/tok_|s3cr3t|k3y|s3ssion/);
});

test('a source of your own says what it likes in its errors: that stays out of the span', async () => {
  const { tracerProvider, spans } = startTraces();
  const { upstream } = await startWorld();
  const auth = attach(axios.create({ baseURL: upstream.url }), async () => {
    throw new Error('no login with hunter2');
  });
  instrument(auth, { tracerProvider });
  await rejection(auth.getToken());
  expect(spans()[0]).toMatchObject({
    status: { message: 'ERR_TOKEN_SOURCE' },
    attributes: { 'error.type': 'ERR_TOKEN_SOURCE' },
  });
});
