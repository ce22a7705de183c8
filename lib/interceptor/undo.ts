import axios, { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../contract.js';
import { type Authored, type Config, copyOf, type Original, type Touched } from './authored.js';
import { markOf, writesBody } from './redirect.js';

// What we wrote into a request is taken out again: for a resend, for errors, and where a config comes back.

type Written = Pick<Authored, 'config' | 'original' | 'placement'>;

/**
 * The request as it was before the token: for a resend, and for errors that leave the house. What other plugins have written into it
 * since is taken out first: it was written over ours.
 */
export function restored(request: Written): InternalAxiosRequestConfig {
  return before(request, withoutMarks(request.config, request.placement));
}

function before({ original, placement }: Omit<Written, 'config'>, from: Config): InternalAxiosRequestConfig {
  const headers = copyOf(original?.headers ?? from.headers);
  if (placement.header !== undefined && !original?.headers) headers.delete(placement.header);
  // While axios transforms an answer it keeps it at `config.response`, which leads back to what was sent.
  const copy: Record<string, unknown> = { ...from, ...(original ?? { beforeRedirect: undefined }), headers };
  delete copy.response;
  return copy as unknown as InternalAxiosRequestConfig;
}

/** Takes the token out of an error's copies of the request, so that it is neither logged nor sent again as the caller's own. */
export function cleaned(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const failure = error as { config?: Config; response?: AxiosResponse & { config?: Config } };
  const { config, response } = failure;
  if (config && markOf(config)) {
    failure.config = withoutMarks(config);
    // What was sent holds the token as text. It stays readable, but whoever prints the whole error does not print it.
    hide(failure, 'request');
    hide(response, 'request');
    hide(response?.data, 'req', 'socket', 'client', 'responseUrl'); // of a stream
  }
  if (response?.config && markOf(response.config)) {
    response.config = (
      response.config === config && failure.config ? failure.config : withoutMarks(response.config)
    ) as typeof response.config;
  }
  return error;
}

function hide(part: unknown, ...names: string[]): void {
  for (const name of names) {
    if (typeof part === 'object' && part !== null && Object.hasOwn(part, name))
      Reflect.defineProperty(part, name, { enumerable: false });
  }
}

/** @param end whose marks stay, and what lies below them; default: none */
function withoutMarks(config: Config, end?: TokenPlacement): Config {
  let clean = config;
  for (let mark = markOf(clean); mark && mark.placement !== end; mark = markOf(clean)) {
    clean = before(mark.request ?? { original: undefined, placement: mark.placement }, clean);
  }
  return clean;
}

/**
 * Takes out of a config what we wrote into it before: `axios.request(response.config)` is a new call, to be authorised anew. What
 * is not as we wrote it is the caller's own, and stays.
 */
export function forget(config: Config): void {
  for (let mark = markOf(config); mark; mark = markOf(config)) {
    const { written, request, accessToken } = mark;
    config.headers = axios.AxiosHeaders.from(config.headers); // an interceptor may have put a plain object there
    for (const [name, value] of Object.entries(written)) {
      if (config.headers.get(name) !== value) continue;
      const before = request?.original?.headers && copyOf(request.original.headers).get(name);
      if (before === undefined) config.headers.delete(name);
      else config.headers.set(name, before);
    }
    const original: Partial<Original> = request?.original ?? {};
    if (request?.placement.parameter !== undefined) {
      config.params = withoutOurs(config.params, request.placement.parameter, accessToken);
    }
    if ('url' in original && config.url === request?.config.url) assign(config, 'url', original.url);
    if (request && config.baseURL === request.config.baseURL) assign(config, 'baseURL', original.baseURL);
    if (request && writesBody(request) && config.data === request.config.data) config.data = original.data;
    if (request) assign(config, 'transformResponse', original.transformResponse);
    if (request) assign(config, 'fetchOptions', original.fetchOptions);
    assign(config, 'beforeRedirect', original.beforeRedirect);
  }
}

function assign<Name extends Touched>(config: Config, name: Name, value: Config[Name] | undefined): void {
  (config as Record<Touched, unknown>)[name] = value;
}

/** A parameter that is as we wrote it is gone again; the others are the caller's. */
function withoutOurs(params: unknown, parameter: string, accessToken: string): unknown {
  if (params instanceof URLSearchParams) {
    const rest = new URLSearchParams(params);
    if (rest.get(parameter) === accessToken) rest.delete(parameter);
    return rest;
  }
  const { [parameter]: value, ...rest } = (params ?? {}) as Record<string, unknown>;
  return value === accessToken ? rest : params;
}
