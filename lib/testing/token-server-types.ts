/// <reference lib="esnext.disposable" />
import type { Fault } from './fault.js';
import type { Hold } from './gate.js';
import type { Reissue, TokenDescription } from './ledger.js';

/** A registered client. Without a secret it is a public client, which must not present one. */
export interface TokenServerClient {
  /** Its `client_id`. */
  clientId: string;
  /** Its `client_secret`. */
  clientSecret?: string | undefined;
  /** What it may ask for, and gets when it asks for nothing. Default: it may ask for anything. */
  scopes?: string[] | undefined;
}

/** Options of {@link startTokenServer}. */
export interface TokenServerOptions {
  /**
   * Who may ask for tokens. Default: one client, `test-client` with the secret `test-secret`. Read anew for every request: change a
   * `clientSecret` in it to rotate a secret.
   */
  clients?: TokenServerClient[] | undefined;
  /** Path of the token endpoint. Default `/oauth2/token`. */
  path?: string | undefined;
  /** Lifetime of a token in seconds, fractions allowed. A function that returns `undefined` leaves `expires_in` out. Default 3600. */
  lifetimeSeconds?: number | undefined | ((request: TokenServerRequest) => number | undefined);
  /** How long the server takes for an answer, in milliseconds. Default 0. */
  latencyMs?: number | undefined | (() => number);
  /**
   * What asking again with the same client and scope does while the earlier token is active: one more token (`independent`), the
   * same with what is left of its life (`same`), the same with a new life (`extends`), or one that revokes the earlier
   * (`replaces`). Default `independent`.
   */
  reissue?: Reissue | undefined;
  /** The `token_type` of the answers. Default `Bearer`. */
  tokenType?: string | undefined;
  /** Has the last say over the body of a success: an object goes out as JSON, a string as it is. */
  answer?: ((request: TokenServerRequest, token: TokenAnswer) => object | string) | undefined;
  /** The server's clock in milliseconds, by which tokens live. Default `Date.now`. */
  now?: (() => number) | undefined;
}

/** The answer of RFC 6749 §5.1. */
export interface TokenAnswer {
  /** The token. */
  access_token: string;
  /** The option `tokenType`. */
  token_type: string;
  /** Its life, in seconds from now. */
  expires_in?: number | undefined;
  /** The granted scope. */
  scope?: string | undefined;
}

/** A request as it came in, credentials included. */
export interface TokenServerRequest {
  /** In capitals. */
  readonly method: string;
  /** The path of the URL, without the query. */
  readonly path: string;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it came. */
  readonly rawBody: string;
  /** The parameters of a form body, values of a repeated one joined by a space. */
  readonly parameters: Readonly<Record<string, string>>;
  /** When it came in, in milliseconds of the server's clock. */
  readonly receivedAt: number;
  /** Who the client says it is, in the Authorization header or in the body. */
  readonly clientId: string | undefined;
}

/** What a token server has counted since its start or `resetStats()`. */
export interface TokenServerStats {
  /** Everything received. */
  requests: number;
  /** Answered with a token. */
  issued: number;
  /** Answered with an error of the server's own. */
  refused: number;
  /** Met a scripted fault. */
  faulted: number;
  /** Not answered yet. */
  concurrent: number;
  /** The most at a time. */
  maxConcurrent: number;
}

/** A running authorization server for client credentials (RFC 6749 §4.4). */
export interface TokenServer {
  /** Its origin, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Its token endpoint. */
  readonly tokenUrl: string;
  /** Where clients revoke their own tokens (RFC 7009). Faults are for token requests; `hold()` and `latencyMs` are for these, too. */
  readonly revocationUrl: string;
  /** The id of the first client. */
  readonly clientId: string;
  /** The secret of the first client; empty for a public one. */
  readonly clientSecret: string;
  /** Everything received since the start or `resetStats()`, in order. */
  readonly requests: readonly TokenServerRequest[];
  /** The counts as they stand now. */
  stats(): TokenServerStats;
  /** Counts from zero again and empties `requests`. What is under way stays in `concurrent`. */
  resetStats(): void;
  /**
   * Appends to what goes wrong with the next token requests. Each token request, held ones on release, uses up one.
   *
   * @param fault what happens
   * @param times Default 1; `Infinity` lasts until `heal()`.
   */
  fail(fault: Fault, times?: number): void;
  /** Forgets the faults that are still due. Requests that already hang stay so. */
  heal(): void;
  /** From now on requests wait at a gate. While one is held, the same hold again. */
  hold(): Hold;
  /**
   * Whether a token was issued here, and has neither ended nor been revoked.
   *
   * @param token as it went out
   */
  isActive(token: string): boolean;
  /**
   * What is known of a token: also of one that has ended or was revoked. `undefined` for one that was not issued here.
   *
   * @param token as it went out
   */
  describe(token: string): TokenDescription | undefined;
  /**
   * Revokes a token. Does nothing to one that was not issued here.
   *
   * @param token as it went out
   */
  revoke(token: string): void;
  /** Revokes every token that was issued so far. */
  revokeAll(): void;
  /** Destroys all connections and leaves nothing pending. Tokens stay known. */
  close(): Promise<void>;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
