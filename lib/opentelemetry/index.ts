/**
 * OpenTelemetry metrics and spans of token requests. Needs the optional peer `@opentelemetry/api`, 1.9 or later.
 *
 * @module axios-client-credentials/opentelemetry
 */
export { instrument, type InstrumentOptions } from './instrument.js';
