import OAuth2Server, { type Client, type Token } from '@node-oauth/oauth2-server';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SecondClient {
  id: string;
  secret: string;
  /** What it may ask for. */
  scopes: string[];
  grants?: string[];
}

export interface SecondServer {
  tokenUrl: string;
  /** Takes any token, but for `/admin`, which wants the scope `write`. */
  apiUrl: string;
  /** The bodies of all token requests, as they came. */
  tokenRequests: Record<string, string>[];
  /** The status of each answer of the API. */
  apiAnswers: number[];
  /** The refresh token that somebody's login would have left with a client. */
  login(client: SecondClient, scope: string[]): Promise<string>;
  /** Ends every access token, without a word to whom it belongs. */
  expireAll(): void;
  close(): Promise<void>;
}

/** Whom and what the API saw. */
export interface SecondGrant {
  clientId: string;
  scope: string[];
  accessToken: string;
}

const LIFETIME_S = 100;

/** An authorization server and an API of another make than the provider: `@node-oauth/oauth2-server`, with all its state in memory. */
export async function startSecondServer(clients: SecondClient[]): Promise<SecondServer> {
  const { model, tokens, clientOf } = memory(clients);
  const oauth = new OAuth2Server({ model, accessTokenLifetime: LIFETIME_S, alwaysIssueNewRefreshToken: true });
  const tokenRequests: Record<string, string>[] = [];
  const apiAnswers: number[] = [];

  const token = async (asked: OAuth2Server.Request, answer: OAuth2Server.Response): Promise<void> => {
    tokenRequests.push(asked.body as Record<string, string>);
    await oauth.token(asked, answer);
  };
  const api = async (asked: OAuth2Server.Request, answer: OAuth2Server.Response, path: string): Promise<void> => {
    const scope = path.startsWith('/admin') ? { scope: ['write'] } : {};
    const granted = await oauth.authenticate(asked, answer, scope);
    answer.body = { clientId: granted.client.id, scope: granted.scope, accessToken: granted.accessToken };
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url!, 'http://second');
    const answer = new OAuth2Server.Response({});
    const asked = new OAuth2Server.Request({
      headers: request.headers as Record<string, string>,
      method: request.method!,
      query: {},
      body: Object.fromEntries(new URLSearchParams(await text(request))),
    });
    try {
      await (pathname === '/token' ? token(asked, answer) : api(asked, answer, pathname));
    } catch (error) {
      answer.status = (error as OAuth2Server.OAuthError).code; // with whatever it has written into the answer
    }
    if (pathname !== '/token') apiAnswers.push(answer.status ?? 200);
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  };

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    tokenUrl: `${origin}/token`,
    apiUrl: origin,
    tokenRequests,
    apiAnswers,
    async login({ id }, scope) {
      const refreshToken = `refresh-${tokens.length}`;
      await model.saveToken({ accessToken: 'not used', refreshToken, scope, ...clientOf(id) }, clientOf(id).client, {});
      return refreshToken;
    },
    expireAll() {
      for (const one of tokens) one.accessTokenExpiresAt = new Date(0);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type Model = OAuth2Server.ClientCredentialsModel & OAuth2Server.RefreshTokenModel;

/** The server's memory: what it leaves to those who use it. */
function memory(clients: SecondClient[]) {
  const tokens: Token[] = [];
  const clientOf = (id: string): { client: Client; user: object } => ({
    client: { grants: ['client_credentials', 'refresh_token'], ...clients.find((one) => one.id === id), id },
    user: { id },
  });
  const model = {
    getClient: async (id, secret) =>
      clients.some((one) => one.id === id && one.secret === secret) ? clientOf(id).client : undefined,
    getUserFromClient: async ({ id }) => clientOf(id).user,
    validateScope: async (_user, client, scope) => {
      const allowed = client.scopes as string[];
      return scope ? scope.every((one) => allowed.includes(one)) && scope : allowed;
    },
    verifyScope: async (token, scope) => scope.every((one) => token.scope?.includes(one)),
    saveToken: async (token, client, user) => {
      tokens.push({ ...token, client, user });
      return { ...token, client, user };
    },
    getAccessToken: async (value) => tokens.find(({ accessToken }) => accessToken === value),
    getRefreshToken: async (value) => tokens.find(isRefreshable(value)),
    revokeToken: async ({ refreshToken }) => {
      const found: Token | undefined = tokens.find(isRefreshable(refreshToken));
      delete found?.refreshToken;
      return found !== undefined;
    },
  } satisfies Model;
  return { model, tokens, clientOf };
}

function isRefreshable(value: string): (token: Token) => token is Token & { refreshToken: string } {
  return (token): token is Token & { refreshToken: string } => token.refreshToken === value;
}
