import { type AuthTraits, traitsOf } from '../client-auth/client-auth.js';
import { TokenConfigError } from '../errors.js';
import { printableText } from '../redact.js';
import type { ClientCredentialsOptions } from './dialect.js';

// How a client may authenticate, by the server's metadata (RFC 8414 §2) and by our names.

/** Names of the registry "OAuth Token Endpoint Authentication Methods", and what makes each here. */
const HELPERS: Record<string, string> = {
  client_secret_basic: 'clientSecretBasic()',
  client_secret_post: 'clientSecretPost()',
  private_key_jwt: 'privateKeyJwt({…})',
  client_secret_jwt: 'clientSecretJwt()',
  tls_client_auth: 'mutualTls({…})',
  self_signed_tls_client_auth: 'mutualTls({…})',
  none: 'noAuthentication()',
};

const IN_THE_CORE = /^(clientSecretBasic|clientSecretPost|noAuthentication)\(/;

/** `undefined`: a function of the user's own, of which nothing is known. */
export function authenticationOf({ clientAuth }: ClientCredentialsOptions): Partial<AuthTraits> | undefined {
  return clientAuth === undefined ? { name: 'clientSecretPost' } : traitsOf(clientAuth);
}

/**
 * Before anything is sent: a method that the server does not take would end as `invalid_client`, which does not say why.
 *
 * `grant_types_supported` is not asked: many OpenID Connect documents list only what is for logins, and grant tokens to clients all
 * the same. A list that is left out says nothing either; by the letter it would mean client_secret_basic.
 *
 * @throws TokenConfigError naming what the server takes
 */
export function checkAuthentication(
  document: Record<string, unknown>,
  options: ClientCredentialsOptions,
  issuer: string,
): void {
  const { name, algorithm } = authenticationOf(options) ?? {};
  const own = Object.keys(HELPERS).filter((method) => HELPERS[method]?.startsWith(`${name}(`));
  const { grantType = 'client_credentials' } = options.request ?? {};
  // With other grants it means that the grant says who the client is (RFC 7523 §3.1), and is not what `none` is about.
  const isPublic = name !== 'noAuthentication' || grantType === 'client_credentials';
  const methods = listed(document.token_endpoint_auth_methods_supported);
  // The certificate may be in the agent of the user's own axios, where we do not see it.
  const mayShowOne =
    name === 'noAuthentication' && methods?.some((method) => HELPERS[method]?.startsWith('mutualTls('));
  if (methods && own.length > 0 && isPublic && !mayShowOne && !own.some((method) => methods.includes(method))) {
    throw new TokenConfigError(
      `${issuer} does not take ${own.join(' or ')}${options.clientAuth ? '' : ', which is how a `clientSecret` is sent by default'}; it takes ${shown(methods)}. ${advice(methods)} (What a function of your own does is not checked.)`,
      { option: 'clientAuth' },
    );
  }
  const algorithms = listed(document.token_endpoint_auth_signing_alg_values_supported);
  if (algorithms && algorithm !== undefined && !namesOf(algorithm).some((one) => algorithms.includes(one))) {
    throw new TokenConfigError(
      `${issuer} takes no client assertions signed with ${algorithm}; it takes ${shown(algorithms)}. Set \`algorithm\` of ${name}() to one of them.`,
      { option: 'clientAuth' },
    );
  }
}

function listed(value: unknown): string[] | undefined {
  const texts = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
  return texts.length === 0 ? undefined : texts;
}

function shown(names: string[]): string {
  return printableText(names.slice(0, 20).join(', '));
}

/** The signature of Ed25519 has an old name and a new one (RFC 9864). */
function namesOf(algorithm: string): string[] {
  return /^Ed(DSA|25519)$/.test(algorithm) ? ['EdDSA', 'Ed25519'] : [algorithm];
}

/** A client that has a secret or a key is not told to do without, unless there is nothing else. */
function advice(methods: string[]): string {
  const known = Object.keys(HELPERS).filter((method) => methods.includes(method));
  const useful = known.length > 1 ? known.filter((method) => method !== 'none') : known;
  const helpers = [...new Set(useful.map((method) => HELPERS[method] ?? ''))];
  if (helpers.length === 0) return 'None of these is built in: give `clientAuth` a function.';
  const elsewhere = helpers.some((helper) => !IN_THE_CORE.test(helper));
  return `Set \`clientAuth\` to ${helpers.join(' or ')}${elsewhere ? ' (of axios-client-credentials/client-auth)' : ''}, as this client is registered.`;
}
