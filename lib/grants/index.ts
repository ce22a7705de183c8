export type { AssertionOptions, SigningOptions } from '../client-auth/assertion.js';
export type { GrantOptions } from './grant.js';
export { jwtBearer, type JwtBearerOptions, type SignedAssertion } from './jwt-bearer.js';
export { refreshToken, type RefreshTokenOptions } from './refresh-token.js';
export type { RefreshTokenContext, SaveRefreshToken } from './renewal.js';
export { tokenExchange, type TokenExchangeOptions, type TokenType } from './token-exchange.js';
