import { generateKeyPairSync } from 'node:crypto';
import axios, { type AxiosInstance } from 'axios';
import type { TokenHandle, TokenSource } from '../../lib/index.js';
import * as presets from '../../lib/presets/index.js';
import { type Answer as Sent, fakeServer, type FakeServer, type Received } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { attach, manualClock } from '../support/world.js';
import type { Answer, Provider } from './provider.js';

// A strict fake of one provider, token endpoint and API, and a real axios before it.

export const CLIENT = { clientId: 'client+id%', clientSecret: 's&c r/e=t%2B' };

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export interface Stage {
  api: AxiosInstance;
  auth: TokenHandle;
  clock: ManualClock;
  endpoint: FakeServer;
  upstream: FakeServer;
  /** Where token requests would have gone. */
  addresses: string[];
  /** What was wrong with the requests, in words; empty: nothing. */
  faults: string[];
  /** Tokens that the API takes. */
  live: Set<string>;
}

export interface Script {
  /** Given besides what the row says. */
  options?: Record<string, unknown>;
  /** In place of the row's own. */
  tokenAnswer?: Answer;
  /** The API's answer, whatever it is sent. */
  apiAnswer?: Answer;
  tokenTimeoutMs?: number;
}

export async function play(row: Provider, script: Script = {}): Promise<Stage> {
  const clock = manualClock();
  const [faults, addresses, live] = [[] as string[], [] as string[], new Set<string>()];
  const seen = new Set<string>();
  let count = 0;

  const upstream = await fakeServer((request) => {
    if (script.apiAnswer) return sent(script.apiAnswer, {}, clock);
    const token = [...live].find((one) => carries(request, row, one));
    return token === undefined ? sent(row.rejection, {}, clock) : { body: { ok: true } };
  });
  const endpoint = await fakeServer((request) => {
    const wrong = fault(request, row, seen);
    if (wrong !== '') {
      faults.push(wrong);
      return { status: 400, body: { error: 'not_as_documented', error_description: wrong } };
    }
    if (script.tokenAnswer) return sent(script.tokenAnswer, {}, clock);
    const token = JSON.stringify(row.answer).includes('{jwtToken}')
      ? jwt(clock.now() / 1000 + (row.lifeS ?? 0), ++count)
      : `token-${++count}`;
    live.add(token);
    return sent(row.answer, { token, jwtToken: token, api: upstream.url }, clock);
  });

  const http = axios.create({ proxy: false });
  http.interceptors.request.use((config) => {
    const url = new URL(config.url!);
    addresses.push(url.origin + url.pathname);
    config.url = endpoint.url + url.pathname + url.search;
    return config;
  });
  // Where the address comes with the token, the instance knows none.
  const addressed = JSON.stringify(row.answer).includes('{api}');
  const api = axios.create({ ...(!addressed && { baseURL: upstream.url }), proxy: false });
  const auth = attach(api, sourceOf(row, script.options), {
    clock,
    random: () => 0,
    http,
    ...(script.tokenTimeoutMs === undefined ? {} : { tokenTimeoutMs: script.tokenTimeoutMs }),
  });
  return { api, auth, clock, endpoint, upstream, addresses, faults, live };
}

export function sourceOf({ preset, options, credentials }: Provider, more: Record<string, unknown> = {}): TokenSource {
  const { clientId, clientSecret } = CLIENT;
  const identity = { none: {}, clientId: { clientId }, clientSecret: { clientSecret }, both: CLIENT };
  const make = presets[preset] as unknown as (options: object) => TokenSource;
  return make({ ...identity[credentials ?? 'both'], ...(filled(options, {}) as object), ...more });
}

/** What is wrong with a token request, down to the last parameter and header; `''`: nothing. */
function fault(request: Received, { request: expected }: Provider, seen: Set<string>): string {
  const { method = 'POST', url, query = {}, form, json, basic } = expected;
  if (request.method !== method) return `method ${request.method}`;
  if (request.path !== new URL(url).pathname) return `path ${request.path}`;
  if (!same([...request.query], Object.entries(query), seen)) return `query ${[...request.query.keys()].join()}`;
  if (request.headers.authorization !== authorization(basic)) return 'Authorization';

  const hasBody = form !== undefined || json !== undefined;
  const type = request.headers['content-type'];
  if (form && type !== 'application/x-www-form-urlencoded') return `Content-Type ${type}`;
  if (json !== undefined && type !== 'application/json') return `Content-Type ${type}`;
  if (!hasBody && request.body !== '') return 'a body';
  if (!hasBody && method !== 'GET' && request.headers['content-length'] !== '0') return 'no Content-Length';
  if (form && !same([...new URLSearchParams(request.body)], Object.entries(form), seen)) return `form ${request.body}`;
  if (json !== undefined && !same(leaves(JSON.parse(request.body)), leaves(json), seen)) return `JSON ${request.body}`;

  const headers = { accept: 'application/json', ...expected.headers };
  const sentHeaders = Object.entries(request.headers).filter(([name]) => name in headers || !OF_HTTP.has(name));
  return same(sentHeaders, Object.entries(headers), seen) ? '' : `headers ${Object.keys(request.headers).join()}`;
}

const OF_HTTP = new Set([
  'authorization',
  'content-type',
  'content-length',
  'host',
  'connection',
  'accept-encoding',
  'user-agent',
]);

function authorization(basic: Provider['request']['basic']): string | undefined {
  if (basic === undefined) return undefined;
  const encode = {
    raw: (part: string) => part,
    rfc6749: (part: string) => new URLSearchParams({ '': part }).toString().slice(1),
    percent: encodeURIComponent,
  }[basic];
  const { clientId, clientSecret } = CLIENT;
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

/** The same pairs, in whatever order, none of them twice and none more. */
function same(actual: [string, unknown][], expected: [string, unknown][], seen: Set<string>): boolean {
  const rest = new Map(expected);
  const matching = actual.filter(([name, value]) => {
    const wanted = rest.get(name);
    return rest.delete(name) && matches(value, wanted, seen);
  });
  return matching.length === actual.length && rest.size === 0;
}

function matches(value: unknown, wanted: unknown, seen: Set<string>): boolean {
  if (wanted === '{jwt}') return typeof value === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
  if (wanted !== '{uuid}') return value === filled(wanted, {});
  const fresh = typeof value === 'string' && !seen.has(value) && UUID.test(value);
  if (fresh) seen.add(value);
  return fresh;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** `{ a: { b: 1 } }` → `a.b`, 1. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`));
}

/** Whether an API request carries this token exactly as the row says, and nowhere else. */
function carries(request: Received, { sentAs: { headers = {}, query = {} } }: Provider, token: string): boolean {
  const values = { token, basic: authorization('raw') ?? '' };
  const is = (value: string | null | undefined, wanted: string): boolean =>
    wanted === '{uuid}' ? UUID.test(value ?? '') : value === filled(wanted, values);
  const there =
    Object.entries(headers).every(([name, value]) => is(request.headers[name], value)) &&
    Object.entries(query).every(([name, value]) => is(request.query.get(name), value));
  const times = JSON.stringify([request.target, request.headers, request.body]).split(token).length - 1;
  return there && times === 1;
}

function sent({ status, headers, body }: Answer, values: Record<string, string>, clock: ManualClock): Sent {
  return {
    status: status ?? 200,
    headers: {
      date: new Date(clock.now()).toUTCString(),
      ...(filled(headers ?? {}, values) as Record<string, string>),
    },
    body: filled(body ?? '', values, clock) as object,
  };
}

/** Puts values into the braces of every text, at any depth. */
function filled(value: unknown, values: Record<string, string>, clock?: ManualClock): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, values, clock));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, values, clock)]));
  if (typeof value !== 'string') return value;
  const now = clock?.now() ?? 0;
  const time = /^\{(text:)?now(?:Ms|\+(\d+))\}$/.exec(value);
  if (time) {
    const [, asText, seconds] = time;
    const number = seconds === undefined ? now : Math.floor(now / 1000) + Number(seconds);
    return asText === undefined ? number : String(number);
  }
  const known: Record<string, string> = { ...CLIENT, privateKey, ...values };
  return value.replace(/\{(\w+)\}/g, (braces, name: string) => known[name] ?? braces);
}

function jwt(exp: number, count: number): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp, jti: count })}.c2ln`;
}
