import type { Meter, MeterProvider, MetricOptions } from '@opentelemetry/api';
import { createNoopMeter } from '@opentelemetry/api';
import { EVENT_NAMES } from '../../lib/events.js';
import { instrument } from '../../lib/opentelemetry/index.js';
import { nameIn, readDocument } from '../readme/markdown.js';
import { rejection, startWorld } from '../support/world.js';
import { startTraces } from './telemetry.js';

const guide = readDocument('docs/observability.md');
const NAMESPACE = 'axios_client_credentials.';

/** Notes which instruments are made. */
function notingProvider(): { provider: MeterProvider; made: Record<string, string>[] } {
  const made: Record<string, string>[] = [];
  const noop = createNoopMeter();
  const noting =
    (kind: string, create: (name: string, options?: MetricOptions) => unknown) =>
    (name: string, options?: MetricOptions): unknown => {
      expect(name.slice(0, NAMESPACE.length)).toBe(NAMESPACE);
      expect(options?.description).toMatch(/^[A-Z].+\.$/);
      made.push({ metric: `\`${name.slice(NAMESPACE.length)}\``, kind, unit: `\`${options?.unit}\`` });
      return create.call(noop, name, options);
    };
  const meter = Object.assign(Object.create(noop) as Meter, {
    createCounter: noting('counter', noop.createCounter),
    createHistogram: noting('histogram', noop.createHistogram),
    createObservableGauge: noting('gauge', noop.createObservableGauge),
    createObservableUpDownCounter: noting('updowncounter', noop.createObservableUpDownCounter),
  });
  return { provider: { getMeter: () => meter }, made };
}

const byName = (one: { metric?: string | undefined }, other: { metric?: string | undefined }): number =>
  one.metric!.localeCompare(other.metric!);

test('the table of metrics has each one, with its kind and unit', async () => {
  const { provider, made } = notingProvider();
  const { auth } = await startWorld();
  instrument(auth, { meterProvider: provider });
  const rows = guide.table('### Metrics').map(({ metric, kind, unit }) => ({ metric, kind, unit }));
  expect(rows.sort(byName)).toEqual(made.sort(byName));
});

test('the queries ask for metrics that there are, as the Prometheus exporter names them', async () => {
  const { provider, made } = notingProvider();
  const { auth } = await startWorld();
  instrument(auth, { meterProvider: provider });
  const known = made.map(({ metric }) => metric!.replaceAll('`', '').replaceAll('.', '_'));
  const asked = [...guide.text.matchAll(/\baxios_client_credentials_(\w+?)(?:_total|_bucket|_count)?(?=[[{) ])/g)]
    .map(([, name]) => name!)
    .filter((name) => !['name', 'outcome', 'reason', 'state', 'operation'].includes(name)); // attributes
  expect(asked.length).toBeGreaterThan(4);
  expect(asked.filter((name) => !known.includes(name))).toEqual([]);
});

test('the table of events has each one', () => {
  expect(
    guide
      .table('Every event of a token has')
      .map(({ event }) => nameIn(event))
      .sort(),
  ).toEqual([...EVENT_NAMES].sort());
});

test('the table of attributes has each one that a span can have', async () => {
  const { tracerProvider, spans } = startTraces();
  const { auth, server } = await startWorld();
  instrument(auth, { tracerProvider });
  server.fail({ status: 400, error: 'invalid_scope' });
  await rejection(auth.getToken({ scope: 'read', tenant: 'acme' }));
  const described = guide
    .table('also where no context manager is registered')
    .flatMap(({ attribute }) => [...attribute!.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(described.sort()).toEqual(Object.keys(spans()[0]!.attributes).sort());
});
