import { at } from '../answer.js';
import { systemClock } from '../clock.js';
import type { EndpointAnswer, TokenRequest } from '../contract.js';
import {
  InsecureTransportError,
  TokenConfigError,
  TokenEndpointError,
  type TokenError,
  TokenResponseError,
} from '../errors.js';
import { printableText, printableUrl } from '../redact.js';
import { describeType } from '../token.js';
import { isInsecure, parseUrl } from '../transport.js';
import { isRecord } from '../validate.js';
import { authenticationOf, checkAuthentication } from './auth-methods.js';
import type { ClientCredentialsOptions } from './dialect.js';
import { refusal, whatIsThere } from './refusal.js';
import { exchange } from './token-endpoint.js';

// An authorization server's metadata (RFC 8414, OpenID Connect Discovery 1.0): where they are, whether they are the right ones, and
// what is needed of them. A library would do the two addresses and the comparison, and leave transport and messages to us.

/** What is kept of a document: it may be large, and there may be many. */
export interface Metadata {
  tokenUrl: string;
  revocationUrl: string | undefined;
}

type Place = (issuer: URL) => URL;

/** OpenID Connect Discovery 1.0 §4: behind the whole issuer. */
const openIdConfiguration: Place = (issuer) => withPath(issuer, `${pathOf(issuer)}/.well-known/openid-configuration`);
/** RFC 8414 §3.1: before its path. */
const authorizationServer: Place = (issuer) =>
  withPath(issuer, `/.well-known/oauth-authorization-server${pathOf(issuer)}`);

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, '');
}

function withPath(issuer: URL, path: string): URL {
  const url = new URL(issuer);
  url.pathname = path; // set, not resolved: one that begins with `//` is no other host
  return url;
}

/** Reads the metadata of one issuer, time and again. */
export class MetadataReader {
  readonly #issuer: URL;
  readonly #options: ClientCredentialsOptions;
  /** OpenID Connect first: nearly every server has it, also those without logins; many have nothing else. What worked comes first. */
  #places: Place[] = [openIdConfiguration, authorizationServer];

  constructor(issuer: URL, options: ClientCredentialsOptions) {
    this.#issuer = issuer;
    this.#options = options;
  }

  /**
   * @param isFirst check how the client authenticates, too. It does not change, so once is enough; and what has worked is not given
   * up for a list in a later document: the server itself can say better that it takes this no more.
   * @throws TokenError, permanent or transient like that of a token request
   */
  async read(request: TokenRequest, isFirst: boolean): Promise<Metadata> {
    const { document, url } = await this.#find(request);
    checkSameIssuer(document.issuer, this.#issuer, url);
    if (isFirst) checkAuthentication(document, this.#options, printableUrl(this.#issuer));
    return endpointsIn(document, url, this.#options, request);
  }

  async #find(request: TokenRequest): Promise<{ document: Document; url: URL }> {
    const outcomes: string[] = [];
    const agentOptions = await agentOptionsFor(this.#issuer, this.#options, request);
    for (const place of this.#places) {
      const url = place(this.#issuer);
      const answer = await ask(url, request, agentOptions, this.#options.request?.metadataService === true);
      const document = typeof answer === 'string' ? undefined : documentIn(answer);
      if (document) {
        this.#places = [place, ...this.#places.filter((other) => other !== place)];
        return { document, url };
      }
      outcomes.push(`${printableUrl(url)} ${typeof answer === 'string' ? answer : said(answer, url, request)}`);
    }
    throw new TokenConfigError(
      `No metadata of the issuer ${printableUrl(this.#issuer)} were found: ${outcomes.join(', and ')}. Is its path right? Give \`issuer\` exactly as the server writes it, often with a tenant or realm in it; or \`tokenUrl\` in its place.`,
      { option: 'issuer' },
    );
  }
}

type Document = Record<string, unknown> & { issuer: string };

type AgentOptions = Record<string, unknown>;

/**
 * With mutualTls() metadata are read over the road that token requests take: only there its `ca` is known, and a server may let nobody
 * in without a certificate, whatever the path. That it is shown does no harm: it holds no secret, and TLS shows it only to a server
 * that asks for it, here the issuer's own.
 */
async function agentOptionsFor(
  issuer: URL,
  options: ClientCredentialsOptions,
  tokenRequest: TokenRequest,
): Promise<AgentOptions> {
  const agentOptions = {};
  if (authenticationOf(options)?.name === 'mutualTls' && issuer.protocol === 'https:') {
    const scratch = { clientId: '', tokenUrl: issuer, method: 'GET', headers: {}, parameters: {} };
    await options.clientAuth?.({ ...scratch, agentOptions, tokenRequest });
  }
  return agentOptions;
}

/** Without any credentials in it: it is public. Text in place of an answer: what was wrong with it. */
async function ask(
  url: URL,
  request: TokenRequest,
  agentOptions: AgentOptions,
  metadataService: boolean,
): Promise<EndpointAnswer | string> {
  const headers = { Accept: 'application/json' };
  const endpoint = printableUrl(url);
  try {
    const call = { url, method: 'GET', headers, body: undefined, agentOptions, endpoint, secrets: [] };
    return await exchange({ ...call, metadataService }, request);
  } catch (error) {
    if (error instanceof TokenResponseError) return 'answered with more than 1 MiB';
    throw error;
  }
}

function documentIn({ status, body }: EndpointAnswer): Document | undefined {
  const isThere = isSuccess(status) && isRecord(body) && typeof body.issuer === 'string';
  return isThere ? (body as Document) : undefined;
}

/** An answer without metadata in it, in words. @throws TokenEndpointError where asking again may help */
function said(answer: EndpointAnswer, url: URL, request: TokenRequest): string {
  const { status, headers, body } = answer;
  if (isSuccess(status)) return `answered ${status}, but no metadata: ${whatIsThere(answer, [])}`;
  if (status === 0 || (status >= 300 && status < 400)) {
    const target = parseUrl(headers.location, url.href);
    return `answered with a redirect${headers.location !== undefined && target ? ` to ${printableUrl(target)}` : ''}, which is not followed`;
  }
  const endpoint = printableUrl(url);
  const now = (request.clock ?? systemClock).now();
  const { permanent, retryAt } = refusal(answer, { endpoint, secrets: [], now }, undefined);
  const words = [at(body, 'error'), at(body, 'error_description')].filter((text) => typeof text === 'string');
  const reason = words.length === 0 ? '' : ` (${printableText(words.join(': ').slice(0, 300))})`;
  if (permanent) return `answered ${status}${reason}`;
  throw new TokenEndpointError(`${endpoint}, where the server's metadata should be, answered ${status}${reason}.`, {
    status,
    permanent,
    retryAt,
  });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** RFC 8414 §3.3: else one server could pass as another. As URLs, in which `https://host` and `https://host/` are the same. */
function checkSameIssuer(named: string, issuer: URL, url: URL): void {
  const other = parseUrl(named);
  if (other?.href === issuer.href) return;
  const name = printableText(named);
  const advice =
    other && pathOf(other) === pathOf(issuer) && other.origin === issuer.origin
      ? `Only the slash at the end differs: set \`issuer: '${name}'\`.`
      : /\{|%7b/i.test(named)
        ? 'They are a template for all tenants: put the id of your own tenant into `issuer`, in place of a word such as `common`.'
        : `If that is the server that you mean, set \`issuer: '${name}'\`; if not, is the path right? With \`tokenUrl\` in its place nothing is looked up.`;
  throw new TokenConfigError(
    `The metadata at ${printableUrl(url)} are those of the issuer ${name}, not of ${printableUrl(issuer)}: both must be the same (RFC 8414 §3.3). ${advice}`,
    { option: 'issuer' },
  );
}

/**
 * The endpoints for this client. They need not be on the issuer's host: the document comes from there, so it may say so. A client that
 * shows a certificate uses the aliases for that (RFC 8705 §5); of a function nobody knows whether it shows one.
 */
function endpointsIn(document: Document, url: URL, options: ClientCredentialsOptions, request: TokenRequest): Metadata {
  const aliases = authenticationOf(options)?.name === 'mutualTls' ? document.mtls_endpoint_aliases : undefined;
  const named = (name: string): unknown => at(aliases, name) ?? document[name];
  const revocationUrl = endpointUrl(named('revocation_endpoint'));
  const tokenUrl = endpointUrl(named('token_endpoint'));
  if (!tokenUrl) throw noTokenEndpoint(named('token_endpoint'), printableUrl(url));
  const mayBePlain = request.allowInsecureHttp || options.request?.metadataService === true;
  if (isInsecure(tokenUrl) && !mayBePlain) {
    throw new InsecureTransportError(
      `The metadata at ${printableUrl(url)} name ${printableUrl(tokenUrl)} as the \`token_endpoint\`: credentials would travel over plain http. Set allowInsecureHttp: true if that network is trusted.`,
    );
  }
  return { tokenUrl: tokenUrl.href, revocationUrl: revocationUrl?.href };
}

function endpointUrl(value: unknown): URL | undefined {
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  const isUsable = url && /^https?:$/.test(url.protocol) && url.username + url.password + url.hash === '';
  return isUsable ? url : undefined;
}

function noTokenEndpoint(value: unknown, where: string): TokenError {
  const what =
    value === undefined || value === null
      ? 'name no `token_endpoint`'
      : `name a \`token_endpoint\` that is no absolute http(s) URL (${typeof value === 'string' ? `"${printableText(value.slice(0, 200))}"` : describeType(value)})`;
  return new TokenResponseError(
    `The metadata at ${where} ${what}. Does this server give tokens to clients? If it does, set \`tokenUrl\` in place of \`issuer\`.`,
  );
}
