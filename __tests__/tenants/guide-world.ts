import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios, { type AxiosInstance } from 'axios';
import type { Express } from 'express';
import * as grants from '../../lib/grants/index.js';
import * as ours from '../../lib/index.js';
import type { ProtectedApi } from '../../lib/testing/index.js';
import { readDocument } from '../readme/markdown.js';
import { execute } from '../readme/run.js';
import { type Answer, fakeServer, type FakeServer, form, type Received } from '../support/fake-server.js';
import { turn } from '../support/turn.js';
import { attach, protectedApi } from '../support/world.js';

// docs/tenants.md as the one program that it is, an authorization server that knows its clients and users, and an API.

export const guide = readDocument('docs/tenants.md');

/** All blocks, in order. */
export const program = guide.blocks.map(({ code }) => code).join('\n');

export const SECRETS: Record<string, string> = {
  'my-service': 'secret-of-the-service',
  'acme-client': 'secret-of-acme',
  'globex-client': 'secret-of-globex',
};

export interface AuthorizationServer extends FakeServer {
  /** Whose each token is: of a user, by name, or of a client. */
  owners: Map<string, string>;
  /** Users who are signed in, by their access token. */
  users: Map<string, string>;
  revokeAll(): void;
  isActive(token: string): boolean;
  /** Before an answer. */
  delay: (owner: string) => Promise<unknown>;
}

/** Client credentials (RFC 6749 §4.4) and token exchange (RFC 8693). It names the owner in each token. */
export async function authorizationServer(): Promise<AuthorizationServer> {
  const owners = new Map<string, string>();
  const users = new Map<string, string>();
  let live = new Set<string>();
  const answer = async ({ body }: Received): Promise<Answer> => {
    const { grant_type, client_id = '', client_secret, subject_token = '' } = form(body);
    if (client_secret === undefined || SECRETS[client_id] !== client_secret) return refusal(401, 'invalid_client');
    const owner = grant_type === 'client_credentials' ? client_id : users.get(subject_token);
    if (owner === undefined) return refusal(400, 'invalid_grant');
    await server.delay(owner);
    const token = `token-${owners.size + 1}-of-${owner}`;
    owners.set(token, owner);
    live.add(token);
    return { body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } };
  };
  const server: AuthorizationServer = {
    ...(await fakeServer(answer)),
    owners,
    users,
    revokeAll: () => void (live = new Set()),
    isActive: (token) => live.has(token),
    delay: turn,
  };
  return server;
}

function refusal(status: number, error: string): Answer {
  return { status, body: { error } };
}

export interface Guide {
  server: AuthorizationServer;
  upstream: ProtectedApi;
  printed: string;
  app: Express;
  sessions: Map<string, { tenant: string; userToken?: string }>;
  actingFor: <T>(caller: { tenant: string; userToken?: string }, work: () => T) => T;
  asUser: AxiosInstance;
  asService: AxiosInstance;
  userAuth: ours.TokenHandle;
  auth: ours.TokenHandle;
}

/** The program of the guide, at work. */
export async function playGuide(): Promise<Guide> {
  const server = await authorizationServer();
  const upstream = await protectedApi({ accepts: server });
  const directory = mkdtempSync(join(tmpdir(), 'tenants-'));
  for (const name of ['acme', 'globex']) writeFileSync(join(directory, name), `${SECRETS[`${name}-client`]!}\n`);
  const code = program
    .replaceAll('https://auth.example.com', server.url)
    .replaceAll('https://api.example.com', upstream.url)
    .replaceAll('/run/secrets', directory);
  const exported: Record<string, unknown> = {};
  const packages = {
    axios: { __esModule: true, ...axios, default: axios },
    'axios-client-credentials': { ...ours, attachToken: attach },
    'axios-client-credentials/grants': grants,
  };
  try {
    const env = { CLIENT_SECRET: SECRETS['my-service'] };
    const printed = await execute(code, { exports: exported, process: { env } }, packages);
    return { server, upstream, printed, ...(exported as unknown as Omit<Guide, 'server' | 'upstream' | 'printed'>) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
