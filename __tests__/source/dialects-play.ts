import axios, { type AxiosInstance } from 'axios';
import { clientCredentials, type ClientCredentialsOptions, type TokenHandle } from '../../lib/index.js';
import { type Answer, fakeServer, type FakeServer, type Received } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { attach, manualClock, rejection } from '../support/world.js';
import { client } from './asking.js';

// A dialect that no preset knows, played against a strict fake of its endpoint and its API: any other request is refused.

export const NOW = Date.UTC(2030, 0, 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** An exact request. Headers that HTTP itself needs are not listed; `Accept` is `application/json` where nothing is said. */
export interface Expected {
  /** Default `'POST'`. */
  method?: 'GET' | 'PUT';
  path: string;
  query?: Record<string, string>;
  /** Names in lower case. */
  headers?: Record<string, string>;
  /** An object: JSON. A text: to the letter. Neither this nor `form`: an empty body. */
  body?: unknown;
  form?: Record<string, string>;
  /** What depends on time or chance is `'*'` above, and checked here. */
  verify?: (request: Received) => boolean;
}

/** What an API request must be when it carries a token. */
export interface Carried {
  target?: string;
  headers?: Record<string, string>;
  body?: unknown;
  verify?: (request: Received) => boolean;
}

export interface Dialect {
  name: string;
  options: Partial<ClientCredentialsOptions> | ((at: { endpoint: string }) => Partial<ClientCredentialsOptions>);
  /** The token request, or the one of each count from 1. */
  request: Expected | ((count: number) => Expected);
  /** What else the endpoint's host is asked for on the way. */
  beside?: (request: Received) => Answer | undefined;
  /** The token of each count. Default `token-1` … */
  token?: (count: number) => string;
  answer: (token: string, api: string) => Answer;
  /** How long it lives; `undefined`: until an API rejects it. */
  lifeMs: number | undefined;
  /** Default: `GET /x`. */
  call?: (api: AxiosInstance) => Promise<unknown>;
  carried: (token: string) => Carried;
  /** The API's answer to a token that it does not know. */
  rejected: Answer;
  /** Another answer of the API, which says nothing of the token. */
  lookAlike?: Answer;
  /** The endpoint's answer to wrong credentials, and what is told of it. */
  refused: Answer;
  told: { error?: string; errorDescription?: string; permanent: boolean };
}

interface Stage {
  auth: TokenHandle;
  call: () => Promise<unknown>;
  clock: ManualClock;
  endpoint: FakeServer;
  upstream: FakeServer;
  tokenRequests: () => number;
  live: Set<string>;
}

interface Script {
  tokenAnswer?: Answer;
  apiAnswer?: Answer;
}

async function play(dialect: Dialect, script: Script = {}): Promise<Stage> {
  const clock = manualClock();
  const live = new Set<string>();
  let count = 0;
  const upstream = await fakeServer((request) => {
    if (script.apiAnswer) return script.apiAnswer;
    const taken = [...live].some((token) => faultOf(request, dialect.carried(token), token) === '');
    return taken ? { body: { ok: true } } : dialect.rejected;
  });
  const endpoint = await fakeServer((request) => {
    const aside = dialect.beside?.(request);
    if (aside) return aside;
    const expected = typeof dialect.request === 'function' ? dialect.request(++count) : (++count, dialect.request);
    const wrong = wrongIn(request, expected);
    if (wrong !== '') return { status: 400, body: { error: 'not_as_documented', error_description: wrong } };
    const token = dialect.token?.(count) ?? `token-${count}`;
    live.add(token);
    const answer = script.tokenAnswer ?? dialect.answer(token, upstream.url);
    return { ...answer, headers: { date: new Date(NOW).toUTCString(), ...answer.headers } };
  });
  const { options: given } = dialect;
  const options = typeof given === 'function' ? given({ endpoint: endpoint.url }) : given;
  const { path } = typeof dialect.request === 'function' ? dialect.request(1) : dialect.request;
  const source = clientCredentials({ tokenUrl: endpoint.url + path, ...client, ...options });
  const api = axios.create({ ...(!source.baseURL && { baseURL: upstream.url }), proxy: false });
  const noTime = script.tokenAnswer && { tokenTimeoutMs: 1 }; // an error that may pass is not tried again
  const auth = attach(api, source, { clock, random: () => 0, ...noTime });
  const call = (): Promise<unknown> => dialect.call?.(api) ?? api.get('/x');
  return { auth, call, clock, endpoint, upstream, tokenRequests: () => count, live };
}

/** Three tests for each dialect. */
export function provesDialects(dialects: Dialect[]): void {
  describe.each(dialects.map((dialect) => [dialect.name, dialect] as const))('%s', (_name, dialect) => {
    test('the exact request is sent, the token and its life are read, the API gets it as it wants it', async () => {
      const { auth, call, upstream, tokenRequests, live } = await play(dialect);
      expect(await call()).toMatchObject({ data: { ok: true } });
      expect(await call()).toMatchObject({ data: { ok: true } });
      const { accessToken, issuedAt, expiresAt } = await auth.getToken();
      expect([...live]).toEqual([accessToken]);
      expect(expiresAt === undefined ? undefined : expiresAt - issuedAt).toBe(dialect.lifeMs);
      expect([tokenRequests(), upstream.requests.length]).toEqual([1, 2]);
    });

    test('a token that the API rejects in its own way is replaced, once', async () => {
      const { call, upstream, tokenRequests, live } = await play(dialect);
      await call();
      live.clear();
      expect(await call()).toMatchObject({ data: { ok: true } });
      expect([tokenRequests(), upstream.requests.length]).toEqual([2, 3]);
      if (!dialect.lookAlike) return;
      const other = await play(dialect, { apiAnswer: dialect.lookAlike });
      await other.call().catch(() => undefined);
      expect([other.tokenRequests(), other.upstream.requests.length]).toEqual([1, 1]);
    });

    test('a refusal is told with its code and its text, and nothing is sent to the API', async () => {
      const { call, upstream } = await play(dialect, { tokenAnswer: dialect.refused });
      const error = await rejection(call());
      expect(error).toMatchObject({ name: 'TokenEndpointError', ...dialect.told });
      expect(String(error)).not.toContain(client.clientSecret);
      expect(upstream.requests).toHaveLength(0);
    });
  });
}

const OF_HTTP = [
  'host',
  'connection',
  'content-length',
  'content-type',
  'accept-encoding',
  'user-agent',
  'authorization',
];

/** What is wrong with a token request; `''`: nothing. */
function wrongIn(request: Received, expected: Expected): string {
  const { method = 'POST', path, query = {}, headers = {}, body, form, verify } = expected;
  if (request.method !== method) return `method ${request.method}`;
  if (request.path !== path) return `path ${request.path}`;
  if (!sameEntries([...request.query], query)) return `query ${request.target}`;
  const wanted: Record<string, string> = { accept: 'application/json', ...headers };
  const sent = Object.entries(request.headers).filter(([name]) => name in wanted || !OF_HTTP.includes(name));
  if (!sameEntries(sent, wanted)) return `headers ${JSON.stringify(sent)}`;
  if ((request.headers.authorization === undefined) !== (headers.authorization === undefined)) return 'Authorization';
  if (form) {
    if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return 'Content-Type';
    if (!sameEntries([...new URLSearchParams(request.body)], form)) return `form ${request.body}`;
  } else if (typeof body === 'object') {
    if (!request.headers['content-type']?.startsWith('application/json')) return 'Content-Type';
    if (!sameValue(JSON.parse(request.body), body)) return `JSON ${request.body}`;
  } else if (request.body !== (body ?? '')) return `body ${request.body}`;
  return verify?.(request) === false ? 'the signature' : '';
}

function faultOf(request: Received, carried: Carried, token: string): string {
  const { target = '/x', headers = {}, body, verify } = carried;
  if (target !== '*' && request.target !== target) return 'target';
  for (const [name, value] of Object.entries(headers)) if (request.headers[name] !== value) return name;
  if (body !== undefined && !sameValue(JSON.parse(request.body), body)) return 'body';
  const times = JSON.stringify([request.target, request.headers, request.body]).split(token).length;
  const expected = JSON.stringify([target === '*' ? token : target, headers, body]).split(token).length;
  if (times !== expected) return 'the token elsewhere';
  return verify?.(request) === false ? 'the signature' : '';
}

function sameEntries(actual: [string, unknown][], expected: Record<string, string>): boolean {
  const names = Object.keys(expected);
  return actual.length === names.length && actual.every(([name, value]) => sameValue(value, expected[name]));
}

/** Equal, where `'*'` stands for any text that is not empty. */
function sameValue(actual: unknown, expected: unknown): boolean {
  if (expected === '*') return typeof actual === 'string' && actual !== '';
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual) !== Array.isArray(expected)) return false;
  const [left, right] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
  const names = Object.keys(right);
  return Object.keys(left).length === names.length && names.every((name) => sameValue(left[name], right[name]));
}

/** A JWT that nobody has signed. */
export function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2ln`;
}

export { client, SECRET } from './asking.js';
