import { readFile } from 'node:fs/promises';
import { UsageError } from './exit.js';
import type { Io } from './io.js';

export interface SecretOptions {
  clientSecretEnv?: string | undefined;
  clientSecretFile?: string | undefined;
}

/**
 * The client secret: out of the variable or file that was named, else out of CLIENT_SECRET, else a person is asked at the terminal.
 *
 * @throws UsageError, which repeats neither a value nor what may be one by mistake
 */
export async function clientSecret({ clientSecretEnv, clientSecretFile }: SecretOptions, io: Io): Promise<string> {
  if (clientSecretEnv !== undefined) return fromEnvironment('--client-secret-env', clientSecretEnv, io);
  if (clientSecretFile !== undefined) return fromFile('--client-secret-file', clientSecretFile, io);
  const { CLIENT_SECRET } = io.env;
  if (CLIENT_SECRET !== undefined) return filled(CLIENT_SECRET, 'The environment variable CLIENT_SECRET is');
  if (io.stdin.isTTY === true && io.stderr.isTTY === true)
    return filled(await io.prompt('Client secret (not shown):'), 'The client secret is');
  throw new UsageError(
    'There is no client secret, and no terminal to ask for it. Set the environment variable CLIENT_SECRET (or another: `--client-secret-env NAME`) or name a file (`--client-secret-file FILE`). A client without a secret says so: `--client-auth none`.',
  );
}

export function fromEnvironment(flag: string, name: string, { env }: Pick<Io, 'env'>): string {
  const value = env[name];
  if (value !== undefined) return filled(value, `The environment variable ${name} is`);
  // Some give the secret itself where its name is asked for.
  const which = /^[A-Z_][A-Z\d_]*$/.test(name) ? `The environment variable ${name}` : 'The environment variable';
  throw new UsageError(
    `${which} that \`${flag}\` names is not set. Give the name of a variable, not the secret; is it exported (\`export NAME\`)?`,
  );
}

/** @param file `-`: the standard input */
export async function fromFile(flag: string, file: string, io: Pick<Io, 'stdin'>): Promise<string> {
  const text = file === '-' ? await textOf(io.stdin) : await textOfFile(flag, file);
  return filled(text.replace(/\r?\n$/, ''), `What \`${flag}\` leads to is`);
}

async function textOf(stream: Io['stdin']): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

async function textOfFile(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`The file that \`${flag}\` names cannot be read: ${fileFault(error)}.`); // its name may be the secret
  }
}

/** What the system says of a file, in words. */
export function fileFault(error: unknown): string {
  const { code = 'for an unknown reason' } = error as NodeJS.ErrnoException;
  return { ENOENT: 'there is none', EACCES: 'permission denied', EISDIR: 'it is a folder' }[code] ?? code;
}

function filled(text: string, subject: string): string {
  if (text.trim() !== '') return text;
  throw new UsageError(`${subject} empty: a secret is expected. A client without one says so: \`--client-auth none\`.`);
}
