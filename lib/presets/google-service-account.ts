import type { TokenRequest, TokenSource } from '../contract.js';
import { TokenConfigError } from '../errors.js';
import { jwtBearerIn, signed } from '../grants/jwt-bearer.js';
import { checkNames, refuseInPage } from '../source/description.js';
import { defined, type Value, valueOf } from '../source/parameters.js';
import { parameterOf } from '../source/stand-in.js';
import { isRecord } from '../validate.js';
import { required } from './address.js';
import type { PresetOptions } from './preset.js';
import { requiredValue } from './required-value.js';

/** What a service account's key file (JSON) holds, as far as it is needed. */
export interface GoogleServiceAccountKey {
  /** Who the account is: `iss` of the assertion. */
  client_email: string | undefined;
  /** PEM (PKCS#8). Line ends that an environment variable has turned into `\n` will do. */
  private_key: string | undefined;
  /** By what name Google knows the key: `kid` of the assertion. Default: none is sent. */
  private_key_id?: string | undefined;
}

/** Options of {@link googleServiceAccount}. */
export interface GoogleServiceAccountOptions extends PresetOptions {
  /** The content of the key file. */
  credentials: Value<GoogleServiceAccountKey>;
  /** What the token is for, such as `https://www.googleapis.com/auth/cloud-platform`. It stands in the assertion (`scope`). */
  scope: Value<string | string[] | undefined>;
  /** A user to act for, where the domain allows it (domain-wide delegation): `sub` of the assertion. Default: the account itself. */
  subject?: Value<string | undefined> | undefined;
}

/**
 * Google service account: a JWT signed with the account's private key is the grant (RFC 7523 §2.1, RS256); the scopes are in it.
 * A new one is made for every attempt. It lives an hour, and so does the token; a clock that is off by minutes breaks it.
 *
 * Source: https://developers.google.com/identity/protocols/oauth2/service-account (unverified).
 *
 * @param options `credentials` and `scope`; any option of `clientCredentials`
 */
export function googleServiceAccount({ credentials, subject, ...options }: GoogleServiceAccountOptions): TokenSource {
  if (typeof credentials !== 'function') checkCredentials(credentials);
  refuseInPage(OWNER, 'credentials', options.dangerouslyAllowBrowser);
  const scope = requiredValue(OWNER, 'scope', options.scope);
  checkNames(OWNER, options, ['credentials', 'subject']);
  const plain = { subject: typeof subject === 'function' ? 'subject()' : subject };
  const described = async (request: TokenRequest): Promise<Described> => {
    const account = checkCredentials(await valueOf(credentials, request));
    const [scopes, user] = [await valueOf(scope, request), await valueOf(subject, request)];
    return { account, scope: scopesOf(request, scopes), subject: user ?? false };
  };
  return jwtBearerIn(
    OWNER,
    {
      ...options,
      tokenUrl: options.tokenUrl ?? (options.issuer === undefined ? TOKEN_URL : undefined),
      clientId: options.clientId ?? (typeof credentials === 'function' ? undefined : credentials.client_email),
      clientAuth: options.clientAuth ?? (() => undefined), // the assertion says who asks
      request: { names: { scope: false }, ...defined({ ...options.request }) },
      assertion: parameterOf(
        async (request: TokenRequest) => assertion(await described(request), request),
        async (request) => lastingOf(await described(request)),
      ),
    },
    plain,
  );
}

const OWNER = 'googleServiceAccount';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

interface Described {
  account: Credentials;
  scope: string;
  subject: string | false;
}

async function assertion({ account, scope, subject }: Described, tokenRequest: TokenRequest): Promise<string> {
  const { client_email: issuer, private_key: key, private_key_id: keyId } = account;
  const described = {
    key,
    algorithm: 'RS256',
    keyId,
    issuer,
    subject,
    claims: { scope },
    lifetimeMs: 3_600_000,
  } as const;
  try {
    return await signed(OWNER, described, { tokenUrl: new URL(TOKEN_URL), tokenRequest });
  } catch (error) {
    if (!(error instanceof TokenConfigError) || error.option !== 'key') throw error;
    const option = 'credentials.private_key'; // what is wrong with the key is said of where it came from
    throw new TokenConfigError(error.message.replace('`key`', `\`${option}\``), { option });
  }
}

/** What is the same in each assertion. */
function lastingOf({ account, scope, subject }: Described): string {
  const { client_email, private_key, private_key_id } = account;
  return JSON.stringify([client_email, private_key, private_key_id, scope, subject]);
}

type Credentials = Record<'client_email' | 'private_key', string> & Pick<GoogleServiceAccountKey, 'private_key_id'>;

function checkCredentials(key: unknown): Credentials {
  if (!isRecord(key)) {
    throw new TokenConfigError(`${OWNER}: \`credentials\` must be the content of the key file, parsed from its JSON.`, {
      option: 'credentials',
    });
  }
  required(OWNER, 'credentials.client_email', key.client_email);
  required(OWNER, 'credentials.private_key', key.private_key);
  return key as unknown as Credentials;
}

/** They are in the assertion, so what an API asks for beyond them goes there, too. */
function scopesOf({ scope, extraScope }: TokenRequest, own: string | string[]): string {
  return [...new Set([scope ?? own, extraScope ?? []].flat().flatMap((one) => one.split(' ')))].join(' ');
}
