import { clientSecretPost } from '../client-auth/client-secret-post.js';
import { sleep, systemClock } from '../clock.js';
import type { TokenRequest } from '../contract.js';
import { isTokenError, TokenConfigError } from '../errors.js';
import { textsIn } from '../redact.js';
import { scopeSet } from '../token-params.js';
import { wrong } from '../validate.js';
import { canonical } from './canonical.js';
import type { Described } from './client-credentials.js';
import type { ClientCredentialsOptions } from './dialect.js';
import { urlOf } from './endpoint-url.js';
import { renamed, valueOf } from './parameters.js';
import { identified, parametersOf } from './request.js';
import { nameOfReader } from './readers.js';
import { authenticateLastingly, isForeign, lasting } from './stand-in.js';
import { showsTime } from './time-shown.js';

// Who asks: all that a token request would be made of. Sources that are alike in it may use each other's tokens.

type SecretOf = (options: ClientCredentialsOptions, request: TokenRequest) => Promise<string | undefined>;

/** By the name of the option, what it comes to; each as a canonical text. */
type Parts = Map<string, string>;

/** Sources whose functions have been found to return the same again. */
const steady = new WeakSet<Described>();

/**
 * The text of {@link TokenSource.identify}. It holds secrets. Nothing is sent for it, but functions of the user's own may do that.
 *
 * @throws TokenConfigError where it would be another one each time, or cannot be made
 */
export async function identityOf(described: Described, secretOf: SecretOf, request: TokenRequest): Promise<string> {
  const { owner, refusal } = described;
  if (refusal) throw wrong(owner, refusal.option, `${refusal.message}.`);
  const asked = canonicalRequest(request);
  const { parts, foreign } = await new Inquiry(described, secretOf, asked).run();
  if (!steady.has(described)) {
    if (showsTime(madeNow(parts, foreign, asked), Date.now())) await nextSecond(request.signal);
    const again = await new Inquiry(described, secretOf, { ...asked }).run();
    for (const name of new Set([...parts.keys(), ...again.parts.keys()]))
      if (again.parts.get(name) !== parts.get(name))
        throw untold(owner, name, 'is another one each time that it is asked for');
    steady.add(described);
  }
  return JSON.stringify([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Requests with the same key are alike to the last sign. Why and after what a token is wanted says nothing of who wants it. */
function canonicalRequest(request: TokenRequest): TokenRequest {
  const { scope, extraScope, resource } = request;
  return {
    ...request,
    scope: scopeSet(scope),
    extraScope: scopeSet(extraScope),
    resource: Array.isArray(resource) && resource.length === 1 ? resource[0] : resource,
    reason: 'missing',
    previous: undefined,
  };
}

/** Asks once for everything that a token request is made of. */
class Inquiry {
  readonly parts: Parts = new Map();
  /** Names of those that functions of the user's own have made. */
  readonly foreign = new Set<string>();
  readonly #described: Described;
  readonly #secretOf: SecretOf;
  readonly #request: TokenRequest;

  constructor(described: Described, secretOf: SecretOf, request: TokenRequest) {
    this.#described = described;
    this.#secretOf = secretOf;
    this.#request = request;
  }

  async run(): Promise<this> {
    const { options, directory } = this.#described;
    const { id, issuer, request: dialect = {}, response = {} } = options;
    const request = this.#request;
    const { method = 'POST', format, names = {}, scopeSeparator, metadataService } = dialect;
    const token = typeof response.token === 'function' ? [nameOfReader(response.token)] : response.token;
    await this.#note('request', { method, format, names, scopeSeparator, metadataService, token, id });

    const place = issuer === undefined ? 'tokenUrl' : 'issuer'; // where an issuer's endpoint is says nothing of who asks
    const tokenUrl = await this.#named(place, async () =>
      issuer === undefined ? (await directory.find(request)).tokenUrl : urlOf(place, issuer, request),
    );
    const clientId = await this.#named('clientId', () => valueOf(options.clientId, request));
    const clientSecret = await this.#named('clientSecret', () => this.#secretOf(options, request));
    await this.#note(place, tokenUrl.href);
    await this.#note('clientId', clientId);
    await this.#note('clientSecret', clientSecret);

    const { scope, audience, resource } = options;
    const standard = this.#asking('', { scope, audience, resource }, false);
    const params = this.#asking('params.', options.params);
    const parameters = await parametersOf({ ...options, ...standard, params } as ClientCredentialsOptions, request);
    for (const [name, value] of Object.entries(parameters))
      await this.#note(Object.hasOwn(standard, name) ? name : `params.${name}`, value);
    await this.#noteAll('request.query.', dialect.query);
    await this.#noteAll('request.headers.', dialect.headers);

    const call = await this.#authenticated({ tokenUrl, method, parameters }, clientId, clientSecret);
    await this.#body(renamed(call.parameters, names));
    const { dpop } = options;
    if (dpop) await this.#note('dpop', await this.#named('dpop', () => dpop.thumbprint?.()));
    return this;
  }

  /** The request after the client has said who it is. */
  async #authenticated(
    asked: Parameters<typeof identified>[1],
    clientId: string | undefined,
    clientSecret: string | undefined,
  ): ReturnType<typeof identified> {
    const { options } = this.#described;
    const { clientAuth = clientSecretPost(), id } = options;
    if (isForeign(clientAuth)) this.foreign.add('clientAuth');
    const own: ClientCredentialsOptions = {
      ...options,
      clientId,
      clientAuth: (call) => authenticateLastingly(clientAuth, call, id !== undefined),
    };
    const call = await this.#named('clientAuth', () => identified(own, asked, clientSecret, this.#request));
    const { tokenUrl, method, headers, parameters, agentOptions } = call;
    await this.#note('clientAuth', [tokenUrl.href, method, headers, parameters, agentOptions]);
    return call;
  }

  async #body(parameters: Record<string, unknown>): Promise<void> {
    const { id, request: { body } = {} } = this.#described.options;
    if (!body || id !== undefined) return;
    this.foreign.add('request.body');
    await this.#note('request.body', await this.#named('request.body', () => body(parameters)));
  }

  async #noteAll(group: string, values: Record<string, unknown> | undefined): Promise<void> {
    for (const [name, value] of Object.entries(this.#asking(group, values)))
      await this.#note(group + name, await valueOf(value, this.#request));
  }

  /** The same values, whose functions say of themselves which they are when they fail. */
  #asking(group: string, values: Record<string, unknown> = {}, mayBeLeftOut = true): Record<string, unknown> {
    const hasId = mayBeLeftOut && this.#described.options.id !== undefined;
    const each = Object.entries(values).map(([name, value]): [string, unknown] => {
      if (typeof value !== 'function') return [name, value];
      const made = value as (request: TokenRequest) => unknown;
      if (isForeign(made)) this.foreign.add(group + name);
      const asked = lasting(made, hasId);
      return [name, asked && ((request: TokenRequest) => this.#named(group + name, () => asked(request)))];
    });
    return Object.fromEntries(each);
  }

  async #note(name: string, value: unknown): Promise<void> {
    if (value === undefined) return;
    try {
      this.parts.set(name, await canonical(value));
    } catch {
      throw untold(
        this.#described.owner,
        name,
        'holds what cannot be compared, such as a function or an object of a class',
      );
    }
  }

  async #named<T>(name: string, ask: () => T | Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw isTokenError(cause) ? cause : untold(this.#described.owner, name, 'could not be asked for', cause);
    }
  }
}

/** What functions of the user's own have made, without what the request itself has brought. */
function madeNow(parts: Parts, foreign: Set<string>, { subjectToken, params }: TokenRequest): string {
  const texts = [...foreign].map((name) => parts.get(name) ?? '');
  const brought = textsIn([subjectToken, params]).filter((text) => text !== '');
  return brought.reduce((text, one) => text.replaceAll(one, ''), texts.join('\n'));
}

/** Until then a function that looks at the clock may say the same again. */
function nextSecond(signal: AbortSignal): Promise<void> {
  return sleep(systemClock, 1010 - (Date.now() % 1000), signal);
}

function untold(owner: string, name: string, what: string, cause?: unknown): TokenConfigError {
  const advice = LASTING.test(name)
    ? 'Let its function return the same until that has changed.'
    : 'Give the source an `id`, the same wherever the same tokens may be used: then it does not count.';
  return new TokenConfigError(
    `${owner}: \`${name}\` ${what}, so nothing tells which tokens of the shared store are this source's. ${advice}`,
    { option: name, cause },
  );
}

/** Counts with an `id`, too. */
const LASTING = /^(tokenUrl|issuer|clientId|clientSecret|scope|audience|resource|dpop)$/;
