import { Command } from 'commander';
import { check, type CheckOptions, describeCheckCommand } from './commands/check.js';
import { describeDetectCommand, detectDialect } from './commands/detect.js';
import { describePresetsCommand, listPresets } from './commands/presets.js';
import { describeTokenCommand, printToken, type TokenOptions } from './commands/token.js';
import { exits } from './exit.js';
import type { Io } from './io.js';
import { hasColors, paintFor } from './paint.js';
import type { ClientOptions } from './options.js';
import type { Terminal } from './terminal.js';

export const NAME = 'axios-client-credentials';

/** The commands with their options and help. It throws in place of ending the process. */
export function programFor(io: Io, terminal: Terminal): Command {
  const paint = paintFor(io, io.stdout);
  const program = new Command(NAME)
    .description(
      'OAuth 2.0 client credentials at the command line: get a token, find out how an endpoint wants to be asked, check the whole path.',
    )
    .version(io.version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ styleTitle: (title) => paint('bold', title) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined, // is said where all errors are
      getOutHelpWidth: () => Math.min(io.stdout.columns ?? 100, 120),
      getErrHelpWidth: () => Math.min(io.stderr.columns ?? 100, 120),
      getOutHasColors: () => hasColors(io, io.stdout),
      getErrHasColors: () => hasColors(io, io.stderr),
    })
    .exitOverride()
    .addHelpText('afterAll', `\n${footer()}`);
  describeTokenCommand(program.command('token')).action((options: TokenOptions) => printToken(options, io, terminal));
  describeDetectCommand(program.command('detect')).action((url: URL, options: ClientOptions) =>
    detectDialect(url, options, io, terminal),
  );
  describeCheckCommand(program.command('check')).action((options: CheckOptions) => check(options, io, terminal));
  describePresetsCommand(program.command('presets')).action((query: string[], options: { json?: boolean }) =>
    listPresets(query, options, terminal),
  );
  return program;
}

const VARIABLES: [string, string][] = [
  ['CLIENT_ID', 'the client id, without --client-id'],
  ['CLIENT_SECRET', 'the client secret, without --client-secret-env and --client-secret-file'],
  ['NODE_EXTRA_CA_CERTS', 'a file with certificates of authorities to trust besides the usual ones'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'the way out, and which hosts need none'],
  ['NO_COLOR, FORCE_COLOR', 'without colours, or with them also in a pipe'],
];

function footer(): string {
  return [
    'The client secret is never taken as an argument: by environment, by file, or typed at a terminal (not shown).',
    '',
    'Environment variables:',
    ...columns(VARIABLES),
    '',
    'Exit codes:',
    ...columns(Object.values(exits).map(([code, meaning]) => [String(code), meaning])),
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, text]) => `  ${term.padEnd(width)}  ${text}`);
}
