// How the oidc-provider of this suite is set up: every client authentication, and every way of binding a token to its client.
import { createHash, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { errors, Provider } from 'oidc-provider';

// The provider needs it; older versions of Node do not have it.
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** A client as the provider registers it. */
export function metadataOf({ id, secret, method, scope, keys, commonName, algorithm, binding }) {
  return {
    client_id: id,
    ...(keys && { jwks: { keys } }),
    ...(commonName && { tls_client_auth_subject_dn: `CN=${commonName}` }),
    ...(secret === undefined ? {} : { client_secret: secret }),
    token_endpoint_auth_method: method,
    ...(algorithm && { token_endpoint_auth_signing_alg: algorithm }),
    ...(scope === undefined ? {} : { scope }),
    ...(binding?.startsWith('dpop') && { dpop_bound_access_tokens: true }),
    ...(binding === 'certificate' && { tls_client_certificate_bound_access_tokens: true }),
    grant_types: ['client_credentials', 'refresh_token', TOKEN_EXCHANGE, JWT_BEARER],
    response_types: [],
    redirect_uris: [],
  };
}

export function createProvider({ issuer, resources, tlsOrigin, offersNonces, wantsNonces, lifetimeOf }) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const clientOf = (ctx) => ctx.oidc.client?.clientId;
  const provider = new Provider(issuer, {
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['not used'] },
    scopes: ['read', 'write'],
    ttl: {
      ClientCredentials: (_ctx, token, client) =>
        lifetimeOf(client?.clientId) ?? token.resourceServer?.accessTokenTTL ?? 600,
      AccessToken: (_ctx, _token, client) => lifetimeOf(client?.clientId) ?? 600,
      RefreshToken: 3600,
      Grant: 3600,
    },
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
      'none',
    ],
    assertJwtClientAuthClaimsAndHeader: (_ctx, _claims, header, client) => requireThumbprint(header, client),
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    discovery: tlsOrigin && {
      mtls_endpoint_aliases: {
        token_endpoint: `${tlsOrigin}/token`,
        revocation_endpoint: `${tlsOrigin}/token/revocation`,
      },
    },
    enabledJWA: { dPoPSigningAlgValues: ['ES256', 'Ed25519', 'EdDSA', 'PS256'] }, // not RS256
    features: {
      dPoP: {
        enabled: true,
        ...(offersNonces && { nonceSecret: randomBytes(32) }),
        requireNonce: (ctx) => wantsNonces(clientOf(ctx)),
      },
      mTLS: {
        enabled: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        certificateBoundAccessTokens: true,
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
  exchangesTokens(provider);
  takesAssertions(provider);
  return provider;
}

/** RFC 8693, as far as the provider's own models go: an access token of a person becomes one for this client. */
function exchangesTokens(provider) {
  const parameters = ['subject_token', 'subject_token_type', 'audience', 'resource', 'scope', 'requested_token_type'];
  const exchange = async (ctx) => {
    const { params } = ctx.oidc;
    const wanted = 'urn:ietf:params:oauth:token-type:access_token';
    if (params.subject_token_type !== wanted) throw new errors.InvalidRequest('unsupported subject_token_type');
    const subject = await provider.AccessToken.find(params.subject_token);
    if (!subject?.isValid) throw new errors.InvalidGrant('subject token is not good');
    const { accountId, scope } = subject;
    await grantTo(ctx, { accountId, scope: params.scope ?? scope, gty: 'token_exchange' });
    ctx.body.issued_token_type = wanted;
  };
  provider.registerGrantType(TOKEN_EXCHANGE, exchange, parameters, ['audience', 'resource']);
}

/** RFC 7523 §2.1: an assertion that a client has signed with one of its keys, for whom it likes. */
function takesAssertions(provider) {
  const take = async (ctx) => {
    const { client, params } = ctx.oidc;
    const options = {
      issuer: client.clientId,
      audience: [provider.issuer, ctx.oidc.urlFor('token')],
      requiredClaims: ['sub', 'jti', 'iat', 'exp'],
      currentDate: new Date(Date.now()),
    };
    const { payload } = await jwtVerify(params.assertion, createLocalJWKSet(client.jwks), options).catch((error) => {
      throw new errors.InvalidGrant(error.message);
    });
    const isNew = await provider.ReplayDetection.unique(client.clientId, payload.jti, payload.exp);
    if (!isNew) throw new errors.InvalidGrant('assertion was used before');
    await grantTo(ctx, { accountId: payload.sub, scope: params.scope, gty: 'jwt_bearer' });
  };
  provider.registerGrantType(JWT_BEARER, take, ['assertion', 'scope']);
}

async function grantTo(ctx, options) {
  const { client, provider } = ctx.oidc;
  const token = new provider.AccessToken({ client, ...options });
  ctx.oidc.entity('AccessToken', token);
  ctx.body = {
    access_token: await token.save(),
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope: token.scope,
  };
}

/** A client that is registered with certificates names the one of its key (`x5t#S256`), as Entra ID wants it. */
function requireThumbprint({ 'x5t#S256': named }, { jwks }) {
  const registered = (jwks?.keys ?? []).filter(({ x5c }) => x5c).map(({ x5c: [der] }) => thumbprintOf(der));
  if (registered.length > 0 && !registered.includes(named))
    throw new errors.InvalidClientAuth(`x5t#S256 is ${named === undefined ? 'missing' : 'of another certificate'}`);
}

function thumbprintOf(der) {
  return createHash('sha256').update(Buffer.from(der, 'base64')).digest('base64url');
}

function certificateOf(socket) {
  const { raw } = socket.getPeerCertificate?.() ?? {};
  return raw && new X509Certificate(raw);
}
