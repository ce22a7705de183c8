import { startProtectedApi, startTokenServer } from '../../lib/testing/index.js';
import type { ProtectedApi, ProtectedApiOptions, TokenServer, TokenServerOptions } from '../../lib/testing/index.js';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** A token server that is closed after the test. */
export async function tokenServer(options?: TokenServerOptions): Promise<TokenServer> {
  const server = await startTokenServer(options);
  running.push(server);
  return server;
}

/** An API that is closed after the test; it takes the token `good` unless told otherwise. */
export async function protectedApi(options: Partial<ProtectedApiOptions> = {}): Promise<ProtectedApi> {
  const api = await startProtectedApi({ accepts: (token) => token === 'good', ...options });
  running.push(api);
  return api;
}

export const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;

/** Asks for a token with the first client's secret in the body. */
export function ask(
  server: TokenServer,
  parameters: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Response> {
  const client = { grant_type: 'client_credentials', client_id: server.clientId, client_secret: server.clientSecret };
  return fetch(server.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ ...client, ...parameters }),
    redirect: 'manual',
    ...init,
  });
}

export async function tokenOf(server: TokenServer, parameters?: Record<string, string>): Promise<string> {
  const { access_token } = await json(await ask(server, parameters));
  return access_token as string;
}

export async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

export function call(api: ProtectedApi, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(api.url + path, {
    redirect: 'manual',
    ...init,
    headers: { authorization: 'Bearer good', ...(init.headers as object) },
  });
}
