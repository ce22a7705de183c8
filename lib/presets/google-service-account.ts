import { systemClock } from '../clock.js';
import type { TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { type Value, valueOf } from '../source/parameters.js';
import { isRecord } from '../validate.js';
import { refuseInPage } from '../source/description.js';
import { required } from './address.js';
import { preset, type PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** What a service account's key file (JSON) holds, as far as it is needed. */
export interface GoogleServiceAccountKey {
  client_email: string | undefined;
  /** PEM (PKCS#8). Line ends that an environment variable has turned into `\n` will do. */
  private_key: string | undefined;
  private_key_id?: string | undefined;
}

export interface GoogleServiceAccountOptions extends PresetOptions {
  /** The content of the key file. */
  credentials: Value<GoogleServiceAccountKey>;
  /** Such as `https://www.googleapis.com/auth/cloud-platform`. */
  scope: Value<string | string[] | undefined>;
  /** A user to act for, where the domain allows it (domain-wide delegation). */
  subject?: Value<string | undefined> | undefined;
}

/**
 * Google service account: a JWT signed with the account's private key is the grant (RFC 7523 §2.1, RS256); the scopes are in it.
 * A new one is made for every attempt. It lives an hour, and so does the token; a clock that is off by minutes breaks it.
 *
 * Source: https://developers.google.com/identity/protocols/oauth2/service-account (unverified).
 */
export function googleServiceAccount({ credentials, subject, ...options }: GoogleServiceAccountOptions): TokenSource {
  if (typeof credentials !== 'function') checkKey(credentials);
  refuseInPage(OWNER, 'credentials', options.dangerouslyAllowBrowser);
  const scope = requiredValue(OWNER, 'scope', options.scope);
  return preset(
    OWNER,
    {
      tokenUrl: TOKEN_URL,
      clientAuth: () => undefined, // the assertion says who asks
      params: {
        assertion: async (request: TokenRequest) =>
          assertion(checkKey(await valueOf(credentials, request)), request, {
            scope: scopes(request.scope ?? (await valueOf(scope, request))),
            sub: await valueOf(subject, request),
          }),
      },
      request: { grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer', names: { scope: false } },
    },
    { ...(typeof credentials !== 'function' && { clientId: credentials.client_email }), ...options },
    {},
    { subject },
  );
}

const OWNER = 'googleServiceAccount';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

async function assertion(
  { client_email, private_key, private_key_id }: CheckedKey,
  { clock = systemClock }: TokenRequest,
  claims: Record<string, unknown>,
): Promise<string> {
  const [{ importPKCS8 }, { SignJWT }] = await Promise.all([import('jose/key/import'), import('jose/jwt/sign')]);
  const key = await importPKCS8(private_key.replaceAll('\\n', '\n'), 'RS256').catch(() => {
    throw new TokenConfigError(
      `${OWNER}: \`credentials.private_key\` is not an RSA private key in PEM form (PKCS#8, "BEGIN PRIVATE KEY"). Take it from the key file as it is.`,
      { option: 'credentials.private_key' },
    );
  });
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(private_key_id !== undefined && { kid: private_key_id }) })
    .setIssuer(client_email)
    .setAudience(TOKEN_URL)
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(key);
}

type CheckedKey = Record<'client_email' | 'private_key', string> & Pick<GoogleServiceAccountKey, 'private_key_id'>;

function checkKey(key: unknown): CheckedKey {
  if (!isRecord(key)) {
    throw new TokenConfigError(`${OWNER}: \`credentials\` must be the content of the key file, parsed from its JSON.`, {
      option: 'credentials',
    });
  }
  required(OWNER, 'credentials.client_email', key.client_email);
  required(OWNER, 'credentials.private_key', key.private_key);
  return key as unknown as CheckedKey;
}

function scopes(scope: string | string[] | undefined): string | undefined {
  return Array.isArray(scope) ? scope.join(' ') : scope;
}
