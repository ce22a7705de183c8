import { at } from '../../answer.js';
import { isTokenError } from '../../errors.js';
import { printableText, printableUrl } from '../../redact.js';
import { exchange } from '../../source/token-endpoint.js';
import { parseUrl } from '../../transport.js';
import type { Wishes } from './dialect.js';
import { type Exchange, type Road, within } from './road.js';
import type { Try } from './step.js';

// What the server's own metadata say, where asking has not helped.

/** The server's metadata, without any credentials: they are public. What they name is told, never asked. */
export async function lookUp(tried: Try, { tokenUrl, clientSecret }: Wishes, road: Road): Promise<Exchange> {
  const sentAt = road.clock.now();
  const url = metadataUrl(tokenUrl);
  const headers = { Accept: 'application/json' };
  const call = {
    url,
    method: 'GET',
    headers,
    body: undefined,
    agentOptions: {},
    endpoint: printableUrl(url),
    secrets: [],
  };
  const answer = await within(road, (request) => exchange({ ...call, metadataService: false }, request));
  const moment = { tried, sentAt, receivedAt: road.clock.now() };
  if (isTokenError(answer) || answer.status !== 200)
    return { ...moment, seen: { kind: 'metadata', said: 'none there' } };
  const endpoint = at(answer.body, 'token_endpoint');
  const named = typeof endpoint === 'string' ? parseUrl(endpoint) : undefined;
  const listed = at(answer.body, 'token_endpoint_auth_methods_supported');
  const methods = Array.isArray(listed)
    ? listed.filter((one): one is string => typeof one === 'string').slice(0, 10)
    : [];
  const printable = (text: string): string => printableText(text, [clientSecret]);
  return {
    ...moment,
    answer,
    seen: {
      kind: 'metadata',
      said: named ? `they name the token endpoint ${printable(printableUrl(named))}` : 'none there',
      ...(named && { tokenUrl: printable(printableUrl(named)), methods: methods.map(printable) }),
    },
  };
}

/** OpenID Connect Discovery 1.0 §4, of the issuer whose token endpoint this looks to be. */
export function metadataUrl(tokenUrl: URL): URL {
  const url = new URL(tokenUrl);
  const issuer = tokenUrl.pathname.replace(
    /(\/protocol\/openid-connect|\/connect|\/oidc|\/oauth2?|\/as|\/auth)?(\/v\d[\d.]*)?\/[\w.-]*token[\w.-]*\/?$/i,
    '',
  );
  url.pathname = `${issuer === tokenUrl.pathname ? '' : issuer}/.well-known/openid-configuration`;
  url.search = '';
  return url;
}
