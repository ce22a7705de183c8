import type { TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { type Value, valueOf as valued } from '../source/parameters.js';
import type { Unshareable } from '../source/client-credentials.js';
import type { TokenReader } from '../source/readers.js';
import { parameterOf } from '../source/stand-in.js';
import { describeType } from '../token.js';
import {
  aFunction,
  aHelper,
  aString,
  either,
  missing,
  noteFactories,
  oneOf,
  type Rules,
  valueOf,
} from '../validate.js';
import { checkGrant, type GrantOptions, grantSource } from './grant.js';
import { Renewal, type SaveRefreshToken } from './renewal.js';
import type { Spending } from './spending.js';

const OWNER = 'refreshToken';

/** Options of {@link refreshToken}. */
export interface RefreshTokenOptions extends Omit<GrantOptions, 'revocationUrl'> {
  /**
   * The refresh token, or a function that reads the current one from where `save` writes it. The function may depend only on its
   * argument: with the tokens of many users, `tenant` says whose it is (`token: { tenant }`, `tokenParams`).
   */
  refreshToken: Value<string | undefined>;
  /**
   * Writes a new refresh token to where `refreshToken` reads it; the token that it came with is handed out when this is done. While it
   * fails, calls fail, both are kept in memory, and it is called again before anything else is asked for. `false`: the server never
   * gives a new one (one that it does give is used as long as the process lives).
   */
  save: SaveRefreshToken | false;
  /**
   * For how long the server takes a refresh token again that was spent already, in ms; `Infinity` where using it again does no harm at
   * all. Default 0: a request whose answer was lost is not repeated.
   */
  gracePeriodMs?: number | undefined;
  /** Where a new refresh token stands in the answer. Default: `'refresh_token'`. */
  newRefreshToken?: TokenReader | undefined;
}

/**
 * A source of tokens by refresh tokens (RFC 6749 §6), also where each is good for one use (RFC 9700 §4.14.2): a new one is saved before
 * its access token is used, and none is spent twice by this source. Where the answer to a request was lost, nobody knows whether its
 * refresh token is spent. Sent again, it would look stolen to a server that rotates, which then ends the whole login: so the
 * calls fail, until there is another one or somebody decides to try (`refresh()`).
 *
 * After `close()`, a request and a `save` that are under way still come to their end, up to a minute later: let the process end by
 * itself rather than by `process.exit()`, or a new refresh token is lost. An axios of your own (`http`) must not send a token request
 * again by itself; `axios-retry` does not.
 *
 * These tokens cannot be revoked by their handle (`revokeReplaced`, `close({ revoke: true })`): with one of them a server may revoke the
 * refresh token, too (RFC 7009 §2.1), and that is the whole login.
 *
 * With a shared store it needs an `id`: refresh tokens change, so they do not say whose login it is; of many users the `tenant` of a
 * request does. With `save: false` the refresh token itself says it.
 *
 * @param options where refresh tokens are read and written, and what `clientCredentials` takes
 * @throws TokenConfigError for an option that is missing, misspelt or wrong
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { refreshToken } from 'axios-client-credentials/grants';
 *
 * const source = refreshToken({
 *   tokenUrl: 'https://auth.example.com/oauth2/token',
 *   clientId: 'my-service',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   refreshToken: () => readFile('/var/lib/app/refresh-token', 'utf8'),
 *   save: (newToken) => writeFile('/var/lib/app/refresh-token', newToken, { mode: 0o600 }),
 * });
 * ```
 */
export function refreshToken(options: RefreshTokenOptions): TokenSource {
  checkGrant(OWNER, options, rules);
  const { refreshToken: given, save, gracePeriodMs, newRefreshToken, ...described } = options;
  if (given === undefined) throw missing(OWNER, 'refreshToken');
  if ((described as GrantOptions).revocationUrl !== undefined) throw notRevoked();
  if ((save as unknown) === undefined) throw unsaved();

  const spendings = new WeakMap<TokenRequest, Spending>();
  const refresh_token = parameterOf(
    (request: TokenRequest): string | undefined => spendings.get(request)?.take(),
    async (request) => (save === false ? present(await valued(given, request)) : undefined),
  );
  const parameters = { refresh_token: ['refreshToken', refresh_token] as [string, typeof refresh_token] };
  const refusal = save === false ? undefined : refusalOf(given, described.id);
  const source = grantSource({ owner: OWNER, type: 'refresh_token', parameters, advice, refusal }, described);
  const { fetchToken } = source;
  const renewal = new Renewal({
    save,
    gracePeriodMs,
    newRefreshToken,
    response: described.response,
    ask: (spending) => {
      spendings.set(spending.request, spending);
      return fetchToken(spending.request);
    },
  });
  delete source.revokeToken; // also where the issuer's metadata say how
  source.fetchToken = async (request) => renewal.token(present(await valued(given, request)), request);
  return source;
}

const rules: Rules = {
  refreshToken: valueOf(aString),
  save: either('must be a function that writes the new refresh token down, or false', aFunction, oneOf(false)),
  gracePeriodMs: (value) =>
    typeof value === 'number' && value >= 0 ? undefined : 'must be a number of milliseconds from 0 to Infinity',
  newRefreshToken: either('must be a path or a function', aString, aHelper('responseHeader(name)')),
};

function unsaved(): TokenConfigError {
  return new TokenConfigError(
    `${OWNER}: \`save\` is missing. A server may give a new refresh token with each answer, and the old one is no good after that, also after a restart: give a function that writes the new one to where \`refreshToken\` reads it; or \`save: false\` for a server that never gives a new one.`,
    { option: 'save' },
  );
}

/** Refresh tokens that come and go do not say whose login it is. */
function refusalOf(given: Value<string | undefined>, id: string | undefined): Unshareable | undefined {
  if (typeof given !== 'function')
    return {
      option: 'refreshToken',
      message:
        'is a text, which is spent when another process has renewed it: give a function that reads what `save` writes',
    };
  if (id !== undefined) return undefined;
  return {
    option: 'id',
    message:
      'is missing: refresh tokens change, so say by it whose login this is. Of many users a request also says which one it is for (`tenant`)',
  };
}

function notRevoked(): TokenConfigError {
  return new TokenConfigError(
    `${OWNER}: \`revocationUrl\` cannot be given. A server to which an access token is revoked may end the refresh token, too (RFC 7009 §2.1), and with it the login. Where that is what you want, such as when the user signs out, revoke the refresh token yourself.`,
    { option: 'revocationUrl' },
  );
}

function present(refreshToken: unknown): string {
  if (typeof refreshToken === 'string' && refreshToken !== '') return refreshToken;
  throw new TokenConfigError(
    `${OWNER}: the \`refreshToken\` function returned ${describeType(refreshToken)} in place of a refresh token. Is this user signed in, and does the request say who it is (\`token: { tenant }\`, \`tokenParams\`)?`,
    { option: 'refreshToken' },
  );
}

function advice(error: string): string | undefined {
  return error === 'invalid_grant'
    ? 'The refresh token is expired, revoked, spent already or another client’s: the user must sign in again, so that `refreshToken` is another one.'
    : undefined;
}

noteFactories({ refreshToken });
