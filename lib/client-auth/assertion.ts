import { systemClock } from '../clock.js';
import { TokenConfigError } from '../errors.js';
import type { Value } from '../source/parameters.js';
import { anObject, isRecord, milliseconds, type Rules, strings, valueOf } from '../validate.js';
import { asked, type ClientAuthRequest, identity } from './client-auth.js';

// The JWT by which a client says who it is (RFC 7521 §4.2, RFC 7523 §2.2 and §3).

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

/**
 * Puts a fresh assertion among the parameters, and `client_id` too: the assertion names the client already (RFC 7521 §4.2 leaves it
 * open), but servers that look the client up before they read the assertion need it, and none may mind.
 */
export async function sendAssertion(
  request: ClientAuthRequest,
  options: AssertionOptions,
  { owner, header, sign }: Signing,
): Promise<void> {
  const clientId = identity(request, owner);
  const claims = await claimsOf(owner, clientId, request, options);
  const assertion = await sign({ typ: 'JWT', ...options.header, ...header }, bytes(JSON.stringify(claims)));
  Object.assign(request.parameters, {
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  });
}

async function claimsOf(
  owner: string,
  clientId: string,
  request: ClientAuthRequest,
  { audience, lifetimeMs = 60_000, claims }: AssertionOptions,
): Promise<Record<string, unknown>> {
  const more = (await asked(claims, request)) ?? {};
  const fault = anObject(more) ?? ownClaimFault(more);
  if (fault !== undefined)
    throw new TokenConfigError(`${owner}: what the \`claims\` function returned ${fault}.`, { option: 'claims' });
  const aud = (await asked(audience, request)) ?? request.tokenUrl.href;
  const iat = Math.floor((request.tokenRequest?.clock ?? systemClock).now() / 1000);
  const exp = iat + Math.ceil(lifetimeMs / 1000);
  return { iss: clientId, sub: clientId, ...more, aud, jti: crypto.randomUUID(), iat, exp };
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
