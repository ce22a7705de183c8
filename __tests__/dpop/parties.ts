import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';
import { dpop, type DpopOptions } from '../../lib/dpop/index.js';
import {
  type AttachTokenOptions,
  clientCredentials,
  type ClientCredentialsOptions,
  type TokenBinding,
  type TokenHandle,
} from '../../lib/index.js';
import { type Answer, type FakeServer, fakeServer, type Received } from '../support/fake-server.js';
import { attach, record, type RecordedEvents } from '../support/world.js';
import { faultOfProof, type Proof, readProof } from './proofs.js';

// An authorization server and an API that take DPoP at its word: a proof that is not exactly right, or came before, is refused.

export interface Party {
  url: string;
  requests: Received[];
  /** Those that were right in themselves, also where their nonce was not. */
  proofs: Proof[];
  /** What proofs must hold; `undefined`: no matter. */
  nonce: string | undefined;
  /** What answers say the nonce is; default: `nonce`. */
  announce: (request: Received) => string | undefined;
  /** Answers in the place of what would be said to a good request. */
  answering: (request: Received) => Answer | undefined;
}

export interface AuthorizationServer extends Party {
  tokenUrl: string;
  /** The thumbprint of the key that each token is bound to. */
  tokens: Map<string, string>;
  /** In its answers. */
  tokenType: string | undefined;
}

async function party(
  serve: (request: Received, self: Party) => Answer | Promise<Answer>,
  refuse: (error: string, description: string) => Answer,
  accessTokenOf: (request: Received) => string | undefined,
): Promise<Party & { server: FakeServer }> {
  const seen = new Set<string>();
  const server = await fakeServer(async (request) => {
    const answer = await judge(request);
    const nonce = self.announce(request);
    return { ...answer, headers: { ...(nonce !== undefined && { 'DPoP-Nonce': nonce }), ...answer.headers } };
  });
  const self: Party & { server: FakeServer } = {
    server,
    url: server.url,
    requests: server.requests,
    proofs: [],
    nonce: undefined,
    announce: () => self.nonce,
    answering: () => undefined,
  };
  const judge = async (request: Received): Promise<Answer> => {
    const { dpop: text, host } = request.headers;
    if (text === undefined) return refuse('invalid_dpop_proof', 'no proof');
    const proof = await readProof(text).catch((error: unknown) => String(error));
    if (typeof proof === 'string') return refuse('invalid_dpop_proof', proof);
    const address = `http://${host!}${request.target.split('?')[0]!}`; // to the letter
    const fault = faultOfProof(proof, { method: request.method, address, accessToken: accessTokenOf(request) });
    if (fault !== undefined) return refuse('invalid_dpop_proof', fault);
    if (seen.has(proof.claims.jti)) return refuse('invalid_dpop_proof', 'jti is not new');
    seen.add(proof.claims.jti);
    self.proofs.push(proof);
    if (self.nonce !== undefined && proof.claims.nonce !== self.nonce) return refuse('use_dpop_nonce', 'another nonce');
    return self.answering(request) ?? serve(request, self);
  };
  return self;
}

export async function authorizationServer(): Promise<AuthorizationServer> {
  const tokens = new Map<string, string>();
  const base = await party(
    (_request, { proofs }) => {
      const accessToken = `tok-${tokens.size + 1}-${Math.random().toString(36).slice(2)}`;
      tokens.set(accessToken, proofs.at(-1)!.thumbprint);
      return { body: { access_token: accessToken, token_type: self.tokenType, expires_in: 3600 } };
    },
    (error, description) => ({ status: 400, body: { error, error_description: description } }),
    () => undefined,
  );
  const self: AuthorizationServer = Object.assign(base, { tokenUrl: `${base.url}/token`, tokens, tokenType: 'DPoP' });
  return self;
}

/** An API that takes the tokens of an authorization server, with a proof by the key that they are bound to. */
export async function protectedApi(issuer: Pick<AuthorizationServer, 'tokens'>): Promise<Party> {
  const refuse = (error: string, description: string): Answer => ({
    status: 401,
    headers: { 'WWW-Authenticate': `DPoP realm="api", error="${error}", error_description="${description}"` },
  });
  return party(
    (request, { proofs }) => {
      const bound = issuer.tokens.get(accessTokenIn(request) ?? '');
      if (bound === undefined) return refuse('invalid_token', 'unknown');
      if (proofs.at(-1)!.thumbprint !== bound) return refuse('invalid_token', 'bound to another key');
      return { body: { ok: true, path: request.path } };
    },
    refuse,
    accessTokenIn,
  );
}

export function accessTokenIn({ headers }: Received): string | undefined {
  return /^DPoP (\S+)$/.exec(headers.authorization ?? '')?.[1];
}

export interface Setting {
  dpop?: DpopOptions;
  binding?: TokenBinding;
  axios?: CreateAxiosDefaults;
  source?: Partial<ClientCredentialsOptions>;
  attach?: AttachTokenOptions;
  /** Before the plugin is attached. */
  before?: (parties: { server: AuthorizationServer; upstream: Party }) => void;
}

export interface DpopWorld {
  server: AuthorizationServer;
  upstream: Party;
  api: AxiosInstance;
  auth: TokenHandle;
  events: RecordedEvents;
}

export async function startDpopWorld(setting: Setting = {}): Promise<DpopWorld> {
  const server = await authorizationServer();
  const upstream = await protectedApi(server);
  setting.before?.({ server, upstream });
  const api = axios.create({ baseURL: upstream.url, proxy: false, ...setting.axios });
  const auth = attach(api, sourceFor(server, setting), { tokenTimeoutMs: 5000, ...setting.attach });
  return { server, upstream, api, auth, events: record(auth) };
}

export function sourceFor(
  server: AuthorizationServer,
  { dpop: options, binding = dpop(options), source }: Setting = {},
): ReturnType<typeof clientCredentials> {
  const { tokenUrl } = server;
  return clientCredentials({
    tokenUrl,
    clientId: 'client',
    clientSecret: 'the-client-secret',
    dpop: binding,
    ...source,
  });
}

/** The nonces in the proofs that came. */
export function noncesIn({ proofs }: Party): (string | undefined)[] {
  return proofs.map(({ claims }) => claims.nonce);
}

export function statuses(calls: { status: number }[]): number[] {
  return [...new Set(calls.map(({ status }) => status))];
}
