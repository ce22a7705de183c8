import { type Context, propagation } from '@opentelemetry/api';
import type { AxiosInstance, AxiosRequestConfig, AxiosRequestTransformer, InternalAxiosRequestConfig } from 'axios';
import { quietly } from './quietly.js';
import { builtin } from '../runtime.js';
import { parseUrl } from '../transport.js';

/** Where a request goes. */
export type Addressed = (context: Context, url: URL) => void;

/**
 * Lets the requests of an attempt carry its trace context, by the global propagator. The axios may be one of the user's own: his other
 * requests are not touched.
 *
 * @param contextOf the context of the attempt that a request belongs to, if it belongs to one
 * @returns what ends it
 */
export function propagate(
  http: AxiosInstance,
  contextOf: (config: AxiosRequestConfig) => Context | undefined,
  addressed: Addressed,
): () => void {
  const interceptor = http.interceptors.request.use(
    (config) => {
      const context = quietly(() => contextOf(config));
      if (!context) return config;
      const url = parseUrl(config.url, config.baseURL);
      if (url)
        quietly(() => {
          addressed(context, url);
        });
      // As a transformer: only after all other interceptors is it settled which adapter sends the request.
      const inject: AxiosRequestTransformer = function (data: unknown, headers) {
        if (!injectsItself(this))
          quietly(() => {
            propagation.inject(context, headers, { set: (carrier, name, value) => carrier.set(name, value) });
          });
        return data;
      };
      config.transformRequest = [config.transformRequest ?? [], inject].flat();
      return config;
    },
    null,
    { synchronous: true },
  );
  return () => {
    http.interceptors.request.eject(interceptor);
  };
}

/**
 * Whoever listens here, such as the undici instrumentation, adds the headers to what `fetch` sends. It does not look whether they are
 * there already, and two `traceparent` are as good as none, or make a gateway refuse the request. (That for `http` replaces them.)
 */
function injectsItself({ adapter }: InternalAxiosRequestConfig): boolean {
  const isFetch = [adapter].flat()[0] === 'fetch';
  return isFetch && builtin('node:diagnostics_channel')?.channel('undici:request:create').hasSubscribers === true;
}
