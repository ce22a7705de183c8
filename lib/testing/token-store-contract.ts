import type { TokenStoreCase } from './store-case.js';
import { failureCases } from './store-failures.js';
import { leaseCases } from './store-leases.js';
import { recordCases } from './store-records.js';
import { wakeCases } from './store-wakes.js';

/**
 * Everything that `TokenStore` promises, one case a rule, for any test runner.
 *
 * `makeStore` is asked once a case and may always return the same store: each case works under keys of its own, so that it can run
 * against a server which others use, and beside the other cases. What is left there ends after a minute; a store may keep it for longer. The store's clock
 * must run; what a store may do without (`changed`) is passed over. No case takes longer than 5 s, and a few ms is usual.
 *
 * @example
 * ```ts
 * import { memoryStore, tokenStoreContract } from 'axios-client-credentials/testing';
 *
 * for (const { name, run } of tokenStoreContract) it(name, () => run(() => memoryStore()));
 * ```
 */
export const tokenStoreContract: readonly TokenStoreCase[] = [
  ...recordCases,
  ...leaseCases,
  ...failureCases,
  ...wakeCases,
];
