import { type Attributes, context, propagation, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

// The real SDK, exporting into memory. Everything that is made here is shut down after the test.

const shutdowns: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const api of [context, propagation, trace]) api.disable();
  await Promise.all(shutdowns.splice(0).map((shutdown) => shutdown()));
});

export interface Traces {
  tracerProvider: BasicTracerProvider;
  /** Spans that have ended: ours, or those of a name. */
  spans(name?: string): ReadableSpan[];
  /** Runs in a span of its own, as a call would. */
  call<T>(name: string, run: () => Promise<T>): Promise<T>;
  shutdown(): Promise<void>;
}

/** @param options without a context manager, no span is ever the active one */
export function startTraces({ contextManager = true, propagator = true } = {}): Traces {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  shutdowns.push(() => tracerProvider.shutdown());
  if (contextManager) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (propagator)
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
  const tracer = tracerProvider.getTracer('test');
  return {
    tracerProvider,
    spans: (name = 'token request') => exporter.getFinishedSpans().filter((span) => span.name === name),
    call: (name, run) =>
      tracer.startActiveSpan(name, async (span: Span) => {
        try {
          return await run();
        } finally {
          span.end();
        }
      }),
    shutdown: () => tracerProvider.shutdown(),
  };
}

export interface Point {
  metric: string;
  unit: string;
  attributes: Attributes;
  /** Of a histogram, how often. */
  value: number;
}

export interface Measures {
  meterProvider: MeterProvider;
  /** What is exported now, of one metric or of all; the namespace is left out. */
  read(metric?: string): Promise<Point[]>;
  /** The value of one metric with these attributes; `undefined`: there is none. */
  value(metric: string, attributes?: Attributes): Promise<number | undefined>;
  shutdown(): Promise<void>;
}

const NAMESPACE = 'axios_client_credentials.';

export function startMeasures(): Measures {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })],
  });
  let isOver = false;
  const shutdown = async (): Promise<void> => {
    if (!isOver) await meterProvider.shutdown();
    isOver = true;
  };
  shutdowns.push(shutdown);
  const read = async (metric?: string): Promise<Point[]> => {
    exporter.reset();
    await meterProvider.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const points = metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        metric: short(descriptor.name),
        unit: descriptor.unit,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, one]) => [short(name), one])),
        value: typeof value === 'number' ? value : (value as { count: number }).count,
      })),
    );
    return points.filter((point) => metric === undefined || point.metric === metric);
  };
  return {
    meterProvider,
    read,
    async value(metric, wanted = {}) {
      const points = (await read(metric)).filter(({ attributes }) =>
        Object.entries(wanted).every(([name, value]) => attributes[name] === value),
      );
      if (points.length > 1) throw new Error(`${points.length} rows of ${metric} have these attributes`);
      return points[0]?.value;
    },
    shutdown,
  };
}

function short(name: string): string {
  return name.startsWith(NAMESPACE) ? name.slice(NAMESPACE.length) : name;
}
