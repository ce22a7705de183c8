import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A client that the provider knows. */
export interface ProviderClient {
  id: string;
  secret?: string;
  method:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'tls_client_auth'
    | 'self_signed_tls_client_auth'
    | 'none';
  /** Its public keys. */
  keys?: object[];
  /** Of its certificate, for `tls_client_auth`. */
  commonName?: string;
  /** The only one that its assertions may be signed with. Default: any. */
  algorithm?: string;
  /** What its tokens are bound to; neither the provider nor the API lets go of it. Default: nothing, or what the client asks for. */
  binding?: 'dpop' | 'dpop with nonces' | 'certificate';
  /** What it may ask for. Default: anything. */
  scope?: string;
  /** How long its tokens live. Default 600. */
  lifetimeSeconds?: number;
}

export interface ProviderCounts {
  tokenRequests: number;
  /** Where the client put its secret, or that it sent an assertion, for each token request. */
  logins: ('header' | 'body' | 'assertion' | 'none')[];
  apiRequests: number;
  apiRejections: number;
}

/** What the API says of a token that it has found to be good. */
export interface Grant {
  kind: 'opaque' | 'jwt';
  clientId: string;
  scope?: string;
  audience?: string;
  tokenType?: string;
  /** Whose login it goes back to. */
  sub?: string;
  fingerprint: string;
  /** By which it came. */
  scheme: 'Bearer' | 'DPoP';
  /** SHA-256 of the key that it is bound to, and that the caller has proven to have. */
  jkt?: string;
  /** What the proof held of the API's nonces. */
  nonce?: string;
  /** SHA-256 of the certificate that it is bound to, and that the caller has shown. */
  thumbprint?: string;
}

/** What a revocation request looked like. */
export interface Revocation {
  login: ProviderCounts['logins'][number];
  over: 'http' | 'https';
}

/** What second doors, over TLS, need: all as PEM. They ask for a certificate, and leave it to who serves what to do without. */
export interface ProviderTls {
  key: string;
  cert: string;
  /** Whose certificates it trusts. */
  ca: string;
}

export interface Login {
  clientId: string;
  scope: string;
  /** Default: `'somebody'`. */
  person?: string;
}

export interface Provider {
  issuer: string;
  tokenUrl: string;
  /** The same over TLS, where the provider was started with it. */
  tlsTokenUrl: string | undefined;
  revocationUrl: string;
  /** An API that takes what the provider has issued and nothing else, whatever the path. */
  apiUrl: string;
  /** The same over TLS, where the provider was started with it. */
  apiTlsUrl: string | undefined;
  counts(): Promise<ProviderCounts>;
  /** Why it refused token requests, in the words that it keeps to itself. Forgotten with the counts, as all that follows. */
  refusals(): Promise<string[]>;
  /** Why the API refused requests. */
  apiRefusals(): Promise<string[]>;
  revocations(): Promise<Revocation[]>;
  /** How often its metadata were asked for. */
  discoveries(): Promise<number>;
  resetCounts(): Promise<void>;
  /** Adds a client, or changes what is known of it. */
  register(client: ProviderClient): Promise<void>;
  /** The tokens that somebody's login would have left with a client. */
  login(login: Login): Promise<{ refreshToken: string; accessToken: string }>;
  /** The next token requests are heard, but their answers become these: a status without a word of OAuth, or 0 for none at all. */
  loseAnswers(statuses: number[]): Promise<void>;
  /** From now on the API takes no nonce that it has given before. */
  renewNonces(): Promise<void>;
  /** Moves the clock of the provider and its API. */
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** The resource servers for which the provider issues JWTs. The API is the first one, unless `x-audience` says otherwise. */
export const RESOURCES = ['https://things.example.test/', 'https://people.example.test/'] as const;

/** Of the API itself, at the introspection endpoint. */
const gatekeeper: ProviderClient = { id: 'gatekeeper', secret: 'gatekeeper-secret', method: 'client_secret_basic' };

/** Starts oidc-provider in a child process: inside Jest its keys are objects of another realm, and it refuses them. */
export async function startProvider(clients: ProviderClient[], tls?: ProviderTls): Promise<Provider> {
  const settings = JSON.stringify({ clients, gatekeeper, resources: RESOURCES, tls });
  const child = fork(join(__dirname, 'provider-process.mjs'), [settings], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const { issuer, apiUrl, tlsOrigin, apiTlsUrl } = await started(child);
  const ask = asking(child);
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    tlsTokenUrl: tlsOrigin === undefined ? undefined : `${tlsOrigin}/token`,
    revocationUrl: `${issuer}/token/revocation`,
    apiUrl,
    apiTlsUrl,
    counts: async () => (await ask({})).counts,
    refusals: async () => (await ask({})).refusals,
    apiRefusals: async () => (await ask({})).apiRefusals,
    revocations: async () => (await ask({})).revocations,
    discoveries: async () => (await ask({})).discoveries,
    resetCounts: async () => {
      await ask({ resetCounts: true });
    },
    register: async (client) => {
      await ask({ client });
    },
    login: async (login) => {
      const { refreshToken, accessToken } = await ask({ login });
      return { refreshToken: refreshToken!, accessToken: accessToken! };
    },
    loseAnswers: async (statuses) => {
      await ask({ loseAnswers: statuses });
    },
    renewNonces: async () => {
      await ask({ renewNonces: true });
    },
    advance: async (ms) => {
      await ask({ advanceMs: ms });
    },
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      const [code, signal] = (await exit) as [number | null, string | null];
      if (code !== 0) throw new Error(`The provider ended with ${code ?? signal ?? 'nothing'}.`);
    },
  };
}

interface Wish {
  advanceMs?: number;
  resetCounts?: boolean;
  renewNonces?: boolean;
  loseAnswers?: number[];
  client?: ProviderClient;
  login?: Login;
}

interface Told {
  counts: ProviderCounts;
  refusals: string[];
  apiRefusals: string[];
  revocations: Revocation[];
  discoveries: number;
  refreshToken?: string;
  accessToken?: string;
  fault?: string;
}

/** Every message has its answer. */
function asking(child: ChildProcess): (wish: Wish) => Promise<Told> {
  let lastId = 0;
  return (wish) => {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const listen = (answer: Told & { id: number }): void => {
        if (answer.id !== id) return;
        child.off('message', listen);
        if (answer.fault === undefined) resolve(answer);
        else reject(new Error(answer.fault));
      };
      child.on('message', listen);
      child.send({ id, ...wish }, (error) => {
        if (error) reject(error);
      });
    });
  };
}

interface Addresses {
  issuer: string;
  apiUrl: string;
  tlsOrigin?: string;
  apiTlsUrl?: string;
}

/** Its first message; a child that ends before that says why on stderr. */
function started(child: ChildProcess): Promise<Addresses> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => {
      reject(new Error(`The provider did not start (${code ?? 'killed'}): ${complaint}`));
    };
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message as Addresses);
    });
  });
}
