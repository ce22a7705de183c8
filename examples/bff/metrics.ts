import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { instrument } from 'axios-client-credentials/opentelemetry';
import type { Upstreams } from './upstreams.js';

export interface Metrics {
  /** As Prometheus reads them. */
  read(): Promise<string>;
  close(): Promise<void>;
}

/** What the handles count and measure, for `/metrics`, by the name of the API. */
export function createMetrics(auth: Upstreams['auth']): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const ends = Object.entries(auth).map(([name, handle]) => instrument(handle, { name, meterProvider }));
  const serializer = new PrometheusSerializer();
  return {
    read: async () => serializer.serialize((await exporter.collect()).resourceMetrics),
    async close() {
      for (const end of ends) end();
      await meterProvider.shutdown();
    },
  };
}
