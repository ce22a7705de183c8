/**
 * Real servers for tests, on 127.0.0.1 and free ports: a token endpoint and an API that wants its tokens, with faults to order; and what a
 * {@link axios-client-credentials!TokenStore | store} must pass. It needs Node, and nothing of the core.
 *
 * @module axios-client-credentials/testing
 */
export { memoryStore } from './memory-store.js';
export { startProtectedApi } from './protected-api.js';
export { startTokenServer } from './token-server.js';
export { tokenStoreContract } from './token-store-contract.js';

export type {
  ApiEcho,
  ApiHandler,
  ApiRequest,
  ApiStats,
  ProtectedApi,
  ProtectedApiOptions,
  TokenLocation,
} from './protected-api-types.js';
export type { Fault, StatusFault } from './fault.js';
export type { Hold } from './gate.js';
export type { Reissue, TokenDescription } from './ledger.js';
export type { MemoryStoreOptions } from './memory-store.js';
export type { TokenStoreCase } from './store-case.js';
export type {
  TokenAnswer,
  TokenServer,
  TokenServerClient,
  TokenServerOptions,
  TokenServerRequest,
  TokenServerStats,
} from './token-server-types.js';
