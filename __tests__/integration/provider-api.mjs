// An API that takes what the provider has issued, from whom it was issued to. It knows nothing by itself, and asks the provider.
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

/** `why` is what it keeps to itself. */
class Refusal extends Error {
  constructor(error, why, { status = 401, parameters = {}, headers = {} } = {}) {
    super(why);
    Object.assign(this, { error, status, parameters, headers });
  }
}

const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'];
/** How far the clocks may be apart. */
const TOLERANCE_S = 60;

const sha256 = (data) => createHash('sha256').update(data).digest('base64url');
const parsed = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

export function protectedApi({ issuer, gatekeeper, resources, seen, wantsNonces }) {
  let nonce = randomUUID();
  const proofsUsed = new Set();

  function serve(request, response) {
    seen.counts.apiRequests += 1;
    answer(request, response).catch((error) => response.writeHead(500).end(error.stack));
  }

  async function answer(request, response) {
    if (request.url.startsWith('/moved')) {
      const location = new URL(request.url, issuer).searchParams.get('to') ?? '/things';
      return response.writeHead(307, { location }).end();
    }
    const [, scheme, token] = /^(Bearer|DPoP) (\S+)$/.exec(request.headers.authorization ?? '') ?? [];
    try {
      if (token === undefined) throw new Refusal(undefined, 'no token');
      const { cnf, ...grant } = await grantOf(token, request.headers['x-audience']);
      const binding = await bindingOf(request, { scheme, token, cnf, nonceWanted: wantsNonces(grant.clientId) });
      demandScope(request.url, grant);
      // Enough to tell tokens apart, and no use to a thief.
      const fingerprint = createHash('sha256').update(token).digest('hex').slice(0, 12);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...grant, fingerprint, scheme, ...binding }));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      refuse(response, scheme, refusal);
    }
  }

  function refuse(response, scheme = 'Bearer', { message, error, status, parameters, headers }) {
    if (status === 401) seen.counts.apiRejections += 1;
    seen.apiRefusals.push(message);
    const all = { realm: 'api', error, ...(scheme === 'DPoP' && { algs: ALGORITHMS.join(' ') }), ...parameters };
    const shown = Object.entries(all).filter(([, value]) => value !== undefined);
    const challenge = `${scheme} ${shown.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
    response.writeHead(status, { 'www-authenticate': challenge, ...headers }).end();
  }

  async function grantOf(token, audience = resources[0]) {
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
    const { active, client_id: clientId, scope, token_type: tokenType, cnf, sub } = await answered.json();
    if (!active) throw new Refusal('invalid_token', 'inactive token');
    return { kind: 'opaque', clientId, scope, tokenType, cnf, sub };
  }

  /** RFC 9068 §4, by the keys that the provider publishes. */
  async function verifyJwt(token, audience) {
    const refusal = (why) => new Refusal('invalid_token', why);
    const [head, body, signature] = token.split('.');
    const { alg, kid, typ } = parsed(head);
    const { keys } = await (await fetch(`${issuer}/jwks`)).json();
    const jwk = keys.find((key) => key.kid === kid);
    if (alg !== 'ES256' || typ !== 'at+jwt' || jwk === undefined) throw refusal('unknown kind or key of JWT');
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
      throw refusal('JWT of somebody else');
    const { iss, aud, exp, client_id: clientId, scope, cnf } = parsed(body);
    if (iss !== issuer || aud !== audience || exp * 1000 <= Date.now()) throw refusal('JWT for another time or place');
    return { kind: 'jwt', clientId, scope, audience: aud, cnf };
  }

  /** Who shows the token must be who got it: RFC 8705 §3 and RFC 9449 §7.1. */
  async function bindingOf(request, { scheme, token, cnf = {}, nonceWanted }) {
    const { jkt, 'x5t#S256': thumbprint } = cnf;
    if ((scheme === 'DPoP') !== (jkt !== undefined))
      throw new Refusal('invalid_token', jkt ? 'DPoP-bound token sent as Bearer' : 'token is not bound to a key');
    if (thumbprint !== undefined) {
      const { raw } = request.socket.getPeerCertificate?.() ?? {};
      if (raw === undefined) throw new Refusal('invalid_token', 'no certificate, and the token is bound to one');
      if (sha256(raw) !== thumbprint) throw new Refusal('invalid_token', 'token is bound to another certificate');
      return { thumbprint };
    }
    return jkt === undefined ? {} : { jkt, ...(await checkProof(request, { token, jkt, nonceWanted })) };
  }

  /** RFC 9449 §4.3, in its order. */
  async function checkProof(request, { token, jkt, nonceWanted }) {
    const bad = (why) => new Refusal('invalid_dpop_proof', why);
    const proofs = request.headersDistinct.dpop ?? [];
    if (proofs.length !== 1) throw bad(`${proofs.length} proofs`);
    const { payload, protectedHeader } = await jwtVerify(proofs[0], EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ALGORITHMS,
      requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
    }).catch(({ message }) => {
      throw bad(message);
    });
    const origin = `http${request.socket.encrypted ? 's' : ''}://${request.headers.host}`;
    const { pathname } = new URL(request.url, origin);
    if (payload.htm !== request.method) throw bad('htm mismatch');
    if (payload.htu !== `${origin}${pathname}`) throw bad('htu mismatch');
    if (nonceWanted && payload.nonce !== nonce) {
      const why = payload.nonce === undefined ? 'nonce is wanted' : 'nonce is not known';
      throw new Refusal('use_dpop_nonce', why, { headers: { 'dpop-nonce': nonce } });
    }
    // A nonce says better than the client's clock how old a proof is (RFC 9449 §11.1).
    if (!nonceWanted && Math.abs(Date.now() / 1000 - payload.iat) > TOLERANCE_S) throw bad('iat is not recent');
    if (payload.ath !== sha256(token)) throw bad('ath mismatch');
    if ((await calculateJwkThumbprint(protectedHeader.jwk)) !== jkt)
      throw new Refusal('invalid_token', 'token is bound to another key');
    if (proofsUsed.has(payload.jti)) throw bad('proof was used before');
    proofsUsed.add(payload.jti);
    return { nonce: payload.nonce };
  }

  return {
    serve,
    /** From now on it takes no nonce that it has given before. */
    renewNonces() {
      nonce = randomUUID();
    },
  };
}

/** RFC 6750 §3.1. */
function demandScope(path, { scope = '' }) {
  if (!path.startsWith('/admin') || scope.split(' ').includes('write')) return;
  throw new Refusal('insufficient_scope', 'scope is not enough', { status: 403, parameters: { scope: 'write' } });
}
