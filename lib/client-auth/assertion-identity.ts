import { TokenConfigError } from '../errors.js';
import { canonical } from '../source/canonical.js';
import { type Asking, type AssertionOptions, bytes, now, type SigningOptions } from './assertion.js';
import { type ClientAuthRequest, identity } from './client-auth.js';
import { textIfBytes } from './pem.js';
import { checkKey, isCryptoKey, isKeyObject, isSigner, keyIdOf, type ReadKey } from './signing-key.js';

// What an assertion is made of, but for what is new in each: stands for it where it is only asked who a source is.

export interface Lasting {
  options: AssertionOptions;
  /** What `describeKey` says, or a secret. */
  signedWith: unknown;
  /** Whether the source has an `id`: then a function of the user's own does not count. */
  hasId: boolean;
}

/** Puts it where the assertion of a client would be. */
export async function describeAssertion(request: ClientAuthRequest, owner: string, lasting: Lasting): Promise<void> {
  const clientId = identity(request, owner);
  request.parameters.client_id = clientId;
  request.parameters.client_assertion = await assertionText({ iss: clientId, sub: clientId }, request, owner, lasting);
}

export async function assertionText(
  who: { iss: string; sub: string | undefined },
  request: Asking,
  owner: string,
  { options, signedWith, hasId }: Lasting,
): Promise<string> {
  const { audience, claims, header } = options;
  const more = hasId && typeof claims === 'function' ? undefined : await now(claims, request);
  return canonical([owner, who, await now(audience, request), more, header, signedWith]);
}

/** @throws TokenConfigError for a key of which nothing can be known */
export async function describeKey(
  owner: string,
  { key, algorithm, keyId, certificate }: SigningOptions,
  request: Asking,
  hasId: boolean,
): Promise<unknown> {
  const current = textIfBytes(await now(key, request));
  checkKey(owner, current, algorithm);
  const kid = (await now(keyId, request)) ?? keyIdOf(current);
  const shown = await shownOf(current, algorithm);
  const cert = await now(certificate, request);
  if (shown !== undefined || kid !== undefined || cert !== undefined || hasId) return [algorithm, kid, cert, shown];
  throw new TokenConfigError(
    `${owner}: nothing can be seen of \`key\`, so nothing tells which tokens of the shared store are this source's. Give its \`keyId\`, or give the source an \`id\`.`,
    { option: 'key' },
  );
}

/** What tells this key from others. `undefined`: it does not show itself, and its signatures differ from one to the next. */
async function shownOf(key: ReadKey, algorithm: string): Promise<unknown> {
  if (isSigner(key)) return undefined; // asking it may cost money, and be written down
  if (isKeyObject(key)) return key.export({ format: 'jwk' });
  if (!isCryptoKey(key)) return key;
  const cryptoKey = key as CryptoKey;
  if (cryptoKey.extractable) return crypto.subtle.exportKey('jwk', cryptoKey);
  if (!/^(RS|Ed)/.test(algorithm)) return undefined;
  const signature = await crypto.subtle.sign(cryptoKey.algorithm.name, cryptoKey, bytes(NOT_A_JWS));
  return new Uint8Array(signature);
}

/** Without a dot: a signature of it can be used for nothing. */
const NOT_A_JWS = 'axios-client-credentials: which key is this?';
