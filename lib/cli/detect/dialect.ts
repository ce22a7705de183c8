import { clientSecretBasic } from '../../client-auth/client-secret-basic.js';
import type { ClientCredentialsOptions } from '../../source/dialect.js';
import { defined } from '../../source/parameters.js';

// What is tried: of all that a description can say, the part that can be found out by asking.

export interface Dialect {
  method: 'POST' | 'GET';
  format: 'form' | 'json' | 'query';
  /** Where the secret goes. Basic writes id and secret form-urlencoded (RFC 6749 §2.3.1), or raw, as most servers read them. */
  auth: 'post' | 'basic' | 'basic-raw';
  /** `false`: not sent. */
  grantType: string | false;
  /** The endpoint's own names for who the client is. */
  names?: Names | undefined;
}

export interface Names {
  clientId: string;
  clientSecret: string;
  grantType?: string | undefined;
}

/** What `clientCredentials` does when nothing is said. */
export const STANDARD: Dialect = { method: 'POST', format: 'form', auth: 'post', grantType: 'client_credentials' };

/** What the person who asks has given. */
export interface Wishes {
  tokenUrl: URL;
  clientId: string;
  clientSecret: string;
  scope?: string | undefined;
  audience?: string | undefined;
  resource?: string | undefined;
  params?: Record<string, string> | undefined;
  /** Of the parameters that come out of the environment: out of which variable. */
  variables?: Record<string, string> | undefined;
}

/** The description that is tried: the request that goes out is the one that it makes, so what is found is what will work. */
export function describe(dialect: Dialect, wishes: Wishes): ClientCredentialsOptions {
  const { tokenUrl, clientId, clientSecret, scope, audience, resource, params } = wishes;
  const { method, format, auth, grantType, names } = dialect;
  const encoding = auth === 'basic-raw' ? 'raw' : 'rfc6749';
  return {
    tokenUrl,
    clientId,
    clientSecret,
    ...(auth !== 'post' && { clientAuth: clientSecretBasic({ encoding }) }),
    ...defined({ scope, audience, resource, params }),
    request: { method, format, grantType, names },
  };
}

/** Whether the two ways of writing Basic differ for this client. */
export function isWrittenInTwoWays({ clientId, clientSecret }: Wishes): boolean {
  return [clientId, clientSecret].some((part) => new URLSearchParams([['', part]]).toString().slice(1) !== part);
}

/** A try in words, such as `POST form: client_id, client_secret, grant_type`. Names only, no values. */
export function inWords(dialect: Dialect, wishes: Wishes): string {
  const { method, format, auth, grantType, names } = dialect;
  const { scope, audience, resource, params = {} } = wishes;
  const sent = [
    ...(auth === 'post' ? [names?.clientId ?? 'client_id', names?.clientSecret ?? 'client_secret'] : []),
    ...(grantType === false ? [] : [grantWords(grantType, names)]),
    ...Object.keys(defined({ scope, audience, resource })),
    ...Object.keys(params),
  ];
  const place = { form: 'a form', json: 'JSON', query: 'the URL' }[format];
  const basic = { post: '', basic: 'HTTP Basic, ', 'basic-raw': 'HTTP Basic (raw), ' }[auth];
  return `${method}, ${basic}${sent.length === 0 ? 'no parameters' : `in ${place}: ${sent.join(', ')}`}`;
}

function grantWords(grantType: string, names: Names | undefined): string {
  const name = names?.grantType ?? 'grant_type';
  return grantType === 'client_credentials' ? name : `${name}=${grantType}`;
}
