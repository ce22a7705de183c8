import { EmbeddedJWK, jwtVerify } from 'jose';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a token was given for, and how it must be sent. */
interface Grant {
  grant: string;
  scope: string;
  scheme: string;
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/**
 * An authorization server and an API of one origin. `/who` tells what the token was given for, `/admin` wants the scope `admin`
 * (RFC 6750 §3.1). A token that was asked for with a proof is good with one only (RFC 9449), and every proof is verified.
 */
export async function startAuthorizationServer(): Promise<{ origin: string; close(): Promise<void> }> {
  const grants = new Map<string, Grant>();
  let origin = '';
  let issued = 0;

  const metadata = (): Answer => ({
    body: {
      issuer: origin,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    },
  });

  const issue = async (request: IncomingMessage, form: URLSearchParams): Promise<Answer> => {
    const scheme = request.headers.dpop === undefined ? 'Bearer' : 'DPoP';
    if (scheme === 'DPoP') await verifyProof(request, undefined);
    const token = `token-${++issued}`;
    grants.set(token, { grant: form.get('grant_type') ?? '', scope: form.get('scope') ?? '', scheme });
    const renewed = form.has('refresh_token') ? { refresh_token: `refresh-${issued}` } : {};
    return {
      body: {
        access_token: token,
        token_type: scheme,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        expires_in: 3600,
        ...renewed,
      },
    };
  };

  const call = async (request: IncomingMessage): Promise<Answer> => {
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    const grant = grants.get(token);
    if (!grant || grant.scheme !== scheme) return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } };
    if (scheme === 'DPoP') await verifyProof(request, token);
    if (request.url !== '/admin' || grant.scope.includes('admin')) return { body: grant };
    return {
      status: 403,
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="admin"' },
    };
  };

  const verifyProof = async (request: IncomingMessage, token: string | undefined): Promise<void> => {
    const { payload } = await jwtVerify(String(request.headers.dpop), EmbeddedJWK, { typ: 'dpop+jwt' });
    const { htm, htu, ath } = payload;
    const hash = token && createHash('sha256').update(token).digest('base64url');
    if (htm !== request.method || htu !== `${origin}${request.url ?? ''}` || ath !== hash)
      throw new Error('wrong proof');
  };

  const answer = (request: IncomingMessage, form: URLSearchParams): Answer | Promise<Answer> => {
    if (request.url === '/.well-known/openid-configuration') return metadata();
    if (request.url === '/token') return issue(request, form);
    if (request.url !== '/revoke') return call(request);
    grants.delete(form.get('token') ?? '');
    return {};
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const end = ({ status = 200, headers = {}, body = {} }: Answer): void => {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
      };
      const failed = (error: unknown): void => {
        end({ status: 400, body: { error: 'invalid_request', error_description: String(error) } });
      };
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      Promise.resolve(answer(request, form)).then(end, failed);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed();
        });
        server.closeAllConnections();
      }),
  };
}
