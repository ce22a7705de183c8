/**
 * Other ways to a token than client credentials: token exchange (RFC 8693), JWT bearer assertions (RFC 7523) and refresh tokens
 * (RFC 6749 §6). Each returns a source for `attachToken`.
 *
 * @module axios-client-credentials/grants
 */
export type { AssertionOptions, SigningOptions } from '../client-auth/assertion.js';
export type { GrantOptions } from './grant.js';
export { jwtBearer, type JwtBearerOptions, type SignedAssertion } from './jwt-bearer.js';
export { refreshToken, type RefreshTokenOptions } from './refresh-token.js';
export type { RefreshTokenContext, SaveRefreshToken } from './renewal.js';
export { tokenExchange, type TokenExchangeOptions, type TokenType } from './token-exchange.js';
