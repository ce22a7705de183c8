import { TokenConfigError } from '../errors.js';
import { builtin } from '../runtime.js';
import type { Value } from '../source/parameters.js';
import { authenticationOf } from '../source/stand-in.js';
import { checkOptions, noteFactories } from '../validate.js';
import {
  asked,
  type ClientAuth,
  type ClientAuthRequest,
  identity,
  requireClientId,
  withTraits,
} from './client-auth.js';
import type { PemInput } from './pem.js';
import { checkMaterial, type TlsMaterial } from './tls-material.js';

const OWNER = 'mutualTls';

/**
 * Options of {@link mutualTls}. Each may be a function, which is asked for every attempt: certificates end, and are renewed without a
 * restart.
 */
export interface MutualTlsOptions {
  /** The client's certificate as PEM; the chain may follow it. */
  cert: Value<PemInput | undefined>;
  /** Its private key as PEM. */
  key: Value<PemInput | undefined>;
  /** Who may have issued the *server's* certificate, as PEM. Default: whom the process trusts. */
  ca?: Value<PemInput | PemInput[] | undefined> | undefined;
  /** Of an encrypted `key`. */
  passphrase?: Value<string | undefined> | undefined;
}

const NAMES = ['cert', 'key', 'ca', 'passphrase'] as const;

/**
 * The client shows a certificate when the connection is made (RFC 8705 §2), issued by an authority ("tls_client_auth") or by itself
 * ("self_signed_tls_client_auth"): to us that is the same. `client_id` is sent. Each token request has a connection of its own. Node
 * (and what has its `node:https`) with axios's http adapter only, and over https only: elsewhere nothing could show the certificate.
 *
 * @param options the certificate, and the key that belongs to it
 * @throws TokenConfigError for an option that is missing, misspelt or wrong, such as a key that does not belong to the certificate
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { clientCredentials } from 'axios-client-credentials';
 * import { mutualTls } from 'axios-client-credentials/client-auth';
 *
 * const source = clientCredentials({
 *   tokenUrl: 'https://mtls.example.com/oauth2/token',
 *   clientId: 'my-service',
 *   clientAuth: mutualTls({ cert: () => readFile('/run/tls/tls.crt'), key: () => readFile('/run/tls/tls.key') }),
 * });
 * ```
 */
export function mutualTls(options: MutualTlsOptions): ClientAuth {
  checkOptions(OWNER, options, Object.fromEntries(NAMES.map((name) => [name, () => undefined])));
  if (NAMES.every((name) => typeof options[name] !== 'function')) checkMaterial(OWNER, options);

  const traits = { name: OWNER, needsSecret: false, needsParameters: true, check: requireClientId(OWNER) };
  const present = async (request: ClientAuthRequest): Promise<void> => {
    request.parameters.client_id = identity(request, OWNER);
    Object.assign(request.agentOptions, await material(options, request));
  };
  const auth = withTraits(traits, async (request) => {
    checkConnection(request);
    await present(request);
  });
  return authenticationOf(auth, present); // an issuer's endpoint may be https where the issuer is not
}

/** What was renewed while it was asked for, such as one file after the other, does not belong together: then all are asked once more. */
async function material(options: MutualTlsOptions, request: ClientAuthRequest): Promise<TlsMaterial> {
  const given = async (): Promise<Partial<Record<(typeof NAMES)[number], unknown>>> => {
    const values = NAMES.map(async (name) => [name, await asked<unknown>(options[name], request)] as const);
    return Object.fromEntries(await Promise.all(values));
  };
  const first = await given();
  try {
    return checkMaterial(OWNER, first);
  } catch {
    return checkMaterial(OWNER, await given());
  }
}

function checkConnection({ tokenUrl }: ClientAuthRequest): void {
  if (!builtin('node:https')) {
    throw new TokenConfigError(
      `${OWNER}: this runtime has no \`node:https\`, so a certificate cannot be shown. Use privateKeyJwt() here.`,
      { option: 'clientAuth' },
    );
  }
  if (tokenUrl.protocol === 'https:') return;
  throw new TokenConfigError(
    `${OWNER}: the token endpoint must be https: without TLS there is no certificate to show.`,
    { option: 'tokenUrl' },
  );
}

noteFactories({ mutualTls });
