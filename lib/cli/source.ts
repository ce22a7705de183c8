import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import { clientSecretPost } from '../client-auth/client-secret-post.js';
import { noAuthentication } from '../client-auth/no-authentication.js';
import type { FetchToken, TokenSource } from '../contract.js';
import { isTokenError } from '../errors.js';
import { clientCredentials } from '../source/client-credentials.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { defined } from '../source/parameters.js';
import { clientSecret, fromEnvironment } from './client-secret.js';
import { UsageError } from './exit.js';
import type { Io } from './io.js';
import type { ClientOptions, SourceOptions } from './options.js';
import { sourceFile } from './source-file.js';
import type { Terminal } from './terminal.js';

/** What makes a source out of options and a secret. */
export type Make = (secret: Pick<ClientCredentialsOptions, 'clientSecret'>) => TokenSource;

/**
 * The source that the options describe. Whatever can be wrong in them is said before a person is asked for the secret.
 *
 * @throws UsageError, TokenConfigError
 */
export async function sourceOf(options: SourceOptions, io: Io, terminal: Terminal): Promise<TokenSource | FetchToken> {
  const { preset, source, tokenUrl, issuer } = options;
  const ambient = defined({ clientId: io.env.CLIENT_ID || undefined });
  const described = describedIn(options, io, terminal);
  if (preset === undefined && (options.set ?? options.setEnv ?? options.setFile))
    throw new UsageError('`--set`, `--set-env` and `--set-file` give the options of a preset: say which, `--preset`.');
  if (source !== undefined) {
    const loaded = await sourceFile(source, io);
    if (!('options' in loaded)) return alone(loaded.source, { ...described, ...secretOptions(options) });
    const whole = { ...ambient, ...loaded.options, ...described };
    return withSecret((secret) => clientCredentials({ ...whole, ...secret }), options, io, terminal);
  }
  if (preset !== undefined) {
    const { presetOf } = await import('./preset.js'); // all providers: for those who ask for one
    return withSecret(await presetOf(preset, { ambient, described }, options, io, terminal), options, io, terminal);
  }
  if (tokenUrl === undefined && issuer === undefined)
    throw new UsageError('Say where tokens come from: `--token-url`, `--issuer`, `--preset` or `--source`.');
  return withSecret((secret) => clientCredentials({ ...ambient, ...described, ...secret }), options, io, terminal);
}

/** A module says itself who asks, how, and for what. */
function alone<T>(source: T, others: object): T {
  const names = Object.keys(others);
  if (names.length === 0) return source;
  throw new UsageError(
    `\`--source\` names a module, which says by itself who asks, how, and for what: write it there, and leave out what else describes a source (${names.join(', ')}).`,
  );
}

function secretOptions({ clientSecretEnv, clientSecretFile }: SourceOptions): object {
  return defined({ clientSecretEnv, clientSecretFile });
}

async function withSecret(make: Make, options: SourceOptions, io: Io, terminal: Terminal): Promise<TokenSource> {
  const withoutSecret = tried(() => make({}), 'clientSecret');
  if (withoutSecret) return withoutSecret;
  if (!tried(() => make({ clientSecret: 'is asked for below' }), 'clientId')) throw new UsageError(NOBODY);
  const secret = await clientSecret(options, io);
  terminal.hide(secret);
  return make({ clientSecret: secret });
}

/** `undefined`: it is not to be had without this option. */
function tried<T>(make: () => T, option: string): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isTokenError(error) && 'option' in error && error.option === option) return undefined;
    throw error;
  }
}

export const NOBODY = 'Say who asks: `--client-id`, or the environment variable CLIENT_ID.';

const clientAuths = {
  post: () => clientSecretPost(),
  basic: () => clientSecretBasic(),
  'basic-raw': () => clientSecretBasic({ encoding: 'raw' }),
  none: () => noAuthentication(),
};

/** The options of `clientCredentials` that were given, without the secret. */
function describedIn(options: SourceOptions, io: Io, terminal: Terminal): ClientCredentialsOptions {
  const { tokenUrl, issuer, clientAuth, method, format, tokenPath } = options;
  return defined({
    ...clientIn(options, io, terminal),
    tokenUrl: tokenUrl?.href,
    issuer: issuer?.href.replace(/\/$/, ''),
    clientAuth: clientAuth && clientAuths[clientAuth](),
    request: method || format ? defined({ method, format }) : undefined,
    response: tokenPath === undefined ? undefined : { token: tokenPath },
  });
}

/** Who asks, and for what, as far as the options say. */
export function clientIn(options: ClientOptions, io: Io, terminal: Terminal): Client {
  const { clientId, scope, audience, resource, param, paramEnv } = options;
  const [one, ...more] = resource ?? [];
  const secret = Object.entries(paramEnv ?? {}).map(([name, variable]) => {
    const value = fromEnvironment('--param-env', variable, io);
    terminal.hide(value);
    return [name, value] as const;
  });
  const params = { ...param, ...Object.fromEntries(secret) };
  return defined({
    clientId,
    scope,
    audience,
    resource: more.length === 0 ? one : resource,
    params: Object.keys(params).length === 0 ? undefined : params,
  });
}

export interface Client {
  clientId?: string;
  scope?: string;
  audience?: string;
  resource?: string | string[];
  params?: Record<string, string>;
}
