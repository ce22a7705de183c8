import { type Counter, type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import { Gauges } from './gauges.js';
import { PREFIX, SCOPE } from './names.js';

/** Everything that is measured, in one meter. */
export interface Instruments {
  readonly tokenRequests: Counter;
  readonly tokenRequestDuration: Histogram;
  readonly acquisitionDuration: Histogram;
  readonly rejections: Counter;
  readonly retries: Counter;
  readonly skips: Counter;
  readonly revocations: Counter;
  readonly leaseDuration: Histogram;
  readonly storeErrors: Counter;
  readonly storeRecoveries: Counter;
  readonly gauges: Gauges;
}

/** One set for each provider, however many handles write into it. */
const made = new WeakMap<MeterProvider, Instruments>();

/**
 * Looked up at every event: the API has a stand-in for a tracer provider that is registered later, but none for a meter provider.
 *
 * @param given default: the global provider
 */
export function instrumentsOf(given: MeterProvider | undefined): Instruments {
  const provider = given ?? metrics.getMeterProvider();
  let instruments = made.get(provider);
  if (!instruments) {
    instruments = create(provider.getMeter(SCOPE.name, SCOPE.version));
    made.set(provider, instruments);
  }
  return instruments;
}

/** In seconds, those that OpenTelemetry recommends for HTTP requests; an acquisition ends after `tokenTimeoutMs`, 10 s by default. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 15];

function create(meter: Meter): Instruments {
  const counter = (name: string, unit: string, description: string): Counter =>
    meter.createCounter(`${PREFIX}.${name}`, { unit, description });
  const duration = (name: string, description: string): Histogram =>
    meter.createHistogram(`${PREFIX}.${name}`, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: SECONDS },
    });
  return {
    tokenRequests: counter('token.requests', '{request}', 'What became of requests for a token.'),
    tokenRequestDuration: duration(
      'token.request.duration',
      'Duration of one token request, from its turn to its end.',
    ),
    acquisitionDuration: duration(
      'token.acquisition.duration',
      'Duration from the need of a token until it was there or had failed: queueing, all attempts and the store included.',
    ),
    rejections: counter('token.rejections', '{request}', 'API requests whose token was refused.'),
    retries: counter('api_request.retries', '{request}', 'API requests that were sent once more, or should have been.'),
    skips: counter('api_request.skips', '{request}', 'API requests that went out without a token of the handle.'),
    revocations: counter(
      'token.revocations',
      '{token}',
      'Tokens that the server was to be told are not needed any more.',
    ),
    leaseDuration: duration('store.lease.duration', 'Duration until the shared store had said whose turn it is.'),
    storeErrors: counter('store.errors', '{error}', 'Failures of the shared store.'),
    storeRecoveries: counter(
      'store.recoveries',
      '{recovery}',
      'How often the shared store answered again after failures.',
    ),
    gauges: new Gauges(meter),
  };
}
