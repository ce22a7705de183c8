import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import axios from 'axios';
import { instrument } from '../../lib/opentelemetry/index.js';
import { callsOf, startWorld } from '../support/world.js';

test('Prometheus scrapes seconds, totals and buckets under conventional names, a row for each handle', async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meterProvider = new MeterProvider({ readers: [exporter] });
  const scraped = createServer((request, response) => {
    exporter.getMetricsRequestHandler(request, response);
  });
  await new Promise<void>((resolve) => scraped.listen(0, '127.0.0.1', resolve));
  const { port } = scraped.address() as AddressInfo;
  try {
    const [inventory, orders] = [await startWorld(), await startWorld()];
    instrument(inventory.auth, { meterProvider, name: 'inventory' });
    instrument(orders.auth, { meterProvider, name: 'orders' });
    await callsOf(inventory.api, 3);
    inventory.server.revokeAll();
    await callsOf(inventory.api, 1);
    await callsOf(orders.api, 2);
    const { data: text } = await axios.get<string>(`http://127.0.0.1:${port}/metrics`);
    const rows = text
      .replaceAll(/,otel_scope_\w+="[^"]*"/g, '')
      .replaceAll('axios_client_credentials_', '')
      .split('\n');
    expect(rows).toEqual(
      expect.arrayContaining([
        '# TYPE token_requests_total counter',
        'token_requests_total{name="inventory",reason="missing",outcome="issued"} 1',
        'token_requests_total{name="inventory",reason="rejected",outcome="issued"} 1',
        'token_requests_total{name="orders",reason="missing",outcome="issued"} 1',
        '# UNIT token_request_duration s',
        '# TYPE token_request_duration histogram',
        'token_request_duration_count{name="orders",reason="missing",outcome="issued"} 1',
        'token_request_duration_bucket{name="orders",reason="missing",outcome="issued",le="15"} 1',
        'token_rejections_total{name="inventory",http_response_status_code="401"} 1',
        'api_request_retries_total{name="inventory",outcome="accepted",reason="rejected"} 1',
        '# TYPE waiting_calls gauge',
        'waiting_calls{name="inventory"} 0',
        'waiting_calls{name="orders"} 0',
        'keys{name="orders",state="fresh"} 1',
        'failing_keys{name="orders"} 0',
        '# UNIT token_time_to_expiry s',
      ]),
    );
    const left = /^axios_client_credentials_token_time_to_expiry\{.*name="orders".*\} ([\d.]+)$/m.exec(text)?.[1];
    expect(Math.ceil(Number(left))).toBe(3600);
  } finally {
    await meterProvider.shutdown();
    await new Promise((resolve) => scraped.close(resolve));
  }
});
