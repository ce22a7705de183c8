import { at } from '../answer.js';
import type { FetchedToken, TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError, TokenResponseError } from '../errors.js';
import { printableText } from '../redact.js';
import { type Value, valueOf as valued } from '../source/parameters.js';
import { parameterFor } from '../source/stand-in.js';
import { describeType, type Token } from '../token.js';
import { aString, fault, noteFactories, type Rule, type Rules, valueOf } from '../validate.js';
import { checkGrant, type GrantOptions, grantSource } from './grant.js';

const OWNER = 'tokenExchange';
const TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** RFC 8693 §3. */
const URN = 'urn:ietf:params:oauth:token-type:';
const KINDS = ['access_token', 'refresh_token', 'id_token', 'jwt', 'saml1', 'saml2'] as const;

/**
 * A kind of token (RFC 8693 §3) by its short name, `'access_token'`, `'refresh_token'`, `'id_token'`, `'jwt'`, `'saml1'` or `'saml2'`, or by
 * the URI that a server has for it.
 *
 * @useDeclaredType
 */
export type TokenType = (typeof KINDS)[number] | (string & Record<never, never>);

/** Options of {@link tokenExchange}. */
export interface TokenExchangeOptions extends GrantOptions {
  /**
   * Whose token it is to be, by a token of theirs. Default: the `subjectToken` that a request asks with (`token: { subjectToken }`,
   * `tokenParams`, `getToken({ subjectToken })`), which also comes before this option: each has tokens of its own. A function may
   * depend only on its argument, since what it returns does not tell tokens apart: it is for an identity of the process, such as a
   * workload's token in a file.
   */
  subjectToken?: Value<string | undefined> | undefined;
  /** What `subjectToken` is. Default: `'access_token'`. */
  subjectTokenType?: Value<TokenType> | undefined;
  /** Who acts for the subject (RFC 8693 §1.1). A function may ask another handle: `async () => (await auth.getToken()).accessToken`. */
  actorToken?: Value<string | undefined> | undefined;
  /** What `actorToken` is. Default, with an `actorToken`: `'access_token'`. */
  actorTokenType?: TokenType | undefined;
  /** What is wanted (RFC 8693 §2.1). Default: not sent, the server decides. */
  requestedTokenType?: TokenType | undefined;
}

/**
 * A source of tokens by token exchange (RFC 8693): a token of somebody's for one that an API takes. For a backend that calls APIs on
 * behalf of its users. Tokens are kept by a hash of the subject token, never by itself, and live as long as they say.
 *
 * @param options who acts for whom, and what `clientCredentials` takes
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 * @example
 * ```ts
 * import { tokenExchange } from 'axios-client-credentials/grants';
 *
 * const onBehalf = attachToken(
 *   api,
 *   tokenExchange({
 *     tokenUrl: 'https://auth.example.com/oauth2/token',
 *     clientId: 'my-bff',
 *     clientSecret: process.env.CLIENT_SECRET,
 *     audience: 'https://api.example.com',
 *   }),
 * );
 * const callForUser = (usersToken: string) => api.get('/things', { token: { subjectToken: usersToken } });
 * ```
 */
export function tokenExchange(options: TokenExchangeOptions): TokenSource {
  checkGrant(OWNER, options, rules);
  const { subjectToken, subjectTokenType = 'access_token', actorToken, requestedTokenType, ...others } = options;
  const { actorTokenType = actorToken && 'access_token', ...described } = others;
  if (actorTokenType !== undefined && actorToken === undefined) {
    throw new TokenConfigError(
      `${OWNER}: \`actorTokenType\` without an \`actorToken\` means nothing (RFC 8693 §2.1). Give both or neither.`,
      { option: 'actorTokenType' },
    );
  }
  const parameters = {
    requested_token_type: option('requestedTokenType', uriOf(requestedTokenType)),
    subject_token: made('subjectToken', subjectToken, async (request) => {
      const token = request.subjectToken ?? (await valued(subjectToken, request));
      return present('subjectToken', token, subjectToken === undefined ? WHOSE : undefined);
    }),
    subject_token_type: made('subjectTokenType', subjectTokenType, async (request) => {
      const type = await valued(subjectTokenType, request);
      const must = aTokenType(type);
      if (must !== undefined) throw fault(OWNER, 'subjectTokenType', `function ${must.replace('be', 'return')}`, type);
      return uriOf(type);
    }),
    actor_token: actorToken
      ? made('actorToken', actorToken, async (request) => present('actorToken', await valued(actorToken, request)))
      : option('actorToken', undefined),
    actor_token_type: option('actorTokenType', uriOf(actorTokenType)),
  };
  const apart = { subjectTokenType, actorTokenType, requestedTokenType };
  const source = grantSource({ owner: OWNER, type: TYPE, parameters, apart, advice }, described);
  const { fetchToken } = source;
  source.fetchToken = async (request) => usable(await fetchToken(request), requestedTokenType);
  return source;
}

const aTokenType: Rule = (value) =>
  typeof value === 'string' && (isKind(value) || /^[a-z][a-z\d+.-]*:\S+$/i.test(value))
    ? undefined
    : `must be one of ${KINDS.map((kind) => `'${kind}'`).join(', ')}, or a URI (RFC 8693 §3)`;

const rules: Rules = {
  subjectToken: valueOf(aString),
  subjectTokenType: valueOf(aTokenType),
  actorToken: valueOf(aString),
  actorTokenType: aTokenType,
  requestedTokenType: aTokenType,
};

function isKind(name: string): boolean {
  return (KINDS as readonly string[]).includes(name);
}

function uriOf(type: TokenType | undefined): string | undefined {
  return type !== undefined && isKind(type) ? URN + type : type;
}

type Made = (request: TokenRequest) => Promise<string | undefined>;

/** By an option that may be a function. */
function made(name: string, given: unknown, make: Made): [string, Made] {
  return [name, parameterFor(given, make)];
}

function option(name: string, value: Value<string | undefined>): [string, Value<string | undefined>] {
  return [name, value];
}

const WHOSE =
  'no token was given to exchange. Say whose it is to be: for a request with `token: { subjectToken }`, for all with `tokenParams`, by hand with `getToken({ subjectToken })`; or with the option `subjectToken`';

/** Without its actor the token would be one for impersonation, not for delegation (RFC 8693 §1.1): nothing is left out in silence. */
function present(name: string, token: unknown, otherwise?: string): string {
  if (typeof token === 'string' && token !== '') return token;
  const said = otherwise ?? `the \`${name}\` function returned ${describeType(token)} in place of a token`;
  throw new TokenConfigError(`${OWNER}: ${said}.`, { option: name });
}

/** RFC 8693 §2.2.1: what is `N_A` cannot be sent to an API. It is only handed out where it was asked for. */
function usable(fetched: Token | FetchedToken, requested: TokenType | undefined): Token | FetchedToken {
  const { response, accessToken } = fetched;
  const wanted = requested !== undefined && uriOf(requested) !== `${URN}access_token`;
  if (wanted || String(at(response, 'token_type')).toUpperCase() !== 'N_A') return fetched;
  const type: unknown = at(response, 'issued_token_type');
  const issued =
    typeof type === 'string' ? ` (its \`issued_token_type\` is ${printableText(type, [accessToken])})` : '';
  throw new TokenResponseError(
    `${OWNER}: what came is no access token${issued}, its \`token_type\` is N_A (RFC 8693 §2.2.1): no API is sent it. Ask for one with \`requestedTokenType: 'access_token'\`; if you want another kind, for \`getToken()\`, say which with \`requestedTokenType\`.`,
  );
}

/** RFC 8693 §2.2.2 has `invalid_request` for a token that is not accepted, RFC 6749 §5.2 `invalid_grant`. */
function advice(error: string): string | undefined {
  return error === 'invalid_request' || error === 'invalid_grant'
    ? 'Is the subject token (and the actor token) still valid and meant for this client, and does `subjectTokenType` say what it is?'
    : undefined;
}

noteFactories({ tokenExchange });
