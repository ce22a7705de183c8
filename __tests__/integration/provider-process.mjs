// An oidc-provider and an API that takes its tokens, in a process of their own: forked by provider.ts, ended by its disconnect.
import { createHash, createPublicKey, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { errors, Provider } from 'oidc-provider';

const { clients, gatekeeper, resources, tls } = JSON.parse(process.argv[2]);

// Moved from outside: both the provider's and the API's idea of the time.
const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

let counts;
let refusals;
const reset = () => {
  refusals = [];
  counts = { tokenRequests: 0, logins: [], apiRequests: 0, apiRejections: 0 };
};
reset();

async function listen(serve, secure) {
  const server = secure ? createTlsServer(secure, serve) : createServer(serve);
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http${secure ? 's' : ''}://127.0.0.1:${server.address().port}` };
}

// The provider.

let handle;
const serve = (request, response) => {
  if (request.url === '/token') {
    counts.tokenRequests += 1;
    request.once('data', (body) => counts.logins.push(login(request, body.toString())));
  }
  handle(request, response);
};
const authority = await listen(serve);
const issuer = authority.origin;
const tlsDoor = tls && (await listen(serve, { ...tls, requestCert: true, rejectUnauthorized: false }));

/** How the client says who it is; the provider takes a secret by either way, whatever the client is registered for. */
function login({ headers }, body) {
  if (headers.authorization !== undefined) return 'header';
  const parameters = new URLSearchParams(body);
  if (parameters.has('client_assertion')) return 'assertion';
  return parameters.has('client_secret') ? 'body' : 'none';
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider(issuer, {
  clients: [...clients, gatekeeper].map(({ id, secret, method, scope, keys, commonName }) => ({
    client_id: id,
    ...(keys && { jwks: { keys } }),
    ...(commonName && { tls_client_auth_subject_dn: `CN=${commonName}` }),
    ...(secret === undefined ? {} : { client_secret: secret }),
    token_endpoint_auth_method: method,
    ...(scope === undefined ? {} : { scope }),
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  })),
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['not used'] },
  scopes: ['read', 'write'],
  ttl: { ClientCredentials: (_ctx, token, client) => ttlOf(client) ?? token.resourceServer?.accessTokenTTL ?? 600 },
  clientAuthMethods: [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
    'none',
  ],
  features: {
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      getCertificate: ({ socket }) => certificateOf(socket),
      certificateAuthorized: ({ socket }) => socket.authorized === true,
      certificateSubjectMatches: ({ socket }, property, expected) =>
        property === 'tls_client_auth_subject_dn' && certificateOf(socket)?.subject === expected,
    },
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo(_ctx, identifier) {
        if (!resources.includes(identifier)) throw new errors.InvalidTarget('resource indicator is unknown here');
        return { scope: 'read write', audience: identifier, accessTokenFormat: 'jwt', accessTokenTTL: 600 };
      },
    },
  },
});
handle = provider.callback();
provider.on('grant.error', (_ctx, { error_detail: detail, message }) => refusals.push(detail ?? message));

function certificateOf(socket) {
  const { raw } = socket.getPeerCertificate?.() ?? {};
  return raw && new X509Certificate(raw);
}

function ttlOf(client) {
  return clients.find(({ id }) => id === client?.clientId)?.lifetimeSeconds;
}

// The API: it knows nothing by itself, and asks the provider about each token.

const api = await listen((request, response) => {
  counts.apiRequests += 1;
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
});

async function answer(request, response) {
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  const grant = token === undefined ? undefined : await grantOf(token, request.headers['x-audience']);
  if (grant === undefined) {
    counts.apiRejections += 1;
    const parameters = token === undefined ? '' : ', error="invalid_token"';
    response.writeHead(401, { 'www-authenticate': `Bearer realm="api"${parameters}` }).end();
    return;
  }
  // Enough to tell tokens apart, and no use to a thief.
  const fingerprint = createHash('sha256').update(token).digest('hex').slice(0, 12);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...grant, fingerprint }));
}

function grantOf(token, audience = resources[0]) {
  return token.split('.').length === 3 ? verifyJwt(token, audience) : introspect(token);
}

/** RFC 7662, as a client that may do nothing else. */
async function introspect(token) {
  const { id, secret } = gatekeeper;
  const answered = await fetch(`${issuer}/token/introspection`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  if (!answered.ok) throw new Error(`introspection: ${answered.status}`);
  const { active, client_id: clientId, scope, token_type: tokenType } = await answered.json();
  return active ? { kind: 'opaque', clientId, scope, tokenType } : undefined;
}

/** RFC 9068 §4, by the keys that the provider publishes. */
async function verifyJwt(token, audience) {
  const [head, body, signature] = token.split('.');
  const { alg, kid, typ } = parsed(head);
  const { keys } = await (await fetch(`${issuer}/jwks`)).json();
  const jwk = keys.find((key) => key.kid === kid);
  if (alg !== 'ES256' || typ !== 'at+jwt' || jwk === undefined) return undefined;
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
  const { iss, aud, exp, client_id: clientId, scope } = parsed(body);
  if (iss !== issuer || aud !== audience || exp * 1000 <= Date.now()) return undefined;
  return { kind: 'jwt', clientId, scope, audience: aud };
}

function parsed(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

// What the test may ask for.

process.on('message', ({ id, advanceMs = 0, resetCounts = false }) => {
  aheadMs += advanceMs;
  if (resetCounts) reset();
  process.send({ id, counts, refusals });
});
process.on('disconnect', () => {
  for (const { server } of [authority, api, tlsDoor].filter(Boolean)) {
    server.close();
    server.closeAllConnections();
  }
});
process.send({ issuer, apiUrl: api.origin, tlsOrigin: tlsDoor?.origin });
