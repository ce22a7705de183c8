import type { Dialect, Names } from './dialect.js';

// What is done, what is seen, and why it ends. Nothing here holds a secret or a token.

/** Requests in all, those that ask again and the one for the metadata included. */
export const MOST_REQUESTS = 6;

export type Try =
  { do: 'ask'; dialect: Dialect } | { do: 'ask again'; dialect: Dialect; afterMs: number } | { do: 'look up' };

export interface Stop {
  do: 'stop';
  because: Ending;
}

export type Ending =
  | 'found'
  | 'lock-out'
  | 'secret'
  | 'client'
  | 'scope'
  | 'missing'
  | 'redirect'
  | 'page'
  | 'absent'
  | 'no token'
  | 'unreachable'
  | 'server'
  | 'exhausted';

export interface Refused {
  kind: 'refused';
  status: number;
  /** Printable. */
  said: string;
  /** Who the client is was not taken: in the protocol's own word, or just so (a bare 401, which may mean that nothing was read). */
  client?: 'invalid_client' | 'unauthorized' | undefined;
  /** Of the `WWW-Authenticate` header, in lower case. */
  schemes?: readonly string[] | undefined;
  /** The method was refused. */
  method?: true | undefined;
  /** What is asked for in place of the format that was sent. */
  format?: Dialect['format'] | undefined;
  /** The `grant_type` was refused; which others are named. */
  grants?: readonly string[] | undefined;
  /** Parameters that are said to be missing, or to be unknown. */
  missing?: readonly string[] | undefined;
  unknown?: readonly string[] | undefined;
  /** It names the client's parameters otherwise. */
  names?: Names | undefined;
  /** The request was understood: what is wrong is no matter of the dialect. */
  understood?: 'scope' | 'client' | 'secret' | undefined;
}

export type Seen =
  | { kind: 'token'; repeated?: boolean | undefined; end?: 'moved' | 'stays' | 'unclear' | undefined }
  | Refused
  | { kind: 'lock-out' | 'redirect' | 'page' | 'absent' | 'no token'; said: string }
  | { kind: 'unreachable'; said: string; /** The system's word. */ code?: string | undefined }
  | { kind: 'metadata'; said: string; tokenUrl?: string | undefined; methods?: readonly string[] | undefined };

export interface Step {
  tried: Try;
  seen: Seen;
}

export interface Given {
  /** The dialect to begin with. */
  first: Dialect;
  /** Whether the two ways of writing Basic differ for this client. */
  twoWays: boolean;
  /** Names of the parameters given beside the credentials: they are not missing, they were not read. */
  parameters: readonly string[];
  /** The first dialect is a known provider's: what its answers ask for is tried, nothing is guessed. */
  known: boolean;
  /** Known beforehand: asking again ends the token before, so it is not done for curiosity. */
  replaces: boolean;
}

/** A try whose answer was a refusal: what there is to learn from. */
export interface Asked {
  dialect: Dialect;
  seen: Refused;
}

export function keyOf({ method, format, auth, grantType, names }: Dialect): string {
  return JSON.stringify([method, format, auth, grantType, names?.clientId, names?.clientSecret, names?.grantType]);
}
