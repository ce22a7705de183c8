import { systemClock } from '../clock.js';
import { TokenConfigError } from '../errors.js';
import type { Value } from '../source/parameters.js';
import { anObject, aString, isRecord, milliseconds, oneOf, type Rules, strings, valueOf } from '../validate.js';
import { asked, type ClientAuthRequest, identity } from './client-auth.js';
import { ecdsaSignature } from './ecdsa-signature.js';
import { textIfBytes } from './pem.js';
import {
  checkKey,
  importKey,
  isSigner,
  KEY_KINDS,
  keyIdOf,
  type ReadKey,
  type Signer,
  type SigningAlgorithm,
  type SigningKey,
} from './signing-key.js';
import { checkCertificate, thumbprint } from './thumbprint.js';
import { requireWebCrypto } from './web-crypto.js';

// A JWT by which a client says who it is, or that it was granted something (RFC 7521 §4, RFC 7523 §2 and §3).

/** What is in an assertion (RFC 7523 §3), beside what is set anew for each. */
export interface AssertionOptions {
  /**
   * Who the assertion is for (`aud`). Default: the URL of the token endpoint, as RFC 7523 §3 has it. Some servers want their issuer
   * identifier instead, and the successor of that RFC wants it everywhere, since an endpoint's URL can be claimed by another server:
   * give it here, as a string.
   */
  audience?: Value<string | string[] | undefined> | undefined;
  /** How long an assertion may be used, in ms, from 1,000 to 600,000. Default: 60,000. */
  lifetimeMs?: number | undefined;
  /** More claims, or others in the place of `iss` and `sub`. `undefined` takes one out. */
  claims?: Value<Record<string, unknown> | undefined> | undefined;
  /** More header parameters, or another `typ` than `JWT`. */
  header?: Record<string, unknown> | undefined;
}

/** What signs an assertion. */
export interface SigningOptions {
  /**
   * The private key, or an async function that is asked for it for every attempt, so that a key may be rotated without a restart.
   * See {@link SigningKey}. RSA: at least 2048 bits.
   */
  key: Value<SigningKey | undefined>;
  /** Must fit the key. There is no default: it is part of what the client is registered with. */
  algorithm: SigningAlgorithm;
  /** By what name the server knows the key (`kid`). Default: the `kid` of a JWK; else none is sent. */
  keyId?: Value<string | undefined> | undefined;
  /** The certificate of the key as PEM text: its thumbprint is sent as `x5t#S256` (RFC 7515 §4.1.8), as Entra ID wants it. */
  certificate?: Value<string | undefined> | undefined;
}

/** Set anew for each assertion, each by an option of its own. */
const OWN_CLAIMS: Record<string, string> = {
  aud: 'set `audience`',
  exp: 'set `lifetimeMs`',
  iat: 'it is the time of signing',
  jti: 'it is new for each assertion',
};

export const assertionRules: Rules = {
  audience: valueOf(strings),
  lifetimeMs: milliseconds(1000, 600_000),
  claims: valueOf((value) => anObject(value) ?? ownClaimFault(value)),
  header: (value) =>
    anObject(value) ?? (isRecord(value) && 'alg' in value ? 'must not hold `alg`: set `algorithm`' : undefined),
};

export const signingRules: Rules = {
  key: () => undefined, // in checkSigning, with the algorithm
  algorithm: oneOf(...Object.keys(KEY_KINDS)),
  keyId: valueOf(aString),
  certificate: () => undefined,
};

function ownClaimFault(claims: unknown): string | undefined {
  const name = isRecord(claims) ? Object.keys(claims).find((one) => Object.hasOwn(OWN_CLAIMS, one)) : undefined;
  return name === undefined ? undefined : `must not hold \`${name}\`: ${OWN_CLAIMS[name] ?? ''}`;
}

/** Makes a compact JWS (RFC 7515 §7.1) of a header and a payload. */
export type SignJws = (header: Record<string, unknown> & { alg: string }, payload: Uint8Array) => Promise<string>;

export interface Signing {
  /** Name of the method, for messages. */
  owner: string;
  /** The header as far as the key decides it. */
  header: Record<string, unknown> & { alg: string };
  sign: SignJws;
}

/** As much of a token request as an assertion depends on. */
export type Asking = Pick<ClientAuthRequest, 'tokenUrl' | 'tokenRequest'>;

export function now<T>(option: Value<T>, { tokenRequest }: Asking): Promise<T> {
  return asked(option, { tokenRequest } as ClientAuthRequest);
}

/**
 * Puts a fresh assertion among the parameters, and `client_id` too: the assertion names the client already (RFC 7521 §4.2 leaves it
 * open), but servers that look the client up before they read the assertion need it, and none may mind.
 */
export async function sendAssertion(
  request: ClientAuthRequest,
  options: AssertionOptions,
  signing: Signing,
): Promise<void> {
  const clientId = identity(request, signing.owner);
  Object.assign(request.parameters, {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await freshAssertion({ iss: clientId, sub: clientId }, request, options, signing),
  });
}

/** An assertion in whose claims is who says it and of whom; the rest is set here, anew for each. */
export async function freshAssertion(
  who: { iss: string; sub: string | undefined },
  request: Asking,
  options: AssertionOptions,
  { owner, header, sign }: Signing,
): Promise<string> {
  const claims = { ...who, ...(await claimsOf(owner, request, options)) };
  return sign({ typ: 'JWT', ...options.header, ...header }, bytes(JSON.stringify(claims)));
}

async function claimsOf(
  owner: string,
  request: Asking,
  { audience, lifetimeMs = 60_000, claims }: AssertionOptions,
): Promise<Record<string, unknown>> {
  const more = (await now(claims, request)) ?? {};
  const fault = anObject(more) ?? ownClaimFault(more);
  if (fault !== undefined)
    throw new TokenConfigError(`${owner}: what the \`claims\` function returned ${fault}.`, { option: 'claims' });
  const aud = (await now(audience, request)) ?? request.tokenUrl.href;
  const iat = Math.floor((request.tokenRequest?.clock ?? systemClock).now() / 1000);
  const exp = iat + Math.ceil(lifetimeMs / 1000);
  return { ...more, aud, jti: crypto.randomUUID(), iat, exp };
}

/** @throws TokenConfigError for what is missing, or does not fit, and can be seen before anything is signed */
export function checkSigning(owner: string, { key, algorithm, certificate }: SigningOptions): void {
  if ((algorithm as unknown) === undefined)
    throw new TokenConfigError(
      `${owner}: \`algorithm\` is missing: give the one that the client is registered with, such as 'ES256'.`,
      { option: 'algorithm' },
    );
  if (typeof key !== 'function') checkKey(owner, textIfBytes(key), algorithm);
  if (certificate !== undefined && typeof certificate !== 'function') checkCertificate(owner, certificate);
}

/** How to sign with what the options say at this moment. @throws TokenConfigError for a key that does not fit */
export async function signingOf(
  owner: string,
  { key, algorithm, keyId, certificate }: SigningOptions,
  request: Asking,
): Promise<Signing> {
  const current = textIfBytes(await now(key, request));
  checkKey(owner, current, algorithm);
  const kid = (await now(keyId, request)) ?? keyIdOf(current);
  const cert = await now(certificate, request);
  requireWebCrypto(owner, 'crypto.randomUUID');
  if (!isSigner(current) || cert !== undefined) requireWebCrypto(owner, 'crypto.subtle');
  const header = {
    alg: algorithm,
    ...(kid !== undefined && { kid }),
    ...(cert !== undefined && { 'x5t#S256': await thumbprint(owner, cert) }),
  };
  return { owner, header, sign: isSigner(current) ? signedBy(owner, current) : signedWith(owner, current, algorithm) };
}

function signedWith(owner: string, key: Exclude<ReadKey, Signer>, algorithm: SigningAlgorithm): SignJws {
  return async (header, payload) => {
    const [{ CompactSign }, imported] = await Promise.all([
      import('jose/jws/compact/sign'),
      importKey(owner, key, algorithm),
    ]);
    checkKey(owner, imported, algorithm); // a PEM shows its length only now
    return new CompactSign(payload).setProtectedHeader(header).sign(imported);
  };
}

/** What the signer throws is passed on: only it knows whether trying again helps. */
function signedBy(owner: string, signer: Signer): SignJws {
  return async (header, payload) => {
    const { encode } = await import('jose/base64url');
    const input = `${encode(JSON.stringify(header))}.${encode(payload)}`;
    const made: unknown = await signer.sign(bytes(input));
    const signature = ArrayBuffer.isView(made) ? ecdsaSignature(made as Uint8Array, header.alg) : undefined;
    if (signature === undefined || signature.length === 0) {
      throw new TokenConfigError(
        `${owner}: \`key.sign\` must return the bytes of a signature for ${header.alg}, as a Uint8Array. Does the service sign with that algorithm, and is its answer decoded from base64?`,
        { option: 'key' },
      );
    }
    return `${input}.${encode(signature)}`;
  };
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
