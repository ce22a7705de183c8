import type { ServerResponse } from 'node:http';
import axios from 'axios';
import { type Clock, clientCredentials, type ClientCredentialsOptions, type TokenSource } from '../../lib/index.js';
import type { TokenRequest } from '../../lib/index.js';
import { type Answering, fakeServer, type FakeServer, granted, type Received } from '../support/fake-server.js';
import type { ManualClock } from '../support/manual-clock.js';
import { client } from './asking.js';

// An authorization server that is found by its metadata.

export const OPENID = '/.well-known/openid-configuration';
export const OAUTH = '/.well-known/oauth-authorization-server';

export interface Authority {
  server: FakeServer;
  issuer: string;
  /** What it says of itself; a test may change it at any time. */
  document: Record<string, unknown>;
  /** Answers in place of what a path would answer, with how often that path was asked for. */
  answers: Record<string, (count: number, response: ServerResponse) => ReturnType<Answering>>;
  /** Requests for a path that ends so. */
  asked(path: string): Received[];
  /** All requests for metadata. */
  reads(): Received[];
}

/** @param path of the issuer @param at where its document is */
export async function authority(path = '', at = `${path.replace(/\/$/, '')}${OPENID}`): Promise<Authority> {
  const answers: Authority['answers'] = {};
  const document: Record<string, unknown> = {};
  const server: FakeServer = await fakeServer(({ target: whole }, response) => {
    const [asked = ''] = whole.split('?');
    const own = answers[asked];
    if (own) return own(server.requests.filter(({ target }) => target === asked).length, response);
    if (asked === at) return { body: document };
    return asked.endsWith('/token') ? { body: granted() } : { status: 404 };
  });
  const issuer = `${server.url}${path}`;
  Object.assign(document, { issuer, token_endpoint: `${server.url}/token` });
  return {
    server,
    issuer,
    document,
    answers,
    asked: (end) => server.requests.filter(({ target }) => target.endsWith(end)),
    reads: () => server.requests.filter(({ target }) => target.includes('/.well-known/')),
  };
}

/** A source that knows nothing but the issuer. */
export function discovered(
  issuer: ClientCredentialsOptions['issuer'],
  options: Partial<ClientCredentialsOptions> = {},
): TokenSource {
  return clientCredentials({ issuer, ...client, ...options });
}

/** Something that a test opens when it wants to. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** An axios that gets this from every address, and writes down which they were. */
export function answeringWith(body: (url: URL) => object): { http: TokenRequest['http']; asked: string[] } {
  const asked: string[] = [];
  const request = async ({ url }: { url: string }): Promise<object> => {
    asked.push(url);
    return { status: 200, headers: {}, data: body(new URL(url)) };
  };
  return { http: { request, defaults: {} } as unknown as TokenRequest['http'], asked };
}

/** What a promise comes to, while time goes on. */
export async function inTime<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  promise.then(settle, settle);
  while (!state.settled) await clock.advance(100);
  return promise;
}

/** What a directory is asked with, apart from any handle. */
export function requestOf(
  request: Partial<TokenRequest> & { clock?: Clock } = {},
): TokenRequest & { abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return {
    reason: 'missing',
    signal: controller.signal,
    http: axios.create({ proxy: false }),
    allowInsecureHttp: false,
    ...request,
    abort: (reason) => {
      controller.abort(reason);
    },
  };
}
