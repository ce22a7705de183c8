// An oidc-provider and an API that takes its tokens, in a process of their own: forked by provider.ts, ended by its disconnect.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { protectedApi } from './provider-api.mjs';
import { createProvider, metadataOf } from './provider-setup.mjs';

const { clients, gatekeeper, resources, tls } = JSON.parse(process.argv[2]);

// Moved from outside: both the provider's and the API's idea of the time.
const realNow = Date.now;
let aheadMs = 0;
Date.now = () => realNow() + aheadMs;

/** What was seen and said since the last reset. */
const seen = {};
const reset = () =>
  Object.assign(seen, {
    counts: { tokenRequests: 0, logins: [], apiRequests: 0, apiRejections: 0 },
    refusals: [],
    apiRefusals: [],
    revocations: [],
    discoveries: 0,
  });
reset();

async function listen(serveTimed, secure) {
  const serve = (request, response) => {
    if (aheadMs !== 0) response.setHeader('date', new Date(Date.now()).toUTCString());
    serveTimed(request, response);
  };
  const server = secure ? createTlsServer(secure, serve) : createServer(serve);
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http${secure ? 's' : ''}://127.0.0.1:${server.address().port}` };
}
/** Asks for a certificate, and leaves it to who serves what to do without, or with one that nobody knows. */
const secure = tls && { ...tls, requestCert: true, rejectUnauthorized: false };

// The provider.

let handle;
let lost = [];
const serve = (request, response) => {
  if (request.url === '/token') {
    counted(request, (body) => seen.counts.logins.push(login(request, body)));
    seen.counts.tokenRequests += 1;
    if (lost.length > 0) loseAnswer(response, lost.shift());
  }
  if (request.url === '/token/revocation')
    counted(request, (body) =>
      seen.revocations.push({ login: login(request, body), over: request.socket.encrypted ? 'https' : 'http' }),
    );
  if (request.url.startsWith('/.well-known/')) seen.discoveries += 1;
  handle(request, response);
};
const authority = await listen(serve);
const issuer = authority.origin;
const tlsDoor = secure && (await listen(serve, secure));

/** The provider does all that it is asked for, and something on the way answers in its place: with a status, or not at all (0). */
function loseAnswer(response, status) {
  const { end } = response;
  response.end = () => {
    if (status === 0) return response.destroy();
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusCode = status;
    response.setHeader('retry-after', '0');
    return end.call(response, 'Bad day');
  };
}

function counted(request, note) {
  request.once('data', (body) => note(body.toString()));
}

/** How the client says who it is; the provider takes a secret by either way, whatever the client is registered for. */
function login({ headers }, body) {
  if (headers.authorization !== undefined) return 'header';
  const parameters = new URLSearchParams(body);
  if (parameters.has('client_assertion')) return 'assertion';
  return parameters.has('client_secret') ? 'body' : 'none';
}

const known = new Map([...clients, gatekeeper].map((client) => [client.id, client]));
const wantsNonces = (id) => known.get(id)?.binding === 'dpop with nonces';
const provider = createProvider({
  issuer,
  resources,
  tlsOrigin: tlsDoor?.origin,
  offersNonces: [...known.keys()].some(wantsNonces),
  wantsNonces,
  lifetimeOf: (id) => known.get(id)?.lifetimeSeconds,
});
handle = provider.callback();
const refused = (_ctx, { error_detail: detail, error_description: description, message }) =>
  seen.refusals.push(detail ?? description ?? message);
for (const event of ['grant.error', 'revocation.error', 'introspection.error']) provider.on(event, refused);
provider.on('server_error', (_ctx, { stack }) => seen.refusals.push(stack));

async function register(client) {
  known.set(client.id, client);
  await provider.Client.adapter.upsert(client.id, metadataOf(client));
  await provider.Client.find(client.id); // complains of what is wrong
}
for (const client of known.values()) await register(client);

/** What a person's login would have left behind. */
async function mint({ clientId, scope, person = 'somebody' }) {
  const client = await provider.Client.find(clientId);
  const grant = new provider.Grant({ clientId, accountId: person });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const common = { accountId: person, client, grantId, scope, gty: 'authorization_code' };
  return {
    refreshToken: await new provider.RefreshToken(common).save(),
    accessToken: await new provider.AccessToken(common).save(),
  };
}

// The API.

const upstream = protectedApi({ issuer, gatekeeper, resources, seen, wantsNonces });
const api = await listen(upstream.serve);
const apiTlsDoor = secure && (await listen(upstream.serve, secure));

// What the test may ask for.

process.on('message', async ({ id, advanceMs = 0, resetCounts, renewNonces, loseAnswers, client, login: who }) => {
  aheadMs += advanceMs;
  if (resetCounts) reset();
  if (loseAnswers) lost = loseAnswers;
  if (renewNonces) upstream.renewNonces();
  try {
    if (client) await register(client);
    const minted = who && (await mint(who));
    process.send({ id, ...seen, ...minted });
  } catch (error) {
    process.send({ id, ...seen, fault: error.stack });
  }
});
process.on('disconnect', () => {
  for (const { server } of [authority, tlsDoor, api, apiTlsDoor].filter(Boolean)) {
    server.close();
    server.closeAllConnections();
  }
});
process.send({ issuer, apiUrl: api.origin, tlsOrigin: tlsDoor?.origin, apiTlsUrl: apiTlsDoor?.origin });
