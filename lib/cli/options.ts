import { type Command, Option } from 'commander';
import { parseUrl } from '../transport.js';
import type { SecretOptions } from './client-secret.js';
import { UsageError } from './exit.js';
import { splitOnce } from './secret-arguments.js';

// The options that the commands have in common: commander reads them, and prints them in the help.

export type Pairs = Record<string, string>;

export interface ClientOptions extends SecretOptions {
  clientId?: string;
  scope?: string;
  audience?: string;
  resource?: string[];
  param?: Pairs;
  paramEnv?: Pairs;
  allowInsecureHttp?: boolean;
  debug?: boolean;
}

export const AUTH_METHODS = ['post', 'basic', 'basic-raw', 'none'] as const;

export interface SourceOptions extends ClientOptions {
  tokenUrl?: URL;
  issuer?: URL;
  clientAuth?: (typeof AUTH_METHODS)[number];
  format?: 'form' | 'json' | 'query' | 'none';
  method?: 'POST' | 'GET' | 'PUT';
  tokenPath?: string;
  preset?: string;
  set?: Pairs;
  setEnv?: Pairs;
  setFile?: Pairs;
  source?: string;
  timeout: number;
}

/** Where tokens come from, in full. */
export function addSourceOptions(command: Command): Command {
  command
    .optionsGroup('Where tokens come from (one of the four):')
    .addOption(
      new Option('--token-url <url>', 'the token endpoint')
        .argParser(url('--token-url'))
        .conflicts(['issuer', 'source']),
    )
    .addOption(
      new Option('--issuer <url>', 'the authorization server; its metadata say the rest')
        .argParser(url('--issuer'))
        .conflicts(['preset', 'source']),
    )
    .addOption(new Option('--preset <name>', 'a provider, see the command `presets`').conflicts('source'))
    .option(
      '--source <file>',
      'a module whose default export is a source, or .json with options of clientCredentials (without the secret)',
    )
    .optionsGroup('Options of a preset, such as domain=acme.eu.auth0.com (can be repeated):')
    .option('--set <name=value>', 'an option of the preset', pair('--set'))
    .option('--set-env <name=VARIABLE>', 'the same, out of an environment variable: for secrets', pair('--set-env'))
    .option('--set-file <name=file>', 'the same, out of a file (.json: its content)', pair('--set-file'));
  addClientOptions(command);
  return command
    .optionsGroup('How the endpoint wants to be asked:')
    .addOption(
      new Option('--client-auth <method>', 'how the client says who it is (default: post)').choices(AUTH_METHODS),
    )
    .addOption(
      new Option('--format <format>', 'where parameters go (default: form)').choices(['form', 'json', 'query', 'none']),
    )
    .addOption(new Option('--method <method>', 'default: POST').choices(['POST', 'GET', 'PUT']))
    .option('--token-path <path>', 'where the token is in the answer (default: access_token)')
    .option('--timeout <seconds>', 'for the token, all attempts included, and again for the API', seconds, 10);
}

/** Who asks, and for what. */
export function addClientOptions(command: Command): Command {
  return command
    .optionsGroup('The client, and what it asks for:')
    .option('--client-id <id>', 'default: the environment variable CLIENT_ID')
    .addOption(
      new Option(
        '--client-secret-env <name>',
        'the environment variable with the secret (default: CLIENT_SECRET)',
      ).conflicts('clientSecretFile'),
    )
    .option('--client-secret-file <file>', 'a file with the secret (-: standard input)')
    .option('--scope <scope>', 'such as "read write"')
    .option('--audience <audience>', 'sent as `audience`')
    .option('--resource <resource>', 'sent as `resource` (RFC 8707); can be repeated', (value, before?: string[]) => [
      ...(before ?? []),
      value,
    ])
    .option('--param <name=value>', 'one more parameter; can be repeated', pair('--param'))
    .option(
      '--param-env <name=VARIABLE>',
      'the same, out of an environment variable: for secrets',
      pair('--param-env'),
    );
}

/** What every command ends with. */
export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Also:')
    .option('--allow-insecure-http', 'accept plain http beyond this machine')
    .option('--debug', 'with errors, show where they come from; never a secret')
    .helpOption('-h, --help', 'show this');
}

// Readers of values. What is wrong is said without the value: it may be, or hold, a secret.

export function url(flag: string): (text: string) => URL {
  return (text) => {
    const found = parseUrl(text);
    if (found && /^https?:$/.test(found.protocol) && found.hash === '') return found;
    throw new UsageError(`\`${flag}\` must be a whole http(s) URL, such as https://auth.example.com/oauth2/token.`);
  };
}

function pair(flag: string): (text: string, before?: Pairs) => Pairs {
  return (text, before = {}) => {
    const [name, value] = splitOnce(text);
    if (value === undefined || name === '') throw new UsageError(`\`${flag}\` must be written as name=value.`);
    if (Object.hasOwn(before, name)) throw new UsageError(`\`${flag}\` names \`${name}\` twice.`);
    return { ...before, [name]: value };
  };
}

function seconds(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 600) return number;
  throw new UsageError('`--timeout` must be a number of seconds, at most 600.');
}
