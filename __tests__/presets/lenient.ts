import axios, { type AxiosInstance } from 'axios';
import type { TokenHandle, TokenSource } from '../../lib/index.js';
import { type Answer, fakeServer, type FakeServer, form, granted, type Received } from '../support/fake-server.js';
import { attach, manualClock } from '../support/world.js';
import type { PresetName, Provider } from './provider.js';
import { providers } from './providers.js';

// A provider whose token endpoint and API take everything, for what the strict fake cannot show: how requests differ from each other.

export interface Lenient {
  api: AxiosInstance;
  auth: TokenHandle;
  endpoint: FakeServer;
  upstream: FakeServer;
}

export interface Answers {
  /** Of the token endpoint. Default: `token-1`, `token-2` … */
  token?: (request: Received, count: number) => Answer;
  /** Of the API. Default: 200. */
  api?: (request: Received, count: number) => Answer;
}

/** Token requests go to the fake, whatever the preset's address. */
export async function lenient(source: TokenSource, { token, api: ofApi }: Answers = {}): Promise<Lenient> {
  const endpoint = await fakeServer((request) => {
    const count = endpoint.requests.length;
    return token?.(request, count) ?? { body: granted(`token-${count}`) };
  });
  const upstream = await fakeServer((request) => ofApi?.(request, upstream.requests.length) ?? {});
  const http = axios.create({ proxy: false });
  http.interceptors.request.use((config) => {
    const { pathname, search } = new URL(config.url!);
    config.url = endpoint.url + pathname + search;
    return config;
  });
  const api = axios.create({ baseURL: upstream.url, proxy: false });
  const auth = attach(api, source, { http, clock: manualClock(), random: () => 0 });
  return { api, auth, endpoint, upstream };
}

/** Everything that a token request says by name, wherever it stands. */
export function parametersOf({ query, headers, body }: Received): Record<string, unknown> {
  const isJson = headers['content-type'] === 'application/json';
  return { ...Object.fromEntries(query), ...(isJson ? (JSON.parse(body) as object) : form(body)) };
}

export function rowOf(preset: PresetName): Provider {
  return providers.find((row) => row.preset === preset)!;
}
