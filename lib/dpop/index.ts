export { dpop, type DpopOptions } from './dpop.js';
export type { DpopAlgorithm, DpopKey, DpopKeyPair } from './given-key.js';
