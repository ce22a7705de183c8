import { isTokenError, oneLine, type TokenError } from '../errors.js';
import { type Exit, Failure, Interrupted, UsageError } from './exit.js';
import { flagFor } from './preset-flags.js';
import { presetNamed } from './preset-search.js';
import { span } from './time.js';
import { unreachable } from './unreachable.js';

/** What messages have to know of the command that failed. */
export interface Context {
  env: Readonly<Record<string, string | undefined>>;
  /** Of the command line; `undefined`: it was not understood. */
  options?: { preset?: string; source?: string; debug?: boolean } | undefined;
}

export interface Explanation {
  exit: Exit;
  /** What is wrong, and what to change. */
  paragraph: string;
}

/** Whatever a command failed with, in words. */
export function explain(error: unknown, context: Context): Explanation {
  if (error instanceof Interrupted) return { exit: 'interrupted', paragraph: 'Interrupted.' };
  if (error instanceof UsageError) return { exit: 'usage', paragraph: error.message };
  if (error instanceof Failure) return { exit: error.exit, paragraph: error.message };
  if (isTokenError(error))
    return { exit: EXITS[error.code] ?? 'unexpected', paragraph: tokenParagraph(error, context) };
  return {
    exit: 'unexpected',
    paragraph: `That should not happen: ${oneLine(error)}. Run it again with \`--debug\`, and report what it shows.`,
  };
}

const EXITS: Partial<Record<string, Exit>> = {
  ERR_TOKEN_CONFIG: 'usage',
  ERR_INSECURE_TRANSPORT: 'usage',
  ERR_TOKEN_ENDPOINT: 'refused',
  ERR_TOKEN_NETWORK: 'unreachable',
  ERR_TOKEN_TIMEOUT: 'unreachable',
  ERR_TOKEN_RESPONSE: 'unusable',
  ERR_TOKEN_SOURCE: 'unusable',
  ERR_TOKEN_CLOSED: 'interrupted',
};

function tokenParagraph(error: TokenError, context: Context): string {
  const { code, message, cause } = error;
  if (code === 'ERR_TOKEN_SOURCE') return `The function of the source file failed: ${oneLine(cause ?? error)}.`;
  const where = /https?:\/\/[^\s,]*[^\s,.:]/.exec(message)?.[0];
  if (code === 'ERR_TOKEN_NETWORK')
    return unreachable(systemCode(cause), where ?? 'the token endpoint', context.env, message);
  const { preset, source } = context.options ?? {};
  const words = (source === undefined ? asOptions(message, preset) : message) // a file speaks the language of the code
    .replace('(tokenTimeoutMs,', '(`--timeout`,');
  return [
    words,
    code === 'ERR_TOKEN_TIMEOUT' ? timeoutAdvice(words) : '',
    code === 'ERR_TOKEN_ENDPOINT' ? later(error) : '',
  ]
    .filter(Boolean)
    .join(' ');
}

function timeoutAdvice(words: string): string {
  return words.includes('allows more') ? '' : 'Is it up, and may this machine speak to it? `--timeout` allows more.';
}

function later(error: TokenError): string {
  const { retryAt = 0, status = 0 }: { retryAt?: number | undefined; status?: number } = error;
  const seconds = Math.ceil((retryAt - Date.now()) / 1000);
  if (seconds > 5) return `Try again in ${span(seconds)}.`;
  return status >= 500 ? 'That is a trouble of its own: try again later, or ask those who run it.' : '';
}

/** Node's word for what broke a connection, however deep it lies. */
export function systemCode(error: unknown): string | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    const { code } = one as NodeJS.ErrnoException;
    if (typeof code === 'string' && !/^ERR_(NETWORK|BAD_REQUEST|BAD_RESPONSE)$/.test(code)) return code;
  }
  return undefined;
}

/** The package's errors speak of options in code: here they are options of the command line. */
function asOptions(message: string, preset: string | undefined): string {
  const own = (preset === undefined ? undefined : presetNamed(preset))?.options ?? [];
  let text = message;
  for (const [words, instead] of PHRASES) text = text.replaceAll(words, instead);
  text = text.replace(/`(\w+)`(?= (is missing|must|cannot))/g, (all, name: string) => {
    const option = own.find((one) => one.name === name);
    return option ? `\`${flagFor(option)}\`` : all;
  });
  const isLeft = /`[a-z]+[A-Z.]\w*|`[\w.]+: |`\w+\(/.test(text);
  return isLeft ? `${text} (What has no option here goes into a file: \`--source\`.)` : text;
}

const PHRASES: [string, string][] = [
  ['clientCredentials: ', ''],
  ['attachToken: ', ''],
  ['set `clientAuth: clientSecretBasic()`', 'give `--client-auth basic`'],
  ['`clientAuth: clientSecretBasic()`', '`--client-auth basic`'],
  ["(`clientSecretBasic({ encoding: 'raw' })` or 'rfc6749')", '(`--client-auth basic-raw` or `basic`)'],
  ['(`clientSecretPost()`)', '(`--client-auth post`)'],
  ['`clientAuth: noAuthentication()`', '`--client-auth none`'],
  ['`clientAuth`', '`--client-auth`'],
  ['`clientId`', '`--client-id`'],
  ['`clientSecret`', 'the client secret'],
  ['`scope`', '`--scope`'],
  ['`audience`', '`--audience`'],
  ['`resource`', '`--resource`'],
  ['`tokenUrl`', '`--token-url`'],
  ['`issuer`', '`--issuer`'],
  ['`request.format`', '`--format`'],
  ['`request.method`', '`--method`'],
  ['`response.token`', '`--token-path`'],
  ['`baseURL`', '`--url`'],
  ['`allowedOrigins`', '`--url`'],
  ['set allowInsecureHttp: true', 'give `--allow-insecure-http`'],
  [' It says when to try again; see `retryAt`.', ''],
  [' Is the environment variable that holds it set?', ''],
];
