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
  fingerprint: string;
}

/** What a second door, over TLS, needs: all as PEM. It asks for a certificate, and leaves it to the provider what to do without. */
export interface ProviderTls {
  key: string;
  cert: string;
  /** Whose certificates it trusts. */
  ca: string;
}

export interface Provider {
  issuer: string;
  tokenUrl: string;
  /** The same over TLS, where the provider was started with it. */
  tlsTokenUrl: string | undefined;
  revocationUrl: string;
  /** An API that takes what the provider has issued and nothing else, whatever the path. */
  apiUrl: string;
  counts(): Promise<ProviderCounts>;
  /** Why it refused token requests, in the words that it keeps to itself. Forgotten with the counts. */
  refusals(): Promise<string[]>;
  resetCounts(): Promise<void>;
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
  const { issuer, apiUrl, tlsOrigin } = await started(child);

  let lastId = 0;
  const ask = (message: { advanceMs?: number; resetCounts?: boolean } = {}): Promise<Told> => {
    const id = ++lastId;
    return new Promise((resolve, reject) => {
      const listen = (answer: Told & { id: number }): void => {
        if (answer.id !== id) return;
        child.off('message', listen);
        resolve(answer);
      };
      child.on('message', listen);
      child.send({ id, ...message }, (error) => {
        if (error) reject(error);
      });
    });
  };

  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    tlsTokenUrl: tlsOrigin === undefined ? undefined : `${tlsOrigin}/token`,
    revocationUrl: `${issuer}/token/revocation`,
    apiUrl,
    counts: async () => (await ask()).counts,
    refusals: async () => (await ask()).refusals,
    resetCounts: async () => {
      await ask({ resetCounts: true });
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

interface Told {
  counts: ProviderCounts;
  refusals: string[];
}

interface Addresses {
  issuer: string;
  apiUrl: string;
  tlsOrigin?: string;
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
