import axios, { type CreateAxiosDefaults } from 'axios';
import {
  type AttachTokenOptions,
  clientCredentials,
  type ClientCredentialsOptions,
  type Token,
  type TokenHandle,
  type TokenSource,
  type FetchToken,
} from '../../lib/index.js';
import { fakeServer, type FakeServer, form, type Received, tokenEndpoint } from '../support/fake-server.js';
import { attach, manualClock } from '../support/world.js';
import type { ManualClock } from '../support/manual-clock.js';

export const SECRET = 's3cr3t-of-the-client';

export const client = { clientId: 'the-client', clientSecret: SECRET };

/** A handle on an API that is never called: only its tokens are of interest. */
export function handleOf(
  source: TokenSource | FetchToken,
  options: AttachTokenOptions & { axios?: CreateAxiosDefaults } = {},
): TokenHandle {
  const { axios: defaults, ...attachOptions } = options;
  return attach(axios.create({ baseURL: 'https://api.example.com', ...defaults }), source, attachOptions);
}

export interface Asked {
  token: Token;
  request: Received;
  /** Its body, read as a form. */
  form: Record<string, string>;
  endpoint: FakeServer;
}

/** Asks a token endpoint that takes everything, once, and tells what it received. */
export async function ask(options: Partial<ClientCredentialsOptions> = {}, at?: FakeServer): Promise<Asked> {
  const endpoint = at ?? (await tokenEndpoint());
  const source = clientCredentials({ tokenUrl: `${endpoint.url}/token`, ...client, ...options });
  const token = await handleOf(source).getToken();
  const [request] = endpoint.requests;
  return { token, request: request!, form: form(request!.body), endpoint };
}

export interface AnswerOf {
  status?: number;
  headers?: Record<string, string>;
  body?: string | object;
}

export interface Scene {
  endpoint: FakeServer;
  api: FakeServer;
  auth: TokenHandle;
  clock: ManualClock;
  call(): Promise<unknown>;
}

/** An API behind a token endpoint that gives this answer, at a time that only the test moves. */
export async function answering(
  answer: AnswerOf | ((count: number) => AnswerOf),
  options: Partial<ClientCredentialsOptions> = {},
  attachOptions: AttachTokenOptions = {},
): Promise<Scene> {
  const endpoint = await tokenEndpoint(typeof answer === 'function' ? answer : () => answer);
  const api = await fakeServer();
  const clock = manualClock();
  const instance = axios.create({ baseURL: api.url, proxy: false });
  const source = clientCredentials({ tokenUrl: endpoint.url, ...client, ...options });
  const auth = attach(instance, source, { clock, random: () => 0, ...attachOptions });
  return { endpoint, api, auth, clock, call: () => instance.get('/x') };
}
