import type { ServerResponse } from 'node:http';
import {
  type Answer,
  type Answering,
  fakeServer,
  type FakeServer,
  form,
  type Received,
} from '../support/fake-server.js';

// A token endpoint whose refresh tokens are good for one use; a second use ends the login, as RFC 9700 §4.14.2 has it.

/** What happens to one request, after it was read: an answer without further ado, or a refresh that is done and an answer that is lost. */
export type Mishap = Answer | keyof typeof LOST;

const LOST: Record<
  'reset' | 'truncated' | 'html' | 'empty' | 'no token' | 'bad gateway' | 'gateway timeout' | 'internal error',
  (response: ServerResponse) => void
> = {
  reset: (response) => void response.destroy(),
  truncated(response) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"access_token":"half', () => response.destroy());
  },
  html: (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>'),
  empty: (response) => void response.writeHead(200).end(),
  'no token': (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
  'bad gateway': (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>502</html>'),
  'gateway timeout': (response) => void response.writeHead(504).end(),
  'internal error': (response) => void response.writeHead(500).end('Internal Server Error'),
};

export const LOSSES = Object.keys(LOST) as (keyof typeof LOST)[];

export interface RotatingServer extends FakeServer {
  tokenUrl: string;
  /** A new login: its first refresh token. */
  login(user: string): string;
  /** What goes wrong with the next requests, one each. */
  mishaps: Mishap[];
  /** Changes what a success says. */
  dress: (body: Record<string, unknown>) => object;
  /** Holds answers back until it resolves. The refresh is done by then. */
  until: Promise<unknown> | undefined;
  /** Refresh tokens in the order of their arrival. */
  readonly sent: string[];
  /** Refresh tokens that came when they were spent already. */
  readonly stolen: string[];
}

export const CLIENT = { clientId: 'the-backend', clientSecret: 'secret-of-the-backend' };

interface Login {
  user: string;
  current: string;
  uses: number;
}

/** @param rotates whether an answer holds a new refresh token */
export async function rotatingServer(rotates = true): Promise<RotatingServer> {
  const logins = new Map<string, Login | undefined>(); // by each refresh token that it ever had; undefined: ended
  const invalid = { status: 400, body: { error: 'invalid_grant' } };

  const refresh = (refreshToken: string, scope = ''): Answer => {
    const login = logins.get(refreshToken);
    if (login === undefined) return invalid;
    if (login.current !== refreshToken) {
      server.stolen.push(refreshToken);
      for (const [token, owner] of logins) if (owner === login) logins.set(token, undefined);
      return invalid;
    }
    login.uses += 1;
    const next = `refresh-token-of-${login.user}-number-${login.uses}`;
    if (rotates) logins.set((login.current = next), login);
    const access_token = `access-token-of-${login.user}-number-${login.uses}${scope && `-for-${scope}`}`;
    const body = { access_token, token_type: 'Bearer', expires_in: 600, ...(rotates && { refresh_token: next }) };
    return { body: server.dress(body) };
  };

  const answering = async (request: Received, response: ServerResponse): Promise<Answer | undefined> => {
    const { grant_type, refresh_token = '', client_id, client_secret, scope, ...rest } = form(request.body);
    server.sent.push(refresh_token);
    const mishap = server.mishaps.shift();
    if (typeof mishap === 'object') return mishap;
    const isRight =
      request.method === 'POST' &&
      request.path === '/token' &&
      grant_type === 'refresh_token' &&
      client_id === CLIENT.clientId &&
      client_secret === CLIENT.clientSecret &&
      Object.keys(rest).length === 0;
    if (!isRight) return { status: 400, body: { error: 'invalid_request' } };
    const answer = refresh(refresh_token, scope);
    await server.until;
    if (mishap === undefined) return answer;
    LOST[mishap](response);
    return undefined;
  };
  const fake = await fakeServer(answering as Answering);
  const server: RotatingServer = Object.assign(fake, {
    tokenUrl: `${fake.url}/token`,
    login(user: string) {
      const first = `refresh-token-of-${user}-number-0`;
      logins.set(first, { user, current: first, uses: 0 });
      return first;
    },
    mishaps: [],
    dress: (body: Record<string, unknown>) => body,
    until: undefined,
    sent: [],
    stolen: [],
  });
  return server;
}

/** A promise that the test settles. */
export function controlled<T = void>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (e: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}
