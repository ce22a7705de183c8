import { systemClock } from '../clock.js';
import type { EndpointAnswer, TokenRequest } from '../contract.js';
import { TokenConfigError, TokenEndpointError } from '../errors.js';
import { printableUrl } from '../redact.js';
import type { Token } from '../token.js';
import type { Described } from './client-credentials.js';
import { asForm, evaluated, renamed } from './parameters.js';
import { refusal } from './refusal.js';
import { identified } from './request.js';
import { type Headers, headersOver, secretsOf } from './sent.js';
import { exchange } from './token-endpoint.js';

/**
 * Revokes a token at the server that issued it (RFC 7009 §2.1). A token that the server does not know counts as revoked (§2.2).
 *
 * The client says who it is as in a token request, and its authentication is given the address of the token endpoint: that is the
 * audience of an assertion by which every server knows itself (RFC 7523 §3); some refuse the address of the endpoint that is asked.
 * There is no proof of possession: RFC 9449 has none here.
 *
 * @throws TokenConfigError where nothing says where tokens are revoked, TokenEndpointError, and what an exchange throws
 */
export async function revoke(
  { options, directory }: Described,
  clientSecret: string | undefined,
  { accessToken }: Token,
  request: TokenRequest,
): Promise<void> {
  const endpoints = await directory.find(request);
  const revocationUrl = await endpoints.revocationUrl();
  if (!revocationUrl) {
    throw new TokenConfigError(
      'Nothing says where tokens are revoked: the metadata of the issuer name no `revocation_endpoint`. Give `revocationUrl`.',
      { option: 'revocationUrl' },
    );
  }
  const [url, method] = [new URL(revocationUrl), 'POST'];
  const parameters = { token: accessToken, token_type_hint: 'access_token' };
  const call = await identified(options, { tokenUrl: endpoints.tokenUrl, method, parameters }, clientSecret, request);
  const { agentOptions } = call;
  if (url.protocol !== 'https:' && Object.keys(agentOptions).length > 0) {
    throw new TokenConfigError('`revocationUrl` must be https: without TLS there is no certificate to show.', {
      option: 'revocationUrl',
    });
  }
  const { names = {}, headers: own = {} } = options.request ?? {};
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const headers = [call.headers, await evaluated(own, request), form].reduce<Headers>(headersOver, {});

  const endpoint = printableUrl(url);
  const sent = { ...call.parameters, token_type_hint: undefined }; // a word of the protocol
  const secrets = secretsOf([clientSecret, accessToken], [headers, url.searchParams, sent]);
  const body = asForm(renamed(call.parameters, names)).toString();
  const asked = { url, method, headers, body, agentOptions, endpoint, secrets, metadataService: false };
  const answer = await exchange(asked, request);
  if (answer.status < 200 || answer.status >= 300) {
    throw notRevoked(answer, { endpoint, secrets, now: (request.clock ?? systemClock).now() });
  }
}

/** RFC 7009 §2.2.1. */
function notRevoked(answer: EndpointAnswer, exchanged: Parameters<typeof refusal>[1]): TokenEndpointError {
  const { status, error, errorDescription, errorUri, permanent, retryAt } = refusal(answer, exchanged, undefined);
  const said = [String(status), error, errorDescription && `"${errorDescription}"`].filter(Boolean).join(' ');
  return new TokenEndpointError(
    [`${exchanged.endpoint} did not revoke the token: ${said}.`, advice(status, error)].filter(Boolean).join(' '),
    { status, error, errorDescription, errorUri, permanent, retryAt },
  );
}

function advice(status: number, error: string | undefined): string | undefined {
  if (status === 0 || (status >= 300 && status < 400))
    return 'Redirects are not followed, they would carry the credentials away: set `revocationUrl` to the final address.';
  if (error === 'unsupported_token_type')
    return 'The server cannot revoke tokens of this kind: they live until their end.';
  if (error === 'invalid_client' || status === 401)
    return 'Check how the client authenticates (`clientAuth`), and whether the server wants the same here as at its token endpoint.';
  if (status === 404 || status === 405) return 'Check `revocationUrl`.';
  return undefined;
}
