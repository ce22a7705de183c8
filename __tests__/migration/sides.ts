import axios, { type AxiosInstance } from 'axios';
import * as authRefresh from 'axios-auth-refresh';
import * as oauthClient from 'axios-oauth-client';
import tokenInterceptor from 'axios-token-interceptor';
import * as openid from 'openid-client';
import * as simple from 'simple-oauth2';
import * as ours from '../../lib/index.js';
import type { ProtectedApi, TokenServer, TokenServerOptions } from '../../lib/testing/index.js';
import { type Block, readDocument } from '../readme/markdown.js';
import { execute } from '../readme/run.js';
import { fakeServer } from '../support/fake-server.js';
import { attach, manualClock, protectedApi, tokenServer } from '../support/world.js';

// The sections of the guide that show what was and what comes in its place, and each of the two at work.

export const guide = readDocument('docs/migrating.md');

export const CLIENT = { clientId: 'my-service', clientSecret: 'the-secret-of-my-service' };

/** The servers that stand behind the addresses in a block. */
export interface Servers {
  server: TokenServer;
  upstream: ProtectedApi;
  /** An API on another host, which takes whatever it gets. */
  elsewhere: ProtectedApi;
  /** The authorization server by its metadata. */
  issuer: string;
}

export interface Side extends Servers {
  api: AxiosInstance;
  /** What else a block exports. */
  exported: Record<string, unknown>;
  printed: string;
  /** Lets time pass, for servers and clients alike. */
  later: (ms: number) => Promise<void>;
}

export interface Section {
  title: string;
  before: Block;
  after: Block;
}

export const sections: Section[] = [...new Set(guide.blocks.map(({ section }) => section))]
  .map((title) => {
    const named = (info: string) => guide.blocks.find((block) => block.section === title && block.info === info);
    return { title, before: named('before'), after: named('after') };
  })
  .filter((section): section is Section => section.before !== undefined && section.after !== undefined);

/** The blocks of "Step by step", in order. */
export const steps = guide.blocks.filter(({ info }) => info.startsWith('step '));

afterEach(() => {
  jest.restoreAllMocks();
});

export async function startServers(options: TokenServerOptions = {}): Promise<Servers> {
  const server = await tokenServer({ clients: [CLIENT], now: () => Date.now(), ...options });
  const metadata = await fakeServer(() => ({
    body: {
      issuer: metadata.url,
      token_endpoint: server.tokenUrl,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    },
  }));
  return {
    server,
    upstream: await protectedApi({ accepts: server }),
    elsewhere: await protectedApi({ accepts: () => true }),
    issuer: metadata.url,
  };
}

export interface Setting {
  /** Default: servers of its own. */
  servers?: Servers;
  env?: Record<string, string>;
  /** Names that the block has in reach. */
  given?: Record<string, unknown>;
}

/** A block at work, as a module of an application. */
export async function play({ code }: Pick<Block, 'code'>, setting: Setting = {}): Promise<Side> {
  const { servers = await startServers(), env = { CLIENT_SECRET: CLIENT.clientSecret }, given } = setting;
  const { server, upstream, elsewhere, issuer } = servers;
  const local = code
    .replaceAll('https://auth.example.com/oauth2/token', server.tokenUrl)
    .replaceAll(/(?<=tokenHost: ')https:\/\/auth\.example\.com/g, server.url)
    .replaceAll('https://auth.example.com', issuer)
    .replaceAll('https://api.example.com', upstream.url);
  const clock = manualClock();
  const exported: Record<string, unknown> = {};
  const timed: typeof attach = (api, source, options) => attach(api, source, { clock, random: () => 0, ...options });
  const printed = await execute(
    local,
    { exports: exported, process: { env }, ...given },
    { ...packages, 'axios-client-credentials': { ...ours, attachToken: timed } },
  );
  return {
    server,
    upstream,
    elsewhere,
    issuer,
    api: exported.api as AxiosInstance,
    exported,
    printed,
    async later(ms) {
      const now = Date.now() + ms;
      jest.spyOn(Date, 'now').mockReturnValue(now);
      await clock.advance(ms);
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- so that it stands out; the servers here speak plain http
const overHttp = { execute: [openid.allowInsecureRequests] };

const packages = {
  axios: { __esModule: true, default: axios },
  'axios-auth-refresh': authRefresh,
  'axios-oauth-client': oauthClient,
  'axios-token-interceptor': { __esModule: true, default: tokenInterceptor },
  'simple-oauth2': simple,
  'openid-client': {
    ...openid,
    discovery: (server: URL, clientId: string, metadata: string) =>
      openid.discovery(server, clientId, metadata, undefined, overHttp),
  },
};
