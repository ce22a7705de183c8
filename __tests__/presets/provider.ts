import type * as presets from '../../lib/presets/index.js';
import type { Reissue } from '../../lib/index.js';

// What the conformance table is made of: of each provider the exact token request, and what the real endpoint and API answer.

export type PresetName = {
  [Name in keyof typeof presets]: (typeof presets)[Name] extends (options: never) => unknown ? Name : never;
}[keyof typeof presets];

/**
 * Texts may hold `{clientId}` and `{clientSecret}`; options also `{privateKey}` (PEM); in a request also `{uuid}` (one, fresh for each request) and `{jwt}` (any JWT); in
 * an answer `{token}` (the token, fresh for each answer; also in `sentAs`), `{jwtToken}` (one that is a JWT and lives `lifeS`), `{api}` (the address
 * of the API), `{now+60}` (epoch seconds in 60 s, a number; `{text:now+60}`: its digits as a text) and likewise `{nowMs}` and
 * `{text:nowMs}`. In `sentAs` there is also `{basic}` (HTTP Basic of the raw id and secret).
 */
export interface Provider {
  preset: PresetName;
  /** The provider's name, as people say it. */
  name: string;
  /** How sure the facts are: read in the source, partly read there and partly presumed, or not checked. */
  facts: 'read' | 'partly read' | 'unverified';
  source: string;
  /** What is given besides `clientId` and `clientSecret`. */
  options: Record<string, unknown>;
  /** Which of `clientId` and `clientSecret` are given. Default: both. */
  credentials?: 'none' | 'clientId' | 'clientSecret';
  request: {
    /** Default `'POST'`. */
    method?: 'GET' | 'PUT';
    /** The real address, without its query. */
    url: string;
    query?: Record<string, string>;
    /** Names in lower case. Besides them there are only Content-Type, Authorization and what HTTP itself needs. */
    headers?: Record<string, string>;
    /** HTTP Basic, and how id and secret are written before base64. */
    basic?: 'raw' | 'rfc6749' | 'percent';
    /** Exactly one body, or none of them: then it is empty. */
    form?: Record<string, string>;
    json?: unknown;
  };
  answer: Answer;
  /** How long the token of `answer` lives in seconds; `undefined`: until an API rejects it. */
  lifeS: number | undefined;
  reissue?: Exclude<Reissue, 'independent'>;
  /** How the API request carries the token, and what it carries beside it. Names of headers in lower case. */
  sentAs: { headers?: Record<string, string>; query?: Record<string, string> };
  /** The API's answer to a token that has ended. */
  rejection: Answer;
  /** Answers that look like it, and must surface untouched. */
  lookAlikes?: Answer[];
  /** The token endpoint's answer when something is wrong, and what must be told about it. */
  error: Answer & { tells: { error?: string; errorDescription?: string; permanent: boolean } };
}

export interface Answer {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}
