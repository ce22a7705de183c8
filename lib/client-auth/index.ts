/**
 * How a client says who it is without sending a secret: signed assertions (RFC 7523) and certificates (RFC 8705); and the simpler methods
 * of the core once more.
 *
 * @module axios-client-credentials/client-auth
 */
export type { AssertionOptions } from './assertion.js';
export type { ClientAuth, ClientAuthRequest } from './client-auth.js';
export { clientSecretBasic, type ClientSecretBasicOptions } from './client-secret-basic.js';
export { clientSecretJwt, type ClientSecretJwtOptions, type SecretAlgorithm } from './client-secret-jwt.js';
export { clientSecretPost } from './client-secret-post.js';
export type { CryptoKeyLike, KeyObjectLike } from './key-facts.js';
export { mutualTls, type MutualTlsOptions } from './mutual-tls.js';
export { noAuthentication } from './no-authentication.js';
export type { PemInput } from './pem.js';
export { privateKeyJwt, type PrivateKeyJwtOptions } from './private-key-jwt.js';
export type { PrivateJwk, Signer, SigningAlgorithm, SigningKey } from './signing-key.js';
