import { at } from '../answer.js';
import type { EndpointAnswer, TokenBinding, TokenPlacement } from '../contract.js';
import { TokenResponseError } from '../errors.js';
import { parseChallenges } from '../interceptor/challenge.js';
import { checkOptions, noteFactories, oneOf } from '../validate.js';
import { type Address, addressOf, targetOf } from './address.js';
import { DPOP_ALGORITHMS, type DpopAlgorithm, type DpopKey, OWNER } from './given-key.js';
import { Nonces } from './nonces.js';
import { keyMaker, type ProofKey, thumbprintOf } from './proof-key.js';
import { redirectedBy } from './redirected.js';

/** Options of {@link dpop}. */
export interface DpopOptions {
  /**
   * A `CryptoKeyPair`, or the private key as PEM text (PKCS#8), JWK, `KeyObject` of node:crypto or extractable `CryptoKey`, or a
   * function, sync or async, that returns one of these. A function is asked once, when the key is first needed, and no more: the
   * tokens that are held are bound to that key, and with another they are of no use. RSA: at least 2048 bits. Default: a new key
   * pair, made when it is first needed, which cannot be exported and ends with the process: its tokens are good for no other process,
   * so a shared store needs a key that all of them are given.
   */
  key?: DpopKey | (() => DpopKey | Promise<DpopKey>) | undefined;
  /**
   * How proofs are signed. Default: what the key fits, for RSA `'RS256'` unless the key says that it is for `'PS256'`; without a key
   * `'ES256'`. `'EdDSA'` is the older name of `'Ed25519'`; the proof says `Ed25519` (RFC 9864 §2.2), which not every server knows.
   */
  algorithm?: DpopAlgorithm | undefined;
}

/**
 * Binds tokens to a key (RFC 9449): token requests and API requests carry a proof that the sender has it, made anew for each send,
 * so a token that leaks is of no use to others. For the option `dpop` of `clientCredentials`; sources that are given the same
 * `dpop()` share its key. Proofs are dated by the clock of the system. Runs wherever WebCrypto does, in browser pages too.
 *
 * @param options the key, where it is to outlive the process or be that of many. Default: a new one
 * @throws TokenConfigError for an option that is misspelt or wrong, such as a key that does not fit the algorithm
 * @example
 * ```ts
 * import { clientCredentials } from 'axios-client-credentials';
 * import { dpop } from 'axios-client-credentials/dpop';
 *
 * const source = clientCredentials({
 *   issuer: 'https://auth.example.com',
 *   clientId: 'my-service',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   dpop: dpop(),
 * });
 * ```
 */
export function dpop(options: DpopOptions = {}): TokenBinding {
  checkOptions(OWNER, options, {
    key: () => undefined, // below, with the algorithm
    algorithm: oneOf(...DPOP_ALGORITHMS),
  });
  const makeKey = keyMaker(options.key, options.algorithm);
  let key: ProofKey | undefined;
  let making: Promise<ProofKey> | undefined;
  const madeOnce = (): Promise<ProofKey> =>
    (making ??= makeKey().then(
      (made) => (key = made),
      (error: unknown) => {
        making = undefined;
        throw error;
      },
    ));

  // A nonce is for one role of a server (RFC 9449 §9), and an origin may have both.
  const fromServers = new Nonces();
  const fromApis = new Nonces();
  const prove = (url: Address, method: string, nonceFor: NonceFor, accessToken?: string): Promise<string> => {
    const by = ({ keyPair, generateProof }: ProofKey): Promise<string> =>
      generateProof(keyPair, targetOf(url), method.toUpperCase(), nonceFor(url.origin), accessToken);
    return key ? by(key) : madeOnce().then(by);
  };

  const place: TokenPlacement = async (config, { accessToken }, askedBy) => {
    const nonceFor: NonceFor = (origin) => fromApis.of(origin, askedBy);
    const proof = await prove(addressOf(config), config.method ?? 'get', nonceFor, accessToken);
    const { headers } = config;
    for (const name in headers) if (name.length === 4 && /^dpop$/i.test(name)) headers.delete(name);
    headers.Authorization = `DPoP ${accessToken}`; // known to be absent
    headers.DPoP = proof;
  };
  const sendAs: TokenPlacement = Object.assign(place, {
    header: 'Authorization',
    resendFor: (answer: EndpointAnswer, origin: string) => fromApis.learn(answer, origin) && apiWantsNonce(answer),
    redirected: redirectedBy(() => key, fromApis),
  });
  return {
    proof: ({ url, method, askedBy }) => prove(url, method, (origin) => fromServers.of(origin, askedBy)),
    resendFor: (answer, origin) => fromServers.learn(answer, origin) && serverWantsNonce(answer),
    checkToken,
    thumbprint: options.key === undefined ? undefined : async () => thumbprintOf(await madeOnce()),
    sendAs,
  };
}

/** RFC 9449 §5: a server that knows nothing of DPoP gives a token that anybody may use who sees it. */
function checkToken({ body }: EndpointAnswer, endpoint: string): void {
  if (String(at(body, 'token_type')).toLowerCase() === 'dpop') return;
  throw new TokenResponseError(
    `${endpoint} gave a token that is not bound to the key: its \`token_type\` is not DPoP. Does this server know DPoP (RFC 9449), and is it enabled for this client? If not, leave \`dpop\` out.`,
  );
}

type NonceFor = (origin: string) => string | undefined;

const NONCE_WANTED = 'use_dpop_nonce';

/** RFC 9449 §8. */
function serverWantsNonce({ status, body }: EndpointAnswer): boolean {
  return (status === 400 || status === 401) && at(body, 'error') === NONCE_WANTED;
}

/** RFC 9449 §9. */
function apiWantsNonce({ status, headers }: EndpointAnswer): boolean {
  if (status !== 401) return false;
  const challenges = parseChallenges(headers['www-authenticate']);
  return challenges.some(({ scheme, parameters }) => scheme === 'dpop' && parameters.error === NONCE_WANTED);
}

noteFactories({ dpop });
