/// <reference lib="esnext.disposable" />
import type { ServerResponse } from 'node:http';
import type { Hold } from './gate.js';
import type { TokenServer } from './token-server-types.js';

/**
 * Where the API looks for the token: `Authorization: Bearer` (RFC 6750 §2.1), a header of its own, with a `scheme` before the token or
 * without, or a parameter of the query.
 */
export type TokenLocation =
  | 'bearer'
  | {
      /** Its name, in any case. */
      header: string;
      /** What stands before the token, without the space. Default: nothing. */
      scheme?: string | undefined;
    }
  | {
      /** The parameter's name. */
      query: string;
    };

/** Options of {@link startProtectedApi}. */
export interface ProtectedApiOptions {
  /** Which tokens are good: those of a token server, or the ones a function says yes to. */
  accepts: Pick<TokenServer, 'isActive'> | ((token: string) => boolean);
  /** The realm of its challenges. Default `api`. */
  realm?: string | undefined;
  /** Where it looks for the token. Default `bearer`. */
  tokenFrom?: TokenLocation | undefined;
  /** How long the API takes for an answer, in milliseconds. Default 0. */
  latencyMs?: number | undefined | (() => number);
}

/** A request as it came in, token included. */
export interface ApiRequest {
  /** In capitals. */
  readonly method: string;
  /** The path of the URL, without the query. */
  readonly path: string;
  /** The parameters of the URL; a repeated one is an array. */
  readonly query: Readonly<Record<string, string | string[]>>;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The token, as found where `tokenFrom` says; `undefined`: none was sent. */
  readonly token: string | undefined;
  /** The whole body. */
  readonly body: Buffer;
  /** What it was answered with; `undefined` until then. */
  readonly status: number | undefined;
  /** When it came in, in milliseconds since the epoch. */
  readonly at: number;
}

/** The JSON that a path without a meaning of its own answers with. */
export interface ApiEcho {
  /** In capitals. */
  method: string;
  /** The path of the URL, without the query. */
  path: string;
  /** The parameters of the URL, the token replaced by `[redacted]`. */
  query: Record<string, string | string[]>;
  /** By name, in lower case; the token and any Authorization replaced by their scheme and `[redacted]`. */
  headers: Record<string, string>;
  /** The body, read as UTF-8. */
  body: string;
  /** Length of the body, in bytes. */
  bytes: number;
  /** Hash of the body, in hexadecimal. */
  sha256: string;
}

/** What a protected API has counted since its start or `resetStats()`. */
export interface ApiStats {
  /** Everything received. */
  requests: number;
  /** Answered with anything but 401. */
  accepted: number;
  /** Answered with 401. */
  rejected: number;
  /** Not answered yet. */
  concurrent: number;
  /** The most at a time. */
  maxConcurrent: number;
}

/** Answers a request itself and returns true, or leaves it to the API. What it throws is answered with a 500. */
export type ApiHandler = (request: ApiRequest, response: ServerResponse) => boolean | void;

/**
 * A running resource server (RFC 6750). Every path echoes the request ({@link ApiEcho}) but these:
 *
 * | Path | Answer |
 * | --- | --- |
 * | `/status/:code` | that status, 200 to 599 |
 * | `/forbidden` | 403 `insufficient_scope`, scope `admin` |
 * | `/denied` | 401 `invalid_token`, whatever the token |
 * | `/denied-scope` | 401 `insufficient_scope`, scope `admin` |
 * | `/step-up` | 401 `insufficient_user_authentication` with `acr_values` (RFC 9470 §3) |
 * | `/large-401?bytes=N` | 401 `invalid_token` with a body of that length, whatever the token |
 * | `/redirect?to=URL&status=302` | a redirect |
 * | `/slow?ms=N` | the echo, after that time |
 * | `/stream?bytes=N` | that many bytes, in chunks |
 * | `/upload` | `{ bytes, sha256, contentType }` of the body |
 * | `/public` | the echo, also without a token |
 */
export interface ProtectedApi {
  /** Its origin, `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Everything received since the start or `resetStats()`, in order. */
  readonly requests: readonly ApiRequest[];
  /** The counts as they stand now. */
  stats(): ApiStats;
  /** Counts from zero again and empties `requests`. What is under way stays in `concurrent`. */
  resetStats(): void;
  /** From now on requests wait at a gate. While one is held, the same hold again. */
  hold(): Hold;
  /**
   * Answers the next requests that need a token with 401, whatever the token.
   *
   * @param n Default 1; `Infinity` for ever; 0 takes back what is still due.
   * @param headers Instead of the `WWW-Authenticate` with `invalid_token`.
   */
  rejectNext(n?: number, headers?: Record<string, string>): void;
  /**
   * Sets a handler that sees each request first, before its token is looked at.
   *
   * @param handler without it, the one that is there is removed
   */
  intercept(handler?: ApiHandler): void;
  /** Destroys all connections and leaves nothing pending. */
  close(): Promise<void>;
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
