import { everyAt } from '../answer.js';
import type { EndpointAnswer } from '../contract.js';
import { checkOptions, noteFactories, requireString, type Rule } from '../validate.js';

// Where things stand in an answer: helpers for a description.

/** Finds the token in an answer: a path into its body, or a function. */
export type TokenReader = string | ((answer: EndpointAnswer) => string | undefined);

/** An error as an endpoint tells it, also inside HTTP 200. */
export interface AnswerError {
  /** The code, as `error` of the {@link TokenEndpointError}. */
  error: string;
  /** What the endpoint says about it. */
  errorDescription?: string | undefined;
  /** Default: as the HTTP status says; an error inside a success is permanent. */
  permanent?: boolean | undefined;
  /** After how long trying again may help, in ms. Default: as `Retry-After` says. */
  retryAfterMs?: number | undefined;
}

/** Finds an error in an answer; `undefined`: there is none. */
export type ErrorReader = (answer: EndpointAnswer) => AnswerError | undefined;

/**
 * The token is in a response header.
 *
 * @param name of the header, in any case
 * @throws TokenConfigError for an empty name
 */
export function responseHeader(name: string): (answer: EndpointAnswer) => string | undefined {
  requireString('responseHeader', 'name', name);
  return named(`responseHeader(${name.toLowerCase()})`, ({ headers }) => headers[name.toLowerCase()]);
}

const names = new WeakMap<object, string>();

function named<T extends object>(name: string, reader: T): T {
  names.set(reader, name);
  return reader;
}

/** What tells a reader from others: helper and argument, or the text of a function of the user's own. */
export function nameOfReader(reader: (answer: EndpointAnswer) => unknown): string {
  return names.get(reader) ?? String(reader);
}

/** The whole body is the token: as text without white space around it, or as a JSON text. A page or a JSON object is none. */
export function wholeBody(): (answer: EndpointAnswer) => string | undefined {
  return named('wholeBody()', ({ text, body }: EndpointAnswer) => {
    if (typeof body === 'string') return body;
    return /^\s*(<|\[|\{\s*["}])/.test(text) ? undefined : text.trim() || undefined; // `{…}` around a GUID is a token
  });
}

/** What codes mean, where the status does not say it. */
export interface ErrorCodes {
  /** Codes that are no error, such as `200` or `'SUCCESS'`, beside those that never are. */
  success?: readonly (string | number)[] | undefined;
  /** Codes that may pass by themselves, such as "busy" or "too often": tried again. */
  transient?: readonly (string | number)[] | undefined;
  /** Codes that do not, even with 5xx, such as a wrong password: not tried again. */
  permanent?: readonly (string | number)[] | undefined;
}

/**
 * An error by path: a code that is present and not `0`, `'0'`, `''`, `false` or `'ok'` is one. A path may lead through arrays.
 *
 * @param codePath where the code stands
 * @param textPath where the words about it stand. Default: there are none
 * @param options which codes are no error, may pass, or will not pass
 * @throws TokenConfigError for an empty path, and for an option that is misspelt or wrong
 * @example
 * ```ts
 * import { errorAt } from 'axios-client-credentials';
 *
 * // { "code": 4003, "message": "too many requests" } inside HTTP 200
 * const error = errorAt('code', 'message', { success: [200], transient: [4003], permanent: [4001] });
 * ```
 */
export function errorAt(codePath: string, textPath?: string, options: ErrorCodes = {}): ErrorReader {
  requireString('errorAt', 'codePath', codePath);
  if (textPath !== undefined) requireString('errorAt', 'textPath', textPath);
  checkOptions('errorAt', options, { success: codes, transient: codes, permanent: codes });
  const { success = [], transient = [], permanent = [] } = options;
  const has = (list: readonly (string | number)[], code: string | number | true): boolean =>
    list.map(String).includes(String(code));
  return ({ body }) => {
    const all = everyAt(body, codePath);
    const index = all.findIndex((one) => isError(one) && !has(success, one));
    const code = all[index];
    if (!isError(code)) return undefined;
    const texts = textPath === undefined ? [] : everyAt(body, textPath);
    const text = texts.length === all.length ? texts[index] : texts[0];
    return {
      error: String(code),
      errorDescription: typeof text === 'string' ? text : undefined,
      permanent: has(transient, code) ? false : has(permanent, code) || undefined,
    };
  };
}

function isError(code: unknown): code is string | number | true {
  if (typeof code === 'string' || typeof code === 'number') return !/^(0|ok|)$/i.test(String(code));
  return code === true;
}

const codes: Rule = (value) =>
  Array.isArray(value) && value.every((code) => typeof code === 'string' || typeof code === 'number')
    ? undefined
    : 'must be an array of codes';

noteFactories({ responseHeader, wholeBody, errorAt });
