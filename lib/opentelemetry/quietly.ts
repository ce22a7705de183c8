import { diag } from '@opentelemetry/api';

/** A fault of the SDK is told to whoever listens to its own diagnostics, and never becomes one of a call. */
export function quietly<T>(observe: () => T): T | undefined {
  try {
    return observe();
  } catch (error) {
    diag.error('axios-client-credentials: a fault of the telemetry', error);
    return undefined;
  }
}
