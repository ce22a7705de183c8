import {
  type Asking,
  assertionRules,
  type AssertionOptions,
  checkSigning,
  freshAssertion,
  type SigningOptions,
  signingOf,
  signingRules,
} from '../client-auth/assertion.js';
import { type ClientAuth, type ClientAuthRequest, traitsOf, withTraits } from '../client-auth/client-auth.js';
import { clientSecretPost } from '../client-auth/client-secret-post.js';
import { noAuthentication } from '../client-auth/no-authentication.js';
import type { TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { type ParamValue, type Value, valueOf as valued } from '../source/parameters.js';
import { authenticateLastingly, authenticationOf, parameterFor } from '../source/stand-in.js';
import { describeType } from '../token.js';
import {
  aString,
  either,
  fault,
  isRecord,
  milliseconds,
  noteFactories,
  oneOf,
  type Rules,
  valueOf,
} from '../validate.js';
import { checkGrant, type GrantOptions, grantSource } from './grant.js';

const OWNER = 'jwtBearer';
const TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** An assertion that is made and signed here, anew for every attempt: with a `jti` of its own, and the time of signing. */
export interface SignedAssertion extends SigningOptions, Omit<AssertionOptions, 'lifetimeMs'> {
  /** Who says it (`iss`). Default: `clientId`. */
  issuer?: Value<string> | undefined;
  /** For whom a token is wanted (`sub`). Default: the issuer itself; `false`: not in the claims. */
  subject?: Value<string | false> | undefined;
  /** How long it may be used, in ms, from 1,000 to 3,600,000. Default: 60,000. Many servers take no more than a few minutes. */
  lifetimeMs?: number | undefined;
}

/** Options of {@link jwtBearer}. */
export interface JwtBearerOptions extends GrantOptions {
  /**
   * What entitles to a token: a JWT as text, a function that returns one, such as `({ subjectToken }) => subjectToken`, or what one is
   * to be made of. A function may depend only on its argument: what it returns does not tell tokens apart.
   */
  assertion: Value<string | undefined> | SignedAssertion;
}

/**
 * A source of tokens by a JWT that says who is entitled to them (RFC 7523 §2.1): service accounts, users of a server that trusts our
 * key, users on whose behalf we call. The client need not say who it is as well: without `clientSecret` and `clientAuth` it is
 * `noAuthentication()`.
 *
 * @param options the assertion, and what `clientCredentials` takes
 * @throws TokenConfigError for an option that is missing, misspelt or wrong, such as a key that does not fit the algorithm
 * @example
 * ```ts
 * import { jwtBearer } from 'axios-client-credentials/grants';
 *
 * const source = jwtBearer({
 *   tokenUrl: 'https://auth.example.com/oauth2/token',
 *   assertion: {
 *     key: process.env.PRIVATE_KEY,
 *     algorithm: 'RS256',
 *     issuer: 'my-service@example.com',
 *     claims: { scope: 'reports.read' },
 *   },
 * });
 * ```
 */
export function jwtBearer(options: JwtBearerOptions): TokenSource {
  return jwtBearerIn(OWNER, options);
}

/** @param owner who was given the options, for messages */
export function jwtBearerIn(
  owner: string,
  options: JwtBearerOptions,
  apart: Record<string, unknown> = {},
): TokenSource {
  checkGrant(owner, options, { assertion: isRecord(options.assertion) ? descriptionRules : aJwt });
  const { assertion, ...others } = options;
  const isOpen = others.clientAuth === undefined && !Object.hasOwn(others, 'clientSecret');
  const described = isOpen ? { ...others, clientAuth: noAuthentication() } : others;
  const made = (assertion: Value<string | undefined>) => (request: TokenRequest) => text(owner, assertion, request);
  if (typeof assertion === 'string' || typeof assertion === 'function')
    return grantSource({ ...grantOf(owner, parameterFor(assertion, made(assertion))), apart }, described);

  checkDescription(owner, assertion, others.clientId);
  const { issuer, subject, audience } = assertion;
  const clientAuth = withAssertion(described.clientAuth ?? clientSecretPost(), {
    make: (call) => inTheNameOf('assertion', () => signed(owner, assertion, call)),
    describe: (call, hasId) => inTheNameOf('assertion', () => lastingOf(owner, assertion, call, hasId)),
  });
  return grantSource(
    { ...grantOf(owner, PENDING), apart: { issuer, subject, audience, ...apart } },
    { ...described, clientAuth },
  );
}

function grantOf(owner: string, assertion: ParamValue) {
  const option = owner === OWNER ? 'assertion' : undefined; // a preset has options of its own in its place
  return { owner, type: TYPE, parameters: { assertion: [option, assertion] as [typeof option, ParamValue] }, advice };
}

const aJwt = valueOf((value) =>
  value === undefined
    ? undefined
    : aString(value) &&
      'must be the text of a JWT, a function that returns one, or { key, algorithm, … } to sign one with',
);

const descriptionRules: Rules = {
  ...assertionRules,
  ...signingRules,
  lifetimeMs: milliseconds(1000, 3_600_000),
  issuer: valueOf(aString),
  subject: valueOf(either('must be a non-empty string, or false for none', aString, oneOf(false))),
};

function checkDescription(
  owner: string,
  assertion: SignedAssertion | undefined,
  clientId: unknown,
): asserts assertion is SignedAssertion {
  if (assertion === undefined) {
    throw new TokenConfigError(
      `${owner}: \`assertion\` is missing: give the text of a JWT, a function that returns one, or { key, algorithm, … } to sign one with.`,
      { option: 'assertion' },
    );
  }
  inTheNameOf('assertion', () => {
    checkSigning(owner, assertion);
  });
  if (assertion.issuer === undefined && clientId === undefined) {
    throw new TokenConfigError(
      `${owner}: \`assertion.issuer\` is missing: say who signs, or give a \`clientId\` that does.`,
      { option: 'assertion.issuer' },
    );
  }
}

/** What is wrong with an option of a description is said of its whole name. */
function inTheNameOf<T>(group: string, act: () => T): T {
  const rename = (error: unknown): never => {
    if (!(error instanceof TokenConfigError) || error.option === undefined) throw error;
    const { option, message } = error;
    throw new TokenConfigError(message.replace(`\`${option}`, `\`${group}.${option}`), {
      option: `${group}.${option}`,
    });
  };
  try {
    const result = act();
    return result instanceof Promise ? (result.catch(rename) as T) : result;
  } catch (error) {
    return rename(error);
  }
}

async function text(owner: string, assertion: Value<string | undefined>, request: TokenRequest): Promise<string> {
  const jwt: unknown = await valued(assertion, request);
  if (typeof jwt === 'string' && jwt !== '') return jwt;
  throw new TokenConfigError(
    `${owner}: the \`assertion\` function returned ${describeType(jwt)} in place of a JWT. Does the request say what it needs (\`token: { subjectToken }\`, \`tokenParams\`)?`,
    { option: 'assertion' },
  );
}

/** A fresh assertion, as described. */
export async function signed(owner: string, described: SignedAssertion, call: Call): Promise<string> {
  return freshAssertion(await whoOf(owner, described, call), call, described, await signingOf(owner, described, call));
}

/** What is the same in each of them. */
async function lastingOf(owner: string, described: SignedAssertion, call: Call, hasId: boolean): Promise<string> {
  const { assertionText, describeKey } = await import('../client-auth/assertion-identity.js');
  const signedWith = await describeKey(owner, described, call, hasId);
  return assertionText(await whoOf(owner, described, call), call, owner, { options: described, signedWith, hasId });
}

type Call = Asking & Pick<ClientAuthRequest, 'clientId'>;

async function whoOf(
  owner: string,
  { issuer, subject }: SignedAssertion,
  call: Call,
): Promise<{ iss: string; sub: string | undefined }> {
  const request = call.tokenRequest ?? ({} as TokenRequest);
  const iss = named(owner, 'issuer', (await valued(issuer, request)) ?? call.clientId);
  const given = subject === undefined ? iss : await valued(subject, request);
  return { iss, sub: given === false ? undefined : named(owner, 'subject', given, ', or false for none') };
}

/** Nobody is asked for in another's place because a function had nothing to say. */
function named(owner: string, name: string, value: unknown, or = ''): string {
  if (typeof value === 'string' && value !== '') return value;
  throw fault(owner, name, `function must return a non-empty string${or}`, value);
}

/** Stands among the parameters until it is known who asks, and where. */
const PENDING = '(made when the request is)';

interface Assertions {
  make: (call: ClientAuthRequest) => Promise<string>;
  /** What lasts of them. */
  describe: (call: ClientAuthRequest, hasId: boolean) => Promise<string>;
}

/** Who the client is, and what entitles it: only here is the endpoint known for which the assertion is meant. */
function withAssertion(clientAuth: ClientAuth, { make, describe }: Assertions): ClientAuth {
  const both: ClientAuth = async (call) => {
    if (call.parameters.assertion === PENDING) call.parameters.assertion = await make(call); // not where a token is revoked
    await clientAuth(call);
  };
  const traits = traitsOf(clientAuth);
  return authenticationOf(traits ? withTraits(traits, both) : both, async (call, hasId) => {
    call.parameters.assertion = await describe(call, hasId);
    await authenticateLastingly(clientAuth, call, hasId);
  });
}

/** RFC 7523 §3.1. */
function advice(error: string): string | undefined {
  return error === 'invalid_grant'
    ? 'It did not take the assertion: check who issued it and for whom (`iss`, `sub`, `aud`), that it has not expired by the server’s clock, and that the server knows the key.'
    : undefined;
}

noteFactories({ jwtBearer });
