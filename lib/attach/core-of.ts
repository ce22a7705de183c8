import type { Core } from './core.js';

export const CORE = Symbol.for('axios-client-credentials.core');

/** The token side of a handle, also of one that another copy of the package has made. */
export function coreOf(value: unknown): Core | undefined {
  return typeof value === 'object' && value !== null ? (value as { [CORE]?: Core })[CORE] : undefined;
}
