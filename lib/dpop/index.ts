/**
 * Tokens that are bound to a key (RFC 9449), so that one that leaks is of no use.
 *
 * @module axios-client-credentials/dpop
 */
export { dpop, type DpopOptions } from './dpop.js';
export type { DpopAlgorithm, DpopKey, DpopKeyPair } from './given-key.js';
