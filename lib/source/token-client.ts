import axios, { type AxiosInstance, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios';
import type { AxiosLike } from '../axios-like.js';
import { InsecureTransportError } from '../errors.js';
import { printableUrl } from '../redact.js';
import { builtin } from '../runtime.js';
import { isInsecure, parseUrl } from '../transport.js';
import { defined } from './parameters.js';

/** 1 MiB: a longer answer is not a token. */
export const LARGEST_ANSWER = 1024 * 1024;

type Settings = Record<string, unknown>;

/**
 * The axios for token requests. Its defaults are written out in full, so that nothing set on the global `axios.defaults` (headers,
 * params, auth, a mock's adapter) reaches the token endpoint. From the API's instance it takes agents and proxy, and what belongs
 * to the fetch adapter where that is in use; these are read anew for every request.
 */
export function createTokenClient(
  instance: AxiosLike,
  own: CreateAxiosDefaults | undefined,
  allowInsecureHttp: boolean,
): AxiosInstance {
  const client = axios.create();
  const defaults = client.defaults as unknown as Settings;
  for (const name of Object.keys(defaults)) Reflect.deleteProperty(defaults, name);
  Object.assign(defaults, pristine, defined({ ...own }), {
    headers: { ...pristine.headers, ...(own?.headers as object | undefined) },
  });

  const agents = ownAgents();
  client.interceptors.request.use(
    (config) => {
      const settings = config as unknown as Settings;
      const { metadataService, ownAgent } = settings;
      const { fetchOptions, ...route } = { ...agents(), ...(metadataService === true ? {} : routeOf(instance)) };
      for (const [name, value] of Object.entries(route)) {
        if (name === 'adapter' && ownAgent === true) continue;
        if ((own as Settings | undefined)?.[name] === undefined && (name === 'adapter' || settings[name] === undefined))
          settings[name] = value;
      }
      // The fetch adapter of older versions knows nothing of `maxRedirects`.
      settings.fetchOptions = {
        ...(fetchOptions as object | undefined),
        ...(settings.fetchOptions as object | undefined),
        redirect: 'manual',
      };
      if (!allowInsecureHttp && metadataService !== true) refusePlainHttp(config);
      return config;
    },
    null,
    { synchronous: true },
  );
  return client;
}

const pristine = {
  adapter: ['http', 'xhr', 'fetch'],
  transitional: { silentJSONParsing: true, forcedJSONParsing: true, clarifyTimeoutError: true },
  transformRequest: [serialize],
  transformResponse: [parse],
  headers: { Accept: 'application/json' },
  timeout: 0,
  maxRedirects: 0,
  maxContentLength: LARGEST_ANSWER,
  maxBodyLength: LARGEST_ANSWER,
  validateStatus: (status: number) => status >= 200 && status < 300,
} satisfies CreateAxiosDefaults;

function serialize(data: unknown, headers: { setContentType(type: string, rewrite: boolean): unknown }): unknown {
  if (data instanceof URLSearchParams) {
    headers.setContentType('application/x-www-form-urlencoded', false);
    return data.toString();
  }
  const isPlain =
    typeof data === 'object' &&
    data !== null &&
    [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(data) as object);
  if (!isPlain) return data;
  headers.setContentType('application/json', false);
  return JSON.stringify(data);
}

function parse(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data;
  }
}

/** How the API's instance gets out of the house. A mock or any other adapter of its own stays with it. */
function routeOf({ defaults }: AxiosLike): Settings {
  const { httpAgent, httpsAgent, proxy, adapter, env, fetchOptions } = defaults as Settings;
  return defined({ httpAgent, httpsAgent, proxy, ...(isFetch(adapter) ? { adapter, env, fetchOptions } : {}) });
}

/** Whether a setting of `adapter` comes to fetch. */
export function isFetch(adapter: unknown): boolean {
  return adapter === 'fetch' || (Array.isArray(adapter) && adapter[0] === 'fetch');
}

/** Agents of our own, made when first needed: an AxiosError of an API call leads through its agent's sockets to other requests. */
function ownAgents(): () => Settings {
  let agents: Settings | undefined;
  return () => {
    if (agents) return agents;
    const [http, https] = [builtin('node:http'), builtin('node:https')];
    if (!http || !https) return (agents = {});
    return (agents = {
      httpAgent: like(http.globalAgent, http.Agent),
      httpsAgent: like(https.globalAgent, https.Agent),
    });
  };
}

/** With the settings of the global agent (certificates, proxy), or that one itself where somebody has put his own there. */
function like<T extends object>(globalAgent: T, Agent: new (options: object) => T): T {
  if (globalAgent.constructor !== Agent) return globalAgent;
  return new Agent({ ...(globalAgent as { options?: object }).options, keepAlive: false });
}

function refusePlainHttp({ url, baseURL }: InternalAxiosRequestConfig): void {
  const target = parseUrl(url, baseURL);
  if (target && isInsecure(target)) throw insecureEndpoint(target);
}

export function insecureEndpoint(url: URL): InsecureTransportError {
  return new InsecureTransportError(
    `The token request to ${printableUrl(url)} would send credentials over plain http. Use https, or set allowInsecureHttp: true if that network is trusted.`,
  );
}
