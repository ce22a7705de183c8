/// <reference lib="esnext.disposable" />
/**
 * The core: {@link attachToken}, {@link clientCredentials}, and what describes a token endpoint and an API.
 *
 * It adds `token` to the config of every axios request, see {@link AxiosRequestConfig}. All errors are {@link TokenError}s.
 *
 * @module axios-client-credentials
 */
export { attachToken } from './attach.js';
export type { GetTokenRequest, TokenHandle } from './attach/handle.js';
export type { AttachTokenOptions } from './attach/options.js';
export type { CloseOptions } from './attach/revocations.js';
export type { AxiosLike } from './axios-like.js';
export type { ClientAuth, ClientAuthRequest } from './client-auth/client-auth.js';
export { clientSecretBasic, type ClientSecretBasicOptions } from './client-auth/client-secret-basic.js';
export { clientSecretPost } from './client-auth/client-secret-post.js';
export { noAuthentication } from './client-auth/no-authentication.js';
export type { Clock } from './clock.js';
export type {
  EndpointAnswer,
  FetchedToken,
  FetchToken,
  Reissue,
  RejectionDetector,
  RevocationRequest,
  StepUp,
  TokenBinding,
  TokenPlacement,
  TokenRequest,
  TokenRequestReason,
  TokenSource,
} from './contract.js';
export {
  InsecureTransportError,
  isTokenError,
  TokenConfigError,
  TokenEndpointError,
  type TokenEndpointErrorDetails,
  TokenError,
  type TokenErrorCode,
  type TokenErrorDetails,
  TokenNetworkError,
  TokenResponseError,
  TokenTimeoutError,
} from './errors.js';
export type {
  FlightSubject,
  RequestSubject,
  TokenEventListener,
  TokenEventName,
  TokenEvents,
  TokenSubject,
} from './events.js';
export { bearer, header, queryParameter } from './interceptor/placement.js';
export { anyOf, bodyCode, status, unauthorized } from './interceptor/rejection.js';
export type { AllowedOrigins } from './interceptor/target.js';
export { clientCredentials } from './source/client-credentials.js';
export type { ClientCredentialsOptions, RequestDialect, ResponseDialect } from './source/dialect.js';
export {
  type Expiry,
  expiresAt,
  expiresIn,
  type ExpiryUnit,
  jwtExpiry,
  lifetime,
  neverExpires,
} from './source/expiry.js';
export type { TokenRequestLimits } from './source/gate.js';
export type { ParameterFormat, ParameterNames, ParamValue, Value } from './source/parameters.js';
export {
  type AnswerError,
  type ErrorCodes,
  errorAt,
  type ErrorReader,
  responseHeader,
  type TokenReader,
  wholeBody,
} from './source/readers.js';
export type { LeaseReading, LeaseRequest, StoreFailure, StoreReading, StoreRecord, TokenStore } from './store.js';
export type { Token, TokenParams } from './token.js';
export type { TokenStatus } from './token/status.js';
