const BRAND = Symbol.for('axios-client-credentials.error');
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * The literal `code` of every error of this package. `ERR_TOKEN_SOURCE`: a function of your own failed; `ERR_TOKEN_CLOSED`: the handle
 * is closed or detached; the others belong to a class each.
 */
export type TokenErrorCode =
  | 'ERR_TOKEN_CONFIG'
  | 'ERR_TOKEN_ENDPOINT'
  | 'ERR_TOKEN_RESPONSE'
  | 'ERR_TOKEN_NETWORK'
  | 'ERR_TOKEN_TIMEOUT'
  | 'ERR_TOKEN_SOURCE'
  | 'ERR_TOKEN_CLOSED'
  | 'ERR_INSECURE_TRANSPORT';

/** What an error is made with. */
export interface TokenErrorDetails {
  /** Default `ERR_TOKEN_SOURCE`. */
  code?: TokenErrorCode | undefined;
  /** Kept for programs; only its name and message are ever printed. */
  cause?: unknown;
  /** When trying again may help, in ms since the epoch. Default: not known. */
  retryAt?: number | undefined;
  /** Whether asking again is useless until something has been changed. Default `false`. */
  permanent?: boolean | undefined;
}

/**
 * Base of every error of this package. It holds no secret, no token, no axios config and no response, and it prints only the
 * fields documented here. Recognise it with {@link isTokenError}, which also works across copies of the package.
 */
export class TokenError extends Error {
  /** Which kind of error it is. */
  readonly code: TokenErrorCode;
  /** When trying again may help, in ms since the epoch; `undefined` when that is not known. */
  readonly retryAt: number | undefined;
  /** Whether asking again is useless until something has been changed. */
  readonly permanent: boolean;

  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details its code, cause, and when trying again may help
   */
  constructor(message: string, details: TokenErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code ?? 'ERR_TOKEN_SOURCE';
    this.retryAt = details.retryAt;
    this.permanent = details.permanent ?? false;
  }

  /** What `JSON.stringify` and loggers show: the fields documented here, and no more. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...printable(this) };
  }

  /** @hidden */
  [INSPECT](): string {
    const fields = Object.entries(printable(this)).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
    return `${this.stack ?? String(this)} {\n${fields.join(',\n')}\n}`;
  }
}

/**
 * An option is missing, misspelt or wrong. Thrown at construction; inside a call only for what no earlier moment can show, such
 * as a secret function that returns `undefined`.
 */
export class TokenConfigError extends TokenError {
  /** The option at fault, as a path such as `request.format`. */
  readonly option: string | undefined;

  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details the option at fault, and the cause
   */
  constructor(message: string, details: { option?: string | undefined; cause?: unknown } = {}) {
    super(message, { code: 'ERR_TOKEN_CONFIG', permanent: true, cause: details.cause });
    this.option = details.option;
  }
}

/** What a {@link TokenEndpointError} is made with. */
export interface TokenEndpointErrorDetails extends Omit<TokenErrorDetails, 'code'> {
  /** HTTP status of the answer. */
  status: number;
  /** The `error` code of RFC 6749 §5.2. */
  error?: string | undefined;
  /** The `error_description` of RFC 6749 §5.2. */
  errorDescription?: string | undefined;
  /** The `error_uri` of RFC 6749 §5.2. */
  errorUri?: string | undefined;
}

/** The token endpoint answered, and the answer is no (RFC 6749 §5.2, or any status that is not a success). */
export class TokenEndpointError extends TokenError {
  /** HTTP status of the answer. */
  readonly status: number;
  /** The `error` code of RFC 6749 §5.2. */
  readonly error: string | undefined;
  /** The `error_description` of RFC 6749 §5.2, without what looks like a secret. */
  readonly errorDescription: string | undefined;
  /** The `error_uri` of RFC 6749 §5.2. */
  readonly errorUri: string | undefined;

  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details what the endpoint answered
   */
  constructor(message: string, details: TokenEndpointErrorDetails) {
    super(message, { ...basics(details), code: 'ERR_TOKEN_ENDPOINT' });
    this.status = details.status;
    this.error = details.error;
    this.errorDescription = details.errorDescription;
    this.errorUri = details.errorUri;
  }
}

/** The token endpoint said yes, but there is no usable token in its answer. Permanent unless told otherwise. */
export class TokenResponseError extends TokenError {
  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details the cause, and when trying again may help
   */
  constructor(message: string, details: Omit<TokenErrorDetails, 'code'> = {}) {
    super(message, { permanent: true, ...basics(details), code: 'ERR_TOKEN_RESPONSE' });
  }
}

/** The token endpoint could not be reached, or the connection broke before its answer was complete. */
export class TokenNetworkError extends TokenError {
  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details the cause, and when trying again may help
   */
  constructor(message: string, details: Omit<TokenErrorDetails, 'code'> = {}) {
    super(message, { ...basics(details), code: 'ERR_TOKEN_NETWORK' });
  }
}

/** No token came in time: within `tokenTimeoutMs`, or within a limit that the source sets itself. */
export class TokenTimeoutError extends TokenError {
  /**
   * @param message what went wrong and what to do about it; no secret
   * @param details the cause, and when trying again may help
   */
  constructor(message: string, details: Omit<TokenErrorDetails, 'code'> = {}) {
    super(message, { ...basics(details), code: 'ERR_TOKEN_TIMEOUT' });
  }
}

/** A token or a secret would have travelled over plain http. Nothing was sent. */
export class InsecureTransportError extends TokenError {
  /** @param message what went wrong and what to do about it; no secret */
  constructor(message: string) {
    super(message, { code: 'ERR_INSECURE_TRANSPORT', permanent: true });
  }
}

// On the prototypes: names survive a minifier, and brand and name are no own properties that would be printed or copied.
const classes = {
  TokenError,
  TokenConfigError,
  TokenEndpointError,
  TokenResponseError,
  TokenNetworkError,
  TokenTimeoutError,
  InsecureTransportError,
};
for (const [name, type] of Object.entries(classes)) {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true });
}
Object.defineProperty(TokenError.prototype, BRAND, { value: true });

/**
 * Whether something is an error of this package, whichever copy of it (ESM, CommonJS, another version) made it.
 *
 * @param error anything that was caught
 * @example
 * ```ts
 * import { isTokenError } from 'axios-client-credentials';
 *
 * try {
 *   await api.get('/things');
 * } catch (error) {
 *   if (!isTokenError(error)) throw error; // the API's own
 *   console.error(error.code, error.permanent ? 'change something first' : error.retryAt);
 * }
 * ```
 */
export function isTokenError(error: unknown): error is TokenError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** An error object of its own for each caller: axios appends the caller's stack to every error that passes through it. */
export function ownCopy(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error;
  const copy = new (error.constructor as new (message: string, details: object) => TokenError)(error.message, error);
  return Object.assign(copy, error, { stack: error.stack });
}

function basics({ cause, retryAt, permanent }: TokenErrorDetails): TokenErrorDetails {
  return { cause, retryAt, ...(permanent === undefined ? {} : { permanent }) };
}

const PRINTED = ['code', 'option', 'status', 'error', 'errorDescription', 'errorUri', 'permanent'];

/** An allow-list: a field that is added later is not printed before somebody has thought about it. */
function printable(error: TokenError): Record<string, unknown> {
  const fields = error as unknown as Record<string, unknown>;
  const printed: Record<string, unknown> = {};
  for (const name of PRINTED) if (fields[name] !== undefined) printed[name] = fields[name];
  if (error.retryAt !== undefined) printed.retryAt = new Date(error.retryAt).toISOString();
  if (error.cause !== undefined) printed.cause = oneLine(error.cause);
  return printed;
}

/** What may be shown of somebody else's error. A parser's message quotes the text that it failed on: that may be a token. */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error.name === 'SyntaxError' ? error.name : `${error.name}: ${error.message}`;
}
