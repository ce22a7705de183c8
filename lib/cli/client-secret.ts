import { createReadStream } from 'node:fs';
import { unlessAborted } from '../clock.js';
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
export async function clientSecret(options: SecretOptions, io: Io): Promise<string> {
  const secret = await given(options, io);
  if (!/[\r\n]$/.test(secret)) return secret;
  throw new UsageError(
    'The client secret ends with a line break, which no server expects: was it read from a file with Windows line ends, or with an empty line at its end? Take it off.',
  );
}

async function given({ clientSecretEnv, clientSecretFile }: SecretOptions, io: Io): Promise<string> {
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
  const which = /^_?[A-Z]+\d{0,2}(_([A-Z]+\d{0,2}|\d{1,2}))*$/.test(name)
    ? `The environment variable ${name}`
    : 'The environment variable';
  throw new UsageError(
    `${which} that \`${flag}\` names is not set. Give the name of a variable, not the secret; is it exported (\`export NAME\`)?`,
  );
}

/** @param file `-`: the standard input */
export async function fromFile(
  flag: string,
  file: string,
  { stdin, signal }: Pick<Io, 'stdin' | 'signal'>,
): Promise<string> {
  if (file === '-' && stdin.isTTY === true)
    throw new UsageError(
      `\`${flag}\` names the standard input, which is the terminal: what you type would be seen. Leave the option out and type the secret when you are asked.`,
    );
  const bytes = await unlessAborted(bytesOf(file === '-' ? stdin : createReadStream(file), flag), signal);
  return filled(textOf(bytes, flag).replace(/\r?\n$/, ''), `What \`${flag}\` leads to is`);
}

async function bytesOf(stream: Io['stdin'], flag: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of stream) {
      parts.push(Buffer.from(part));
      size += part.length;
      if (size > LARGEST) break;
    }
  } catch (error) {
    throw new UsageError(`The file that \`${flag}\` names cannot be read: ${fileFault(error)}.`); // its name may be the secret
  }
  if (size <= LARGEST) return Buffer.concat(parts);
  throw new UsageError(`What \`${flag}\` leads to has more than 1 MiB: a secret is expected.`);
}

const LARGEST = 1024 * 1024;

/** Without the mark that some editors put before a text. */
function textOf(bytes: Uint8Array, flag: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // said below
  }
  throw new UsageError(
    `What \`${flag}\` leads to is no text in UTF-8 (PowerShell writes UTF-16, for one): save it as UTF-8, with nothing but the secret in it.`,
  );
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
