import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clientSecretBasic } from '../client-auth/client-secret-basic.js';
import { clientSecretPost } from '../client-auth/client-secret-post.js';
import { noAuthentication } from '../client-auth/no-authentication.js';
import { unlessAborted } from '../clock.js';
import type { FetchToken, TokenSource } from '../contract.js';
import { isTokenError, oneLine } from '../errors.js';
import type { ClientCredentialsOptions } from '../source/dialect.js';
import { isRecord } from '../validate.js';
import { fileFault } from './client-secret.js';
import { Failure, UsageError } from './exit.js';
import type { Io } from './io.js';

type Loaded = { source: TokenSource | FetchToken } | { options: ClientCredentialsOptions };

/** A source out of a module, or options of `clientCredentials` out of JSON. */
export async function sourceFile(file: string, io: Pick<Io, 'load' | 'signal'>): Promise<Loaded> {
  const text = await textOf(file); // what cannot be read is said the same way of both
  return file.endsWith('.json') ? { options: optionsIn(file, text) } : { source: await sourceIn(file, io) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} (\`--source\`) cannot be read: ${fileFault(error)}.`);
  }
}

async function sourceIn(file: string, io: Pick<Io, 'load' | 'signal'>): Promise<TokenSource | FetchToken> {
  const module = await loaded(file, io);
  const { default: source } = (module ?? {}) as { default?: unknown };
  if (typeof source === 'function' || (isRecord(source) && typeof source.fetchToken === 'function'))
    return source as unknown as TokenSource | FetchToken;
  throw new UsageError(
    `${file} (\`--source\`) must have a source as its default export: \`export default clientCredentials({ … })\`, a preset, or a function that gets a token.`,
  );
}

async function loaded(file: string, { load, signal }: Pick<Io, 'load' | 'signal'>): Promise<unknown> {
  const limit = new AbortController();
  // A module that waits for nothing would end the process without a word: this timer keeps it.
  const timer = setTimeout(() => {
    limit.abort(new Error(`it was not done after ${LOADING_MS / 1000} s (a top-level await?)`));
  }, LOADING_MS);
  try {
    return await unlessAborted(load(pathToFileURL(resolve(file)).href), AbortSignal.any([signal, limit.signal]));
  } catch (error) {
    if (isTokenError(error)) throw error;
    const hint = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' ? NOT_INSTALLED : '';
    throw new Failure(`${file} (\`--source\`) cannot be loaded: ${oneLine(error)}.${hint}`, 'usage', error);
  } finally {
    clearTimeout(timer);
  }
}

const LOADING_MS = 10_000;

const NOT_INSTALLED =
  ' What a module imports is looked for beside it: `npm install axios axios-client-credentials` there.';

const clientAuths: Record<string, (() => ClientCredentialsOptions['clientAuth']) | undefined> = {
  clientSecretBasic: () => clientSecretBasic(),
  clientSecretPost: () => clientSecretPost(),
  noAuthentication: () => noAuthentication(),
};

function optionsIn(file: string, text: string): ClientCredentialsOptions {
  const options = parsed(file, text);
  if ('clientSecret' in options) {
    throw new UsageError(
      `${file} (\`--source\`) holds a \`clientSecret\`: leave it out, and put it into the environment variable CLIENT_SECRET.`,
    );
  }
  const { clientAuth } = options;
  if (clientAuth === undefined) return options;
  const make =
    typeof clientAuth === 'string' && Object.hasOwn(clientAuths, clientAuth) ? clientAuths[clientAuth] : undefined;
  if (make) return { ...options, clientAuth: make() };
  throw new UsageError(
    `${file} (\`--source\`): \`clientAuth\` must be one of ${Object.keys(clientAuths).join(', ')}; for others write a module.`,
  );
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // said below: the parser would quote the text
  }
  throw new UsageError(`${file} (\`--source\`) must be JSON: an object with options of clientCredentials.`);
}
